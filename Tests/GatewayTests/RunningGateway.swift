// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Rehearsal
import Synchronization
import Telemetry
import TestSupport
import Transport

/// The built gateway under test, in a home folder of its own, beside the upstreams that a test plays.
final class RunningGateway: Sendable {
    let process: RunningBinary
    let home: TemporaryHome
    let url: String
    let token: String

    /// - Parameter settings: The text of `understudy.json`; `nil` starts without one.
    init(
        settings: String?, home: TemporaryHome? = nil, environment: [String: String] = [:], arguments: [String] = []
    ) async throws {
        let home = if let home { home } else { try TemporaryHome() }
        if let settings { try home.write(settings, to: ".understudy/understudy.json") }
        self.home = home
        process = try BuiltBinary().start(["gateway", "run", "--port", "0"] + arguments, environment: environment, home: home, limit: .seconds(170))
        let line = try await process.line(containing: "is ready on http")
        url = String(line.split(separator: " ").last ?? "")
        token = home.read(".understudy/gateway.token").map { String($0.prefix { $0 != "\n" }) } ?? ""
    }

    var port: UInt16 { UInt16(url.split(separator: ":").last ?? "") ?? 0 }

    func stop() async { _ = await process.stop() }

    // MARK: Asking

    func ask(
        _ model: String, headers: Headers = [:], stream: Bool = false, extra: JSONObject = [:]
    ) async throws -> BlockingHTTP.Reply {
        var body: JSONObject = ["model": .string(model), "messages": [["role": "user", "content": "Who is on stage?"]]]
        if stream { body["stream"] = true }
        for (key, value) in extra.members { body[key] = value }
        return try await send(.post, "/v1/chat/completions", headers: headers, body: JSONWriter.compact(.object(body)))
    }

    func get(_ path: String, headers: Headers = [:]) async throws -> BlockingHTTP.Reply { try await send(.get, path, headers: headers) }

    func send(_ method: Method, _ path: String, headers: Headers = [:], body: [UInt8] = [], authorized: Bool = true) async throws -> BlockingHTTP.Reply {
        var all: Headers = ["content-type": "application/json"]
        if authorized { all.append("authorization", "Bearer \(token)") }
        headers.forEach { all.append($0, $1) }
        let (url, headers) = (url + path, all)
        // A blocking call belongs on a thread of its own, not on the pool that runs the tests.
        return try await withCheckedThrowingContinuation { continuation in
            do throws(SystemError) {
                _ = try Thread(named: "ask") {
                    continuation.resume(
                        with: Result { () throws(BlockingHTTP.Failure) in
                            try BlockingHTTP.request(method: method, url: url, headers: headers, body: body, timeout: .seconds(30))
                        }.mapError { $0 as any Error })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Runs a command against this gateway's home folder.
    func command(_ arguments: [String]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(arguments, environment: ["UNDERSTUDY_GATEWAY_PORT": String(port)], home: home)
    }

    /// The receipt that a reply names, once it has been stored.
    func receipt(of reply: BlockingHTTP.Reply) async throws -> JSONValue {
        let id = try #require(reply.headers.first("x-understudy-request-id"))
        let stored = try await get("/api/receipts/\(id)")
        return try JSONValue.parse(stored.body.span.bytes)
    }
}

extension BlockingHTTP.Reply {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue.parse(body.span.bytes)) ?? .null }
    /// The reply's first message, whole or joined from a stream.
    var content: String {
        if let content = json["choices"]?[0]?["message"]?["content"]?.string { return content }
        return text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("data: {"), let chunk = try? JSONValue.parse(String(line.dropFirst(6))) else { return nil }
            return chunk["choices"]?[0]?["delta"]?["content"]?.string
        }.joined()
    }
}

/// Upstreams that a test plays, each at a base URL of its own, and what they were asked in the order of asking.
final class Stage: Sendable {
    let loops: EventLoopGroup
    private let log = Logger.silent
    private let calls = Mutex<[Call]>([])

    /// One request that reached an upstream.
    struct Call: Hashable, Sendable, CustomStringConvertible {
        var provider: String
        var model: String
        var key: String
        var description: String { "\(provider)/\(model) \(key)" }
    }

    init() throws { loops = try EventLoopGroup(count: 1) }
    deinit { loops.stop() }

    /// Adds an upstream whose answers `play` chooses.
    func provider(_ name: String, _ play: @escaping @Sendable (AskedRequest) -> Script) throws -> ScriptedUpstream {
        try ScriptedUpstream(on: loops, log: log, keeps: 1000) { [self] asked in
            calls.withLock { $0.append(Call(provider: name, model: asked.model, key: asked.key)) }
            return play(asked)
        }
    }

    /// Such as `deepseek/deepseek-v4-pro sk-1`.
    var asked: [String] { calls.withLock { $0.map(\.description) } }
    func forget() { calls.withLock { $0 = [] } }
}

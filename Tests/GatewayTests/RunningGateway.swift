// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import TestSupport
import Testing
import Transport

/// The built gateway under test, in a home folder of its own, beside the upstreams that a test plays.
final class RunningGateway: Sendable {
    let process: RunningBinary
    let home: TemporaryHome
    /// Such as `http://127.0.0.1:40123`.
    let url: String
    let token: String

    /// Returns when it is ready.
    ///
    /// - Parameters:
    ///   - settings: The text of `understudy.json`; `nil` leaves the home folder as it is.
    ///   - home: Another gateway's, to start again on its state.
    init(
        settings: String?, home: TemporaryHome? = nil, environment: [String: String] = [:], arguments: [String] = []
    ) async throws {
        let home = if let home { home } else { try TemporaryHome() }
        if let settings { try home.write(settings, to: ".understudy/understudy.json") }
        self.home = home
        process = try BuiltBinary().start(
            ["gateway", "run", "--port", "0"] + arguments, environment: environment, home: home, limit: .seconds(280))
        let line = try await process.line(containing: "is ready on http")
        url = String(line.split(separator: " ").last ?? "")
        token = home.read(".understudy/gateway.token").map { String($0.prefix { $0 != "\n" }) } ?? ""
    }

    var port: UInt16 { UInt16(url.split(separator: ":").last ?? "") ?? 0 }

    func stop() async { _ = await process.stop() }

    // MARK: Asking

    /// A chat of one line.
    func ask(
        _ model: String, headers: Headers = [:], stream: Bool = false, extra: JSONObject = [:]
    ) async throws -> BlockingHTTP.Reply {
        try await send(.post, "/v1/chat/completions", headers: headers, body: Self.chat(model, stream: stream, extra: extra))
    }

    static func chat(_ model: String, stream: Bool = false, extra: JSONObject = [:]) -> [UInt8] {
        var body: JSONObject = ["model": .string(model), "messages": [["role": "user", "content": "Who is on stage?"]]]
        if stream { body["stream"] = true }
        for (key, value) in extra.members { body[key] = value }
        return JSONWriter.compact(.object(body))
    }

    func get(_ path: String, headers: Headers = [:]) async throws -> BlockingHTTP.Reply { try await send(.get, path, headers: headers) }

    func send(
        _ method: Method, _ path: String, headers: Headers = [:], body: [UInt8] = [], authorized: Bool = true
    ) async throws -> BlockingHTTP.Reply {
        var all: Headers = ["content-type": "application/json"]
        if authorized { all.append("authorization", "Bearer \(token)") }
        headers.forEach { all.append($0, $1) }
        let (url, headers) = (url + path, all)
        return try await onThread {
            try BlockingHTTP.request(method: method, url: url, headers: headers, body: body, timeout: .seconds(30))
        }
    }

    /// A whole request as bytes, for clients that do not behave.
    func bytes(_ method: String = "POST", _ path: String = "/v1/chat/completions", headers: [String] = [], body: [UInt8] = []) -> [UInt8] {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Authorization: Bearer \(token)"] + headers
        if !headers.contains(where: { $0.lowercased().hasPrefix("content-length") || $0.lowercased().hasPrefix("transfer-encoding") }) {
            lines.append("Content-Length: \(body.count)")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// Runs a command against this gateway's home folder.
    func command(_ arguments: [String]) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(arguments, environment: ["UNDERSTUDY_GATEWAY_PORT": String(port)], home: home)
    }

    // MARK: Receipts and health

    /// The receipt that a reply names, once it has been stored.
    func receipt(of reply: BlockingHTTP.Reply) async throws -> JSONValue {
        try await receipt(try #require(reply.headers.first("x-understudy-request-id")))
    }

    func receipt(_ id: String) async throws -> JSONValue {
        let stored = try await get("/api/receipts/\(id)")
        try #require(stored.status == 200, "\(stored.text)")
        return stored.json
    }

    /// The newest receipt. For requests whose answer the test did not see.
    func lastReceipt() async throws -> JSONValue? { try await get("/api/receipts?limit=1").json["receipts"]?[0] }

    func blocks() async throws -> [JSONValue] { try await get("/api/health").json["blocks"]?.array ?? [] }

    func status() async throws -> JSONValue { try await get("/api/status").json }
}

extension BlockingHTTP.Reply {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue.parse(body.span.bytes)) ?? .null }
    var error: JSONValue { json["error"] ?? .null }
    /// The reply's first message, whole or joined from a stream.
    var content: String {
        if let content = json["choices"]?[0]?["message"]?["content"]?.string { return content }
        return events.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
    }
    /// The JSON events of a stream; its terminator is none.
    var events: [JSONValue] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            line.hasPrefix("data: {") ? try? JSONValue.parse(String(line.dropFirst(6))) : nil
        }
    }
    var hasTerminator: Bool { text.hasSuffix("data: [DONE]\n\n") }
}

extension JSONValue {
    /// The reasons of a receipt's attempts in their order; `answered` for the one without.
    var reasons: [String] { self["attempts"]?.array?.map { $0["failure"]?["reason"]?.string ?? "answered" } ?? [] }
    /// Model, credential, reason and rule of a receipt's attempts in their order; the first two for the one that answered.
    var walk: [String] {
        self["attempts"]?.array?.map { attempt in
            [attempt["model"], attempt["credential"], attempt["failure"]?["reason"], attempt["failure"]?["rule"]]
                .compactMap { $0?.string }.joined(separator: " ")
        } ?? []
    }
    /// `answered`, `failed`, `refused`, `passed_on` or `cancelled`.
    var outcome: String? { self["outcome"]?["kind"]?.string }
}

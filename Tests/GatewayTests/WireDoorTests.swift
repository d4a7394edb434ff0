// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// A gateway with a provider of each wire, which the tests of this file share.
final class WireScene: TestScene {
    let gateway: RunningGateway
    private let upstreams: [(name: String, upstream: ScriptedUpstream)]
    private let stage: Stage

    init() async throws {
        let stage = try Stage()
        var upstreams: [(name: String, upstream: ScriptedUpstream)] = []
        for wire in PlayedWire.allCases {
            upstreams.append(
                ("\(wire)", try stage.provider("\(wire)") { wire.says("The show goes on.", streaming: wire.wantsStream($0)) }))
        }
        self.stage = stage
        self.upstreams = upstreams
        let providers = zip(PlayedWire.allCases, upstreams).map { wire, entry in
            #"\#(entry.name): { baseUrl: "\#(entry.upstream.baseURL)", api: "\#(wire.rawValue)", apiKey: "key-\#(entry.name)", models: [{ id: "m" }, { id: "a/b c", contextWindow: 9000, maxTokens: 500 }] }"#
        }
        gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { \(providers.joined(separator: ",\n    ")) } },
                  agents: { defaults: { model: { primary: "chat/m", fallbacks: [] } } },
                }
                """)
    }

    func upstream(of wire: PlayedWire) throws -> ScriptedUpstream {
        try #require(upstreams.first { $0.name == "\(wire)" }).upstream
    }

    func stop() async { await gateway.stop() }
}

@Suite(.timeLimit(.minutes(5)), Shared<WireScene>()) struct `The door of each wire` {
    @Test(arguments: PlayedWire.allCases, [false, true])
    func `serves its own wire whole and streamed, with the key where its SDKs send it`(wire: PlayedWire, streaming: Bool) async throws {
        let scene = try WireScene.current
        let gateway = scene.gateway
        let upstream = try scene.upstream(of: wire)
        upstream.forget()
        let body = wire.request("\(wire)/m", streaming: streaming)
        let reply = try await gateway.send(
            .post, wire.path("\(wire)/m", streaming: streaming), headers: wire.keyHeader(gateway.token), body: body, authorized: false)
        #expect(reply.status == 200, "\(reply.text)")
        let said = streaming ? reply.events.compactMap { wire.text(of: $0) }.joined() : wire.text(of: reply.json)
        #expect(said?.hasPrefix("The show goes on.") == true, "\(reply.text)")
        #expect(reply.headers.first("content-type")?.hasPrefix(streaming ? "text/event-stream" : "application/json") == true)
        #expect(reply.headers.first("x-understudy-model") == "\(wire)/m")
        let id = try #require(reply.headers.first("x-understudy-request-id"))
        #expect(reply.headers.first("x-request-id") == id)
        #expect(reply.headers.first("request-id") == (wire == .messages ? id : nil))
        let receipt = try await gateway.receipt(id)
        #expect(receipt["wire"]?.string == wire.rawValue && receipt["requested_model"]?.string == "\(wire)/m", "\(receipt)")
        // The gateway's token stays here, and the provider's key stands where its wire has it.
        let asked = try #require(upstream.asked.last)
        var all = asked.path
        asked.headers.forEach { all += "\n\($0): \($1)" }
        #expect(!all.contains(gateway.token) && all.contains("key-\(wire)"), "\(all)")
    }

    @Test(arguments: PlayedWire.allCases)
    func `refuses in its wire's own shape, from a wrong key on`(wire: PlayedWire) async throws {
        let gateway = try WireScene.current.gateway
        let kinds: [PlayedWire: [Int: String]] = [
            .chat: [400: "invalid_request_error", 401: "authentication_error", 404: "invalid_request_error"],
            .responses: [400: "invalid_request_error", 401: "authentication_error", 404: "invalid_request_error"],
            .messages: [400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error"],
            .gemini: [400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND"],
        ]
        let key = wire.keyHeader(gateway.token)
        let rows: [(what: String, model: String, headers: Headers, body: [UInt8], status: Int)] = [
            ("no key", "x/m", [:], wire.request("x/m"), 401), ("a wrong key", "x/m", wire.keyHeader("wrong"), wire.request("x/m"), 401),
            ("no body", "x/m", key, [], 400), ("no JSON", "x/m", key, Array("{".utf8), 400),
            ("an array", "x/m", key, Array("[]".utf8), 400), ("nothing said", "x/m", key, Array(#"{"model":"x/m"}"#.utf8), 400),
            ("an unknown model", "x/m", key, wire.request("x/m"), 404),
            ("an odd header", "x/m", key.with("x-understudy-timeout-ms", "soon"), wire.request("x/m"), 400),
        ]
        for row in rows {
            let reply = try await gateway.send(
                .post, wire.path(row.model, streaming: false), headers: row.headers, body: row.body, authorized: false)
            let error = wire.error(in: reply.json)
            #expect(reply.status == row.status, "\(row.what): \(reply.text)")
            #expect(error.message?.isEmpty == false && error.kind == kinds[wire]?[row.status], "\(row.what): \(reply.text)")
            #expect(!reply.text.contains(gateway.token))
        }
        let method = try await gateway.send(.get, wire.path("x/m", streaming: false), headers: key, authorized: false)
        #expect(method.status == 405 && method.headers.first("allow") == "POST", "\(method.text)")
        #expect(wire.error(in: method.json).message?.contains("takes POST") == true, "\(method.text)")
        let options = try await gateway.send(.options, wire.path("x/m", streaming: false), authorized: false)
        #expect(options.status == 204 && options.headers.first("allow") == "POST, OPTIONS")
    }

    @Test(arguments: PlayedWire.allCases)
    func `refuses what is too large, too deep or no text in its wire's own shape`(wire: PlayedWire) async throws {
        let gateway = try WireScene.current.gateway
        let path = wire.path("\(wire)/m", streaming: false)
        let deep = Array((String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)).utf8)
        let rows: [(what: String, bytes: [UInt8], status: Int)] = [
            ("33 MB", gateway.bytes("POST", path, headers: ["Content-Length: \(33 << 20)", "Expect: 100-continue"]), 413),
            ("10,000 levels", gateway.bytes("POST", path, headers: ["Connection: close"], body: deep), 400),
            (
                "no UTF-8",
                gateway.bytes("POST", path, headers: ["Connection: close"], body: Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)), 400
            ),
            (
                "a control character", gateway.bytes("POST", path, headers: ["Connection: close"], body: Array("{\"a\":\"\u{1}\"}".utf8)),
                400
            ),
        ]
        for row in rows {
            let text = try await onThread { [port = gateway.port] in
                let connection = try RawConnection(port: port)
                try? connection.send(row.bytes)
                return connection.read { $0.hasSuffix("}") }
            }
            #expect(text.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.what): \(text)")
            let start = try #require(text.firstRange(of: "\r\n\r\n"), "\(row.what): \(text)").upperBound
            let error = wire.error(in: try JSONValue.parse(Array(text[start...].utf8)))
            #expect(error.message?.isEmpty == false && error.kind?.isEmpty == false, "\(row.what): \(text)")
        }
    }
}

extension Headers {
    fileprivate func with(_ name: String, _ value: String) -> Headers {
        var headers = self
        headers.append(name, value)
        return headers
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What strangers send. Each row is answered with a status of its own and an error in the wire's shape; nothing of it may reach the
/// upstream `bad`, and the gateway must serve the next request as ever.
@Suite(.timeLimit(.minutes(5)), Shared<BadInputScene>()) struct `Bad input` {
    /// Sends bytes on a connection of their own and checks the answer.
    static func refuse(_ bytes: [UInt8], status: Int, code: String, _ what: String) async throws {
        let scene = try BadInputScene.current
        let port = scene.gateway.port
        let text = try await onThread {
            let connection = try RawConnection(port: port)
            // A refusal may come, and the connection end, before all is sent.
            try? connection.send(bytes)
            return connection.read { $0.hasSuffix("}}") }
        }
        #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(what): \(text.prefix(300))")
        let body = text.firstRange(of: "\r\n\r\n").flatMap { try? JSONValue.parse(String(text[$0.upperBound...])) }
        #expect(body?["error"]?["code"]?.string == code, "\(what): \(text)")
        #expect(body?["error"]?["message"]?.string?.isEmpty == false, "\(what)")
        #expect(body?["error"]?["type"]?.string?.isEmpty == false, "\(what)")
        try await scene.checkHealth(after: what)
    }

    // MARK: Heads

    static let heads: [(String, head: String, status: Int, code: String)] = [
        ("TLS where HTTP is spoken", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", 400, "bad_request_line"),
        ("two words", "GET /health\r\n\r\n", 400, "bad_request_line"),
        ("a target with a space", "GET /he alth HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        ("HTTP/2.0", "GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http_version"),
        ("a line that ends with a line feed alone", "GET /health HTTP/1.1\nHost: a\r\n\r\n", 400, "bad_line_end"),
        ("no host", "GET /health HTTP/1.1\r\n\r\n", 400, "bad_host"),
        ("two hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_host"),
        ("a space before a colon", "GET /health HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n", 400, "bad_field"),
        ("a NUL in a value", "GET /health HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400, "bad_field"),
        ("a folded field", "GET /health HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400, "folded_field"),
        (
            "two lengths", "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400,
            "ambiguous_framing"
        ),
        (
            "a length and chunks",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
            "ambiguous_framing"
        ),
        ("a negative length", "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "bad_content_length"),
        ("a length beyond counting", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413, "body_too_large"),
        ("a coding nobody knows", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "unknown_transfer_coding"),
        (
            "an expectation nobody knows", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: applause\r\n\r\n", 417,
            "unknown_expectation"
        ),
        (
            "a head of 33 KB", "GET /health HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 33 << 10) + "\r\n\r\n", 431,
            "head_too_large"
        ),
        ("a target of 33 KB", "GET /" + String(repeating: "x", count: 33 << 10) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "target_too_long"),
        (
            "101 fields", "GET /health HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: 1\r\n", count: 101) + "\r\n", 431, "too_many_fields"
        ),
    ]

    @Test(arguments: heads.map(\.0))
    func `in a head is refused:`(what: String) async throws {
        let row = try #require(Self.heads.first { $0.0 == what })
        try await Self.refuse(Array(row.head.utf8), status: row.status, code: row.code, what)
    }

    // MARK: Bodies as bytes

    @Test(
        arguments: [
            ("none", "", 400, "missing_body"),
            ("spaces", "   ", 400, "invalid_json"),
            ("words", "hello", 400, "invalid_json"),
            ("half an object", #"{"model":"bad/m","messages":[{"role""#, 400, "invalid_json"),
            ("two objects", #"{"model":"bad/m"}{"model":"bad/m"}"#, 400, "invalid_json"),
            ("an array", "[1,2]", 400, "invalid_type"),
            ("a string", #""model""#, 400, "invalid_type"),
            ("null", "null", 400, "invalid_type"),
            ("a key twice", #"{"model":"bad/m","model":"bad/m","messages":[{"role":"user","content":"x"}]}"#, 400, "invalid_json"),
            ("a control character in a string", "{\"model\":\"bad/m\u{1}\",\"messages\":[]}", 400, "invalid_json"),
            ("half of a surrogate pair's escape", #"{"model":"bad/m","messages":[{"role":"user","content":"\uD8"}]}"#, 400, "invalid_json"),
            ("a number of no grammar", #"{"model":"bad/m","temperature":01,"messages":[]}"#, 400, "invalid_json"),
            ("a comma too many", #"{"model":"bad/m","messages":[],}"#, 400, "invalid_json"),
            ("not a number", #"{"model":"bad/m","temperature":NaN,"messages":[]}"#, 400, "invalid_json"),
        ] as [(String, String, Int, String)])
    func `in a body is refused:`(what: String, body: String, status: Int, code: String) async throws {
        try await Self.refuse(try BadInputScene.current.gateway.bytes(body: Array(body.utf8)), status: status, code: code, what)
    }

    @Test func `in a body that is not UTF-8 is refused`() async throws {
        let gateway = try BadInputScene.current.gateway
        for bytes: [UInt8] in [[0xFF, 0xFE], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] {
            let body = Array(#"{"model":"bad/m","messages":[{"role":"user","content":""#.utf8) + bytes + Array(#""}]}"#.utf8)
            try await Self.refuse(gateway.bytes(body: body), status: 400, code: "invalid_json", "bytes \(bytes)")
        }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `10,000 levels deep is refused`(open: String, close: String) async throws {
        let deep = String(repeating: open, count: 10_000) + "1" + String(repeating: close, count: 10_000)
        let body = #"{"model":"bad/m","messages":[{"role":"user","content":"x"}],"metadata":\#(deep)}"#
        try await Self.refuse(
            try BadInputScene.current.gateway.bytes(body: Array(body.utf8)), status: 400, code: "invalid_json", "\(open) 10,000 times")
    }

    @Test func `larger than a body may be is refused, announced or not`() async throws {
        let gateway = try BadInputScene.current.gateway
        let size = 33 << 20
        try await Self.refuse(
            gateway.bytes(headers: ["Content-Length: \(size)", "Expect: 100-continue"]), status: 413, code: "body_too_large",
            "a length of 33 MB")
        let part = [UInt8](repeating: 0x20, count: 1 << 20)
        let chunk = Array("100000\r\n".utf8) + part + Array("\r\n".utf8)
        let chunks = (0..<33).flatMap { _ in chunk }
        try await Self.refuse(
            gateway.bytes(headers: ["Transfer-Encoding: chunked"]) + chunks, status: 413, code: "body_too_large", "33 MB in chunks")
    }

    @Test(
        arguments: [
            ("a size of no digits", "zz\r\n", 400, "bad_chunk"), ("a size beyond counting", "FFFFFFFFFFFFFFFFF\r\n", 400, "bad_chunk"),
            ("a chunk longer than it says", "1\r\nxyz\r\n0\r\n\r\n", 400, "bad_chunk"),
        ] as [(String, String, Int, String)])
    func `in chunks is refused:`(what: String, chunks: String, status: Int, code: String) async throws {
        let head = try BadInputScene.current.gateway.bytes(headers: ["Transfer-Encoding: chunked"])
        try await Self.refuse(head + Array(chunks.utf8), status: status, code: code, what)
    }

    // MARK: Bodies as requests

    /// Members of a Chat Completions request, each with values that it cannot have.
    static let members: [(name: String, wrong: [JSONValue])] = [
        ("model", [1, true, ["bad/m"], [:]]), ("messages", ["hello", 1, [:], true]), ("stream", ["true", 1]), ("tools", ["none", [:], 1]),
        ("tool_choice", [1, true, []]), ("temperature", ["warm", true, []]), ("top_p", ["1"]), ("max_tokens", ["5", 1.5, []]),
        ("max_completion_tokens", ["5", 1.5]), ("stop", [1, [1], [:]]), ("stream_options", [true, "usage"]),
        ("response_format", ["json", []]),
        ("n", ["1", 1.5]), ("seed", ["1", 0.5]), ("frequency_penalty", ["0"]), ("presence_penalty", ["0"]), ("logit_bias", [[], "x"]),
        ("logprobs", ["true", 1]), ("top_logprobs", ["2", true]), ("parallel_tool_calls", [1, "no"]), ("reasoning_effort", [1, [:]]),
        ("verbosity", [1]), ("user", [7, ["me"]]), ("prompt_cache_key", [1]), ("safety_identifier", [1]), ("store", ["yes", 0]),
        ("metadata", ["a", []]), ("modalities", ["text", [1]]), ("audio", ["loud"]), ("prediction", ["x"]), ("service_tier", [1]),
        ("web_search_options", [true]), ("functions", ["f", [:]]), ("function_call", [1, []]), ("models", ["bad/m", [1], [:]]),
    ]

    @Test(arguments: members.map(\.name))
    func `of the wrong type is refused in`(member: String) async throws {
        let scene = try BadInputScene.current
        for wrong in try #require(Self.members.first { $0.name == member }).wrong {
            let reply = try await scene.gateway.ask("bad/m", extra: [member: wrong])
            #expect(reply.status == 400, "\(wrong): \(reply.text)")
            #expect(reply.error["code"] == "invalid_type", "\(wrong): \(reply.text)")
            #expect(reply.error["type"] == "invalid_request_error")
            #expect(reply.error["param"]?.string?.hasPrefix(member) == true, "\(wrong): \(reply.text)")
            #expect(reply.headers.first("x-understudy-request-id")?.count == 26)
        }
        try await scene.checkHealth(after: member)
    }

    @Test(
        arguments: [
            ("model", ["messages": [["role": "user", "content": "x"]]]),
            ("model", ["model": nil, "messages": [["role": "user", "content": "x"]]]),
            ("model", ["model": "", "messages": [["role": "user", "content": "x"]]]),
            ("model", ["model": .string(String(repeating: "m", count: 257)), "messages": [["role": "user", "content": "x"]]]),
            ("messages", ["model": "bad/m"]), ("messages", ["model": "bad/m", "messages": nil]),
            ("messages", ["model": "bad/m", "messages": []]),
            ("messages[0]", ["model": "bad/m", "messages": [1]]), ("messages[0]", ["model": "bad/m", "messages": [nil]]),
            ("messages[0].role", ["model": "bad/m", "messages": [["content": "x"]]]),
            ("messages[0].role", ["model": "bad/m", "messages": [["role": 1, "content": "x"]]]),
            ("messages[1].content", ["model": "bad/m", "messages": [["role": "user", "content": "x"], ["role": "user", "content": 1]]]),
            ("messages[0].content[0]", ["model": "bad/m", "messages": [["role": "user", "content": [1]]]]),
            ("messages[0].content[0].type", ["model": "bad/m", "messages": [["role": "user", "content": [["text": "x"]]]]]),
            ("messages[0].tool_calls", ["model": "bad/m", "messages": [["role": "assistant", "tool_calls": "x"]]]),
            ("messages[0].tool_call_id", ["model": "bad/m", "messages": [["role": "tool", "tool_call_id": 1, "content": "x"]]]),
            ("tools[0]", ["model": "bad/m", "messages": [["role": "user", "content": "x"]], "tools": [1]]),
            ("n", ["model": "bad/m", "messages": [["role": "user", "content": "x"]], "n": 0]),
            ("n", ["model": "bad/m", "messages": [["role": "user", "content": "x"]], "n": 1000]),
            (
                "models",
                ["model": "bad/m", "messages": [["role": "user", "content": "x"]], "models": .array(Array(repeating: "bad/m", count: 33))]
            ),
            (
                "stream_options.include_usage",
                ["model": "bad/m", "messages": [["role": "user", "content": "x"]], "stream_options": ["include_usage": 1]]
            ),
        ] as [(String, JSONValue)])
    func `is refused by naming the member:`(param: String, body: JSONValue) async throws {
        let scene = try BadInputScene.current
        let reply = try await scene.gateway.send(.post, "/v1/chat/completions", body: JSONWriter.compact(body))
        #expect(reply.status == 400)
        #expect(reply.error["param"]?.string == param, "\(reply.text)")
        #expect(reply.error["message"]?.string?.contains(param) == true, "\(reply.text)")
        try await scene.checkHealth(after: param)
    }

    @Test(
        arguments: [
            ("x-understudy-timeout-ms", "soon"), ("x-understudy-timeout-ms", "0"), ("x-understudy-timeout-ms", "99999999999999999999"),
            ("x-understudy-no-fallback", "perhaps"), ("x-understudy-fallbacks", String(repeating: "bad/m,", count: 33)),
        ])
    func `is refused in a header of ours:`(name: String, value: String) async throws {
        let scene = try BadInputScene.current
        let reply = try await scene.gateway.ask("bad/m", headers: [name: value])
        #expect(reply.status == 400)
        #expect(reply.error["param"]?.string == name)
        try await scene.checkHealth(after: name)
    }
}

/// A gateway with one upstream that nobody may reach and one that shows that it still serves.
final class BadInputScene: TestScene {
    let gateway: RunningGateway
    private let bad: ScriptedUpstream
    private let good: ScriptedUpstream
    private let stage: Stage

    init() async throws {
        stage = try Stage()
        bad = try stage.provider("bad", Stage.says("This must never be said."))
        good = try stage.provider("good", Stage.says("Still here."))
        gateway = try await RunningGateway(settings: Stage.settings([("bad", bad), ("good", good)]))
    }

    func checkHealth(after what: String) async throws {
        #expect(bad.asked.isEmpty, "\(what) reached the upstream")
        let reply = try await gateway.ask("good/m")
        #expect(reply.content == "Still here.", "after \(what): \(reply.text)")
    }

    func stop() async { await gateway.stop() }
}

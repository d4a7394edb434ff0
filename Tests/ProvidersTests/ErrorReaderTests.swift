// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private func read(_ body: String, status: Int = 429, _ headers: Headers = [:]) -> ErrorObject {
    chat.readError(status: status, headers: headers, body: bytes(body), context: context, nowMilliseconds: now)
}

@Suite struct `An error body` {
    struct Row: Sendable, CustomTestStringConvertible {
        var body: String
        var message: String?
        var code: String?
        var type: String?
        var param: String?
        var reasons: [String] = []
        var testDescription: String { String(body.prefix(60)) }
    }

    static let rows = [
        Row(
            body: #"{"error":{"message":"Incorrect API key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            message: "Incorrect API key", code: "invalid_api_key", type: "invalid_request_error"),
        Row(body: #"{"error":{"message":"bad","param":"messages[0].content"}}"#, message: "bad", param: "messages[0].content"),
        Row(body: #"{"error":"You exceeded your credits"}"#, message: "You exceeded your credits"),
        Row(body: #"{"error":"insufficient_balance","message":"Top up"}"#, message: "Top up", code: "insufficient_balance"),
        Row(body: #"{"error":"invalid_grant","error_description":"Revoked."}"#, message: "Revoked.", code: "invalid_grant"),
        Row(
            body: #"{"code":"Some resource has been exhausted","error":"Your team is out"}"#, message: "Your team is out",
            code: "Some resource has been exhausted"),
        Row(body: #"{"code":1113,"message":"arrears"}"#, message: "arrears", code: "1113"),
        Row(body: #"{"message":"Unauthorized","request_id":"r"}"#, message: "Unauthorized"),
        Row(
            body: #"{"object":"error","message":"tier capacity","type":"invalid_request_error","param":null,"code":null}"#,
            message: "tier capacity",
            type: "invalid_request_error"),
        Row(body: #"{"detail":"Unauthorized"}"#, message: "Unauthorized"),
        Row(body: #"{"status":400,"title":"Bad Request","detail":"DEGRADED function"}"#, message: "DEGRADED function"),
        Row(
            body: #"{"detail":[{"loc":["body","messages",0],"msg":"field required","type":"missing"}]}"#, message: "field required",
            param: "messages.0"),
        Row(body: #"{"detail":{"code":"deactivated_workspace","message":"gone"}}"#, message: "gone", code: "deactivated_workspace"),
        Row(
            body: #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#, message: "Overloaded",
            type: "overloaded_error"),
        Row(
            body:
                #"{"type":"error","error":{"type":"rate_limit_error","message":"spent","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
            message: "spent", type: "rate_limit_error", reasons: ["enforced_spend_limit_reached"]),
        Row(
            body: """
                [{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED","details":[
                {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"},
                {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"PerDay-FreeTier"}]}]}}]
                """, message: "Quota", code: "RESOURCE_EXHAUSTED", reasons: ["RATE_LIMIT_EXCEEDED", "PerDay-FreeTier"]),
        Row(body: #"{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}"#, message: "invalid api key", code: "2049"),
        Row(
            body:
                #"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"qwen is rate-limited upstream","provider_name":"X"}}}"#,
            message: "Provider returned error: qwen is rate-limited upstream", code: "429"),
        Row(
            body:
                #"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"}}}"#,
            message: "Provider returned error: too long", code: "context_length_exceeded"),
        Row(
            body:
                #"{"error":{"message":"flagged","code":403,"metadata":{"reasons":["violence"],"limit_source":"openrouter_in_flight_budget"}}}"#,
            message: "flagged", code: "403", reasons: ["openrouter_in_flight_budget", "violence"]),
        Row(
            body:
                #"{"error":{"message":"{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}}","type":"upstream_error"}}"#,
            message: "slow down", code: "rate_limit_exceeded", type: "upstream_error"),
        Row(body: #""{\"error\":{\"message\":\"twice\",\"code\":7}}""#, message: "twice", code: "7"),
        Row(body: #""Tokens per minute limit exceeded""#, message: "Tokens per minute limit exceeded"),
        Row(
            body: #"litellm.RateLimitError: b'{"error":{"message":"slow","code":"rate_limit_exceeded"}}'"#,
            message: #"litellm.RateLimitError: b'{"error":{"message":"slow","code":"rate_limit_exceeded"}}'"#, code: "rate_limit_exceeded"),
        Row(body: "upstream connect error", message: "upstream connect error"),
        Row(body: "data: {\"error\":{\"message\":\"in a stream\"}}\n\n", message: "in a stream"),
        Row(body: "event: error\ndata: {\"message\":\"named\",\"code\":5}", message: "named", code: "5"),
        Row(body: "{\"error\":{\"message\":\"cut", message: "{\"error\":{\"message\":\"cut"),
        Row(body: #"{"error":{}}"#, message: #"{"error":{}}"#), Row(body: #"{"reason":"x"}"#, message: #"{"reason":"x"}"#), Row(body: "{}"),
        Row(body: "[]"), Row(body: "null"), Row(body: "7"),
        Row(body: #"{"error":{"message":["a","b"]}}"#, message: #"["a","b"]"#),
        Row(body: #"{"error_code":336100,"error_msg":"try again"}"#, message: "try again", code: "336100"),
    ]

    @Test(arguments: rows)
    func `is read in every shape`(row: Row) {
        let error = read(row.body)
        #expect(error.message == row.message)
        #expect(error.code == row.code)
        #expect(error.type == row.type)
        #expect(error.namesMember == row.param)
        #expect(error.detailReasons == row.reasons)
        #expect(error.status == 429)
        #expect(!error.isHTML && !error.bodyIsEmpty && !error.insideSuccess && error.transport == nil)
        #expect(error.provider == "groq" && error.wire == "openai-completions" && error.model == context.model)
    }

    @Test(arguments: ["", " \r\n ", "\u{FEFF}"])
    func `may be missing`(body: String) {
        let error = read(body, status: 402)
        #expect(error.bodyIsEmpty && error.status == 402 && error.message == nil)
    }

    @Test func `that is a page counts for its status alone`() {
        let error = read("<html><body>Your quota is exhausted: 402</body></html>", status: 503, ["retry-after": "7"])
        #expect(error.isHTML && error.status == 503 && error.message == nil && error.code == nil)
        #expect(error.reset == .seconds(7) && error.retryAfterGiven)
        #expect(read("oops", status: 502, ["content-type": "text/html; charset=utf-8"]).isHTML)
        #expect(!read(#"{"error":"x"}"#, status: 502, ["content-type": "text/html"]).isHTML)
        #expect(!read("<3 you are rate limited").isHTML)
    }

    @Test func `is cut to 4 KB at a whole character`() throws {
        let message = try #require(read(#"{"error":{"message":"\#(String(repeating: "é", count: 5000))x"}}"#).message)
        #expect(message.utf8.count == 4096)
        #expect(message.allSatisfy { $0 == "é" })
        let odd = try #require(read("x" + String(repeating: "é", count: 5000)).message)
        #expect(odd.utf8.count == 4095)
    }

    @Test func `nests as deep as it likes, and is followed four levels`() {
        var text = "the end"
        for _ in 0..<40 {
            var quoted: [UInt8] = []
            JSONWriter.quote(text, into: &quoted)
            text = "{\"error\":{\"message\":\(quoted.text)}}"
            if text.utf8.count > 100_000 { break }
        }
        #expect((read(text).message?.utf8.count ?? 0) <= 4096)
        #expect(read(String(repeating: "[", count: 50_000)).message != nil)
        let deep = read(String(repeating: #"{"error":"#, count: 100) + "1" + String(repeating: "}", count: 100))
        #expect(deep.code == nil && deep.message?.hasPrefix(#"{"error":{"error":"#) == true)
    }

    @Test func `keeps a bounded number of reasons`() {
        let details = (0..<100).map { #"{"reason":"R\#($0)"}"# }.joined(separator: ",")
        #expect(read(#"{"error":{"message":"x","details":[\#(details)]}}"#).detailReasons.count == ErrorFields.maxReasons)
    }

    @Test(arguments: [
        TransportFault.dns, .refused, .unreachable, .tls("expired"), .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout,
        .requestDeadline, .reset(reused: true), .tooLarge, .other("x"), .closedEarly, .resetEarly, .shortBody, .malformed("x"), .emptyReply,
    ])
    func `may never have come`(fault: TransportFault) {
        let error = ErrorReader(wire: .openaiCompletions, context: context, nowMilliseconds: now).fault(fault)
        #expect(error.transport == fault)
        #expect(error.status == nil && error.message == nil)
    }
}

@Suite struct `An error told to a client` {
    @Test func `has OpenAI's shape, and the receipt`() throws {
        let error = WireError(status: 503, message: "all \"busy\"\n", code: "no_candidate", receipt: bytes(#"{"id":"r1"}"#))
        #expect(
            chat.errorBody(error).text
                == #"{"error":{"message":"all \"busy\"\n","type":"service_unavailable_error","param":null,"code":"no_candidate","understudy":{"id":"r1"}}}"#
        )
    }

    @Test(arguments: [
        (400, "invalid_request_error"), (401, "authentication_error"), (404, "invalid_request_error"), (429, "rate_limit_error"),
        (402, "insufficient_quota"), (403, "permission_error"), (500, "server_error"), (502, "server_error"),
        (503, "service_unavailable_error"),
    ])
    func `has the type of its status`(status: Int, type: String) throws {
        let body = try JSONValue.parse(chat.errorBody(WireError(status: status, message: "m")))
        #expect(body["error"]?["type"]?.string == type)
        #expect(
            try JSONValue.parse(chat.errorBody(WireError(status: status, message: "m", type: "own")))["error"]?["type"]?.string == "own")
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"m"}}"#, #"{"error":{"message":"m","understudy":{"id":"r1"}}}"#),
            (#"{"error":{}}"#, #"{"error":{"understudy":{"id":"r1"}}}"#),
            (
                "{ \"a\" : 1.0,\n \"error\" : { \"message\" : \"caf\\u00e9\" , \"code\" : 1e2 } , \"z\":[ ] }\n",
                "{ \"a\" : 1.0,\n \"error\" : { \"message\" : \"caf\\u00e9\" , \"code\" : 1e2 ,\"understudy\":{\"id\":\"r1\"}} , \"z\":[ ] }\n"
            ),
            (#"{"error":{"understudy":{"id":"other"},"message":"m"}}"#, #"{"error":{"understudy":{"id":"r1"},"message":"m"}}"#),
        ])
    func `is an upstream's with the receipt, every other byte as it came:`(upstream: String, told: String) {
        #expect(chat.errorBody(bytes(upstream), adding: bytes(#"{"id":"r1"}"#)).text == told)
    }

    @Test(arguments: [
        "", " ", "no", "null", "[]", #"[{"error":{}}]"#, "{}", #"{"error":"gone"}"#, #"{"error":null}"#, #"{"error":[{"code":1}]}"#,
        #"{"message":"m"}"#, #"{"error":{"message":"m"}"#, #"{"error":{"message":"m"}}}"#, #"{"error":{},"error":{}}"#, "<html></html>",
    ])
    func `is an upstream's as it came where that has no such shape:`(upstream: String) {
        #expect(chat.errorBody(bytes(upstream), adding: bytes(#"{"id":"r1"}"#)) == bytes(upstream))
    }

    @Test func `is an event that our own reader takes for an error`() throws {
        let outcome = try StreamOutcome([chat.errorEvent(WireError(status: 502, message: "gone", code: "cut"))[...]])
        #expect(outcome.failures.map(\.message) == ["gone"])
        #expect(!outcome.isProven)
    }

    @Test func `comes with sentinels that say nothing`() throws {
        #expect(try StreamOutcome(chat.keepAlive.text).marks == [])
        #expect(try StreamOutcome(try #require(chat.doneTerminator).text).marks == [StreamEvent.Marks.done.rawValue])
    }
}

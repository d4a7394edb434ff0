// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private let asked = ErrorContext(provider: "google", model: "gemini-2.5-flash")

private func verdict(_ body: String) -> ReplyVerdict {
    google.readReply(status: 200, headers: Headers(), body: bytes(body), context: asked, nowMilliseconds: now)
}

@Suite struct `A whole reply on Google's wire` {
    @Test(
        arguments: [
            (
                #"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":11,"totalTokenCount":13}}"#,
                "STOP", Usage(inputTokens: 2, outputTokens: 11)
            ),
            (
                #"{"candidates":[{"content":{"parts":[]},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":145,"candidatesTokenCount":17,"thoughtsTokenCount":56,"cachedContentTokenCount":100,"toolUsePromptTokenCount":5}}"#,
                "MAX_TOKENS", Usage(inputTokens: 150, outputTokens: 73, cachedTokens: 100, reasoningTokens: 56)
            ),
            (#"{"candidates":[{"finishReason":"SAFETY","safetyRatings":[]}]}"#, "SAFETY", nil),
            (#"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"OTHER"}]}"#, "OTHER", nil),
            (
                #"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":7}}"#, "PROHIBITED_CONTENT",
                Usage(inputTokens: 7)
            ),
            // No token of an answer: proto3's JSON leaves the 0 out, and the total says it.
            (
                #"{"candidates":[{"content":{"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":7,"toolUsePromptTokenCount":2,"totalTokenCount":9}}"#,
                "STOP", Usage(inputTokens: 9, outputTokens: 0)
            ),
            (#"{"response":{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}]},"traceId":"t"}"#, "STOP", nil),
            (
                #"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":3}},{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}}]"#,
                "STOP", Usage(inputTokens: 3, outputTokens: 2)
            ),
            (#"{"candidates":[{"content":{"parts":[{"text":"no reason"}]}}],"error":null}"#, nil, nil),
        ] as [(String, String?, Usage?)])
    func `is good`(body: String, finish: String?, usage: Usage?) {
        #expect(verdict(body) == .good(usage: usage, finish: finish))
    }

    @Test(
        arguments: [
            ("", nil), ("  \n", nil), ("{\"candidates\":[", nil), ("7", nil), ("{}", nil), (#"{"candidates":[]}"#, nil),
            (#"{"candidates":{}}"#, nil), (#"{"candidates":[7]}"#, nil), (#"{"candidates":[{}]}"#, nil),
            (#"{"candidates":[{"content":[]}]}"#, nil),
            (#"{"candidates":[{"content":{"parts":[]},"finishReason":"OTHER"}]}"#, "OTHER"),
            (
                #"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call: f("}]}"#,
                "MALFORMED_FUNCTION_CALL"
            ),
            (#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#, "UNAVAILABLE"),
            (#"[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}]"#, "RESOURCE_EXHAUSTED"),
            (#"{"code":500,"message":"boom","status":"INTERNAL"}"#, "INTERNAL"),
            ("<html><body>Bad gateway</body></html>", nil),
        ] as [(String, String?)])
    func `is a failure in disguise`(body: String, code: String?) {
        guard case .bad(let error) = verdict(body) else {
            Issue.record("taken for good")
            return
        }
        #expect(error.insideSuccess)
        #expect(error.code == code)
        #expect(error.wire == "google-generative-ai")
    }
}

@Suite struct `A stream on Google's wire` {
    /// What a stream came to, read event by event.
    struct Outcome: Equatable {
        var marks: [StreamEvent.Marks] = []
        var failure: ErrorObject?
        var finish: String?
        var usage: Usage?
        var isProven = false
        var end: ErrorObject?

        init(_ pieces: [[UInt8]]) throws {
            var events = EventStreamReader()
            var stream = google.makeStreamReader(context: asked, nowMilliseconds: now)
            for piece in pieces {
                try events.feed(piece.span.bytes) { _, data, name in
                    if data.byteCount == 0 { return }
                    let event = stream.read(data: data, name: name)
                    marks.append(event.marks)
                    if failure == nil { failure = event.failure }
                }
            }
            end = stream.upstreamEnded()
            (finish, usage, isProven) = (stream.finish, stream.usage, stream.endIsProven)
        }

        init(_ events: String...) throws { try self.init([bytes(events.map { "data: \($0)\r\n\r\n" }.joined())]) }
    }

    @Test(
        arguments: [
            (#"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0}]}"#, .content),
            (#"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}]}}]}"#, .reasoning),
            (#"{"candidates":[{"content":{"parts":[{"thought":true,"text":"Hm"},{"text":"So"}]}}]}"#, [.reasoning, .content]),
            (#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]}}]}"#, .toolCall),
            (#"{"candidates":[{"content":{"parts":[{"function_call":{"name":"f"},"thought_signature":"x"}]}}]}"#, .toolCall),
            (#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"x"}]},"finishReason":"STOP"}]}"#, .finish),
            (#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}}]}"#, .content),
            (#"{"candidates":[{"content":{"parts":[{"executableCode":{"code":"1"}}]}}]}"#, .content),
            (#"{"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]}"#, []),
            (#"{"usageMetadata":{"promptTokenCount":1}}"#, .usage),
            (#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, .finish),
            (#"{"response":{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]},"traceId":"t"}"#, .content),
            (#"[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}]"#, .content),
            ("{}", []), ("[DONE]", .done),
        ] as [(String, StreamEvent.Marks)])
    func `has events that are what their parts say`(data: String, marks: StreamEvent.Marks) throws {
        let outcome = try Outcome(data)
        #expect(outcome.marks == [marks])
        #expect(outcome.failure == nil)
    }

    static let whole = [
        #"{"candidates":[{"content":{"parts":[{"text":"So "}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":11,"totalTokenCount":11}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"be it."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":4,"thoughtsTokenCount":9}}"#,
    ]

    @Test func `ends with a reason for each candidate, and with no terminator`() throws {
        let outcome = try Outcome(Self.whole[0], Self.whole[1])
        #expect(outcome.isProven)
        #expect(outcome.end == nil)
        #expect(outcome.finish == "STOP")
        #expect(outcome.usage == Usage(inputTokens: 11, outputTokens: 13, reasoningTokens: 9))
        let half = try Outcome(Self.whole[0])
        #expect(half.end?.transport == .closedEarly)
        let two = try Outcome(#"{"candidates":[{"index":0,"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"x"}]}}]}"#)
        #expect(!two.isProven)
    }

    @Test func `is the same wherever it is cut`() throws {
        let stream = bytes(Self.whole.map { "data: \($0)\r\n\r\n" }.joined())
        let expected = try Outcome([stream])
        for cut in stream.indices {
            #expect(try Outcome([Array(stream[..<cut]), Array(stream[cut...])]) == expected)
        }
    }

    @Test func `of a refused prompt ends without candidates`() throws {
        let outcome = try Outcome(#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":5}}"#)
        #expect(outcome.isProven)
        #expect(outcome.finish == "PROHIBITED_CONTENT")
        #expect(outcome.failure == nil)
    }

    @Test(arguments: [
        (#"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#, "Overloaded"),
        (#"[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}]"#, "Slow down"),
        (#"{"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL"}]}"#, "finishReason: UNEXPECTED_TOOL_CALL"),
        (#"{"candidates":[{"content":{},"finishReason":"OTHER"}]}"#, "finishReason: OTHER"),
    ])
    func `fails with the provider's words`(data: String, message: String) throws {
        #expect(try Outcome(data).failure?.message == message)
    }

    @Test(arguments: [
        "{", "7", #"{"candidates":{}}"#, #"{"candidates":[1]}"#, #"{"candidates":[{"content":"x"}]}"#,
        #"{"candidates":[{"index":64,"content":{}}]}"#, #"{"candidates":[{"index":"x","content":{}}]}"#,
        #"{"candidates":[{"finishReason":3}]}"#,
    ])
    func `breaks its grammar`(data: String) throws {
        let failure = try #require(try Outcome(data).failure)
        guard case .malformed? = failure.transport else {
            Issue.record("\(failure)")
            return
        }
    }
}

@Suite struct `An error on Google's wire` {
    @Test(arguments: [
        (400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"), (413, "INVALID_ARGUMENT"),
        (429, "RESOURCE_EXHAUSTED"), (499, "CANCELLED"), (500, "INTERNAL"), (502, "UNAVAILABLE"), (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
    ])
    func `has Google's word for its status`(status: Int, word: String) {
        let body = google.errorBody(WireError(status: status, message: "No \"luck\"", code: "all_failed", receipt: bytes(#"{"id":"r"}"#)))
            .text
        #expect(
            body
                == #"{"error":{"code":\#(status),"message":"No \"luck\"","status":"\#(word)","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"ALL_FAILED","domain":"understudy"}],"understudy":{"id":"r"}}}"#
        )
    }

    @Test(arguments: [
        (#"{"error":{"code":400}}"#, #"{"error":{"code":400,"understudy":{}}}"#),
        (#"[{"error":{}}]"#, #"[{"error":{"understudy":{}}}]"#),
        (#"{"error":{"understudy":1,"a":2}}"#, #"{"error":{"understudy":{},"a":2}}"#),
        (#"{"error":"text"}"#, #"{"error":"text"}"#), ("<html>", "<html>"),
    ])
    func `of a provider takes the receipt`(body: String, result: String) {
        #expect(google.errorBody(bytes(body), adding: bytes("{}")).text == result)
    }

    @Test func `in a stream is an event of data`() {
        let event = google.errorEvent(WireError(status: 503, message: "gone")).text
        #expect(event == "data: {\"error\":{\"code\":503,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n")
        #expect(google.keepAlive.text == "data: {}\r\n\r\n")
        #expect(google.doneTerminator == nil)
    }
}

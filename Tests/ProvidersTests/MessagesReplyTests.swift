// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private let messagesContext = ErrorContext(provider: "p", model: "m")

private func judge(_ body: String) -> ReplyVerdict {
    MessagesWire().readReply(status: 200, headers: Headers(), body: Array(body.utf8), context: messagesContext, nowMilliseconds: 0)
}

@Suite struct `A Messages reply` {
    @Test func `is good with its content and its reason`() {
        let usage = #"{"input_tokens":3,"cache_read_input_tokens":1111,"cache_creation_input_tokens":418,"output_tokens":33}"#
        #expect(
            judge(#"{"type":"message","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":\#(usage)}"#)
                == .good(
                    usage: Usage(inputTokens: 1532, outputTokens: 33, cachedTokens: 1111, cacheWriteTokens: 418), finish: "end_turn"))
        #expect(judge(#"{"type":"message","content":[],"stop_reason":"tool_use"}"#) == .good(usage: nil, finish: "tool_use"))
        #expect(judge(#"{"input_tokens":12}"#) == .good(usage: Usage(inputTokens: 12), finish: nil))
    }

    @Test(arguments: [
        ("", "empty"), ("{", "invalid JSON"), ("[]", "not an object"), ("{}", "no content"),
        (#"{"type":"message","content":"a","stop_reason":"end_turn"}"#, "no content"),
        (#"{"type":"message","content":[],"stop_reason":null}"#, "no stop_reason"),
        (#"{"type":"message","content":[1],"stop_reason":"end_turn"}"#, "content[0] is no block"),
    ])
    func `is none`(body: String, why: String) {
        guard case .bad(let error) = judge(body), let fault = error.transport else {
            Issue.record("\(judge(body))")
            return
        }
        #expect(error.insideSuccess)
        #expect(fault == .emptyReply ? why == "empty" : "\(fault)".contains(why), "\(fault)")
    }

    @Test(arguments: [
        (#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "Overloaded"),
        (#"{"error":{"message":"no"}}"#, "no"),
        (#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, "insufficient balance"),
        (#"{"code":401,"message":"bad key"}"#, "bad key"),
    ])
    func `is an error in disguise`(body: String, message: String) {
        guard case .bad(let error) = judge(body) else {
            Issue.record("good")
            return
        }
        #expect(error.insideSuccess && error.message == message)
    }
}

@Suite struct `An error for a Messages client` {
    @Test(arguments: [
        (400, "invalid_request_error"), (401, "authentication_error"), (402, "billing_error"), (403, "permission_error"),
        (404, "not_found_error"), (409, "conflict_error"), (413, "request_too_large"), (429, "rate_limit_error"), (500, "api_error"),
        (502, "api_error"),
        (503, "api_error"), (504, "timeout_error"), (529, "overloaded_error"), (422, "invalid_request_error"),
    ])
    func `has the type of its status`(status: Int, type: String) throws {
        let error = WireError(status: status, message: "no \"way\"", param: "model", receipt: Array(#"{"id":1}"#.utf8))
        let value = try JSONValue.parse(MessagesWire().errorBody(error))
        #expect(value["type"]?.string == "error")
        #expect(value["error"]?["type"]?.string == type)
        #expect(value["error"]?["message"]?.string == "model: no \"way\"")
        #expect(value["error"]?["understudy"]?["id"]?.int == 1)
    }

    @Test func `is an event of its own in a stream`() {
        let event = String(decoding: MessagesWire().errorEvent(WireError(status: 529, message: "m")), as: UTF8.self)
        #expect(event == "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}\n\n")
    }

    @Test func `keeps an upstream's body but for the receipt`() {
        let upstream = #"{"type":"error","error":{"type":"x","message":"m"},"request_id":"req_1"}"#
        #expect(
            String(decoding: MessagesWire().errorBody(Array(upstream.utf8), adding: Array("7".utf8)), as: UTF8.self)
                == #"{"type":"error","error":{"type":"x","message":"m","understudy":7},"request_id":"req_1"}"#)
    }
}

@Suite struct `An event of a Messages stream` {
    static let start = #"{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":5,"output_tokens":1}}}"#
    static let text = #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#
    static let search =
        #"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}"#
    static let stop = #"{"type":"content_block_stop","index":0}"#
    static let end = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}"#

    static func delta(_ delta: String, _ index: Int = 0) -> String {
        #"{"type":"content_block_delta","index":\#(index),"delta":\#(delta)}"#
    }

    static func read(_ events: [String]) -> (last: StreamEvent, reader: any StreamReader) {
        var reader = MessagesWire().makeStreamReader(context: messagesContext, nowMilliseconds: 0)
        var last = StreamEvent()
        for event in events { last = reader.read(data: Array(event.utf8).span.bytes, name: [UInt8]().span.bytes) }
        return (last, reader)
    }

    @Test(
        arguments: [
            ([start], .usage),
            ([start, text], []),
            ([start, #"{"type":"ping"}"#], []),
            ([start, text, delta(#"{"type":"text_delta","text":"a"}"#)], .content),
            ([start, text, delta(#"{"type":"text_delta","text":""}"#)], []),
            ([start, text, delta(#"{"type":"thinking_delta","thinking":"a"}"#)], .reasoning),
            ([start, text, delta(#"{"type":"signature_delta","signature":"a"}"#)], .reasoning),
            ([start, text, delta(#"{"type":"input_json_delta","partial_json":"{"}"#)], .toolCall),
            ([start, text, delta(#"{"type":"input_json_delta","partial_json":""}"#)], []),
            ([start, text, delta(#"{"type":"citations_delta","citation":{}}"#)], .content),
            ([start, text, delta(#"{"type":"compaction_delta"}"#)], []),
            (
                [start, #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#],
                .toolCall
            ),
            ([start, #"{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"x"}}"#], .reasoning),
            // What the provider runs itself is no call of the client's, and nobody waits for its end.
            ([start, search], .content), ([start, search, delta(#"{"type":"input_json_delta","partial_json":"{"}"#)], .content),
            ([start, text, stop], []),
            ([start, text, stop, end], [.finish, .usage]),
            ([start, text, stop, end, #"{"type":"message_stop"}"#], .done),
            ([#"{"type":"a_new_event","x":1}"#], []),
            (["[DONE]"], []), ([""], []),
        ] as [([String], StreamEvent.Marks)])
    func `is what it says`(events: [String], marks: StreamEvent.Marks) {
        let last = Self.read(events).last
        #expect(last.marks == marks, "\(String(describing: last.failure))")
    }

    @Test(arguments: [
        [text], [delta("{}")], [start, start], [start, delta(#"{"type":"text_delta","text":"a"}"#)],
        [start, text, delta(#"{"type":"text_delta","text":"a"}"#, 1)], [start, text, stop, stop], [start, text, text],
        [start, text, stop, delta(#"{"type":"text_delta","text":"a"}"#)], ["{"], ["7"], [end],
        [start, #"{"type":"content_block_start","index":0}"#], [start, text, #"{"type":"content_block_delta","index":0}"#],
        [start, end, #"{"type":"message_stop"}"#, end], [start, #"{"type":"message_delta","delta":{"stop_reason":1}}"#],
    ])
    func `breaks the grammar`(events: [String]) throws {
        let failure = try #require(Self.read(events).last.failure)
        guard case .malformed? = failure.transport else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test func `is an error wherever it stands`() throws {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        for before in [[], [Self.start], [Self.start, Self.text]] {
            let failure = try #require(Self.read(before + [error]).last.failure)
            #expect(failure.type == "overloaded_error" && failure.insideSuccess)
            #expect(Classifier.classify(failure).reason == .overloaded)
        }
    }

    @Test func `proves the end by a reason alone`() {
        var (_, reader) = Self.read([Self.start, Self.text, Self.stop, #"{"type":"message_stop"}"#])
        #expect(!reader.endIsProven && reader.upstreamEnded()?.transport == .closedEarly)
        (_, reader) = Self.read([])
        #expect(reader.upstreamEnded()?.transport == .emptyReply)
        (_, reader) = Self.read([Self.start, Self.text, Self.stop, Self.end])
        #expect(reader.endIsProven && reader.finish == "end_turn" && reader.upstreamEnded() == nil)
        #expect(reader.usage == Usage(inputTokens: 5, outputTokens: 9))
    }
}

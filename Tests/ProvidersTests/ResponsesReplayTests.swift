// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import TestSupport
import Testing

@Suite struct `A kept reply that is told as a stream` {
    static let reply = #"""
        {"id":"resp_1","object":"response","created_at":7,"status":"completed","model":"m","output":[
          {"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm \"so\""}],"encrypted_content":"c","status":"completed"},
          {"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}},
          {"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[
            {"type":"output_text","text":"The show, 1.0 \u00e9","annotations":[{"type":"url_citation","url":"u","title":"t","start_index":0,"end_index":3}],"logprobs":[]},
            {"type":"refusal","refusal":"No."},{"type":"output_text","text":"","annotations":[]}]},
          {"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}","status":"completed"},
          {"id":"ctc_1","type":"custom_tool_call","call_id":"c2","name":"g","input":"free"}],
         "usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}
        """#

    static func events(_ stream: [UInt8]) throws -> [(name: String, data: JSONValue)] {
        var events: [(name: String, data: JSONValue)] = []
        var reader = EventStreamReader()
        try reader.feed(stream.span.bytes) { _, data, name in
            events.append(
                (String(decoding: name.withUnsafeBytes { Array($0) }, as: UTF8.self), (try? JSONValue.parse(data)) ?? .null))
        }
        #expect(!reader.hasPartial)
        return events
    }

    @Test func `has each item's life in order, each event numbered and named as it is`() throws {
        let stream = try #require(ResponsesReplay.events(of: Array(Self.reply.utf8), after: nil))
        let events = try Self.events(stream)
        #expect(events.map(\.data).map { $0["sequence_number"]?.int } == Array(0..<events.count))
        #expect(events.allSatisfy { $0.name == $0.data["type"]?.string })
        #expect(
            events.map { String($0.name.dropFirst(9)) } == [
                "created", "in_progress", "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta",
                "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done", "output_item.added", "output_item.done",
                "output_item.added", "content_part.added", "output_text.delta", "output_text.annotation.added", "output_text.done",
                "content_part.done", "content_part.added", "refusal.delta", "refusal.done", "content_part.done", "content_part.added",
                "output_text.done", "content_part.done", "output_item.done", "output_item.added", "function_call_arguments.delta",
                "function_call_arguments.done", "output_item.done", "output_item.added", "custom_tool_call_input.delta",
                "custom_tool_call_input.done", "output_item.done", "completed",
            ])
        let whole = try JSONValue.parse(Self.reply)
        #expect(events.last?.data["response"] == whole)
        #expect(events[0].data["response"]?["status"] == "in_progress" && events[0].data["response"]?["output"] == [])
        #expect(events.filter { $0.name == "response.output_item.done" }.compactMap { $0.data["item"] } == whole["output"]?.array)
        #expect(events[12].data["delta"] == "The show, 1.0 é" && events[12].data["item_id"] == "msg_1")
        #expect(events[12].data["output_index"]?.int == 2 && events[12].data["content_index"]?.int == 0)
    }

    @Test func `is a good stream to who reads one, and says the same`() throws {
        let stream = try #require(ResponsesReplay.events(of: Array(Self.reply.utf8), after: nil))
        var reader = WireKind.openaiResponses.wire.makeStreamReader(
            context: ErrorContext(provider: "p", model: "m"), nowMilliseconds: 0)
        var events = EventStreamReader()
        var failures = 0
        try events.feed(stream.span.bytes) { _, data, name in
            if reader.read(data: data, name: name).failure != nil { failures += 1 }
        }
        #expect(failures == 0 && reader.endIsProven && reader.upstreamEnded() == nil)
        #expect(reader.usage == Usage(inputTokens: 3, outputTokens: 2))
    }

    @Test(arguments: [0, 1, 12, 31, 32, 500])
    func `goes on behind the number that the client has`(number: Int) throws {
        let all = try Self.events(try #require(ResponsesReplay.events(of: Array(Self.reply.utf8), after: nil)))
        let rest = try Self.events(try #require(ResponsesReplay.events(of: Array(Self.reply.utf8), after: number)))
        #expect(rest.map(\.data) == all.dropFirst(number + 1).map(\.data))
    }

    @Test(arguments: [("incomplete", "response.incomplete"), ("failed", "response.failed"), ("completed", "response.completed")])
    func `ends as the reply did`(status: String, last: String) throws {
        let reply = #"{"id":"r","status":"\#(status)","output":[]}"#
        let events = try Self.events(try #require(ResponsesReplay.events(of: Array(reply.utf8), after: nil)))
        #expect(events.map(\.name) == ["response.created", "response.in_progress", last])
    }

    @Test(arguments: ["", "[]", "{", "{}", #"{"output":{}}"#])
    func `is none where there is no reply`(reply: String) {
        #expect(ResponsesReplay.events(of: Array(reply.utf8), after: nil) == nil)
    }

    @Test(arguments: [
        #"{"output":[1,null,[],{}]}"#, #"{"output":[{"type":"message","content":[1,{"type":"output_text","text":7}]}]}"#,
        #"{"output":[{"type":"function_call","arguments":{}}]}"#, #"{"output":[{"type":7,"id":[]}]}"#,
    ])
    func `is told whatever is in it`(reply: String) throws {
        let events = try Self.events(try #require(ResponsesReplay.events(of: Array(reply.utf8), after: nil)))
        #expect(events.last?.data["response"] == (try JSONValue.parse(reply)))
    }
}

@Suite struct `The list of what a kept reply was asked` {
    static func list(_ input: String, _ change: (inout ResponsesInputItems.Page) -> Void = { _ in }) throws -> JSONValue? {
        var page = ResponsesInputItems.Page()
        change(&page)
        return try ResponsesInputItems.list(Array(input.utf8), of: "resp_01R", page).map { try JSONValue.parse($0) }
    }

    static let three =
        #"[{"role":"user","content":"One?"},{"type":"function_call_output","call_id":"c","output":"2"},{"id":"msg_3","type":"message","role":"assistant","content":"Three."}]"#
    static let ids = ["msg_understudy_01R_in0", "fco_understudy_01R_in1", "msg_3"]

    @Test func `shows items as the API does, the last first`() throws {
        let list = try #require(try Self.list(Self.three))
        #expect(list["object"] == "list" && list["has_more"] == false)
        #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == Self.ids.reversed())
        #expect(list["first_id"] == "msg_3" && list["last_id"]?.string == Self.ids[0])
        #expect(
            list["data"]?[2] == [
                "id": "msg_understudy_01R_in0", "type": "message", "status": "completed", "role": "user",
                "content": [["type": "input_text", "text": "One?"]],
            ])
        #expect(list["data"]?[0]?["content"] == [["type": "output_text", "annotations": [], "text": "Three."]])
        #expect(list["data"]?[1] == ["id": "fco_understudy_01R_in1", "type": "function_call_output", "call_id": "c", "output": "2"])
    }

    @Test(
        arguments: [
            (1, nil, true, [0], true), (2, nil, true, [0, 1], true), (3, nil, true, [0, 1, 2], false), (1, 0, true, [1], true),
            (2, 0, true, [1, 2], false), (5, 2, true, [], false), (1, nil, false, [2], true), (1, 2, false, [1], true),
            (20, 1, false, [0], false),
        ] as [(Int, Int?, Bool, [Int], Bool)])
    func `has pages`(limit: Int, after: Int?, ascending: Bool, shown: [Int], more: Bool) throws {
        let list = try #require(
            try Self.list(Self.three) { page in
                page.limit = limit
                page.after = after.map { Self.ids[$0] }
                page.isAscending = ascending
            })
        #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == shown.map { Self.ids[$0] })
        #expect(list["has_more"]?.bool == more)
        #expect(list["first_id"]?.string == shown.first.map { Self.ids[$0] } && list["last_id"]?.string == shown.last.map { Self.ids[$0] })
    }

    @Test func `is none behind an item that is not there, and empty where nothing was asked`() throws {
        #expect(try Self.list(Self.three) { $0.after = "msg_9" } == nil)
        for input in ["[]", "", "{", "[1,\"x\",null]"] {
            let list = try #require(try Self.list(input))
            #expect(list["data"] == [] && list["first_id"] == .null && list["has_more"] == false, "\(input)")
        }
    }
}

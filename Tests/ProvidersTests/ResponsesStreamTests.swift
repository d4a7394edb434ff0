// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

func responsesReader() -> any StreamReader { responses.makeStreamReader(context: context, nowMilliseconds: now) }

/// One event's data to a new reader.
func responsesEvent(_ data: String, named name: String = "") -> StreamEvent {
    var stream = responsesReader()
    return stream.read(data: bytes(data).span.bytes, name: bytes(name).span.bytes)
}

@Suite struct `An event of a Responses stream` {
    @Test(
        arguments: [
            (#"{"type":"response.created","response":{"id":"resp_1"},"sequence_number":0}"#, []),
            (#"{"type":"response.in_progress","response":{}}"#, []), (#"{"type":"response.queued","response":{}}"#, []),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}}"#, []),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","summary":[]}}"#, []),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","name":"f"}}"#, .toolCall),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"custom_tool_call","name":"f"}}"#, .toolCall),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"computer_call"}}"#, .toolCall),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"mcp_approval_request"}}"#, .toolCall),
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"unheard_of_call"}}"#, .toolCall),
            // The provider runs these itself: nobody waits for their end.
            (#"{"type":"response.output_item.added","output_index":0,"item":{"type":"web_search_call"}}"#, .content),
            (#"{"type":"response.output_item.done","output_index":0,"item":{"type":"mcp_call"}}"#, .content),
            (#"{"type":"response.output_item.done","output_index":0,"item":{"type":"shell_call_output"}}"#, .content),
            (#"{"type":"response.output_item.done","output_index":0,"item":{"type":"compaction"}}"#, .content),
            (
                #"{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text","text":"whole"}]}}"#,
                .content
            ),
            (#"{"type":"response.content_part.added","part":{"type":"output_text","text":""}}"#, []),
            (#"{"type":"response.output_text.delta","delta":"Hi"}"#, .content),
            (#"{"type":"response.output_text.delta","delta":""}"#, []), (#"{"type":"response.refusal.delta","delta":"No."}"#, .content),
            (#"{"type":"response.reasoning_summary_text.delta","delta":"Hm"}"#, .reasoning),
            (#"{"type":"response.reasoning_text.delta","delta":"Hm"}"#, .reasoning),
            (#"{"type":"response.function_call_arguments.delta","delta":"{"}"#, .toolCall),
            (#"{"type":"response.custom_tool_call_input.delta","delta":"x"}"#, .toolCall),
            (#"{"type":"response.output_text.done","text":"Hi"}"#, []), (#"{"type":"response.brand_new","x":1}"#, []),
            (#"{"type":"response.completed","response":{"status":"completed","output":[],"error":null}}"#, .finish),
            (
                #"{"type":"response.incomplete","response":{"status":"incomplete","usage":{"input_tokens":1,"output_tokens":2}}}"#,
                [.finish, .usage]
            ),
            (#"{"\u0074ype":"response.output_text.delta","delta":"escaped"}"#, .content), ("[DONE]", .done), ("", []),
        ] as [(String, StreamEvent.Marks)])
    func `is what its type says`(data: String, marks: StreamEvent.Marks) {
        let event = responsesEvent(data)
        #expect(event.marks == marks)
        #expect(event.failure == nil)
    }

    @Test(
        arguments: [
            (#"{"type":"error","code":"rate_limit_exceeded","message":"Slow down","param":null}"#, "", "Slow down", "rate_limit_exceeded"),
            (
                #"{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"No money"}}"#, "error",
                "No money", "insufficient_quota"
            ),
            (
                #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Oh no"}}}"#, "",
                "Oh no", "server_error"
            ),
            (
                #"{"type":"response.completed","response":{"status":"failed","error":{"code":"server_error","message":"Oh no"}}}"#, "",
                "Oh no", "server_error"
            ),
            (#"{"error":{"message":"Overloaded","code":529}}"#, "", "Overloaded", "529"),
            (#"{"detail":"Unauthorized"}"#, "", "Unauthorized", nil),
            (#"{"message":"gone"}"#, "error", "gone", nil),
        ] as [(String, String, String, String?)])
    func `that is an error tells it`(data: String, name: String, message: String, code: String?) throws {
        let failure = try #require(responsesEvent(data, named: name).failure)
        #expect(failure.message == message)
        #expect(failure.code == code)
        #expect(failure.insideSuccess)
    }

    @Test(arguments: [
        "x", "[]", "3", "{}", #"{"type":7}"#, #"{"type":"response.output_text.delta"}"#,
        #"{"type":"response.output_text.delta","delta":7}"#,
        #"{"type":"response.reasoning_text.delta","delta":null}"#, #"{"type":"response.completed"}"#,
        #"{"type":"response.completed","response":[]}"#, #"{"type":"response.created","response":"r"}"#,
        #"{"type":"response.output_item.added"}"#, #"{"type":"response.output_item.added","item":{}}"#,
        #"{"type":"response.output_item.done","item":{"type":3}}"#,
        #"{"type":"response.failed","response":{"status":"failed","error":null}}"#,
    ])
    func `that breaks the grammar is malformed`(data: String) {
        guard case .malformed? = responsesEvent(data).failure?.transport else { return #expect(Bool(false), "\(data)") }
    }
}

@Suite struct `A Responses stream` {
    static let whole = """
        event: response.created
        data: {"type":"response.created","response":{"id":"resp_1","created_at":1765,"model":"gpt-5"},"sequence_number":0}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"First"}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Second"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"First"},{"type":"summary_text","text":"Second"}],"encrypted_content":"gAAA"}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1","type":"message","content":[]}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"Hé","logprobs":[]}

        event: response.output_text.annotation.added
        data: {"type":"response.output_text.annotation.added","output_index":1,"annotation":{"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":2}}

        event: response.content_part.done
        data: {"type":"response.content_part.done","output_index":1,"content_index":0,"part":{"type":"output_text","text":"Hé"}}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":1,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hé"}]}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":""}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":3,"item":{"id":"ct_1","type":"custom_tool_call","call_id":"c2","name":"g","input":""}}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\\"a\\":"}

        event: response.custom_tool_call_input.delta
        data: {"type":"response.custom_tool_call_input.delta","output_index":3,"delta":"plain"}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","output_index":2,"delta":"1}"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{\\"a\\":1}"}}

        event: response.completed
        data: {"type":"response.completed","response":{"id":"resp_1","status":"completed","model":"gpt-5","output":[],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3}}}}


        """
    static let maker = Maker(provider: "openai", wire: .openaiResponses)

    static let state = ProviderState(maker: maker, payload: #"{"id":"rs_1","encrypted_content":"gAAA"}"#)
    static let meaning = ConversationReply(
        head: ReplyHead(id: "resp_1", model: "gpt-5", created: 1765),
        choices: [
            ConversationReply.Choice(
                [
                    .thinking(Thinking("First")), .thinking(Thinking("Second", state: state)),
                    .text(Text("Hé", citations: [Citation(url: "https://a", title: "A", start: 0, end: 2)])),
                    .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"a":1}"#)),
                    .toolCall(ToolCall(id: "c2", name: "g", arguments: "plain", isFreeForm: true)),
                ], finish: .toolCalls)
        ],
        usage: Usage(inputTokens: 10, outputTokens: 7, cachedTokens: 4, cacheWriteTokens: 2, reasoningTokens: 3))

    /// What a stream means, fed in two pieces.
    static func read(_ stream: [UInt8], cutAt place: Int) throws -> ConversationReply {
        var events = EventStreamReader()
        var judge = responsesReader()
        var reader = responses.translation.makeEventReader(maker: maker)
        var assembly = ReplyAssembly()
        for piece in [stream[..<place], stream[place...]] {
            try events.feed(Array(piece).span.bytes) { _, data, name in
                if data.byteCount == 0 { return }
                #expect(judge.read(data: data, name: name).failure == nil)
                var told: [ConversationEvent] = []
                reader.read(data: data, name: name, into: &told)
                for event in told { assembly.take(event) }
            }
        }
        #expect(judge.upstreamEnded() == nil)
        return assembly.reply
    }

    @Test func `means the same wherever it is cut`() throws {
        let stream = bytes(Self.whole)
        for place in 0...stream.count { #expect(try Self.read(stream, cutAt: place) == Self.meaning) }
    }

    @Test func `means the same when written again`() throws {
        let request = bytes(#"{"model":"m","input":"Hi"}"#)
        let index = try JSONIndex(scanning: request.span.bytes)
        let reply = ReplyContext(id: "01R", created: 1, model: "m", request: Conversation(), body: request, index: index)
        var stream = Crossing(from: responses, to: responses, of: Self.maker).stream(to: reply)
        var output: [UInt8] = []
        var events = EventStreamReader()
        try events.feed(bytes(Self.whole).span.bytes) { _, data, name in stream.take(data: data, name: name, into: &output) }
        stream.end(into: &output)
        var meaning = try Self.read(output, cutAt: 0)
        #expect(meaning.head.id == "resp_01R")
        (meaning.head.id, meaning.head.serviceTier) = ("resp_1", nil)
        // The state is ours to seal: opened again it is the same.
        guard case .thinking(var thinking) = meaning.choices[0].parts[1] else { return #expect(Bool(false)) }
        let sealed = try #require(thinking.state?.payload)
        #expect(sealed.contains(Seal.seal(Self.state)))
        thinking.state = Self.state
        meaning.choices[0].parts[1] = .thinking(thinking)
        #expect(meaning == Self.meaning)
    }

    @Test(arguments: [
        ("", true), (": hello\n\n", true), ("data: {\"type\":\"response.created\",\"response\":{}}\n\n", false),
        ("data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n", false),
        ("data: {\"type\":\"response.created\",\"response\":{}}\n\ndata: [DONE]\n\n", false),
    ])
    func `without its last event is no whole reply`(stream: String, isEmpty: Bool) throws {
        var reader = responsesReader()
        var events = EventStreamReader()
        try events.feed(bytes(stream).span.bytes) { _, data, name in
            if data.byteCount > 0 { #expect(reader.read(data: data, name: name).failure == nil) }
        }
        #expect(!reader.endIsProven)
        #expect(reader.upstreamEnded()?.transport == (isEmpty ? .emptyReply : .closedEarly))
    }

    @Test(arguments: [
        (#"{"type":"response.completed","response":{"status":"completed"}}"#, "completed"),
        (#"{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}"#, "max_output_tokens"),
        (#"{"type":"response.incomplete","response":{}}"#, "incomplete"),
    ])
    func `ends with the reason that it is told`(data: String, finish: String) {
        var reader = responsesReader()
        _ = reader.read(data: bytes(data).span.bytes, name: [UInt8]().span.bytes)
        #expect(reader.endIsProven)
        #expect(reader.finish == finish)
    }

    /// Providers that tell an item only when it is done, or everything only at the end.
    @Test(arguments: [
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}"#,
        #"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}}"#,
    ])
    func `tells what came without pieces`(data: String) {
        var reader = responses.translation.makeEventReader(maker: Self.maker)
        var told: [ConversationEvent] = []
        reader.read(data: bytes(data).span.bytes, name: [UInt8]().span.bytes, into: &told)
        #expect(told.contains(ConversationEvent(.text("Hi"))))
    }
}

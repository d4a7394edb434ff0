// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private let maker = Maker(provider: "groq", wire: .openaiCompletions)

/// What a stream says, fed in `pieces`.
private func read(_ pieces: [ArraySlice<UInt8>]) throws -> [ConversationEvent] {
    var events = EventStreamReader()
    var reader = chat.translation.makeEventReader(maker: maker)
    var found: [ConversationEvent] = []
    for piece in pieces {
        try events.feed(Array(piece).span.bytes) { _, data, name in
            if data.byteCount > 0 { reader.read(data: data, name: name, into: &found) }
        }
    }
    return found
}

private func kinds(_ chunks: String...) throws -> [ConversationEvent.Kind] {
    try read([bytes(chunks.map { "data: \($0)\n\n" }.joined())[...]]).map(\.kind).filter { kind in
        if case .head = kind { return false }
        return true
    }
}

private func delta(_ members: String) -> String { #"{"choices":[{"index":0,"delta":{\#(members)}}]}"# }

private func assembled(_ events: [ConversationEvent]) -> ConversationReply {
    var assembly = ReplyAssembly()
    for event in events { assembly.take(event) }
    return assembly.reply
}

/// Events as a client gets them.
private func write(_ events: [ConversationEvent], _ request: String? = nil) throws -> String {
    var writer = chat.translation.makeEventWriter(to: try request.map { try chatContext($0) } ?? chatContext())
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    writer.end(into: &output)
    return output.text
}

private let streaming = #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}"#

@Suite struct `A chat stream that is read` {
    @Test(
        arguments: [
            (delta(#""role":"assistant","content":"""#), []), (delta(#""content":"Hi""#), [.text("Hi")]),
            (delta(#""refusal":"No.""#), [.refusal("No.")]), (delta(#""content":"","reasoning_content":"Hm""#), [.thinking("Hm")]),
            (delta(#""content":"Yes","reasoning":"Hm""#), [.thinking("Hm"), .text("Yes")]),
            (delta(#""reasoning_text":"Hm""#), [.thinking("Hm")]),
            (delta(#""reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","index":0}]"#), [.thinking("Hm")]),
            (
                delta(#""reasoning_details":[{"type":"reasoning.text","signature":"s"}]"#),
                [.thinkingState(ProviderState(maker: maker, payload: #"{"type":"reasoning.text","signature":"s"}"#)), .boundary]
            ),
            (
                delta(#""content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"Yes"}]"#),
                [.thinking("Hm"), .text("Yes")]
            ),
            (delta(#""annotations":[{"url_citation":{"url":"https://a"}}]"#), [.citation(Citation(url: "https://a"))]),
            (
                delta(#""images":[{"image_url":{"url":"data:image/png;base64,AAAA"}}]"#),
                [.media(Media(.image, .data("AAAA"), mimeType: "image/png"))]
            ),
            (#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, [.finish(.stop)]),
            (#"{"choices":[{"index":0,"message":{"content":"whole"},"finish_reason":"stop"}]}"#, [.text("whole"), .finish(.stop)]),
            (
                #"{"choices":[{"delta":{"content":"."},"finish_reason":"length"}],"usage":{"prompt_tokens":1}}"#,
                [.text("."), .finish(.length), .usage(Usage(inputTokens: 1))]
            ),
            (
                #"{"choices":[{"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":1,"completion_tokens":2}}]}"#,
                [.finish(.stop), .usage(Usage(inputTokens: 1, outputTokens: 2))]
            ),
            (#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}"#, [.usage(Usage(inputTokens: 3, outputTokens: 4))]),
            (#"{"choices":null,"x_groq":{"usage":{"prompt_tokens":3}}}"#, [.usage(Usage(inputTokens: 3))]),
            ("[DONE]", []), (#"{"choices":[],"prompt_filter_results":[]}"#, []),
        ] as [(String, [ConversationEvent.Kind])])
    func `tells what its chunks say`(chunk: String, told: [ConversationEvent.Kind]) throws { #expect(try kinds(chunk) == told) }

    @Test func `tells who speaks once, when it is known`() throws {
        let events = try read([
            bytes(
                """
                data: {"choices":[],"id":"","model":"","prompt_filter_results":[]}

                data: {"id":"i","model":"w","created":5,"choices":[{"delta":{"content":"a"}}]}

                data: {"id":"i","model":"w","created":5,"choices":[{"delta":{"content":"b"}}]}


                """)[...]
        ])
        #expect(events.map(\.kind) == [.head(ReplyHead(id: "i", model: "w", created: 5)), .text("a"), .text("b")])
    }

    /// Each row: pieces of calls, and the calls that they are.
    @Test(
        arguments: [
            // As documented.
            (
                [
                    #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
                    #"{"index":0,"function":{"arguments":"{\"x\""}}"#,
                    #"{"index":0,"function":{"arguments":":1}"}}"#, #"{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}"#,
                ], [ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#), ToolCall(id: "b", name: "g", arguments: "{}")]
            ),
            // Id and name in every piece.
            (
                [
                    #"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"#,
                    #"{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}"#,
                ],
                [ToolCall(id: "a", name: "f", arguments: "{}")]
            ),
            // No index at all.
            (
                [
                    #"{"id":"a","function":{"name":"f","arguments":"{"}}"#, #"{"function":{"arguments":"}"}}"#,
                    #"{"id":"b","function":{"name":"f","arguments":"{}"}}"#,
                ],
                [ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "f", arguments: "{}")]
            ),
            (
                [#"{"id":"a","function":{"name":"f","arguments":"{"}}"#, #"{"id":"a","function":{"arguments":"}"}}"#],
                [ToolCall(id: "a", name: "f", arguments: "{}")]
            ),
            // Index 0 for all.
            (
                [
                    #"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
                    #"{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}"#,
                ],
                [ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: "{}")]
            ),
            // Index 0 for all, and no id either.
            (
                [
                    #"{"index":0,"id":"","function":{"name":"f","arguments":"{}"}}"#,
                    #"{"index":0,"id":"","function":{"name":"g","arguments":"{}"}}"#,
                ],
                [ToolCall(id: "call_r1_0", name: "f", arguments: "{}"), ToolCall(id: "call_r1_1", name: "g", arguments: "{}")]
            ),
            (
                [#"{"index":0,"function":{"name":"f","arguments":"{"}}"#, #"{"index":0,"function":{"name":"f","arguments":"}"}}"#],
                [ToolCall(id: "call_r1_0", name: "f", arguments: "{}")]
            ),
            // An id that changes with every piece, and the name only in the first.
            (
                [#"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"#, #"{"index":0,"id":"z","function":{"arguments":"}"}}"#],
                [ToolCall(id: "a", name: "f", arguments: "{}")]
            ),
            // No id.
            ([#"{"index":0,"function":{"name":"f","arguments":"{}"}}"#], [ToolCall(id: "call_r1_0", name: "f", arguments: "{}")]),
            // An object.
            (
                [#"{"index":0,"id":"a","function":{"name":"f","arguments":{"x": 1}}}"#],
                [ToolCall(id: "a", name: "f", arguments: #"{"x": 1}"#)]
            ),
            // The name late.
            (
                [#"{"index":0,"id":"a","function":{"arguments":"{"}}"#, #"{"index":0,"function":{"name":"f","arguments":"}"}}"#],
                [ToolCall(id: "a", name: "f", arguments: "{}")]
            ),
            // Two at once, their pieces mixed.
            (
                [
                    #"{"index":0,"id":"a","function":{"name":"f","arguments":""}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}"#,
                    #"{"index":1,"function":{"arguments":"{}"}}"#, #"{"index":0,"function":{"arguments":"{}"}}"#,
                ], [ToolCall(id: "a", name: "f", arguments: "{}"), ToolCall(id: "b", name: "g", arguments: "{}")]
            ),
            (
                [#"{"index":0,"id":"a","type":"custom","custom":{"name":"g","input":"pl"}}"#, #"{"index":0,"custom":{"input":"ain"}}"#],
                [ToolCall(id: "a", name: "g", arguments: "plain", isFreeForm: true)]
            ),
            (
                [#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}"#],
                [ToolCall(id: "a", name: "f", arguments: "{}", state: ProviderState(maker: maker, payload: "s"))]
            ),
        ] as [([String], [ToolCall])])
    func `puts calls together`(pieces: [String], calls: [ToolCall]) throws {
        var stream = pieces.map { #"data: {"id":"r1","choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# + "\n\n" }.joined()
        stream += "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        let reply = assembled(try read([bytes(stream)[...]]))
        #expect(reply.choices[0].parts == calls.map(Part.toolCall))
        #expect(reply.choices[0].finish == .toolCalls)
    }

    @Test func `puts a call of the older way together`() throws {
        let told = try kinds(
            delta(#""function_call":{"name":"f","arguments":""}"#), delta(#""function_call":{"arguments":"{}"}"#),
            #"{"choices":[{"index":0,"delta":{},"finish_reason":"function_call"}]}"#)
        #expect(
            told == [.toolCall(call: 0, id: "call__0", name: "f", isFreeForm: false), .toolArguments(call: 0, "{}"), .finish(.toolCalls)])
    }

    /// Line ends, spaces and comments as odd upstreams have them; all say the same.
    @Test(arguments: [
        "data: {A}\n\ndata: {B}\n\ndata: [DONE]\n\n", "data:{A}\n\ndata:{B}\n\ndata:[DONE]\n\n", "data: {A}\r\n\r\ndata: {B}\r\n\r\n",
        "data: {A}\r\rdata: {B}\r\r", "\u{FEFF}data: {A}\n\ndata: {B}\n\n", ": keep-alive\n\ndata: {A}\n\n: x\ndata: {B}\n\n",
        "id: 7\nevent: message\nretry: 1\ndata: {A}\n\ndata: {B}\n\n", "data: {C}\n\ndata: {B}\n\n",
    ])
    func `says the same whatever its frame and its pieces`(frame: String) throws {
        let stream = bytes(
            frame.replacing("{A}", with: #"{"id":"i","choices":[{"index":0,"delta":{"role":"assistant","content":"Hé"}}]}"#)
                .replacing("{B}", with: #"{"id":"i","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":"stop"}]}"#)
                .replacing("{C}", with: "{\"id\":\"i\",\ndata: \"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":\"Hé\"}}]}"))
        let expected: [ConversationEvent.Kind] = [.head(ReplyHead(id: "i")), .text("Hé"), .finish(.stop)]
        for cut in 0...stream.count {
            let pieces = [stream[..<cut], stream[cut...]]
            #expect(try read(pieces).map(\.kind) == expected, "cut at \(cut)")
            let outcome = try StreamOutcome(pieces)
            #expect(outcome.isProven && outcome.failures.isEmpty, "cut at \(cut)")
        }
        #expect(try read(stream.indices.map { stream[$0...$0] }).map(\.kind) == expected)
    }

    @Test(arguments: [
        "openai-plain.sse", "openai-parallel-tools.sse", "openai-length.sse", "ollama-thinking-tool.sse", "groq-thinking-tool.sse",
        "mistral-thinking.sse", "azure-filtered.sse", "deepseek-thinking.sse",
    ])
    func `that a provider sent crosses to a client and back`(file: String) throws {
        let events = try read([try Fixture.bytes(file)[...]])
        let reply = assembled(events)
        let text = try write(
            events, #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true}}"#)
        let again = assembled(try read([bytes(text)[...]]))
        #expect(again.choices == reply.choices)
        #expect(again.usage == reply.usage)
        #expect(!reply.choices[0].parts.isEmpty && reply.choices[0].finish != nil)
        let outcome = try StreamOutcome(text)
        #expect(outcome.isProven && outcome.failures.isEmpty && outcome.usage == reply.usage)
    }
}

@Suite struct `A chat stream that is written` {
    private func data(_ text: String) -> [String] { text.split(separator: "\n\n").map { String($0.dropFirst(6)) } }

    @Test func `begins with the role, ends with its reason, its usage where asked, and its terminator`() throws {
        let events: [ConversationEvent.Kind] = [
            .head(ReplyHead(id: "x", model: "w", created: 5)), .text("Hi"), .text(""), .finish(.stop),
            .usage(Usage(inputTokens: 1)), .usage(Usage(outputTokens: 2)),
        ]
        let head = #"{"id":"chatcmpl-01JR","object":"chat.completion.chunk","created":5,"model":"w","choices":["#
        let plain = data(try write(events.map { ConversationEvent($0) }, streaming))
        #expect(
            plain == [
                head + #"{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
                head + #"{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}"#,
                head + #"{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
            ])
        let told = data(
            try write(
                events.map { ConversationEvent($0) },
                #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true}}"#))
        #expect(told.count == 5)
        #expect(told[1].hasSuffix(#""finish_reason":null}],"usage":null}"#))
        #expect(told[3] == head + #"],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#)
    }

    @Test func `numbers its calls and gives empty arguments an object`() throws {
        let events: [ConversationEvent.Kind] = [
            .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolArguments(call: 0, "{\"x\""), .toolArguments(call: 0, ":1}"),
            .toolCall(call: 1, id: "b", name: "g", isFreeForm: false), .finish(.toolCalls),
        ]
        let deltas = data(try write(events.map { ConversationEvent($0) }, streaming)).dropLast().map { chunk in
            (try? JSONValue.parse(bytes(chunk)))?["choices"]?[0]?["delta"].map { String(describing: $0) } ?? ""
        }
        #expect(
            deltas == [
                #"{"role":"assistant","content":""}"#,
                #"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}"#,
                #"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#, "{}",
            ])
    }

    @Test func `says why it ended once, also where nobody said`() throws {
        let calls = try write([ConversationEvent(.toolCall(call: 0, id: "a", name: "f", isFreeForm: false))], streaming)
        #expect(calls.contains(#""finish_reason":"tool_calls""#))
        let text = try write(
            [ConversationEvent(.text("x")), ConversationEvent(.finish(.length)), ConversationEvent(.finish(.stop))], streaming)
        #expect(data(text).filter { $0.contains(#""finish_reason":""#) }.count == 1)
        #expect(try write([], streaming).contains(#""finish_reason":"stop""#))
    }

    @Test func `keeps several choices apart`() throws {
        let text = try write(
            [
                ConversationEvent(.text("a")), ConversationEvent(.text("b"), choice: 1), ConversationEvent(.finish(.length), choice: 1),
                ConversationEvent(.finish(.stop)),
            ], streaming)
        let reply = assembled(try read([bytes(text)[...]]))
        #expect(reply.choices.map(\.parts) == [[.text("a")], [.text("b")]])
        #expect(reply.choices.map(\.finish) == [.stop, .length])
    }

    @Test func `seals proofs where clients send them back`() throws {
        let state = ProviderState(maker: Maker(provider: "google", wire: .openaiCompletions), payload: "proof")
        let events: [ConversationEvent.Kind] = [
            .thinking("H"), .thinking("m"), .thinkingState(state), .boundary, .thinkingState(state), .text("Yes"), .textState(state),
            .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolCallState(call: 0, state), .finish(.toolCalls),
        ]
        let text = try write(events.map { ConversationEvent($0) }, streaming)
        let seal = Seal.seal(state)
        #expect(
            text.contains(
                #""reasoning_details":[{"type":"reasoning.text","text":"Hm","signature":"\#(seal)","format":"unknown","index":0}]"#))
        #expect(text.contains(#""reasoning_details":[{"type":"reasoning.encrypted","data":"\#(seal)","format":"unknown","index":1}]"#))
        #expect(text.contains(#""delta":{"extra_content":{"google":{"thought_signature":"\#(seal)"}}}"#))
        let piece = #""tool_calls":[{"index":0,"function":{"arguments":""},"extra_content":{"google":{"thought_signature":"\#(seal)"}}}]"#
        #expect(text.contains(piece))
    }

    @Test func `answers in the client's older way`() throws {
        let events: [ConversationEvent.Kind] = [
            .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolArguments(call: 0, #"{"input":"#),
            .toolArguments(call: 0, #""plain"}"#), .finish(.toolCalls),
        ]
        let older = try write(
            events.map { ConversationEvent($0) }, #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"functions":[{"name":"f"}]}"#)
        #expect(older.contains(#""function_call":{"name":"f","arguments":""}"#) && older.contains(#""finish_reason":"function_call""#))
        #expect(!older.contains("tool_calls"))
    }

    @Test func `carries likelihoods, sources and images`() throws {
        let token = TokenLikelihood(.init(token: "A", logprob: JSONNumber(-1), bytes: [65]))
        let image = Media(.image, .data("AAAA"), mimeType: "image/png")
        let events: [ConversationEvent.Kind] = [
            .text("A"), .logprobs([token]), .citation(Citation(url: "https://a", title: "A", start: 0, end: 1)), .media(image),
            .finish(.stop),
        ]
        let reply = assembled(try read([bytes(try write(events.map { ConversationEvent($0) }, streaming))[...]]))
        #expect(reply.choices[0].logprobs == [token])
        let citation = Citation(url: "https://a", title: "A", start: 0, end: 1)
        #expect(reply.choices[0].parts == [.text(Text("A", citations: [citation])), .media(image)])
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private let maker = Maker(provider: "groq", wire: .openaiCompletions)

private func read(_ body: String) throws -> ConversationReply { try #require(chat.translation.readReply(bytes(body), maker: maker)) }

/// A reply with one choice.
private func answering(_ message: String, _ rest: String = #""finish_reason":"stop""#) throws -> ConversationReply.Choice {
    try read(#"{"choices":[{"message":{"role":"assistant",\#(message)},\#(rest)}]}"#).choices[0]
}

/// - Parameter request: The client's.
func chatContext(_ request: String = #"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#) throws -> ReplyContext {
    let body = bytes(request)
    let index = try JSONIndex(scanning: body.span.bytes)
    let shape = try chat.facts(.generate, body: body, index: index, target: PathFacts())
    let asked = try chat.translation.readRequest(body, index: index, shape: shape)
    return ReplyContext(id: "01JR", created: 1_700_000_000, model: "m", request: asked, body: body, index: index)
}

@Suite struct `A chat reply that is read` {
    @Test(
        arguments: [
            (#""content":"Yes""#, [.text("Yes")]), (#""content":"""#, []), (#""content":null,"refusal":"No.""#, [.refusal("No.")]),
            (#""content":[{"type":"text","text":"Yes"}]"#, [.text("Yes")]),
            (
                #""content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"Yes"},{"type":"reference","reference_ids":[1]}]"#,
                [.thinking(Thinking("Hm")), .text("Yes"), .foreign("reference")]
            ),
            (#""content":"<think>Hm</think>Yes""#, [.text("<think>Hm</think>Yes")]),
            (#""reasoning_content":"Hm","content":"Yes""#, [.thinking(Thinking("Hm")), .text("Yes")]),
            (#""content":"Yes","reasoning":"Hm""#, [.thinking(Thinking("Hm")), .text("Yes")]),
            (#""content":"Yes","reasoning_content":"Hm","reasoning":"Hm""#, [.thinking(Thinking("Hm")), .text("Yes")]),
            (
                #""content":"Yes","reasoning_details":[{"type":"reasoning.summary","summary":"Hm"}]"#,
                [.thinking(Thinking("Hm")), .text("Yes")]
            ),
            (
                #""content":"Yes","annotations":[{"type":"url_citation","url_citation":{"url":"https://a","title":"A","content":"q","start_index":1,"end_index":3}}]"#,
                [.text(Text("Yes", citations: [Citation(url: "https://a", title: "A", quoted: "q", start: 1, end: 3)]))]
            ),
            (
                #""content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]"#,
                [.media(Media(.image, .data("AAAA"), mimeType: "image/png"))]
            ),
            (
                #""content":null,"audio":{"id":"a","data":"AAAA","transcript":"Yes"}"#,
                [.text("Yes"), .media(Media(.audio, .data("AAAA")))]
            ),
            (
                #""content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
                [.toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#))]
            ),
            (
                #""tool_calls":[{"id":"a","function":{"name":"f","arguments":{"x": 1}}}]"#,
                [.toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x": 1}"#))]
            ),
            (
                #""tool_calls":[{"id":"a","type":"custom","custom":{"name":"g","input":"plain"}}]"#,
                [.toolCall(ToolCall(id: "a", name: "g", arguments: "plain", isFreeForm: true))]
            ),
        ] as [(String, [Part])])
    func `has its parts, thoughts first`(message: String, parts: [Part]) throws { #expect(try answering(message).parts == parts) }

    @Test func `gives a call without an id one of its own`() throws {
        let reply = try read(
            #"{"id":"chatcmpl-xyz","choices":[{"message":{"tool_calls":[{"function":{"name":"f"}},{"id":"","function":{"name":"f"}}]}}]}"#)
        let ids = reply.choices[0].parts.compactMap { part in
            if case .toolCall(let call) = part { return call.id }
            return nil
        }
        #expect(ids == ["call_chatcmplxyz_0", "call_chatcmplxyz_1"])
    }

    @Test(
        arguments: [
            (#""finish_reason":"stop""#, .stop), (#""finish_reason":"stop","stop_reason":"END""#, .stop(sequence: "END")),
            (#""finish_reason":"eos""#, .stop), (#""finish_reason":"length""#, .length),
            (#""finish_reason":"content_filter""#, .contentFilter),
            (#""finish_reason":"sensitive""#, .contentFilter), (#""finish_reason":"model_length""#, .windowFull),
            (#""finish_reason":"refusal""#, .refusal), (#""finish_reason":"boredom""#, .other("boredom")), (#""finish_reason":"""#, nil),
            (#""finish_reason":null"#, nil),
        ] as [(String, Finish?)])
    func `has its reason to end`(rest: String, finish: Finish?) throws {
        #expect(try answering(#""content":"Yes""#, rest).finish == finish)
    }

    @Test(arguments: ["stop", "tool_calls", "function_call"])
    func `ends with its calls, whatever the provider says`(reason: String) throws {
        let calls = #""tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]"#
        #expect(try answering(calls, #""finish_reason":"\#(reason)""#).finish == .toolCalls)
    }

    @Test(
        arguments: [
            (#""usage":{"prompt_tokens":3,"completion_tokens":4}"#, Usage(inputTokens: 3, outputTokens: 4)),
            (
                #""usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}"#,
                Usage(inputTokens: 9, outputTokens: 4, cachedTokens: 5, cacheWriteTokens: 2, reasoningTokens: 1)
            ),
            (
                #""usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_cache_hit_tokens":5}"#,
                Usage(inputTokens: 9, outputTokens: 4, cachedTokens: 5)
            ),
            (
                #""usage":{"prompt_tokens":9,"completion_tokens":4,"cached_tokens":5}"#,
                Usage(inputTokens: 9, outputTokens: 4, cachedTokens: 5)
            ),
            (
                #""usage":{"prompt_tokens":9,"completion_tokens":4,"num_cached_tokens":5}"#,
                Usage(inputTokens: 9, outputTokens: 4, cachedTokens: 5)
            ),
            // xAI: thinking beside the reply.
            (
                #""usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":20,"completion_tokens_details":{"reasoning_tokens":7}}"#,
                Usage(inputTokens: 9, outputTokens: 11, reasoningTokens: 7)
            ),
            (#""x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":4}}"#, Usage(inputTokens: 9, outputTokens: 4)),
            (#""usage":null"#, nil), (#""usage":{"prompt_tokens":-1}"#, nil),
        ] as [(String, Usage?)])
    func `has its usage in every spelling`(member: String, usage: Usage?) throws {
        let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],\#(member)}"#
        #expect(try read(body).usage == usage)
        let verdict = chat.readReply(status: 200, headers: [:], body: bytes(body), context: context, nowMilliseconds: now)
        #expect(verdict == .good(usage: usage, finish: "stop"))
    }

    @Test func `has its usage within a choice`() throws {
        let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop","usage":{"prompt_tokens":9,"completion_tokens":4}}]}"#
        let usage = Usage(inputTokens: 9, outputTokens: 4)
        #expect(try read(body).usage == usage)
        let verdict = chat.readReply(status: 200, headers: [:], body: bytes(body), context: context, nowMilliseconds: now)
        #expect(verdict == .good(usage: usage, finish: "stop"))
    }

    @Test func `has its choices by their index, its head, its likelihoods and its lists of sources`() throws {
        let reply = try read(
            #"""
            {"id":"i","model":"w","created":5,"service_tier":"default","citations":["https://a","https://b"],"choices":[
            {"index":1,"message":{"content":"B"},"finish_reason":"stop"},
            {"index":0,"message":{"content":"A"},"finish_reason":"length","logprobs":{"content":[
            {"token":"A","logprob":-0.50,"bytes":[65],"top_logprobs":[{"token":"B","logprob":-1,"bytes":null}]}]}}]}
            """#)
        #expect(reply.head == ReplyHead(id: "i", model: "w", created: 5, serviceTier: "default"))
        #expect(reply.choices.map(\.finish) == [.length, .stop])
        #expect(reply.choices[0].parts == [.text(Text("A", citations: [Citation(url: "https://a"), Citation(url: "https://b")]))])
        let token = try #require(reply.choices[0].logprobs.first)
        #expect(token.chosen.token == "A" && token.chosen.logprob.text == "-0.50" && token.chosen.bytes == [65])
        #expect(token.top.map(\.token) == ["B"])
        #expect(token.top.first?.bytes == nil)
    }

    @Test(arguments: ["", "[]", "{}", #"{"choices":[]}"#, #"{"choices":null}"#, #"{"choices":[{"message":"#])
    func `is none that has no choice`(body: String) { #expect(chat.translation.readReply(bytes(body), maker: maker) == nil) }
}

@Suite struct `A chat reply that is written` {
    /// As the reader has them, sealed states aside.
    static let replies: [ConversationReply] = [
        ConversationReply(choices: [.init([.text("Yes")], finish: .stop)], usage: Usage(inputTokens: 1, outputTokens: 2)),
        ConversationReply(choices: [.init([.thinking(Thinking("Hm")), .text("Yes")], finish: .stop(sequence: "#"))]),
        ConversationReply(choices: [.init([.refusal("No.")], finish: .stop)]),
        ConversationReply(choices: [.init([.text("A")], finish: .length), .init([.text("B")], finish: .contentFilter)]),
        ConversationReply(choices: [
            .init(
                [
                    .text("x"), .toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#)),
                    .toolCall(ToolCall(id: "b", name: "g", arguments: "{}")),
                ],
                finish: .toolCalls)
        ]),
        ConversationReply(choices: [
            .init([.text(Text("Yes", citations: [Citation(url: "https://a", title: "A", quoted: "q", start: 0, end: 3)]))], finish: .stop)
        ]),
        ConversationReply(choices: [.init([.media(Media(.image, .data("AAAA"), mimeType: "image/png"))], finish: .stop)]),
        ConversationReply(
            head: ReplyHead(model: "w", created: 5, serviceTier: "flex"),
            choices: [
                .init(
                    [.text("A")], finish: .stop,
                    logprobs: [
                        TokenLikelihood(
                            .init(token: "A", logprob: JSONNumber(-1), bytes: [65]), top: [.init(token: "B", logprob: JSONNumber(-2))])
                    ])
            ],
            usage: Usage(inputTokens: 9, outputTokens: 4, cachedTokens: 5, cacheWriteTokens: 2, reasoningTokens: 1)),
    ]

    @Test(arguments: replies)
    func `reads the same`(reply: ConversationReply) throws {
        let body = chat.translation.writeReply(reply, to: try chatContext())
        let again = try read(body.text)
        #expect(again.choices == reply.choices)
        #expect(again.usage == reply.usage)
        #expect(again.head.id == "chatcmpl-01JR")
        #expect(again.head.model == reply.head.model ?? "m")
        #expect(again.head.created == reply.head.created ?? 1_700_000_000)
    }

    @Test func `has every member that the API's own types ask for`() throws {
        let reply = ConversationReply(
            choices: [.init([.text("Yes")], finish: .other("boredom"))], usage: Usage(inputTokens: 1, outputTokens: 2))
        #expect(
            chat.translation.writeReply(reply, to: try chatContext()).text
                == #"{"id":"chatcmpl-01JR","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Yes","refusal":null},"logprobs":null,"finish_reason":"stop","native_finish_reason":"boredom"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
        )
    }

    @Test func `seals what another provider proved`() throws {
        let state = ProviderState(maker: Maker(provider: "google", wire: .openaiCompletions), payload: "proof")
        let reply = ConversationReply(choices: [
            .init([
                .thinking(Thinking("Hm", state: state)), .text(Text("Yes", state: state)),
                .toolCall(ToolCall(id: "a", name: "f", arguments: "", state: state)),
            ])
        ])
        let body = chat.translation.writeReply(reply, to: try chatContext()).text
        let message = try JSONValue.parse(bytes(body))["choices"]?[0]?["message"]
        let sealed = Seal.seal(state)
        #expect(message?["reasoning_content"]?.string == "Hm")
        #expect(message?["reasoning_details"]?[0]?["signature"]?.string == sealed)
        #expect(message?["extra_content"]?["google"]?["thought_signature"]?.string == sealed)
        #expect(message?["tool_calls"]?[0]?["extra_content"]?["google"]?["thought_signature"]?.string == sealed)
        #expect(message?["tool_calls"]?[0]?["function"]?["arguments"]?.string == "{}")
    }

    @Test func `puts nothing between thoughts that their maker did not write`() throws {
        let parts: [Part] = [
            .thinking(Thinking("**A**\n\n")), .thinking(Thinking("")), .thinking(Thinking("b ")), .thinking(Thinking("c")),
        ]
        let written = try JSONValue.parse(
            chat.translation.writeReply(ConversationReply(choices: [.init(parts, finish: .stop)]), to: chatContext()))
        #expect(written["choices"]?[0]?["message"]?["reasoning_content"]?.string == "**A**\n\nb c")
    }

    @Test func `answers in the client's older way`() throws {
        let call = ConversationReply(choices: [
            .init([.toolCall(ToolCall(id: "a", name: "f", arguments: #"{"input":"plain"}"#))], finish: .toolCalls)
        ])
        let older = chat.translation.writeReply(
            call, to: try chatContext(#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"functions":[{"name":"f"}]}"#)
        ).text
        #expect(older.contains(#""function_call":{"name":"f","arguments":"{\"input\":\"plain\"}"}"#))
        #expect(older.contains(#""finish_reason":"function_call""#))
    }
}

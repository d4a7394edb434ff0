// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

private func write(_ conversation: Conversation, _ target: RequestTarget) -> (body: String, lost: [String]) {
    var losses = Losses()
    let body = chat.translation.writeRequest(conversation, for: target, losses: &losses)
    return (body.text, losses.all.map(\.code))
}

private let plain = RequestTarget(provider: "somewhere", model: "m")
private let openai = RequestTarget(provider: "openai", model: "gpt-5-mini")

@Suite struct `A chat request that is written` {
    /// What is written reads the same, and nothing is noted as lost.
    @Test(arguments: [
        #""temperature":0.5,"top_p":0.9,"stop":["x"],"seed":7,"n":3,"logprobs":true,"top_logprobs":2,"verbosity":"high""#,
        #""frequency_penalty":1.5,"presence_penalty":-0.5,"logit_bias":{"1":2},"max_tokens":9,"user":"u","prompt_cache_key":"k""#,
        #""metadata":{"a":"b"},"service_tier":"priority","reasoning_effort":"low""#,
        #""response_format":{"type":"json_object"}"#, #""response_format":{"type":"text"}"#,
        #""response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}}"#,
        #""tools":[{"type":"function","function":{"name":"f","description":"F","parameters":{"a": 1},"strict":false}}],"tool_choice":"required","parallel_tool_calls":true"#,
        #""tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":{"type":"function","function":{"name":"f"}}"#,
    ])
    func `keeps its members`(members: String) throws {
        let asked = try AskedChat.asking(members)
        let (body, lost) = write(asked, plain)
        #expect(try AskedChat.read(body) == asked)
        #expect(lost.isEmpty)
    }

    @Test(arguments: [
        #"{"role":"system","content":"S"},{"role":"user","content":"A"},{"role":"system","content":"T"},{"role":"user","content":"B","name":"Ada"}"#,
        #"{"role":"user","content":[{"type":"text","text":"A"},{"type":"image_url","image_url":{"url":"https://a.b/c","detail":"high"}}]}"#,
        #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"file_id":"f"}}]}"#,
        #"{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://a.b/c.mp4"}}]}"#,
        #"{"role":"assistant","content":null,"refusal":"No."}"#,
        #"{"role":"assistant","content":"x","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"user","content":"B"}"#,
    ])
    func `keeps its turns`(messages: String) throws {
        let asked = try AskedChat.read(#"{"model":"m","messages":[\#(messages)]}"#)
        let (body, lost) = write(asked, plain)
        #expect(try AskedChat.read(body) == asked)
        #expect(lost.isEmpty)
    }

    @Test func `puts what a tool's result shows behind the results, and finds it again`() throws {
        var asked = Conversation()
        let image = Part.media(Media(.image, .data("AAAA"), mimeType: "image/png"))
        asked.turns = [
            Turn(
                .assistant,
                [.toolCall(ToolCall(id: "a", name: "f", arguments: "{}")), .toolCall(ToolCall(id: "b", name: "f", arguments: "{}"))]),
            Turn(
                .user,
                [
                    .toolResult(ToolResult(callID: "a", parts: [.text("one"), image])),
                    .toolResult(ToolResult(callID: "b", parts: [image])),
                ]),
        ]
        let (body, lost) = write(asked, plain)
        #expect(lost.isEmpty)
        #expect(
            body.contains(
                #"{"role":"tool","tool_call_id":"a","content":"one"},{"role":"tool","tool_call_id":"b","content":""},{"role":"user""#))
        #expect(try AskedChat.read(body).turns == asked.turns)
        // A person's own words stay a message of their own.
        asked.turns[1].parts.append(.text("And?"))
        #expect(try AskedChat.read(write(asked, plain).body).turns.last == Turn(.user, [.text("And?")]))
    }

    @Test(
        arguments: [
            ("openai", "gpt-4o", #""max_tokens":5"#, #""max_completion_tokens":5"#),
            ("somewhere", "o3", #""max_tokens":5"#, #""max_completion_tokens":5"#),
            ("somewhere", "llama", #""max_tokens":5"#, #""max_tokens":5"#),
            ("mistral", "mistral-large", #""seed":1"#, #""random_seed":1"#),
            ("openai", "gpt-5.2", #""reasoning_effort":"xhigh""#, #""reasoning_effort":"xhigh""#),
            ("openai", "gpt-5", #""reasoning_effort":"none""#, #""reasoning_effort":"minimal""#),
            ("openrouter", "anthropic/claude", #""reasoning_effort":"high""#, #""reasoning":{"effort":"high"}"#),
            (
                "openrouter", "anthropic/claude", #""reasoning":{"max_tokens":2000,"exclude":true}"#,
                #""reasoning":{"max_tokens":2000,"exclude":true}"#
            ),
            ("zai", "glm-4.6", #""reasoning_effort":"none""#, #""thinking":{"type":"disabled"}"#),
            ("deepseek", "deepseek-chat", #""thinking":{"type":"enabled"}"#, #""thinking":{"type":"enabled"}"#),
            ("qwen", "qwen3", #""reasoning_effort":"low""#, #""enable_thinking":true,"thinking_budget":1024"#),
            ("openrouter", "x", #""web_search_options":{}"#, #""plugins":[{"id":"web"}]"#),
            ("openai", "gpt-4o-search-preview", #""web_search_options":{}"#, #""web_search_options":{}"#),
            (
                "openai", "gpt-5", #""tools":[{"type":"custom","custom":{"name":"g"}}]"#,
                #""tools":[{"type":"custom","custom":{"name":"g"}}]"#
            ),
            (
                "somewhere", "m", #""tools":[{"type":"custom","custom":{"name":"g"}}]"#,
                #""parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"#
            ),
        ])
    func `says it in its target's words`(provider: ProviderID, model: String, member: String, expected: String) throws {
        let (body, lost) = write(try AskedChat.asking(member), RequestTarget(provider: provider, model: model))
        #expect(body.contains(expected), "\(body)")
        #expect(!lost.contains { $0.hasPrefix("foreign") })
    }

    @Test(
        arguments: [
            ("openai", #""top_k":5"#, "top_k"), ("openai", #""stop":["1","2","3","4","5"]"#, "stop: beyond 4"),
            ("openai", #""web_search_options":{}"#, "web_search"), ("somewhere", #""store":true"#, "store"),
            ("mistral", #""prompt_cache_key":"k""#, "prompt_cache_key"),
            ("somewhere", #""reasoning_effort":"max""#, "reasoning: max as high"),
            ("zai", #""reasoning":{"max_tokens":9}"#, "reasoning_budget"),
            ("somewhere", #""reasoning":{"max_tokens":9}"#, "reasoning_budget"),
        ])
    func `notes what its target has no member for`(provider: ProviderID, member: String, lost: String) throws {
        #expect(write(try AskedChat.asking(member), RequestTarget(provider: provider, model: "m")).lost == [lost])
    }

    @Test func `obeys quirks`() throws {
        var target = plain
        target.quirks.maxTokensMember = "max_completion_tokens"
        target.quirks.takesDeveloperRole = true
        target.quirks.takesStreamOptions = false
        target.quirks.takesJSONSchema = false
        target.quirks.takesStrictTools = false
        target.quirks.reasoningMember = Quirks.ReasoningMember.none
        target.quirks.wantsThoughtsBack = true
        target.quirks.toolCallIDLength = 9
        target.quirks.wantsToolResultName = true
        let asked = try AskedChat.read(
            #"""
            {"model":"m","stream":true,"max_tokens":1,"reasoning_effort":"low","messages":[{"role":"developer","content":"D"},
            {"role":"assistant","reasoning_content":"Hm","content":"x","tool_calls":[{"id":"call_1","function":{"name":"f","arguments":""}}]},
            {"role":"tool","tool_call_id":"call_1","content":"1"}],"tools":[{"type":"function","function":{"name":"f","strict":true}}],
            "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}
            """#)
        let (body, lost) = write(asked, target)
        #expect(body.contains(#""max_completion_tokens":1"#))
        #expect(body.contains(#"{"role":"developer","content":"D"}"#))
        #expect(body.hasSuffix(#","stream":true}"#))
        #expect(!body.contains("reasoning_effort") && !body.contains("strict") && !body.contains("call_1"))
        #expect(body.contains(#""reasoning_content":"Hm""#))
        #expect(body.contains(#""arguments":"{}""#))
        #expect(body.contains(#""name":"f","content":"1""#))
        #expect(body.contains(#"{"role":"system","content":"Answer with one JSON object"#))
        #expect(body.contains(#""response_format":{"type":"json_object"}"#))
        #expect(Set(lost) == ["json_schema: as an instruction", "strict_tools", "reasoning"])
    }

    @Test func `gives a provider its own proofs back, and nobody else's`() throws {
        let maker = Maker(provider: "openrouter", wire: .openaiCompletions)
        let reply = try #require(
            chat.translation.readReply(
                bytes(
                    #"{"choices":[{"message":{"content":"Yes","reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","signature":"s","format":"f","index":0},{"type":"reasoning.encrypted","data":"d","id":"r"}],"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"g"}}}]}}]}"#
                ), maker: maker))
        var conversation = Conversation()
        conversation.turns = [Turn(.assistant, reply.choices[0].parts)]
        let body = write(conversation, RequestTarget(provider: "openrouter", model: "m")).body
        #expect(
            body.contains(
                #""reasoning_details":[{"type":"reasoning.text","signature":"s","format":"f","index":0,"text":"Hm"},{"type":"reasoning.encrypted","data":"d","id":"r"}]"#
            ), "\(body)")
        #expect(body.contains(#""extra_content":{"google":{"thought_signature":"g"}}"#))
        let dropped = conversation.dropForeignStates(for: Maker(provider: "elsewhere", wire: .openaiCompletions))
        #expect(dropped)
        let other = write(conversation, plain)
        #expect(!other.body.contains("reasoning") && !other.body.contains("extra_content"))
        #expect(other.lost == ["foreign_thinking"])
    }

    @Test func `has a request to go on for a route that answers only a user, and a mark for Mistral`() throws {
        let asked = try AskedChat.read(#"{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"The"}]}"#)
        var target = plain
        target.quirks.takesPrefill = false
        #expect(
            write(asked, target).body.contains(#""content":"The"},{"role":"user","content":"Go on exactly where your last message ends"#))
        #expect(write(asked, RequestTarget(provider: "mistral", model: "m")).body.contains(#""content":"The","prefix":true}]"#))
        #expect(write(asked, plain).body.contains(#"{"role":"assistant","content":"The"}]"#))
    }

    @Test func `joins texts for a provider that takes no lists of them`() throws {
        let asked = try AskedChat.read(
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}]}"#)
        #expect(write(asked, RequestTarget(provider: "deepseek", model: "m")).body.contains(#""content":"A\n\nB""#))
    }
}

@Suite struct `Sealed states in a chat request` {
    @Test func `are opened for their maker`() throws {
        let state = ProviderState(maker: Maker(provider: "anthropic", wire: .openaiResponses), payload: "proof")
        let seal = Seal.seal(state)
        let turns = try AskedChat.saying(
            #"""
            {"role":"assistant","content":"Yes","reasoning_content":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","signature":"\#(seal)"},
            {"type":"reasoning.encrypted","data":"\#(seal)"}],"extra_content":{"google":{"thought_signature":"\#(seal)"}},
            "tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"\#(seal)"}}}]}
            """#)
        #expect(
            turns[0].parts == [
                .thinking(Thinking("Hm", state: state)), .thinking(Thinking("", state: state)), .text(Text("Yes", state: state)),
                .toolCall(ToolCall(id: "a", name: "f", arguments: "{}", state: state)),
            ])
    }

    @Test func `are taken out for a provider of this wire, and nothing else is`() throws {
        let seal = Seal.seal(nil)
        func body(_ first: String, _ second: String, _ third: String) -> String {
            #"{"model":"m","messages":[{"role":"assistant","content":"x"\#(first)},{"role":"assistant"\#(second),"tool_calls":[{"id":"a"\#(third),"function":{"name":"f"}}]}]}"#
        }
        let sealed = body(
            #","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"\#(seal)"}]"#,
            #", "reasoning_details":[{"data":"\#(seal)"}, {"type":"reasoning.text","signature":"own"}]"#,
            #","extra_content":{"google":{"thought_signature":"\#(seal)"}}"#)
        let clean = body("", #", "reasoning_details":[{"type":"reasoning.text","signature":"own"}]"#, "")
        let cleaned = chat.withoutSeals(bytes(sealed))?.text ?? ""
        #expect(try JSONValue.parse(bytes(cleaned)) == JSONValue.parse(bytes(clean)))
        #expect(chat.withoutSeals(bytes(clean)) == nil)
    }
}

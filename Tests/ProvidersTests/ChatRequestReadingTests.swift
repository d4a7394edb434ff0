// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

@Suite struct `Messages of a chat request` {
    @Test(
        arguments: [
            (#"{"role":"system","content":"Be brief."}"#, [Turn(.system, [.text("Be brief.")])]),
            (
                #"{"role":"developer","content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}"#,
                [Turn(.developer, [.text("A"), .text("B")])]
            ),
            (#"{"role":"user","content":"Hi","name":"Ada"}"#, [Turn(.user, [.text("Hi")], name: "Ada")]),
            (#"{"role":"user","content":["Hi",{"type":"input_text","text":"there"}]}"#, [Turn(.user, [.text("Hi"), .text("there")])]),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}]}"#,
                [Turn(.user, [.media(Media(.image, .data("AAAA"), mimeType: "image/png", detail: "low"))])]
            ),
            (
                #"{"role":"user","content":[{"type":"image_url","image_url":"https://a.b/c.png"}]}"#,
                [Turn(.user, [.media(Media(.image, .url("https://a.b/c.png")))])]
            ),
            (
                #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}}]}"#,
                [Turn(.user, [.media(Media(.audio, .data("AAAA"), mimeType: "audio/mpeg"))])]
            ),
            (
                #"{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA","filename":"a.pdf"}}]}"#,
                [Turn(.user, [.media(Media(.document, .data("AAAA"), mimeType: "application/pdf", fileName: "a.pdf"))])]
            ),
            (
                #"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}"#,
                [Turn(.user, [.media(Media(.document, .file("file-1")))])]
            ),
            (
                #"{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://a.b/c.mp4"}}]}"#,
                [Turn(.user, [.media(Media(.video, .url("https://a.b/c.mp4")))])]
            ),
            (#"{"role":"user","content":[{"type":"hologram"}]}"#, [Turn(.user, [.foreign("hologram")])]),
            (#"{"role":"assistant","content":null,"refusal":"No."}"#, [Turn(.assistant, [.refusal("No.")])]),
            (#"{"role":"assistant","content":[{"type":"refusal","refusal":"No."}]}"#, [Turn(.assistant, [.refusal("No.")])]),
            (
                #"{"role":"assistant","reasoning_content":"Hm","content":"Yes"}"#,
                [Turn(.assistant, [.thinking(Thinking("Hm")), .text("Yes")])]
            ),
            (
                #"{"role":"assistant","content":"Yes","reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","signature":"s"}]}"#,
                [Turn(.assistant, [.thinking(Thinking("Hm", state: ProviderState(maker: nil, payload: "s"))), .text("Yes")])]
            ),
            (
                #"{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"Yes"}]}"#,
                [Turn(.assistant, [.thinking(Thinking("Hm")), .text("Yes")])]
            ),
            (#"{"role":"assistant","content":"<think>Hm</think>Yes"}"#, [Turn(.assistant, [.text("<think>Hm</think>Yes")])]),
        ] as [(String, [Turn])])
    func `are turns`(message: String, turns: [Turn]) throws { #expect(try AskedChat.saying(message) == turns) }

    @Test func `of tools stand in one turn, joined to their calls`() throws {
        let turns = try AskedChat.saying(
            #"""
            {"role":"user","content":"Hi"},
            {"role":"assistant","content":null,"tool_calls":[
              {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
              {"id":"b","type":"custom","custom":{"name":"g","input":"plain"}},
              {"id":"c","type":"function","function":{"name":"h","arguments":{"y": 2}},"extra_content":{"google":{"thought_signature":"s"}}}]},
            {"role":"tool","tool_call_id":"a","content":"1"},
            {"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"2"}]},
            {"role":"tool","tool_call_id":"c","name":"h","content":""},
            {"role":"user","content":"And?"}
            """#)
        #expect(
            turns == [
                Turn(.user, [.text("Hi")]),
                Turn(
                    .assistant,
                    [
                        .toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x":1}"#)),
                        .toolCall(ToolCall(id: "b", name: "g", arguments: "plain", isFreeForm: true)),
                        .toolCall(ToolCall(id: "c", name: "h", arguments: #"{"y": 2}"#, state: ProviderState(maker: nil, payload: "s"))),
                    ]),
                Turn(
                    .user,
                    [
                        .toolResult(ToolResult(callID: "a", parts: [.text("1")])),
                        .toolResult(ToolResult(callID: "b", parts: [.text("2")], isFreeForm: true)),
                        .toolResult(ToolResult(callID: "c", name: "h", parts: [])),
                    ]),
                Turn(.user, [.text("And?")]),
            ])
    }

    @Test func `in the older way get ids that join them`() throws {
        let turns = try AskedChat.saying(
            #"""
            {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"1"}
            """#)
        guard case .toolCall(let call)? = turns.first?.parts.first, case .toolResult(let result)? = turns.last?.parts.first else {
            Issue.record("no call and result")
            return
        }
        #expect(call.id == result.callID)
        #expect(!call.id.isEmpty)
        #expect(result.name == "f")
    }

    @Test(
        arguments: [
            (#"{"role":"judge","content":"x"}"#, "messages[0].role"),
            (#"{"role":"tool","content":"x"}"#, "messages[0].tool_call_id"),
            (#"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f"}}]}"#, "messages[0].tool_calls[0].id"),
            (#"{"role":"assistant","tool_calls":[{"id":"a","type":"function"}]}"#, "messages[0].tool_calls[0].function"),
            (#"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":7}}]}"#, "messages[0].tool_calls[0].function.name"),
            (#"{"role":"assistant","tool_calls":["x"]}"#, "messages[0].tool_calls[0]"),
            (#"{"role":"user","content":[{"type":"text"}]}"#, "messages[0].content[0].text"),
            (#"{"role":"user","content":[{"type":"text","text":7}]}"#, "messages[0].content[0].text"),
            (#"{"role":"user","content":[{"type":"image_url"}]}"#, "messages[0].content[0].image_url"),
        ])
    func `that the API forbids are refused at their place`(message: String, path: String) throws {
        let problem = #expect(throws: RequestProblem.self) { try AskedChat.saying(message) }
        #expect(problem?.path == path)
    }
}

@Suite struct `Members of a chat request` {
    @Test func `are read into neutral values`() throws {
        let conversation = try AskedChat.asking(
            #"""
            "max_tokens":5,"max_completion_tokens":7,"temperature":0.10,"top_p":1,"top_k":40,"frequency_penalty":-1,"presence_penalty":2,"seed":3,
            "stop":["a","b"],"n":2,"logprobs":true,"top_logprobs":4,"logit_bias":{"50256":-100},"verbosity":"low","service_tier":"flex",
            "metadata":{"k":"v"},"user":"u","safety_identifier":"s","prompt_cache_key":"c","store":true,"parallel_tool_calls":false,
            "min_p":0.1,"provider":{"order":["x"]}
            """#)
        let sampling = conversation.sampling
        #expect(sampling.maxTokens == 7)
        #expect(sampling.temperature?.text == "0.10")
        #expect(sampling.topK?.int == 40)
        #expect(sampling.frequencyPenalty?.int == -1)
        #expect(sampling.presencePenalty?.int == 2)
        #expect(sampling.seed == 3)
        #expect(sampling.stop == ["a", "b"])
        #expect(sampling.choices == 2)
        #expect(sampling.logprobs == true)
        #expect(sampling.topLogprobs == 4)
        #expect(sampling.logitBias?.text == #"{"50256":-100}"#)
        #expect(sampling.verbosity == "low")
        #expect(conversation.serviceTier == .flex)
        #expect(conversation.metadata == [Conversation.Tag(name: "k", value: "v")])
        #expect(conversation.user == "s")
        #expect(conversation.cacheKey == "c")
        #expect(conversation.store == true)
        #expect(conversation.parallelToolCalls == false)
        #expect(conversation.foreign == ["min_p", "provider", "user"])
    }

    @Test(
        arguments: [
            (#""reasoning_effort":"high""#, Reasoning(effort: .high)),
            (#""reasoning_effort":"none""#, Reasoning(effort: Reasoning.Effort.none)),
            (#""reasoning":{"effort":"low","exclude":true}"#, Reasoning(effort: .low, isShown: false)),
            (#""reasoning":{"max_tokens":2000}"#, Reasoning(budget: 2000)),
            (#""reasoning":{"enabled":false}"#, Reasoning(effort: Reasoning.Effort.none)),
            (#""reasoning":{"enabled":true}"#, Reasoning()),
            (#""thinking":{"type":"enabled"}"#, Reasoning()),
            (#""thinking":{"type":"enabled"},"reasoning_effort":"max""#, Reasoning(effort: .max)),
            (#""thinking":{"type":"disabled"}"#, Reasoning(effort: Reasoning.Effort.none)),
            (#""enable_thinking":true,"thinking_budget":512"#, Reasoning(budget: 512)),
            (#""enable_thinking":false"#, Reasoning(effort: Reasoning.Effort.none)),
            (#""temperature":1"#, nil),
        ] as [(String, Reasoning?)])
    func `ask for thoughts in every provider's way`(members: String, reasoning: Reasoning?) throws {
        #expect(try AskedChat.asking(members).reasoning == reasoning)
    }

    @Test(
        arguments: [
            (#""tool_choice":"auto""#, .auto), (#""tool_choice":"none""#, ToolChoice.none), (#""tool_choice":"required""#, .required),
            (#""tool_choice":"any""#, .required), (#""tool_choice":{"type":"function","function":{"name":"f"}}"#, .tool("f")),
            (#""tool_choice":{"type":"custom","custom":{"name":"g"}}"#, .tool("g")), (#""function_call":{"name":"f"}"#, .tool("f")),
            (
                #""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}}"#,
                .oneOf(["f"], required: true)
            ),
        ] as [(String, ToolChoice)])
    func `choose among tools`(member: String, choice: ToolChoice) throws { #expect(try AskedChat.asking(member).toolChoice == choice) }

    @Test func `hold tools of all kinds`() throws {
        let conversation = try AskedChat.asking(
            #"""
            "tools":[{"type":"function","function":{"name":"f","description":"F","strict":true,"parameters":{"type": "object"}}},
            {"type":"custom","custom":{"name":"g","description":"G","format":{"type":"grammar","grammar":{}}}},{"type":"telepathy"}],
            "web_search_options":{"search_context_size":"low"}
            """#)
        #expect(
            conversation.tools == [
                .function(FunctionTool(name: "f", description: "F", schema: JSONFragment(parsing: #"{"type": "object"}"#), strict: true)),
                .function(FunctionTool(name: "g", description: "G", isFreeForm: true)), .foreign("telepathy"),
                .builtIn(.webSearch(BuiltInTool.WebSearch())),
            ])
        #expect(conversation.foreign == ["custom.format", "web_search_options.search_context_size"])
        #expect(try AskedChat.asking(#""functions":[{"name":"f"}]"#).tools == [.function(FunctionTool(name: "f"))])
    }

    @Test(
        arguments: [
            (#""tools":[{"type":"function"}]"#, "tools[0].function"),
            (#""tools":[{"type":"function","function":{}}]"#, "tools[0].function.name"),
            (#""tools":[{"type":"function","function":{"name":"f","parameters":"x"}}]"#, "tools[0].function.parameters"),
            (#""tools":[{"type":"custom"}]"#, "tools[0].custom"), (#""response_format":{}"#, "response_format.type"),
            (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
        ])
    func `that the API forbids are refused at their place`(member: String, path: String) throws {
        let problem = #expect(throws: RequestProblem.self) { try AskedChat.asking(member) }
        #expect(problem?.path == path)
    }

    @Test func `say whether a stream's usage is wanted`() throws {
        #expect(try AskedChat.asking(#""stream":true"#).wantsUsage == false)
        #expect(try AskedChat.asking(#""stream":true,"stream_options":{"include_usage":true}"#).wantsUsage)
        #expect(try AskedChat.asking(#""stream":false"#).wantsUsage)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

/// What a Responses request means.
func responsesConversation(_ body: String) throws -> Conversation {
    let body = bytes(body)
    let index = try JSONIndex(scanning: body.span.bytes)
    let shape = try responses.facts(.generate, body: body, index: index, target: PathFacts())
    return try responses.translation.readRequest(body, index: index, shape: shape)
}

func responsesBody(_ conversation: Conversation, model: String = "gpt-4.1", quirks: Quirks = Quirks()) -> (String, [String]) {
    var losses = Losses()
    let target = RequestTarget(provider: "openai", model: model, quirks: quirks)
    let body = responses.translation.writeRequest(conversation, for: target, losses: &losses)
    return (body.text, losses.all.map(\.code))
}

@Suite struct `A Responses client's request` {
    /// The items of an input, and the turns that they are.
    static let inputs: [(String, [Turn])] = [
        (#""Hi""#, [Turn(.user, [.text("Hi")])]),
        (
            #"[{"role":"developer","content":"D"},{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:image/png;base64,QUJD","detail":"low"},{"type":"input_image","image_url":"https://i/x.png"},{"type":"input_image","file_id":"file-1"}]}]"#,
            [
                Turn(.developer, [.text("D")]),
                Turn(
                    .user,
                    [
                        .text("a"), .media(Media(.image, .data("QUJD"), mimeType: "image/png", detail: "low")),
                        .media(Media(.image, .url("https://i/x.png"))), .media(Media(.image, .file("file-1"))),
                    ]),
            ]
        ),
        (
            #"[{"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,QUJD"},{"type":"input_file","file_data":"QUJD"},{"type":"input_file","file_url":"https://f"},{"type":"input_file","file_id":"file-2"}]}]"#,
            [
                Turn(
                    .user,
                    [
                        .media(Media(.document, .data("QUJD"), mimeType: "application/pdf", fileName: "a.pdf")),
                        .media(Media(.document, .data("QUJD"), mimeType: "application/pdf")), .media(Media(.document, .url("https://f"))),
                        .media(Media(.document, .file("file-2"))),
                    ])
            ]
        ),
        (
            #"[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"gA"},{"type":"message","role":"assistant","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"x","annotations":[{"type":"url_citation","url":"u","title":"T","start_index":0,"end_index":1},{"type":"file_citation","file_id":"f"}]},{"type":"refusal","refusal":"no"}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"custom_tool_call","call_id":"c2","name":"g","input":"i"},{"type":"function_call_output","call_id":"c1","output":"o"},{"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"p"},{"type":"input_image","image_url":"https://i"}]},{"role":"user","content":"n"}]"#,
            [
                Turn(
                    .assistant,
                    [
                        .thinking(Thinking("t", state: ProviderState(maker: nil, payload: "gA"))),
                        .text(Text("x", citations: [Citation(url: "u", title: "T", start: 0, end: 1)])), .refusal("no"),
                        .toolCall(ToolCall(id: "c1", name: "f", arguments: "{}")),
                        .toolCall(ToolCall(id: "c2", name: "g", arguments: "i", isFreeForm: true)),
                    ]),
                Turn(
                    .user,
                    [
                        .toolResult(ToolResult(callID: "c1", parts: [.text("o")])),
                        .toolResult(
                            ToolResult(callID: "c2", parts: [.text("p"), .media(Media(.image, .url("https://i")))], isFreeForm: true)),
                    ]), Turn(.user, [.text("n")]),
            ]
        ),
        (
            #"[{"type":"web_search_call","id":"ws_1"},{"id":"msg_9"},{"type":"computer_call_output","call_id":"c","output":{}}]"#,
            [Turn(.assistant, [.foreign("web_search_call"), .foreign("item_reference")]), Turn(.user, [.foreign("computer_call_output")])]
        ),
    ]

    @Test(arguments: inputs)
    func `is the turns that its items are`(input: String, turns: [Turn]) throws {
        #expect(try responsesConversation(#"{"model":"m","input":\#(input)}"#).turns == turns)
    }

    @Test func `says how it wants its answer`() throws {
        let asked = try responsesConversation(
            #"""
            {"model":"m","input":"Hi","instructions":"I","temperature":0.20,"top_p":1,"max_output_tokens":7,"top_logprobs":3,
             "parallel_tool_calls":false,"text":{"verbosity":"low","format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
             "reasoning":{"effort":"xhigh","summary":"detailed"},"metadata":{"a":"b"},"store":false,"user":"u","prompt_cache_key":"k",
             "service_tier":"default","include":["reasoning.encrypted_content","file_search_call.results"],"truncation":"auto","prompt":{"id":"p"}}
            """#)
        #expect(asked.turns.first == Turn(.system, [.text("I")]))
        #expect(asked.sampling.temperature?.text == "0.20")
        #expect(asked.sampling.maxTokens == 7)
        #expect(asked.sampling.logprobs == true)
        #expect(asked.sampling.topLogprobs == 3)
        #expect(asked.sampling.verbosity == "low")
        #expect(asked.parallelToolCalls == false)
        #expect(
            asked.output
                == .schema(OutputFormat.Schema(name: "n", schema: try #require(JSONFragment(parsing: #"{"type":"object"}"#)), strict: true))
        )
        #expect(asked.reasoning == Reasoning(effort: .xhigh, isShown: true, summary: "detailed"))
        #expect(asked.metadata == [Conversation.Tag(name: "a", value: "b")])
        #expect((asked.store, asked.user, asked.cacheKey, asked.serviceTier) == (false, "u", "k", .standard))
        #expect(asked.foreign == ["include: file_search_call.results", "truncation", "prompt"])
    }

    @Test(
        arguments: [
            (#"{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":false}"#, false),
            // Strict unless it says otherwise, where the schema is fit for that.
            (
                #"{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}"#,
                true
            ),
            (#"{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}"#, nil),
            (
                #"{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"object","properties":{}}},"required":["a"],"additionalProperties":false},"strict":null}"#,
                nil
            ),
            (
                #"{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}}"#,
                nil
            ),
        ] as [(String, Bool?)])
    func `holds a function to its schema`(tool: String, strict: Bool?) throws {
        let asked = try responsesConversation(#"{"model":"m","input":"Hi","tools":[\#(tool)]}"#)
        guard case .function(let function)? = asked.tools.first else { return #expect(Bool(false)) }
        #expect(function.strict == strict)
        // Written again it always says so: left out, every function would be strict.
        #expect(responsesBody(asked).0.contains(#""strict":\#(strict ?? false)"#))
    }

    @Test(arguments: [
        (#"{"type":"custom","name":"g","description":"d"}"#, Tool.function(FunctionTool(name: "g", description: "d", isFreeForm: true))),
        (#"{"type":"function","name":"f","parameters":null}"#, .function(FunctionTool(name: "f"))),
        (#"{"type":"web_search"}"#, .builtIn(.webSearch(BuiltInTool.WebSearch()))),
        (#"{"type":"web_search_preview"}"#, .builtIn(.webSearch(BuiltInTool.WebSearch()))),
        (#"{"type":"code_interpreter","container":{"type":"auto"}}"#, .builtIn(.codeExecution)),
        (#"{"type":"file_search","vector_store_ids":["v"]}"#, .foreign("file_search")), (#"{"type":"mcp"}"#, .foreign("mcp")),
        (#"{"type":"local_shell"}"#, .foreign("local_shell")), (#"{"type":"image_generation"}"#, .foreign("image_generation")),
        (#"{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}"#, .function(FunctionTool(name: "f"))),
    ])
    func `has tools of many kinds`(tool: String, read: Tool) throws {
        #expect(try responsesConversation(#"{"model":"m","input":"Hi","tools":[\#(tool)]}"#).tools == [read])
        let late =
            #"{"model":"m","input":[{"role":"user","content":"Hi"},{"type":"additional_tools","role":"developer","tools":[\#(tool)]}]}"#
        #expect(try responsesConversation(late).tools == [read])
    }

    @Test(
        arguments: [
            (#""auto""#, ToolChoice.auto), (#""none""#, ToolChoice.none), (#""required""#, .required),
            (#"{"type":"function","name":"f"}"#, .tool("f")), (#"{"type":"custom","name":"g"}"#, .tool("g")),
            (#"{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}"#, .oneOf(["f"], required: true)),
            (#"{"type":"file_search"}"#, nil),
        ] as [(String, ToolChoice?)])
    func `chooses among them`(choice: String, read: ToolChoice?) throws {
        let asked = try responsesConversation(
            #"{"model":"m","input":"Hi","tools":[{"type":"function","name":"f"},{"type":"custom","name":"g"}],"tool_choice":\#(choice)}"#)
        #expect(asked.toolChoice == read)
        #expect(asked.foreign == (read == nil ? ["tool_choice"] : []))
        if read != nil { #expect(responsesBody(asked).0.contains(#""tool_choice":\#(choice)"#)) }
    }

    @Test(arguments: [
        (#"{"model":"m","input":[{"role":"robot","content":"x"}]}"#, "input[0].role"),
        (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]}"#, "input[0].content[0].text"),
        (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]}"#, "input[0].content[0].image_url"),
        (#"{"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]}"#, "input[0].content[0].file_id"),
        (#"{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}"#, "text.format.schema"),
    ])
    func `that cannot be understood is refused at its member`(body: String, path: String) {
        let problem = #expect(throws: RequestProblem.self) { try responsesConversation(body) }
        #expect(problem?.path == path)
    }

    @Test func `brings back what we sealed for it`() throws {
        let state = ProviderState(
            maker: Maker(provider: "openai", wire: .openaiResponses), payload: #"{"id":"rs_1","encrypted_content":"gA"}"#)
        let asked = try responsesConversation(
            #"{"model":"m","input":[{"type":"reasoning","id":"rs_understudy_1_0","summary":[],"encrypted_content":"\#(Seal.seal(state))"},{"type":"reasoning","id":"rs_understudy_1_1","summary":[],"encrypted_content":"\#(Seal.seal(nil))"},{"role":"user","content":"Hi"}]}"#
        )
        #expect(asked.turns.first == Turn(.assistant, [.thinking(Thinking("", state: state))]))
        #expect(
            responsesBody(asked).0.contains(#"{"type":"reasoning","summary":[],"id":"rs_1","encrypted_content":"gA"}"#))
    }
}

@Suite struct `A request written for the Responses API` {
    @Test(arguments: `A Responses client's request`.inputs.dropLast())
    func `reads back as what it was`(input: String, turns: [Turn]) throws {
        var conversation = Conversation()
        conversation.turns = turns
        // What the client's own provider encrypted is for nobody else.
        _ = conversation.dropForeignStates(for: Maker(provider: "p", wire: .openaiResponses))
        let (body, losses) = responsesBody(conversation)
        #expect(losses == [])
        let read = try responsesConversation(body)
        let shown = conversation.turns.map { turn in
            Turn(
                turn.role,
                turn.parts.compactMap { part in
                    switch part {
                    case .thinking: return nil
                    case .media(var media) where media.kind == .document && media.fileName == nil:
                        if case .data = media.source { media.fileName = "document.pdf" }
                        return .media(media)
                    default: return part
                    }
                })
        }
        #expect(read.turns == shown)
        #expect(read.store == false)
    }

    @Test func `says everything that the API has a member for`() throws {
        var asked = Conversation()
        asked.turns = [Turn(.system, [.text("S")]), Turn(.user, [.text("Hi")]), Turn(.developer, [.text("D")])]
        asked.tools = [
            .function(FunctionTool(name: "f", description: "d", schema: JSONFragment(parsing: #"{"type":"object"}"#), strict: true)),
            .function(FunctionTool(name: "g", isFreeForm: true)), .builtIn(.webSearch(BuiltInTool.WebSearch())), .builtIn(.codeExecution),
        ]
        asked.toolChoice = .oneOf(["f", "g"], required: false)
        asked.parallelToolCalls = true
        asked.output = .json
        asked.sampling.maxTokens = 9
        asked.sampling.temperature = JSONNumber(1)
        asked.sampling.topP = JSONNumber(0.5)
        asked.sampling.logprobs = true
        asked.sampling.topLogprobs = 2
        asked.sampling.verbosity = "high"
        asked.reasoning = Reasoning(effort: .low, isShown: true, summary: "auto")
        asked.streaming = true
        asked.user = "u"
        asked.cacheKey = "k"
        asked.serviceTier = .flex
        asked.metadata = [Conversation.Tag(name: "a", value: "b")]
        asked.store = true
        let (body, losses) = responsesBody(asked)
        #expect(losses == [])
        let value = try JSONValue.parse(body)
        #expect(value["include"] == .array(["reasoning.encrypted_content", "message.output_text.logprobs"]))
        var read = try responsesConversation(body)
        read.tools[0] = asked.tools[0]
        #expect(read == asked)
    }

    @Test(arguments: [
        (Reasoning(effort: Reasoning.Effort.none), #""reasoning":{"effort":"none"}"#, []),
        (Reasoning(budget: 0), #""reasoning":{"effort":"none"}"#, []),
        (Reasoning(budget: 8000, isShown: true), #""reasoning":{"effort":"medium","summary":"auto"}"#, ["reasoning_budget"]),
        (Reasoning(effort: .max), #""reasoning":{"effort":"max"}"#, []), (Reasoning(isShown: false), #""include":["#, []),
    ])
    func `asks for thought in words`(reasoning: Reasoning, text: String, losses: [String]) {
        var asked = Conversation()
        asked.turns = [Turn(.user, [.text("Hi")])]
        asked.reasoning = reasoning
        let (body, lost) = responsesBody(asked)
        #expect(body.contains(text))
        #expect(lost == losses)
    }

    @Test func `leaves out what only somebody else could read`() {
        var asked = Conversation()
        asked.turns = [
            Turn(.user, [.text("Hi"), .media(Media(.document, .file("abc")))]),
            Turn(.assistant, [.thinking(Thinking("foreign")), .text("x"), .media(Media(.image, .data("QUJD"), mimeType: "image/png"))]),
            Turn(.user, [.foreign("container_upload"), .text("y")]),
        ]
        let (body, lost) = responsesBody(asked)
        #expect(
            body
                == #"{"model":"gpt-4.1","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]},{"type":"message","role":"assistant","content":"x"},{"type":"message","role":"user","content":"y"}],"store":false,"stream":false}"#
        )
        #expect(lost == ["file_id: abc", "media_output"])
        var quirks = Quirks()
        quirks.wantsThoughtsBack = true
        #expect(
            responsesBody(asked, quirks: quirks).0.contains(
                #"{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"foreign"}]}"#))
    }

    @Test func `has an input though there are only instructions`() {
        var asked = Conversation()
        asked.turns = [Turn(.system, [.text("S")])]
        #expect(responsesBody(asked).0.contains(#""input":[{"type":"message","role":"system","content":"S"}]"#))
    }

    @Test func `has ids of calls that fit, the same in call and result`() throws {
        let long = String(repeating: "x", count: 90)
        var asked = Conversation()
        asked.turns = [
            Turn(
                .assistant,
                [.toolCall(ToolCall(id: long, name: "f", arguments: "")), .toolCall(ToolCall(id: long + "y", name: "f", arguments: "{}"))]),
            Turn(.user, [.toolResult(ToolResult(callID: long, parts: []))]),
        ]
        let read = try responsesConversation(responsesBody(asked).0)
        guard case .toolCall(let call) = read.turns[0].parts[0], case .toolCall(let other) = read.turns[0].parts[1],
            case .toolResult(let result) = read.turns[1].parts[0]
        else { return #expect(Bool(false)) }
        #expect(call.id == result.callID && call.id.utf8.count <= 64 && call.id != other.id)
        #expect(call.arguments == "{}")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

let googleMaker = Maker(provider: "google", wire: .googleGenerativeAI)

func googleConversation(_ body: String, model: String = "gemini-3-flash") throws -> Conversation {
    let body = bytes(body)
    let index = try JSONIndex(scanning: body.span.bytes)
    let shape = try google.facts(.generate, body: body, index: index, target: PathFacts(model: model, streaming: false))
    return try google.translation.readRequest(body, index: index, shape: shape)
}

func googleRequest(_ conversation: Conversation, model: String = "gemini-3-flash") -> (body: String, lost: [String]) {
    var losses = Losses()
    let target = RequestTarget(provider: "google", model: model)
    let body = google.translation.writeRequest(conversation, for: target, losses: &losses)
    return (body.text, losses.all.map(\.code))
}

@Suite struct `A request read from Google's wire` {
    @Test func `has its turns in order`() throws {
        let conversation = try googleConversation(
            #"""
            {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[
              {"role":"user","parts":[{"text":"Look:"},{"inlineData":{"mimeType":"image/png","data":"aGk="}},
                {"fileData":{"mimeType":"application/pdf","fileUri":"https://x.example/a.pdf"}},
                {"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}]},
              {"role":"model","parts":[{"text":"Hm","thought":true,"thoughtSignature":"sig"},{"text":"So."},
                {"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"id":"c2","name":"g"}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"c2","name":"g","response":{"error":"no"}}},
                {"functionResponse":{"name":"f","response":{"output":"yes"}}}]},
              {"role":"user","parts":[{"executableCode":{"code":"1"}}]}]}
            """#)
        let id = GoogleCallIDs.make(seed: "", name: "f", ordinal: 0)
        #expect(
            conversation.turns == [
                Turn(.system, [.text("Be brief.")]),
                Turn(
                    .user,
                    [
                        .text("Look:"), .media(Media(.image, .data("aGk="), mimeType: "image/png")),
                        .media(Media(.document, .url("https://x.example/a.pdf"), mimeType: "application/pdf")),
                        .media(Media(.document, .file("https://generativelanguage.googleapis.com/v1beta/files/abc"))),
                    ]),
                Turn(
                    .assistant,
                    [
                        .thinking(Thinking("Hm", state: ProviderState(maker: nil, payload: "sig"))), .text("So."),
                        .toolCall(ToolCall(id: id, name: "f", arguments: #"{"a":1}"#)),
                        .toolCall(ToolCall(id: "c2", name: "g", arguments: "{}")),
                    ]),
                Turn(
                    .user,
                    [
                        .toolResult(ToolResult(callID: "c2", name: "g", parts: [.text("no")], isError: true)),
                        .toolResult(ToolResult(callID: id, name: "f", parts: [.text("yes")])),
                    ]),
                Turn(.user, [.foreign("executableCode")]),
            ])
    }

    @Test func `joins results to calls of one name in their order`() throws {
        let conversation = try googleConversation(
            #"""
            {"contents":[{"parts":[{"text":"?"}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},{"functionCall":{"name":"f","args":{"n":2}}}]},
              {"role":"function","parts":[{"functionResponse":{"name":"f","response":{"output":"1"}}},{"functionResponse":{"name":"f","response":{"output":"2"}}}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}}]},
              {"role":"function","parts":[{"functionResponse":{"name":"f","response":{"output":"3"}}}]}]}
            """#)
        var calls: [String] = []
        var results: [String: String] = [:]
        for part in conversation.turns.flatMap(\.parts) {
            if case .toolCall(let call) = part { calls.append(call.id) }
            if case .toolResult(let result) = part { results[result.callID] = result.text }
        }
        #expect(Set(calls).count == 3)
        #expect(calls.map { results[$0] } == ["1", "2", "3"])
    }

    @Test func `puts a streamed answer together that came back in chunks`() throws {
        let seal = Seal.seal(ProviderState(maker: Maker(provider: "anthropic", wire: .openaiCompletions), payload: "proof"))
        let conversation = try googleConversation(
            #"""
            {"contents":[{"role":"user","parts":[{"text":"?"}]},
              {"role":"model","parts":[{"text":"Let me ","thought":true}]},{"role":"model","parts":[{"text":"see.","thought":true}]},
              {"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"\#(seal)"}]},
              {"role":"model","parts":[{"text":"It "}]},{"role":"model","parts":[{"text":"is."}]},
              {"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"}]},
              {"role":"model","parts":[{"text":""}]}]}
            """#)
        let state = ProviderState(maker: Maker(provider: "anthropic", wire: .openaiCompletions), payload: "proof")
        #expect(
            conversation.turns == [
                Turn(.user, [.text("?")]),
                Turn(
                    .assistant,
                    [
                        .thinking(Thinking("Let me see.", state: state)), .text("It is."),
                        .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
                    ]),
            ])
    }

    @Test func `keeps a signature with the text before it`() throws {
        let conversation = try googleConversation(
            #"{"contents":[{"role":"model","parts":[{"text":"a"},{"text":"","thoughtSignature":"s"}]},{"role":"user","parts":[{"text":"b"}]},{"role":"model","parts":[{"thoughtSignature":"t"}]}]}"#
        )
        let s = ProviderState(maker: nil, payload: "s")
        #expect(conversation.turns[0].parts == [.text(Text("a", state: s))])
        #expect(conversation.turns[2].parts == [.thinking(Thinking("", state: ProviderState(maker: nil, payload: "t")))])
    }

    @Test func `has all that steers the answer, in either spelling`() throws {
        let conversation = try googleConversation(
            #"""
            {"contents":[{"parts":[{"text":"x"}]}],"generation_config":{"max_output_tokens":9,"temperature":0.50,"topP":1,"top_k":40,
              "presencePenalty":-1,"frequency_penalty":1.5,"seed":7,"stopSequences":["a","b"],"candidateCount":2,"response_logprobs":true,
              "logprobs":3,"thinking_config":{"include_thoughts":true,"thinkingBudget":1024,"thinking_level":"LOW"},"responseModalities":["TEXT"],
              "response_mime_type":"application/json","mediaResolution":"MEDIA_RESOLUTION_LOW"},"service_tier":"FLEX",
              "safetySettings":[{"category":"x"}],"labels":{"a":"b"},"cachedContent":"cachedContents/1"}
            """#)
        var sampling = Sampling()
        sampling.maxTokens = 9
        sampling.topK = JSONNumber(40)
        sampling.topP = JSONNumber(1)
        sampling.presencePenalty = JSONNumber(-1)
        sampling.seed = 7
        sampling.stop = ["a", "b"]
        sampling.choices = 2
        sampling.logprobs = true
        sampling.topLogprobs = 3
        sampling.temperature = conversation.sampling.temperature
        sampling.frequencyPenalty = conversation.sampling.frequencyPenalty
        #expect(conversation.sampling == sampling)
        #expect(conversation.sampling.temperature?.text == "0.50")
        #expect(conversation.sampling.frequencyPenalty?.text == "1.5")
        #expect(conversation.reasoning == Reasoning(effort: .low, budget: 1024, isShown: true))
        #expect(conversation.output == .json)
        #expect(conversation.serviceTier == .flex)
        #expect(conversation.foreign == ["generationConfig.mediaResolution", "safetySettings", "labels", "cachedContent"])
    }

    @Test(
        arguments: [
            (#"{"mode":"AUTO"}"#, ToolChoice.auto), (#"{"mode":"VALIDATED"}"#, .auto), (#"{"mode":"none"}"#, ToolChoice.none),
            (#"{"mode":"ANY"}"#, .required), (#"{"mode":"ANY","allowed_function_names":["f"]}"#, .tool("f")),
            (#"{"mode":"ANY","allowedFunctionNames":["f","g"]}"#, .oneOf(["f", "g"], required: true)),
            (#"{"mode":"VALIDATED","allowedFunctionNames":["f"]}"#, .oneOf(["f"], required: false)), (#"{"mode":"MODE_UNSPECIFIED"}"#, nil),
        ] as [(String, ToolChoice?)])
    func `says how tools are chosen`(config: String, choice: ToolChoice?) throws {
        let conversation = try googleConversation(
            #"{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"function_calling_config":\#(config)}}"#)
        #expect(conversation.toolChoice == choice)
    }

    @Test func `has its tools`() throws {
        let conversation = try googleConversation(
            #"""
            {"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[
               {"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true,"enum":["x"]},"type":{"type":"INTEGER","format":"int32"}},"required":["a"],"propertyOrdering":["a"]}},
               {"name":"g","parametersJsonSchema":{"type":"object","x":1.0}},{"name":"h"}]},
              {"google_search":{}},{"codeExecution":{},"urlContext":{}},{"googleMaps":{}}]}
            """#)
        let schema =
            #"{"type":"object","properties":{"a":{"type":["string","null"],"enum":["x",null]},"type":{"type":"integer","format":"int32"}},"required":["a"]}"#
        #expect(
            conversation.tools == [
                .function(FunctionTool(name: "f", description: "d", schema: JSONFragment(parsing: schema))),
                .function(FunctionTool(name: "g", schema: JSONFragment(parsing: #"{"type":"object","x":1.0}"#))),
                .function(FunctionTool(name: "h")), .builtIn(.webSearch(BuiltInTool.WebSearch())), .builtIn(.codeExecution),
                .builtIn(.webFetch), .foreign("googleMaps"),
            ])
    }

    @Test(arguments: [
        (#"{"type":"STRING"}"#, #"{"type":"string"}"#),
        (
            #"{"anyOf":[{"type":"STRING"},{"type":"NUMBER"}],"nullable":true}"#,
            #"{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}"#
        ),
        (
            #"{"type":"ARRAY","items":{"type":"BOOLEAN"},"minItems":"2","max_items":3}"#,
            #"{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":3}"#
        ),
        (#"{"type":"STRING","format":"enum","enum":["A"]}"#, #"{"type":"string","enum":["A"]}"#),
        (#"{"type":"TYPE_UNSPECIFIED","example":{"type":"OBJECT"}}"#, #"{"examples":[{"type":"OBJECT"}]}"#),
        (
            #"{"type":"object","properties":{"nullable":{"type":"string"}},"additionalProperties":false}"#,
            #"{"type":"object","properties":{"nullable":{"type":"string"}},"additionalProperties":false}"#
        ),
        (##"{"defs":{"A":{"type":"OBJECT"}},"ref":"#/$defs/A"}"##, ##"{"$defs":{"A":{"type":"object"}},"$ref":"#/$defs/A"}"##),
    ])
    func `has schemas in Google's dialect as JSON Schema`(dialect: String, standard: String) throws {
        let conversation = try googleConversation(
            #"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseSchema":\#(dialect)}}"#)
        guard case .schema(let format)? = conversation.output else {
            Issue.record("no schema")
            return
        }
        #expect(format.schema.text == standard)
    }
}

@Suite struct `A request written for Google` {
    @Test func `is the whole conversation`() throws {
        var conversation = Conversation()
        let state = ProviderState(maker: googleMaker, payload: "sig")
        conversation.turns = [
            Turn(.system, [.text("Be brief.")]), Turn(.user, [.text("Look:"), .media(Media(.image, .data("iVBORw0"), mimeType: ""))]),
            Turn(.assistant, [.thinking(Thinking("Hm"))]),
            Turn(
                .assistant,
                [
                    .toolCall(ToolCall(id: "c1", name: "f", arguments: #"{"a": 1}"#, state: state)),
                    .toolCall(ToolCall(id: "c2", name: "g", arguments: "plain", isFreeForm: true)),
                ]),
            Turn(.user, [.text("Now?"), .toolResult(ToolResult(callID: "c1", parts: [.text(#"{"x":1}"#)]))]),
            Turn(.user, [.toolResult(ToolResult(callID: "c2", parts: [.text("bad")], isError: true))]),
            Turn(.developer, [.text("And kind.")]),
        ]
        conversation.tools = [.function(FunctionTool(name: "f", description: "d", schema: .emptyObject)), .builtIn(.codeExecution)]
        conversation.toolChoice = .tool("f")
        conversation.sampling.maxTokens = 5
        conversation.sampling.seed = 1 << 40 | 3
        conversation.sampling.stop = ["1", "2", "3", "4", "5", "6"]
        conversation.reasoning = Reasoning(effort: .high)
        let (body, lost) = googleRequest(conversation)
        #expect(
            body
                == #"{"contents":[{"role":"user","parts":[{"text":"Look:"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0"}}]},{"role":"model","parts":[{"text":"Hm","thought":true},{"functionCall":{"id":"c1","name":"f","args":{"a": 1}},"thoughtSignature":"sig"},{"functionCall":{"id":"c2","name":"g","args":{"input":"plain"}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"x":1}}},{"functionResponse":{"id":"c2","name":"g","response":{"error":"bad"}}}]},{"role":"user","parts":[{"text":"Now?"}]}],"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"And kind."}]},"tools":[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{}}]},{"codeExecution":{}}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]},"includeServerSideToolInvocations":true},"generationConfig":{"maxOutputTokens":5,"seed":3,"stopSequences":["1","2","3","4","5"],"thinkingConfig":{"thinkingLevel":"high"}}}"#
        )
        #expect(lost == ["stop: more than 5"])
    }

    @Test func `signs calls that others made, for models that insist on it`() {
        var conversation = Conversation()
        conversation.turns = [
            Turn(.user, [.text("?")]),
            Turn(
                .assistant,
                [.toolCall(ToolCall(id: "a", name: "f", arguments: "")), .toolCall(ToolCall(id: "b", name: "f", arguments: ""))]),
        ]
        for (model, count) in [
            ("gemini-3-pro-preview", 1), ("models/gemini-3.5-flash", 1), ("gemini-flash-latest", 1), ("gemini-2.5-pro", 0),
            ("gemini-1.5-flash", 0),
            ("gemma-3-27b-it", 0),
        ] {
            let body = googleRequest(conversation, model: model).body
            #expect(body.split(separator: "skip_thought_signature_validator").count - 1 == count, "\(model)")
            #expect(body.contains(#""name":"f","args":{}"#))
        }
    }

    @Test(arguments: [
        ("gemini-3-flash", Reasoning(effort: .medium), #"{"thinkingLevel":"medium"}"#, []),
        ("gemini-3-flash", Reasoning(effort: Reasoning.Effort.none), #"{"thinkingLevel":"minimal"}"#, []),
        ("gemini-3-pro", Reasoning(budget: 0), #"{"thinkingLevel":"low"}"#, ["reasoning: none as low"]),
        ("gemini-3-pro", Reasoning(budget: 2000, isShown: true), #"{"includeThoughts":true,"thinkingBudget":2000}"#, []),
        ("gemini-2.5-flash", Reasoning(effort: .low), #"{"thinkingBudget":1024}"#, []),
        ("gemini-2.5-flash", Reasoning(effort: Reasoning.Effort.none), #"{"thinkingBudget":0}"#, []),
        ("gemini-2.5-pro", Reasoning(budget: 0), #"{"thinkingBudget":128}"#, ["reasoning_budget: 0 as 128"]),
        ("gemini-2.5-pro", Reasoning(budget: -1, isShown: false), #"{"includeThoughts":false,"thinkingBudget":-1}"#, []),
        ("gemini-2.5-pro", Reasoning(summary: "auto"), #"{"includeThoughts":true}"#, []),
        ("gemini-3-flash", Reasoning(effort: .xhigh), #"{"thinkingLevel":"high"}"#, ["reasoning: xhigh as high"]),
        ("gemini-2.5-flash", Reasoning(effort: .xhigh), #"{"thinkingBudget":24576}"#, ["reasoning_budget: 32768 as 24576"]),
        ("gemini-2.5-pro", Reasoning(effort: .xhigh), #"{"thinkingBudget":32768}"#, []),
        ("gemini-2.5-flash-lite", Reasoning(budget: 100), #"{"thinkingBudget":512}"#, ["reasoning_budget: 100 as 512"]),
        ("gemini-2.5-flash", Reasoning(budget: 100), #"{"thinkingBudget":100}"#, []),
    ])
    func `asks for thinking as the model takes it`(model: String, reasoning: Reasoning, config: String, losses: [String]) {
        var conversation = Conversation()
        conversation.turns = [Turn(.user, [.text("?")])]
        conversation.reasoning = reasoning
        let (body, lost) = googleRequest(conversation, model: model)
        #expect(body.contains(#""thinkingConfig":\#(config)"#))
        #expect(lost == losses)
    }

    @Test func `notes what the target does not take`() {
        var conversation = Conversation()
        conversation.turns = [
            Turn(
                .user,
                [
                    .media(Media(.image, .url("https://x.example/a.png"))), .media(Media(.document, .file("file-abc"))),
                    .media(Media(.image, .url("data:image/gif;base64,R0lG"))), .media(Media(.document, .text("é"))),
                ])
        ]
        conversation.reasoning = Reasoning(effort: .high)
        conversation.sampling.choices = 12
        conversation.serviceTier = .other("scale")
        var search = BuiltInTool.WebSearch()
        search.maxUses = 3
        search.allowedDomains = ["a.example"]
        conversation.tools = [.builtIn(.webSearch(search))]
        conversation.toolChoice = .required
        let (body, lost) = googleRequest(conversation, model: "gemini-2.0-flash")
        #expect(
            lost == [
                "image_url", "file_id", "web_search: allowed domains", "web_search: max uses", "n: more than 8", "reasoning",
                "service_tier: scale",
            ])
        #expect(
            body
                == #"{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/gif","data":"R0lG"}},{"inlineData":{"mimeType":"text/plain","data":"w6k="}}]}],"tools":[{"googleSearch":{}}],"generationConfig":{"candidateCount":8}}"#
        )
        let newer = googleRequest(conversation).body
        #expect(newer.contains(#"{"fileData":{"mimeType":"image/png","fileUri":"https://x.example/a.png"}}"#))
    }

    @Test func `shows older models what tools returned apart`() {
        var conversation = Conversation()
        let media = Part.media(Media(.image, .data("aGk="), mimeType: "image/png"))
        conversation.turns = [
            Turn(.user, [.text("?")]), Turn(.assistant, [.toolCall(ToolCall(id: "a", name: "f", arguments: "{}"))]),
            Turn(.user, [.toolResult(ToolResult(callID: "a", parts: [.text("here"), media]))]),
        ]
        let part = #"{"inlineData":{"mimeType":"image/png","data":"aGk="}}"#
        #expect(
            googleRequest(conversation).body.contains(
                #"{"functionResponse":{"id":"a","name":"f","response":{"output":"here"},"parts":[\#(part)]}}"#))
        #expect(
            googleRequest(conversation, model: "gemini-2.5-flash").body.hasSuffix(
                #""response":{"output":"here"}}}]},{"role":"user","parts":[{"text":"What f returned:"},\#(part)]}]}"#))
    }

    @Test func `of instructions alone is what the user says`() {
        var conversation = Conversation()
        conversation.turns = [Turn(.system, [.text("Say hi.")])]
        #expect(googleRequest(conversation).body == #"{"contents":[{"role":"user","parts":[{"text":"Say hi."}]}]}"#)
    }

    @Test func `goes into Cloud Code Assist's envelope, without ids`() {
        var conversation = Conversation()
        conversation.turns = [
            Turn(.user, [.text("?")]), Turn(.assistant, [.toolCall(ToolCall(id: "a", name: "f", arguments: "{}"))]),
            Turn(.user, [.toolResult(ToolResult(callID: "a", parts: [.text("x")]))]),
        ]
        var losses = Losses()
        let target = RequestTarget(provider: "google-gemini-cli", model: "gemini-2.5-pro", options: ["project": "my-project"])
        let body = WireKind.googleGeminiCLI.wire.translation.writeRequest(conversation, for: target, losses: &losses).text
        #expect(
            body
                == #"{"model":"gemini-2.5-pro","project":"my-project","request":{"contents":[{"role":"user","parts":[{"text":"?"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"}}}]}]}}"#
        )
    }

    @Test func `to count tokens is a member of its own`() throws {
        var conversation = Conversation()
        conversation.turns = [Turn(.user, [.text("?")])]
        var losses = Losses()
        let target = RequestTarget(provider: "google", model: "gemini-2.5-pro")
        let body = try #require(google.translation.writeCountRequest(conversation, for: target, losses: &losses))
        #expect(
            body.text
                == #"{"generateContentRequest":{"contents":[{"role":"user","parts":[{"text":"?"}]}],"model":"models/gemini-2.5-pro"}}"#)
        #expect(google.translation.readTokenCount(bytes(#"{"totalTokens":31,"promptTokensDetails":[]}"#)) == 31)
        #expect(google.translation.writeTokenCount(7).text == #"{"totalTokens":7}"#)
        #expect(google.translation.readTokenCount(bytes("{}")) == nil)
        let counted = google.readReply(
            status: 200, headers: Headers(), body: bytes(#"{"totalTokens":31}"#), context: context, nowMilliseconds: now)
        #expect(counted == .good(usage: nil, finish: nil))
    }

    @Test(arguments: [
        ("plain", #"{"output":"plain"}"#), (#"{"a": 1}"#, #"{"a": 1}"#), ("{}", #"{"output":"{}"}"#), ("[1]", #"{"output":"[1]"}"#),
        (#"{"output":"x"}"#, #"{"output":"{\"output\":\"x\"}"}"#), (#"{"error":"x"}"#, #"{"output":"{\"error\":\"x\"}"}"#),
        (#"{"output":1}"#, #"{"output":1}"#), ("", #"{"output":""}"#), ("{not json}", #"{"output":"{not json}"}"#),
    ])
    func `says what a tool answered so that it reads the same`(text: String, response: String) throws {
        var written: [UInt8] = []
        GoogleResults.append(text, isError: false, to: &written)
        #expect(written.text == response)
        let root = try JSONScanner.scan(written.span.bytes)
        let (read, isError) = GoogleResults.read(root, in: written.span.bytes)
        #expect(read == text && !isError)
    }
}

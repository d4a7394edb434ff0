// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

private let translation = MessagesTranslation()
private let maker = Maker(provider: "anthropic", wire: .anthropicMessages)
private let other = Maker(provider: "google", wire: .googleGenerativeAI)

private func conversation(_ body: String) throws -> Conversation {
    let bytes = Array(body.utf8)
    let index = try JSONIndex(scanning: bytes.span.bytes)
    let shape = try MessagesWire().facts(.generate, body: bytes, index: index, target: PathFacts())
    return try translation.readRequest(bytes, index: index, shape: shape)
}

private func body(_ conversation: Conversation, _ model: String = "m", _ change: (inout RequestTarget) -> Void = { _ in }) -> (
    value: JSONValue, lost: [String]
) {
    var target = RequestTarget(provider: "anthropic", model: model)
    change(&target)
    var losses = Losses()
    let bytes = translation.writeRequest(conversation, for: target, losses: &losses)
    return ((try? JSONValue.parse(bytes)) ?? .null, losses.all.map(\.code))
}

private func asking(_ turns: [Turn], _ change: (inout Conversation) -> Void = { _ in }) -> Conversation {
    var conversation = Conversation()
    conversation.turns = turns
    change(&conversation)
    return conversation
}

private func answered(_ turns: [Turn]) -> Conversation { asking(turns) { $0.answerCalls() } }

private func call(_ id: String, _ arguments: String = "{}") -> Part { .toolCall(ToolCall(id: id, name: "f", arguments: arguments)) }
private func result(_ id: String, _ text: String = "r") -> Part { .toolResult(ToolResult(callID: id, parts: [.text(text)])) }

@Suite struct `A Messages request in neutral values` {
    @Test func `keeps what it says`() throws {
        let read = try conversation(
            #"""
            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[
            {"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://a.example/i.png"}},{"type":"document","title":"t","source":{"type":"text","media_type":"text/plain","data":"d"}}]},
            {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{"a": 1.0}},{"type":"server_tool_use","id":"2","name":"web_search","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","is_error":true,"content":"no"}]},{"role":"system","content":"later"}],
            "tools":[{"name":"f","input_schema":{"type":"object"},"strict":true},{"type":"web_search_20260209","name":"web_search","max_uses":2},{"type":"bash_20250124","name":"bash"}],
            "tool_choice":{"type":"any","disable_parallel_tool_use":true},"thinking":{"type":"adaptive","display":"omitted"},
            "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},"stop_sequences":["x"],"top_k":4,
            "metadata":{"user_id":"u"},"service_tier":"standard_only","container":"c","temperature":0.50}
            """#)
        #expect(read.turns.map(\.role) == [.system, .user, .assistant, .user, .system])
        #expect(read.hasCacheMarks)
        #expect(
            read.turns[1].parts == [
                .media(Media(.image, .url("https://a.example/i.png"))),
                .media(Media(.document, .text("d"), mimeType: "text/plain", fileName: "t")),
            ])
        #expect(read.turns[2].parts == [call("1", #"{"a": 1.0}"#), .foreign("server_tool_use")])
        #expect(read.turns[3].parts == [.toolResult(ToolResult(callID: "1", parts: [.text("no")], isError: true))])
        #expect(read.tools.count == 3 && read.tools[2] == .foreign("bash_20250124"))
        #expect(read.toolChoice == .required && read.parallelToolCalls == false)
        #expect(read.reasoning == Reasoning(effort: .low, isShown: false))
        #expect(read.sampling.maxTokens == 9 && read.sampling.temperature?.text == "0.50" && read.sampling.stop == ["x"])
        #expect(read.user == "u" && read.serviceTier == .standard && read.foreign == ["container"])
        guard case .schema? = read.output else {
            Issue.record("no schema")
            return
        }
    }

    @Test(arguments: [
        (#""messages":[{"role":"user","content":[{"type":"image","source":{}}]}]"#, "messages.0.content.0.source.type: Field required"),
        (
            #""messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64"}}]}]"#,
            "messages.0.content.0.source.data: Field required"
        ),
        (#""messages":[{"role":"user","content":"a"}],"tools":[{}]"#, "tools.0.custom.name: Field required"),
        (#""messages":[{"role":"user","content":"a"}],"tools":[{"name":"f"}]"#, "tools.0.custom.input_schema: Field required"),
        (
            #""messages":[{"role":"user","content":"a"}],"tool_choice":{"type":"all"}"#,
            "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'"
        ),
    ])
    func `is refused where one would have to guess`(members: String, message: String) {
        let error = #expect(throws: RequestProblem.self) { try conversation(#"{"model":"m","max_tokens":1,\#(members)}"#) }
        #expect(error?.message == message)
    }

    @Test func `has results first, each call with one, and a user at both ends`() {
        let (value, _) = body(
            answered([
                Turn(.system, [.text("a")]), Turn(.assistant, [.text("hello")]), Turn(.user, [.text("  "), .text("q")]),
                Turn(.assistant, [call("1"), call("2")]), Turn(.developer, [.text("b")]),
                Turn(.user, [.text("first")]), Turn(.user, [result("2"), result("9", "late")]), Turn(.assistant, [.text("end \n")]),
            ]), "claude-sonnet-4-5")
        #expect(value["system"] == [["type": "text", "text": "a"], ["type": "text", "text": "b"]])
        let messages = value["messages"]?.array ?? []
        #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "user", "assistant", "user", "assistant"])
        #expect(messages[2]["content"]?.array?.count == 1)
        let answers = messages[4]["content"]?.array ?? []
        #expect(answers.map { $0["tool_use_id"]?.string ?? $0["text"]?.string } == ["2", "1", "first", "late"])
        #expect(answers[1]["is_error"]?.bool == true)
        #expect(messages[5]["content"]?[0]?["text"]?.string == "end")
        let newer = body(asking([Turn(.user, [.text("q")]), Turn(.assistant, [.text("end")])]), "claude-opus-4-6").value
        #expect(newer["messages"]?.array?.last?["role"]?.string == "user")
    }

    @Test func `keeps later instructions in their place where the model takes them`() {
        let asked = asking([Turn(.user, [.text("q")]), Turn(.system, [.text("s")])])
        #expect(body(asked, "claude-opus-5").value["messages"]?[1] == ["role": "system", "content": [["type": "text", "text": "s"]]])
        #expect(body(asked, "claude-opus-4-7").value["system"]?.string == "s")
        #expect(body(asked, "claude-opus-4-7").lost == ["later_instructions"])
    }

    @Test(
        arguments: [
            ("claude-sonnet-4-5", Reasoning(effort: .high), nil, ["type": "enabled", "budget_tokens": 24_576], nil, 32_768),
            ("claude-sonnet-4-5", Reasoning(budget: 5000), 4000, ["type": "enabled", "budget_tokens": 3200], nil, 4000),
            ("claude-sonnet-4-5", Reasoning(effort: .high), 1000, nil, nil, 1000),
            ("claude-sonnet-4-5", Reasoning(effort: Reasoning.Effort.none), 1000, ["type": "disabled"], nil, 1000),
            ("claude-opus-4-7", Reasoning(effort: .xhigh), 1000, ["type": "adaptive"], "xhigh", 1000),
            (
                "claude-opus-4-6", Reasoning(effort: .xhigh, isShown: true), 1000, ["type": "adaptive", "display": "summarized"], "high",
                1000
            ),
            ("claude-opus-5", Reasoning(budget: 1000), 9000, ["type": "adaptive"], "low", 9000),
            ("claude-mythos-preview", Reasoning(effort: Reasoning.Effort.none), 9, nil, "low", 9),
            ("claude-3-haiku-20240307", Reasoning(effort: .low), nil, nil, nil, 4096),
            ("kimi-k2", Reasoning(effort: .medium), nil, ["type": "enabled", "budget_tokens": 8192], nil, 16_384),
        ] as [(String, Reasoning, Int?, JSONValue?, String?, Int)])
    func `thinks as its model can`(
        model: String, reasoning: Reasoning, limit: Int?, thinking: JSONValue?, effort: String?, maxTokens: Int
    ) {
        let value = body(
            asking([Turn(.user, [.text("q")])]) {
                $0.reasoning = reasoning
                $0.sampling.maxTokens = limit
            }, model
        ).value
        #expect(value["thinking"] == thinking)
        #expect(value["output_config"]?["effort"]?.string == effort)
        #expect(value["max_tokens"]?.int == maxTokens)
    }

    @Test func `does not think where a call's thought is gone or a tool is forced`() {
        let turns = [Turn(.user, [.text("q")]), Turn(.assistant, [call("1")]), Turn(.user, [result("1")])]
        let (value, lost) = body(asking(turns) { $0.reasoning = Reasoning(effort: .low) }, "claude-sonnet-4-5")
        #expect(value["thinking"] == nil && lost == ["reasoning: tool call without a signed thought"])
        let forced = body(
            asking([Turn(.user, [.text("q")])]) {
                $0.reasoning = Reasoning(effort: .low)
                $0.tools = [.function(FunctionTool(name: "f"))]
                $0.toolChoice = .required
            }, "claude-opus-5")
        #expect(forced.value["thinking"] == nil && forced.lost == ["reasoning: tool_choice"])
    }

    @Test(
        arguments: [
            ("m", 1.5, ["temperature": 1, "top_p": 0.5, "top_k": 3], ["temperature: 1.5"]),
            ("claude-sonnet-4-5", 0.5, ["temperature": 0.5, "top_k": 3], ["top_p"]),
            ("claude-opus-4-7", 0.5, [:], ["temperature: 0.5", "top_p", "top_k"]),
            ("claude-opus-4-7", 1, [:], ["top_p", "top_k"]),
        ] as [(String, Double, JSONObject, [String])])
    func `draws as its model can`(model: String, temperature: Double, members: JSONObject, lost: [String]) {
        let written = body(
            asking([Turn(.user, [.text("q")])]) {
                $0.sampling.temperature = JSONNumber(temperature)
                $0.sampling.topP = JSONNumber(0.5)
                $0.sampling.topK = JSONNumber(3)
            }, model)
        for name in ["temperature", "top_p", "top_k"] { #expect(written.value[name] == members[name]) }
        #expect(written.lost == lost)
    }

    @Test func `gives thoughts back to their maker alone`() throws {
        let own = Thinking("hm", state: ProviderState(maker: maker, payload: "sig"))
        let hidden = Thinking("", state: MessagesStates.redacted("cipher", of: maker))
        let (value, lost) = body(
            asking([Turn(.user, [.text("q")]), Turn(.assistant, [.thinking(own), .thinking(hidden), .text("a")])]), "claude-sonnet-4-5")
        #expect(
            value["messages"]?[1]?["content"] == [
                ["type": "thinking", "thinking": "hm", "signature": "sig"], ["type": "redacted_thinking", "data": "cipher"],
                ["type": "text", "text": "a"],
            ])
        #expect(lost.isEmpty)
        let unsigned = asking([
            Turn(.user, [.text("q")]), Turn(.assistant, [.thinking(Thinking("hm")), .text("a")]), Turn(.user, [.text("b")]),
        ])
        #expect(body(unsigned, "claude-sonnet-4-5").lost == ["foreign_thinking"])
        #expect(body(unsigned, "kimi-k2").value["messages"]?[1]?["content"]?[0]?["thinking"]?.string == "hm")
    }
}

@Suite struct `A reply to a Messages client` {
    static let context = ReplyContext(
        id: "r1", created: 0, model: "m", request: Conversation(), body: Array("{}".utf8),
        index: (try? JSONIndex(scanning: Array("{}".utf8).span.bytes)) ?? { fatalError("two braces") }())

    /// The same parts whole and as a stream, read back as a client sends them.
    static func events(_ kinds: [ConversationEvent.Kind]) -> [(name: String, data: JSONValue)] {
        var writer = translation.makeEventWriter(to: context)
        var output: [UInt8] = []
        for kind in kinds { writer.write(ConversationEvent(kind), into: &output) }
        writer.end(into: &output)
        var events: [(String, JSONValue)] = []
        for block in String(decoding: output, as: UTF8.self).split(separator: "\n\n") {
            let lines = block.split(separator: "\n", maxSplits: 1)
            guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: "),
                let data = try? JSONValue.parse(String(lines[1].dropFirst(6)))
            else {
                Issue.record("\(block)")
                continue
            }
            #expect(data["type"]?.string == String(lines[0].dropFirst(7)))
            events.append((String(lines[0].dropFirst(7)), data))
        }
        return events
    }

    /// `start text 0`, `delta text_delta 0: Hi`, `stop 0`.
    static func told(_ kinds: [ConversationEvent.Kind]) -> [String] {
        events(kinds).map { name, data in
            let index = data["index"]?.int.map { " \($0)" } ?? ""
            switch name {
            case "content_block_start": return "start \(data["content_block"]?["type"]?.string ?? "")\(index)"
            case "content_block_delta":
                let delta = data["delta"]?.object?.members.last?.value
                return "\(data["delta"]?["type"]?.string ?? "")\(index): \(delta?.string ?? delta.map(JSONWriter.string) ?? "")"
            case "content_block_stop": return "stop\(index)"
            case "message_delta": return "end \(data["delta"]?["stop_reason"]?.string ?? "")"
            default: return name
            }
        }
    }

    @Test func `streams block after block`() {
        #expect(
            Self.told([
                .head(ReplyHead()), .thinking("hm"), .text("Hi"), .text("!"), .boundary, .text("B"),
                .toolCall(call: 0, id: "c", name: "f", isFreeForm: false), .toolArguments(call: 0, "{}"), .finish(.toolCalls),
            ]) == [
                "message_start", "start thinking 0", "thinking_delta 0: hm", "signature_delta 0: \(Seal.seal(nil))", "stop 0",
                "start text 1", "text_delta 1: Hi", "text_delta 1: !", "stop 1", "start text 2", "text_delta 2: B", "stop 2",
                "start tool_use 3", "input_json_delta 3: {}", "stop 3", "end tool_use", "message_stop",
            ])
    }

    @Test func `holds a call until the one before it is whole`() {
        #expect(
            Self.told([
                .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolArguments(call: 0, "{\"x\":"),
                .toolCall(call: 1, id: "b", name: "g", isFreeForm: false), .toolArguments(call: 1, "{\"y\""),
                .toolArguments(call: 0, "\"}\"}"), .toolArguments(call: 1, ":1}"), .finish(.toolCalls),
            ]) == [
                "message_start", "start tool_use 0", "input_json_delta 0: {\"x\":", "input_json_delta 0: \"}\"}", "stop 0",
                "start tool_use 1", "input_json_delta 1: {\"y\"", "input_json_delta 1: :1}", "stop 1", "end tool_use", "message_stop",
            ])
        // One that is whole makes way at once.
        let told = Self.told([
            .toolCall(call: 0, id: "a", name: "f", isFreeForm: false), .toolArguments(call: 0, "{}"),
            .toolCall(call: 1, id: "b", name: "g", isFreeForm: true), .toolArguments(call: 1, "say \"x\""),
        ])
        #expect(
            told.contains("stop 0") && told.contains("input_json_delta 1: {\"input\":\"say \\\"x\\\"")
                && told.contains("input_json_delta 1: \"}"))
    }

    @Test func `ends an empty reply too`() {
        #expect(Self.told([]) == ["message_start", "end end_turn", "message_stop"])
    }

    @Test func `tells usage, also what the cache took`() throws {
        let usage = Usage(inputTokens: 100, outputTokens: 7, cachedTokens: 60, cacheWriteTokens: 30, reasoningTokens: 4)
        let end = try #require(Self.events([.usage(usage), .finish(.length)]).first { $0.name == "message_delta" }?.data)
        #expect(end["delta"]?["stop_reason"]?.string == "max_tokens")
        #expect(
            end["usage"] == [
                "input_tokens": 10, "cache_creation_input_tokens": 30, "cache_read_input_tokens": 60, "output_tokens": 7,
                "output_tokens_details": ["thinking_tokens": 4],
            ])
    }

    @Test func `brings states home, those of calls and texts too`() throws {
        func state(_ payload: String) -> ProviderState { ProviderState(maker: other, payload: payload) }
        let parts: [Part] = [
            .thinking(Thinking("hm", state: state("a:1"))), .thinking(Thinking("", state: state("b"))),
            .text(Text("Hi", state: state("c"))), .toolCall(ToolCall(id: "x", name: "f", arguments: "{}", state: state("d:2"))),
        ]
        let whole = try JSONValue.parse(
            translation.writeReply(ConversationReply(choices: [.init(parts, finish: .toolCalls)]), to: Self.context))
        #expect(whole["id"]?.string == "msg_r1" && whole["stop_reason"]?.string == "tool_use")
        let streamed = Self.events([
            .thinking("hm"), .thinkingState(state("a:1")), .boundary, .thinkingState(state("b")), .text("Hi"), .textState(state("c")),
            .toolCall(call: 0, id: "x", name: "f", isFreeForm: false), .toolArguments(call: 0, "{}"), .toolCallState(call: 0, state("d:2")),
            .finish(.toolCalls),
        ])
        for content in [whole["content"]?.array ?? [], Self.blocks(streamed)] {
            let message = JSONWriter.string([
                "model": "m", "max_tokens": 1, "messages": [["role": "assistant", "content": .array(content)]],
            ])
            #expect(try conversation(message).turns[0].parts == parts)
            // A provider of the client's own wire would refuse all of it.
            let plain = try #require(MessagesWire().withoutSeals(Array(message.utf8)))
            #expect(!String(decoding: plain, as: UTF8.self).contains(Seal.mark))
            #expect(try conversation(String(decoding: plain, as: UTF8.self)).turns[0].parts.count == 2)
        }
    }

    /// As a client puts a stream together.
    static func blocks(_ events: [(name: String, data: JSONValue)]) -> [JSONValue] {
        var blocks: [JSONObject] = []
        var json = ""
        for (name, data) in events {
            switch name {
            case "content_block_start":
                blocks.append(data["content_block"]?.object ?? JSONObject())
                json = ""
            case "content_block_delta":
                for (key, value) in data["delta"]?.object?.members ?? [] where key != "type" {
                    if key == "partial_json" {
                        json += value.string ?? ""
                    } else {
                        blocks[blocks.count - 1][key] = .string((blocks[blocks.count - 1][key]?.string ?? "") + (value.string ?? ""))
                    }
                }
            case "content_block_stop":
                if !json.isEmpty, let input = try? JSONValue.parse(json) { blocks[blocks.count - 1]["input"] = input }
            default: break
            }
        }
        return blocks.map { .object($0) }
    }
}

@Suite struct `A Messages stream in neutral values` {
    static let stream = [
        #"{"type":"message_start","message":{"id":"msg_1","model":"claude","usage":{"input_tokens":3,"cache_read_input_tokens":2,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"cipher"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"ping"}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a.example","title":"t","cited_text":"c","encrypted_index":"e"}}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Hé"}}"#,
        #"{"type":"content_block_stop","index":2}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}"#,
        #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}"#,
        #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":":1}"}}"#,
        #"{"type":"content_block_stop","index":3}"#,
        #"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"t2","name":"g","input":{"whole":true}}}"#,
        #"{"type":"content_block_stop","index":4}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":8,"output_tokens_details":{"thinking_tokens":2}}}"#,
        #"{"type":"message_stop"}"#,
    ]

    @Test func `says what the whole reply does`() throws {
        var reader = translation.makeEventReader(maker: maker)
        var assembly = ReplyAssembly()
        var events: [ConversationEvent] = []
        for event in Self.stream { reader.read(data: Array(event.utf8).span.bytes, name: [UInt8]().span.bytes, into: &events) }
        for event in events { assembly.take(event) }
        let whole = #"""
            {"type":"message","id":"msg_1","model":"claude","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"redacted_thinking","data":"cipher"},
            {"type":"text","text":"Hé","citations":[{"type":"web_search_result_location","url":"https://a.example","title":"t","cited_text":"c","encrypted_index":"e"}]},
            {"type":"tool_use","id":"t1","name":"f","input":{"a":1}},{"type":"tool_use","id":"t2","name":"g","input":{"whole":true}}],
            "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":3,"cache_read_input_tokens":2,"output_tokens":8,"output_tokens_details":{"thinking_tokens":2}}}
            """#
        let read = try #require(translation.readReply(Array(whole.utf8), maker: maker))
        #expect(assembly.reply == read)
        #expect(read.usage == Usage(inputTokens: 5, outputTokens: 8, cachedTokens: 2, reasoningTokens: 2))
        guard case .text(let text) = read.choices[0].parts[2] else {
            Issue.record("\(read.choices[0].parts)")
            return
        }
        #expect(text.citations == [Citation(url: "https://a.example", title: "t", quoted: "c", start: 0, end: 2)])
    }

    @Test func `counts tokens both ways`() {
        #expect(translation.readTokenCount(translation.writeTokenCount(12)) == 12)
        var losses = Losses()
        let body = translation.writeCountRequest(
            asking([Turn(.user, [.text("q")])]) { $0.sampling.temperature = JSONNumber(0.5) },
            for: RequestTarget(provider: "p", model: "m"), losses: &losses)
        #expect(
            body.map { String(decoding: $0, as: UTF8.self) }
                == #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"q"}]}]}"#)
    }
}

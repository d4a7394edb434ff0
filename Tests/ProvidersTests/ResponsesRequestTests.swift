// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

let responses = WireKind.openaiResponses.wire

/// What a Responses request says, or why it is refused.
func responsesFacts(_ body: String, _ operation: Providers.Operation = .generate) throws(RequestProblem) -> RequestShape {
    let body = bytes(body)
    guard let index = try? JSONIndex(scanning: body.span.bytes) else { fatalError("no JSON") }
    return try responses.facts(operation, body: body, index: index, target: PathFacts())
}

@Suite struct `A Responses request` {
    @Test func `tells routing what it needs`() throws {
        let shape = try responsesFacts(
            #"""
            {"model":"openai/gpt-5","models":["a","b"],"stream":true,"max_output_tokens":100,"reasoning":{"effort":"high"},
             "tools":[{"type":"function","name":"f"}],"store":true,"previous_response_id":"resp_1","prompt_cache_key":"k","user":"u",
             "safety_identifier":"s","include":["message.output_text.logprobs"],
             "input":[{"role":"user","content":[{"type":"input_text","text":"Hi"},{"type":"input_image","image_url":"https://i"}]}]}
            """#)
        #expect(shape.model == "openai/gpt-5")
        #expect(shape.fallbacks == ["a", "b"])
        #expect(shape.streaming && shape.hasImages && shape.hasTools && shape.asksReasoning && shape.wantsLogprobs)
        #expect(shape.maxTokens == 100)
        #expect(shape.previousResponse == "resp_1")
        #expect(shape.stores == true)
        #expect(shape.sessionHint == "k")
        #expect(shape.userHint == "s")
        #expect((1000...1200).contains(shape.estimatedTokens))
    }

    @Test(arguments: [
        #"{"model":"m","input":"Hi"}"#, #"{"model":"m","input":[{"role":"user","content":"Hi"}]}"#,
        #"{"model":"m","input":null,"previous_response_id":"resp_1"}"#, #"{"model":"m","prompt":{"id":"p"}}"#,
        #"{"model":"m","conversation":"c"}"#, #"{"model":"m","input":[{"id":"msg_1"}]}"#,
        #"{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}"#,
        #"{"model":"m","input":[{"type":"web_search_call","id":"ws_1","status":"completed"}]}"#,
        #"{"model":"m","input":[{"type":"reasoning","id":"rs_1","summary":[]}],"reasoning":null,"tools":null,"stream":null}"#,
        #"{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]}]}"#,
        #"{"model":"m","input":"Hi","made_up":{"any":1}}"#,
    ])
    func `is taken as the API has it`(body: String) throws { _ = try responsesFacts(body) }

    @Test(arguments: [
        (#"[]"#, "", "invalid_type"), (#"{"input":"Hi"}"#, "model", "missing_required_parameter"),
        (#"{"model":"","input":"Hi"}"#, "model", "empty_string"), (#"{"model":3,"input":"Hi"}"#, "model", "invalid_type"),
        (#"{"model":"m"}"#, "input", "missing_required_parameter"), (#"{"model":"m","input":[]}"#, "input", "missing_required_parameter"),
        (#"{"model":"m","input":{"role":"user"}}"#, "input", "invalid_type"),
        (#"{"model":"m","input":["Hi"]}"#, "input[0]", "invalid_type"),
        (#"{"model":"m","input":[{"content":"Hi"}]}"#, "input[0].role", "missing_required_parameter"),
        (#"{"model":"m","input":[{"role":"user"}]}"#, "input[0].content", "missing_required_parameter"),
        (#"{"model":"m","input":[{"role":"user","content":7}]}"#, "input[0].content", "invalid_type"),
        (#"{"model":"m","input":[{"role":"user","content":["Hi"]}]}"#, "input[0].content[0]", "invalid_type"),
        (#"{"model":"m","input":[{"role":"user","content":[{"text":"Hi"}]}]}"#, "input[0].content[0].type", "missing_required_parameter"),
        (#"{"model":"m","input":[{"type":3}]}"#, "input[0].type", "invalid_type"),
        (#"{"model":"m","input":[{"type":"function_call","name":"f"}]}"#, "input[0].call_id", "missing_required_parameter"),
        (#"{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0].output", "missing_required_parameter"),
        (#"{"model":"m","input":[{"type":"function_call_output","call_id":"c","output":3}]}"#, "input[0].output", "invalid_type"),
        (#"{"model":"m","input":"Hi","stream":"yes"}"#, "stream", "invalid_type"),
        (#"{"model":"m","input":"Hi","max_output_tokens":1.5}"#, "max_output_tokens", "invalid_type"),
        (#"{"model":"m","input":"Hi","include":"x"}"#, "include", "invalid_type"),
        (#"{"model":"m","input":"Hi","text":"x"}"#, "text", "invalid_type"),
        (#"{"model":"m","input":"Hi","tools":[3]}"#, "tools[0]", "invalid_type"),
        (#"{"model":"m","input":"Hi","tools":[{"name":"f"}]}"#, "tools[0].type", "missing_required_parameter"),
        (#"{"model":"m","input":"Hi","tools":[{"type":"function"}]}"#, "tools[0].name", "missing_required_parameter"),
        (#"{"model":"m","input":"Hi","models":["a",""]}"#, "models[1]", "empty_string"),
    ])
    func `is refused at the member that is not the API's`(body: String, path: String, code: String) {
        let problem = #expect(throws: RequestProblem.self) { try responsesFacts(body) }
        #expect(problem?.path == path)
        #expect(problem?.code == code)
    }

    @Test(
        arguments: [(Providers.Operation.generate, "/responses"), (.countTokens, "/responses/input_tokens"), (.embeddings, nil)]
            as [(Providers.Operation, String?)])
    func `goes to the API's path`(operation: Providers.Operation, path: String?) throws {
        let base = try #require(BaseURL("https://api.openai.com/v1"))
        #expect(responses.path(operation, model: "m", streaming: false, base: base) == path)
    }

    @Test func `goes up as it came but for the model and what is meant for us`() throws {
        let body = bytes("{ \"models\" : [\"b\"],\r\n \"input\":\"H\\u0069\" , \"model\":\"openai/gpt-5\",\"top_p\":1.0E0, \"new\":{} }")
        let index = try JSONIndex(scanning: body.span.bytes)
        let sent = responses.passthrough(
            body: body, index: index, model: "gpt-5", params: ["maxTokens": 9, "reasoningEffort": "low", "top_p": 0.5])
        #expect(
            sent.text
                == "{ \"input\":\"H\\u0069\" , \"model\":\"gpt-5\",\"max_output_tokens\":9,\"reasoning\":{\"effort\":\"low\"},\"top_p\":1.0E0, \"new\":{} }"
        )
    }
}

@Suite struct `A refusal of a Responses request` {
    static func repaired(_ body: String, _ repair: Repair) -> String? { responses.repaired(bytes(body), by: repair)?.text }

    @Test(
        arguments: [
            (#"{"user":"u","a":1}"#, Repair.dropMember("user"), #"{"a":1}"#),
            (
                #"{"input":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#, .askToContinue,
                #"{"input":[{"role":"user","content":"q"},{"role":"assistant","content":"a"},"#
                    + #"{"type":"message","role":"user","content":"Go on exactly where your last message ends, and repeat nothing of it."}]}"#
            ),
            (#"{"input":[{"role":"user","content":"q"}]}"#, .askToContinue, nil), (#"{"input":"q"}"#, .askToContinue, nil),
            (#"{"input":[]}"#, .askToContinue, nil), (#"{}"#, .askToContinue, nil),
            (#"{"reasoning":{"effort":"low","summary":"auto"}}"#, .dropMember("reasoning.summary"), #"{"reasoning":{"effort":"low"}}"#),
            (#"{"text":{"verbosity":"low"}}"#, .dropMember("text.verbosity"), #"{"text":{}}"#),
            (#"{"include":["a","reasoning.encrypted_content"]}"#, .dropMember("include"), #"{"include":["a"]}"#),
            (#"{"include":["a"]}"#, .dropMember("include"), nil), (#"{"input":"x"}"#, .dropMember("input"), nil),
            (#"{"parallel_tool_calls":false}"#, .dropMember("parallel_tool_calls"), nil),
            (#"{"reasoning":{"effort":"xhigh"}}"#, .limitEffort(to: ["low", "high"]), #"{"reasoning":{"effort":"high"}}"#),
            (#"{"reasoning":{"effort":"low"}}"#, .limitEffort(to: ["low", "high"]), nil), (#"{}"#, .limitEffort(to: ["low"]), nil),
            (
                #"{"input":[{"type":"message","role":"developer","content":"x"}]}"#, .renameRole(from: "developer", to: "system"),
                #"{"input":[{"type":"message","role":"system","content":"x"}]}"#
            ),
            (
                #"{"input":[{"type":"reasoning","id":"rs_1"}, {"id":"fc_1","type":"function_call","call_id":"c"},{"role":"user","content":"x"},{"type":"reasoning","id":"rs_2"}]}"#,
                .dropThoughts, #"{"input":[{"type":"function_call","call_id":"c"},{"role":"user","content":"x"}]}"#
            ),
            (#"{"input":[{"type":"item_reference","id":"rs_1"}]}"#, .dropThoughts, nil), (#"{"input":"x"}"#, .dropThoughts, nil),
            (#"{"input":"x"}"#, .dropCacheMarkers, nil),
        ] as [(String, Repair, String?)])
    func `is mended in the bytes`(body: String, repair: Repair, mended: String?) { #expect(Self.repaired(body, repair) == mended) }

    @Test func `of nothing but what we sealed takes that out`() {
        let seal = Seal.seal(ProviderState(maker: Maker(provider: "anthropic", wire: .openaiCompletions), payload: "p"))
        let body = #"""
            {"input":[{"role":"user","content":"Hi"},{"id":"rs_understudy_1_0","type":"reasoning","summary":[],"encrypted_content":"\#(seal)"},
            {"id":"fc_understudy_1_1","type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"id":"rs_9","type":"reasoning","encrypted_content":"gAAA"}]}
            """#
        #expect(
            responses.withoutSeals(bytes(body))?.text == #"""
                {"input":[{"role":"user","content":"Hi"},
                {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"id":"rs_9","type":"reasoning","encrypted_content":"gAAA"}]}
                """#)
        #expect(responses.withoutSeals(bytes(#"{"input":[{"id":"rs_9","type":"reasoning"}]}"#)) == nil)
        #expect(responses.withoutSeals(bytes(#"{"input":"x"}"#)) == nil)
    }
}

@Suite struct `A request that goes on from a reply` {
    @Test(arguments: [
        (#"{"model":"m","previous_response_id":"resp_1","input":"And?"}"#, #"{"model":"m","input":["#),
        (#"{"model":"m", "input":[{"role":"user","content":"And?"}] ,"previous_response_id":"resp_1"}"#, #"{"model":"m", "input":["#),
    ])
    func `is written out with all that came before`(body: String, head: String) throws {
        let first = bytes(#"{"model":"m","instructions":"Be brief","input":"Hi"}"#)
        let asked = ResponsesHistory.input(of: first, index: try JSONIndex(scanning: first.span.bytes))
        #expect(asked.text == #"[{"type":"message","role":"user","content":"Hi"}]"#)
        let reply = bytes(
            #"{"id":"resp_1","output":[{"id":"rs_1","type":"reasoning","summary":[]},{"id":"rs_2","type":"reasoning","encrypted_content":"gA"},{"id":"msg_1","type":"message","role":"assistant","content":[]}]}"#
        )
        let answered = try #require(ResponsesHistory.output(of: reply))
        #expect(
            answered.text
                == #"[{"id":"rs_2","type":"reasoning","encrypted_content":"gA"},{"type":"message","role":"assistant","content":[]}]"#)
        let body = bytes(body)
        let whole = try #require(
            ResponsesHistory.body(body, index: try JSONIndex(scanning: body.span.bytes), after: asked, answered))
        let value = try JSONValue.parse(whole)
        #expect(value["previous_response_id"] == nil)
        guard case .array(let items)? = value["input"] else { return #expect(Bool(false)) }
        #expect(items.count == 4)
        #expect(items.last?["content"]?.string == "And?")
        #expect(whole.text.hasPrefix(head))
    }

    @Test func `and asks nothing more still has what came before`() throws {
        let body = bytes(#"{"model":"m","previous_response_id":"resp_1"}"#)
        let index = try JSONIndex(scanning: body.span.bytes)
        #expect(
            ResponsesHistory.body(body, index: index, after: bytes("[]"), bytes("[ {\"a\":1} ]"))?.text
                == #"{"model":"m","input":[{"a":1}]}"#)
        #expect(ResponsesHistory.body(body, index: index, after: bytes("{}"), bytes("[]")) == nil)
        #expect(ResponsesHistory.output(of: bytes("[]")) == nil)
    }
}

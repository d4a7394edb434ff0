// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Testing

@testable import Providers

private func facts(_ text: String) throws -> RequestShape {
    let body = bytes(text)
    return try chat.facts(.generate, body: body, index: JSONIndex(scanning: body.span.bytes), target: PathFacts())
}

private func request(_ members: String) -> String {
    #"{"model":"m","messages":[{"role":"user","content":"hi"}]"# + (members.isEmpty ? "}" : ",\(members)}")
}

@Suite struct `A chat request` {
    @Test func `tells the router what it needs`() throws {
        let shape = try facts(
            #"""
            {"model": "groq/llama", "models": ["a/b", "c/d"], "stream": true, "n": 2, "max_tokens": 5, "logprobs": true,
             "user": "u1", "prompt_cache_key": "k1", "tools": [{"type": "function"}], "reasoning_effort": "low", "unknown": {"x": [1]},
             "messages": [{"role": "user", "content": [{"type": "text", "text": "what is this"},
              {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]}
            """#)
        var expected = RequestShape(model: "groq/llama")
        expected.fallbacks = ["a/b", "c/d"]
        expected.streaming = true
        expected.hasImages = true
        expected.hasTools = true
        expected.asksReasoning = true
        expected.estimatedTokens = shape.estimatedTokens
        expected.maxTokens = 5
        expected.choices = 2
        expected.wantsLogprobs = true
        expected.sessionHint = "k1"
        expected.userHint = "u1"
        #expect(shape == expected)
        #expect((1000..<1100).contains(shape.estimatedTokens))
    }

    @Test func `may spell its members with escapes`() throws {
        let shape = try facts(#"{"\u006dodel":"m","m\u0065ssages":[{"\u0072ole":"user"}],"str\u0065am":true,"\\u0073tream":7}"#)
        #expect(shape.streaming)
        #expect(throws: RequestProblem.self) { try facts(request(#""\u0074emperature":"hot""#)) }
    }

    @Test func `is small talk unless it says otherwise`() throws {
        var expected = RequestShape(model: "m")
        expected.estimatedTokens = try facts(request("")).estimatedTokens
        #expect(try facts(request("")) == expected)
        #expect(try facts(request(#""stream":null,"tools":null,"n":null,"user":null,"models":null"#)) == expected)
        #expect((5...15).contains(expected.estimatedTokens))
    }

    @Test(arguments: [
        (#""reasoning_effort":"high""#, true), (#""reasoning_effort":"none""#, false), (#""reasoning":{"effort":"low"}"#, true),
        (#""reasoning":{"enabled":false}"#, false), (#""thinking":{"type":"enabled"}"#, true), (#""thinking":{"type":"disabled"}"#, false),
        (#""enable_thinking":true"#, true), ("\"seed\":1", false),
    ])
    func `asks for reasoning in many words`(member: String, asks: Bool) throws {
        #expect(try facts(request(member)).asksReasoning == asks)
    }

    @Test func `is as long as its text, not as its pictures`() throws {
        let words = String(repeating: "word ", count: 4000)
        let text = try facts(#"{"model":"m","messages":[{"role":"user","content":"\#(words)"}]}"#)
        #expect((4900...5100).contains(text.estimatedTokens))
        let picture = String(repeating: "A", count: 400_000)
        let shape = try facts(
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(picture)"}}]}]}"#
        )
        #expect((1000...1100).contains(shape.estimatedTokens))
    }

    @Test(arguments: [
        ("[]", "", "invalid_type"), ("7", "", "invalid_type"), ("{}", "model", "missing_required_parameter"),
        (#"{"model":"m"}"#, "messages", "missing_required_parameter"),
        (#"{"model":null,"messages":[]}"#, "model", "missing_required_parameter"),
        (#"{"model":"","messages":[{"role":"user"}]}"#, "model", "empty_string"),
        (#"{"model":7,"messages":[{"role":"user"}]}"#, "model", "invalid_type"),
        (#"{"model":"\#(String(repeating: "m", count: 257))","messages":[{"role":"user"}]}"#, "model", "string_above_max_length"),
        (#"{"model":"m","messages":[]}"#, "messages", "empty_array"), (#"{"model":"m","messages":{}}"#, "messages", "invalid_type"),
        (#"{"model":"m","messages":"hi"}"#, "messages", "invalid_type"),
        (#"{"model":"m","messages":["hi"]}"#, "messages[0]", "invalid_type"),
        (#"{"model":"m","messages":[{}]}"#, "messages[0].role", "missing_required_parameter"),
        (#"{"model":"m","messages":[{"role":"user"},{"role":1}]}"#, "messages[1].role", "invalid_type"),
        (#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content", "invalid_type"),
        (#"{"model":"m","messages":[{"role":"user","content":[7]}]}"#, "messages[0].content[0]", "invalid_type"),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}"#, "messages[0].content[0].type",
            "missing_required_parameter"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"text"},{"type":1}]}]}"#, "messages[0].content[1].type",
            "invalid_type"
        ),
        (#"{"model":"m","messages":[{"role":"assistant","tool_calls":{}}]}"#, "messages[0].tool_calls", "invalid_type"),
        (#"{"model":"m","messages":[{"role":"tool","tool_call_id":4}]}"#, "messages[0].tool_call_id", "invalid_type"),
    ])
    func `without a model or messages is refused where it is wrong`(text: String, path: String, code: String) {
        #expect(throws: RequestProblem.self) { try facts(text) }
        do {
            _ = try facts(text)
        } catch let problem as RequestProblem {
            #expect(problem.path == path)
            #expect(problem.code == code)
        } catch { Issue.record("\(error)") }
    }

    /// Each known member with each kind of value that it must not be.
    @Test(arguments: [
        ("stream", "bool"), ("store", "bool"), ("logprobs", "bool"), ("parallel_tool_calls", "bool"),
        ("temperature", "number"), ("top_p", "number"), ("frequency_penalty", "number"), ("presence_penalty", "number"),
        ("n", "number"), ("seed", "number"), ("max_tokens", "number"), ("max_completion_tokens", "number"), ("top_logprobs", "number"),
        ("user", "string"), ("prompt_cache_key", "string"), ("reasoning_effort", "string"), ("service_tier", "string"),
        ("verbosity", "string"),
        ("safety_identifier", "string"), ("prompt_cache_retention", "string"),
        ("tools", "array"), ("functions", "array"), ("modalities", "array"), ("models", "array"),
        ("stream_options", "object"), ("response_format", "object"), ("logit_bias", "object"), ("metadata", "object"), ("audio", "object"),
        ("prediction", "object"), ("web_search_options", "object"),
        ("tool_choice", "string object"), ("function_call", "string object"), ("stop", "string array"),
    ])
    func `has the wire's type in each known member`(member: String, kinds: String) throws {
        let values = ["bool": "true", "number": "1", "string": #""x""#, "array": #"["x"]"#, "object": "{}"]
        for (kind, value) in values {
            let text = request("\"\(member)\":\(value)")
            if kinds.split(separator: " ").contains(Substring(kind)) {
                if member == "tools" || member == "functions" { continue }
                #expect(throws: Never.self, "\(member): \(value)") { try facts(text) }
            } else {
                #expect(throws: RequestProblem.self, "\(member): \(value)") { try facts(text) }
            }
        }
    }

    @Test(arguments: [
        (#""n":0"#, "n"), (#""n":129"#, "n"), (#""max_tokens":1.5"#, "max_tokens"), (#""models":["a",1]"#, "models"),
        (#""models":[""]"#, "models[0]"),
        (#""tools":["x"]"#, "tools[0]"), (#""tools":[{},null]"#, "tools[1]"),
        (#""stream_options":{"include_usage":"yes"}"#, "stream_options.include_usage"),
        (#""stop":["a",2]"#, "stop"), ("\"models\":[\(Array(repeating: "\"m\"", count: 33).joined(separator: ","))]", "models"),
    ])
    func `names the member that is wrong`(member: String, path: String) throws {
        do {
            _ = try facts(request(member))
            Issue.record("accepted")
        } catch let problem as RequestProblem {
            #expect(problem.path == path)
            #expect(problem.message.contains(path.split(separator: "[")[0]))
        }
    }

    @Test func `has its problem told in OpenAI's shape`() throws {
        let problem = RequestProblem(path: "n", message: "n must be \"small\".", code: "invalid_value")
        let body = chat.errorBody(WireError(problem))
        #expect(
            body.text == #"{"error":{"message":"n must be \"small\".","type":"invalid_request_error","param":"n","code":"invalid_value"}}"#)
    }
}

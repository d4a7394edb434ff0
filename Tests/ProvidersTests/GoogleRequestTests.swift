// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Testing

@testable import Providers

let google = WireKind.googleGenerativeAI.wire

/// A request's facts, as the door asks for them.
func googleFacts(
    _ body: String, _ operation: Operation = .generate, model: String? = "gemini-2.5-flash", streaming: Bool = false
) throws(RequestProblem) -> RequestShape {
    let body = bytes(body)
    guard let index = try? JSONIndex(scanning: body.span.bytes) else {
        throw RequestProblem(path: "", message: "no JSON", code: "")
    }
    return try google.facts(operation, body: body, index: index, target: PathFacts(model: model, streaming: streaming))
}

@Suite struct `A request on Google's wire` {
    @Test func `says what routing needs, in either spelling`() throws {
        let camel = #"""
            {"contents":[{"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"image/png","data":"aGk="}}]}],
             "tools":[{"functionDeclarations":[{"name":"f"}]}],
             "generationConfig":{"maxOutputTokens":64,"candidateCount":2,"responseLogprobs":true,"thinkingConfig":{"thinkingBudget":-1}}}
            """#
        let snake = #"""
            {"contents":[{"role":"user","parts":[{"text":"Hi"},{"inline_data":{"mime_type":"image/png","data":"aGk="}}]}],
             "tools":[{"function_declarations":[{"name":"f"}]}],
             "generation_config":{"max_output_tokens":64,"candidate_count":2,"response_logprobs":true,"thinking_config":{"thinking_budget":-1}}}
            """#
        for body in [camel, snake] {
            let shape = try googleFacts(body, streaming: true)
            #expect(shape.model == "gemini-2.5-flash")
            #expect(shape.streaming && shape.hasImages && shape.hasTools && shape.asksReasoning && shape.wantsLogprobs)
            #expect(shape.maxTokens == 64)
            #expect(shape.choices == 2)
            #expect((1000..<1200).contains(shape.estimatedTokens))
        }
    }

    @Test(arguments: [
        #"{"contents":{"role":"user","parts":{"text":"Hi"}}}"#,
        #"{"contents":[{"parts":[{"text":"Hi"}]}],"systemInstruction":{"parts":{"text":"Be brief."}}}"#,
        #"{"contents":[{"role":"","parts":[{"text":"Hi"}]}],"tools":{"functionDeclarations":[]},"generationConfig":null}"#,
        #"{"contents":[{"parts":[]}],"generationConfig":{"maxOutputTokens":"64","topK":40.0},"unknown":{"a":[1]}}"#,
        #"{"contents":[{"role":"function","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}"#,
    ])
    func `may be written as Google's own examples are`(body: String) throws {
        #expect(try googleFacts(body).model == "gemini-2.5-flash")
    }

    @Test func `takes the model from the path, else from the body`() throws {
        let body = #"{"model":"models/gemini-3-pro","contents":[{"parts":[{"text":"x"}]}]}"#
        #expect(try googleFacts(body, model: nil).model == "gemini-3-pro")
        #expect(try googleFacts(body, model: "models/other").model == "other")
    }

    @Test func `to count tokens may stand in a member of its own`() throws {
        let body = #"{"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"text":"x"}]}],"tools":[{"googleSearch":{}}]}}"#
        let shape = try googleFacts(body, .countTokens)
        #expect(shape.hasTools)
        #expect(shape.operation == .countTokens)
    }

    @Test(arguments: [
        (#"{"thinkingBudget":0}"#, false), (#"{"thinkingBudget":1024}"#, true), (#"{"thinkingLevel":"HIGH"}"#, true),
        (#"{"thinkingLevel":"minimal"}"#, false), (#"{"includeThoughts":true}"#, true), (#"{}"#, false),
    ])
    func `asks for thinking by its budget or level`(config: String, asks: Bool) throws {
        let body = #"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":\#(config)}}"#
        #expect(try googleFacts(body).asksReasoning == asks)
    }

    @Test(arguments: [
        ("[]", ""), ("{}", "contents"), (#"{"contents":[]}"#, "contents"), (#"{"contents":"Hi"}"#, "contents"),
        (#"{"contents":["Hi"]}"#, "contents[0]"), (#"{"contents":[{"role":"assistant"}]}"#, "contents[0].role"),
        (#"{"contents":[{"role":1}]}"#, "contents[0].role"), (#"{"contents":[{"parts":"Hi"}]}"#, "contents[0].parts"),
        (#"{"contents":[{"parts":[{"text":"a"},"b"]}]}"#, "contents[0].parts[1]"),
        (#"{"contents":[{"parts":[{"text":5}]}]}"#, "contents[0].parts[0].text"),
        (
            #"{"contents":[{"parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":7}}]}]}"#,
            "contents[0].parts[1].inlineData.data"
        ),
        (
            #"{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"https://x.example/a.png"}}]}]}"#,
            "contents[0].parts[0].inline_data.data"
        ),
        (#"{"contents":[{"parts":[{"functionCall":{"args":{}}}]}]}"#, "contents[0].parts[0].functionCall.name"),
        (#"{"contents":[{"parts":[{"functionCall":{"name":"f","args":"{}"}}]}]}"#, "contents[0].parts[0].functionCall.args"),
        (#"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":[]}}]}]}"#, "contents[0].parts[0].functionResponse.response"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"tools":["f"]}"#, "tools[0]"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"systemInstruction":"Be brief."}"#, "systemInstruction"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":[]}"#, "generationConfig"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":"many"}}"#, "generationConfig.maxOutputTokens"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":{}}}"#, "generationConfig.temperature"),
        (#"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"candidateCount":9}}"#, "generationConfig.candidateCount"),
    ])
    func `is refused by the member that is wrong`(body: String, path: String) {
        #expect(throws: RequestProblem.self) { try googleFacts(body) }
        do {
            _ = try googleFacts(body)
        } catch {
            #expect(error.path == path)
            #expect(error.message.contains(path))
            let told = google.errorBody(WireError(error)).text
            #expect(told.hasPrefix(#"{"error":{"code":400,"message":"#))
            #expect(told.contains(#""status":"INVALID_ARGUMENT""#))
            #expect(path.isEmpty || told.contains(#""fieldViolations":[{"field":"\#(path)""#))
        }
    }

    @Test func `without a model is refused`() {
        #expect(throws: RequestProblem(path: "model", message: "model is not specified.", code: "REQUIRED")) {
            try googleFacts(#"{"contents":[{"parts":[{"text":"x"}]}]}"#, model: nil)
        }
    }
}

@Suite struct `A path on Google's wire` {
    @Test(arguments: [
        ("https://generativelanguage.googleapis.com/v1beta", "gemini-2.5-pro", "/models/gemini-2.5-pro:generateContent"),
        ("https://generativelanguage.googleapis.com", "gemini-2.5-pro", "/v1beta/models/gemini-2.5-pro:generateContent"),
        ("https://proxy.example/gemini/v1alpha", "models/gemini-3-pro", "/models/gemini-3-pro:generateContent"),
        ("https://proxy.example/v1", "tunedModels/mine", "/tunedModels/mine:generateContent"),
        ("https://proxy.example/vertex", "a b?c#d%", "/v1beta/models/a%20b%3Fc%23d%25:generateContent"),
        ("https://proxy.example", "meta/llama:8b", "/v1beta/models/meta/llama%3A8b:generateContent"),
        ("https://proxy.example", "../../admin", "/v1beta/models/..%2F..%2Fadmin:generateContent"),
    ])
    func `has the model in it`(base: String, model: String, path: String) throws {
        let base = try #require(BaseURL(base))
        #expect(google.path(.generate, model: model, streaming: false, base: base) == path)
    }

    @Test func `says what is asked`() throws {
        let base = try #require(BaseURL("https://g.example/v1beta"))
        #expect(google.path(.generate, model: "m", streaming: true, base: base) == "/models/m:streamGenerateContent?alt=sse")
        #expect(google.path(.countTokens, model: "m", streaming: false, base: base) == "/models/m:countTokens")
        #expect(google.path(.embeddings, model: "m", streaming: false, base: base) == nil)
    }

    @Test func `of Cloud Code Assist has no model`() throws {
        let wire = WireKind.googleGeminiCLI.wire
        let base = try #require(BaseURL("https://cloudcode-pa.googleapis.com"))
        #expect(wire.path(.generate, model: "m", streaming: false, base: base) == "/v1internal:generateContent")
        #expect(wire.path(.generate, model: "m", streaming: true, base: base) == "/v1internal:streamGenerateContent?alt=sse")
        let versioned = try #require(BaseURL("https://cloudcode-pa.googleapis.com/v1internal"))
        #expect(wire.path(.countTokens, model: "m", streaming: false, base: versioned) == ":countTokens")
    }

    @Test(arguments: [("AIzaSyA", "x-goog-api-key", "AIzaSyA"), ("ya29.a0", "authorization", "Bearer ya29.a0")])
    func `goes with the credential where Google wants it`(secret: String, name: String, value: String) throws {
        let provider = Provider(id: "google", baseURL: try #require(BaseURL("https://g.example")), wireName: "google-generative-ai")
        let client: Headers = ["user-agent": "sdk/1", "x-goog-api-client": "genai/3", "x-goog-api-key": "client", "cookie": "c"]
        let headers = google.headers(client: client, credential: Secret(secret), provider: provider, streaming: true)
        #expect(headers[name] == value)
        #expect(headers["x-goog-api-client"] == "genai/3")
        #expect(headers["cookie"] == nil)
        #expect(headers["accept"] == "text/event-stream")
        #expect(["x-goog-api-key", "authorization"].count { headers[$0] != nil } == 1)
    }
}

@Suite struct `A request to a provider on Google's own wire` {
    private func passed(_ body: String, params: JSONObject? = nil) throws -> String {
        let body = bytes(body)
        let index = try JSONIndex(scanning: body.span.bytes)
        return google.passthrough(body: body, index: index, model: "gemini-2.5-pro", params: params).text
    }

    @Test func `goes as it is`() throws {
        let body = "{ \"contents\" : [ {\"parts\":[{\"text\":\"caf\\u00e9\"}]} ] ,\"x\":1.0e0}\r\n"
        #expect(try passed(body) == body)
    }

    @Test func `has the provider's name of the model where it names one`() throws {
        #expect(try passed(#"{"model":"models/a","contents":[]}"#) == #"{"model":"models/gemini-2.5-pro","contents":[]}"#)
    }

    @Test func `goes into the envelope's request, and its project beside it`() throws {
        let body = bytes(#"{"model":"m","request":{"contents":[],"generationConfig":{"topK":1}}}"#)
        let index = try JSONIndex(scanning: body.span.bytes)
        let params: JSONObject = ["temperature": 0.2, "project": "p-1", "topK": 2]
        let result = WireKind.googleGeminiCLI.wire.passthrough(body: body, index: index, model: "m", params: params).text
        #expect(result == #"{"model":"m","project":"p-1","request":{"contents":[],"generationConfig":{"topK":1,"temperature":0.2}}}"#)
        #expect(WireKind.googleGeminiCLI.wire.passthrough(body: body, index: index, model: "m", params: nil) == body)
    }

    @Test(arguments: [
        (#"{"contents":[]}"#, #"{"contents":[],"generationConfig":{"temperature":0.2,"maxOutputTokens":9},"safetySettings":[]}"#),
        (
            #"{"contents":[],"generation_config":{"max_output_tokens":5}}"#,
            #"{"contents":[],"generation_config":{"max_output_tokens":5,"temperature":0.2},"safetySettings":[]}"#
        ),
        (
            #"{"generationConfig":{},"contents":[],"safety_settings":[1]}"#,
            #"{"generationConfig":{"temperature":0.2,"maxOutputTokens":9},"contents":[],"safety_settings":[1]}"#
        ),
    ])
    func `gets the configured params that the client left out`(body: String, result: String) throws {
        let params: JSONObject = [
            "temperature": 0.2, "maxTokens": 9, "cacheRetention": "short", "extra_body": ["safetySettings": [], "contents": []],
        ]
        #expect(try passed(body, params: params) == result)
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// The gateway as the official OpenAI SDK for Python finds it, from PyPI. `Scripts/openai_sdk.py` prints what the SDK made of each
/// answer; each is judged here.
@Suite(.timeLimit(.minutes(5)), Shared<SDKScene>()) struct `The official OpenAI SDK` {
    @Test func `gets a whole reply and who gave it`() throws {
        let result = try SDKScene.result("plain")
        #expect(result["content"] == "The understudy is.")
        #expect(result["finish"] == "stop")
        #expect(result["tokens"]?.int ?? 0 > 12)
        #expect(result["model"] == "stage/default")
        #expect(result["attempts"] == "1")
        #expect(result["request"] == true)
    }

    @Test func `gets a stream word by word`() throws {
        let result = try SDKScene.result("streaming")
        #expect(result["content"] == "The understudy is.")
        #expect(result["chunks"]?.int ?? 0 >= 4)
        #expect(result["finish"] == "stop")
    }

    @Test(arguments: ["tools", "tools_streaming"])
    func `gets a tool call`(check: String) throws {
        let result = try SDKScene.result(check)
        #expect(result["name"] == "call_actor")
        #expect(result["arguments"] == ["name": "Ada"])
        let body = try #require(try SDKScene.asked("tools")?.json)
        #expect(body["tools"]?[0]?["function"]?["name"] == "call_actor")
        #expect(body["tools"]?[0]?["function"]?["parameters"]?["required"] == ["name"])
    }

    @Test func `sends an image as a data URL through unchanged`() throws {
        #expect(try SDKScene.result("image")["content"] == "A pixel.")
        let part = try SDKScene.asked("image")?.json["messages"]?[0]?["content"]?[1]
        let url = try #require(part?["image_url"]?["url"]?.string)
        #expect(url.hasPrefix("data:image/png;base64,iVBORw0KGgo") && url.hasSuffix("AAAASUVORK5CYII="))
    }

    @Test func `sends a JSON schema through unchanged`() throws {
        #expect(try SDKScene.result("schema")["content"] == ["lead": "Ada"])
        #expect(
            try SDKScene.asked("schema")?.json["response_format"] == [
                "type": "json_schema",
                "json_schema": [
                    "name": "cast", "strict": true,
                    "schema": [
                        "type": "object", "properties": ["lead": ["type": "string"]], "required": ["lead"], "additionalProperties": false,
                    ],
                ],
            ])
    }

    @Test func `lists models and finds one by name`() throws {
        let ids = try SDKScene.result("list_models")["ids"]?.array?.compactMap(\.string) ?? []
        for id in ["default", "agent:main", "stage/default", "stage/tools"] { #expect(ids.contains(id), "\(id) in \(ids)") }
        #expect(try SDKScene.result("retrieve_model") == ["check": "retrieve_model", "id": "default", "object": "model"])
        #expect(try SDKScene.result("retrieve_model_with_slash")["id"] == "stage/tools")
    }

    @Test(
        arguments: [
            ("wrong_token", "AuthenticationError", 401, "invalid_api_key", "token"),
            ("unknown_model", "NotFoundError", 404, "model_not_found", "stage/tools"),
            ("unknown_model_retrieved", "NotFoundError", 404, "model_not_found", "stage/tools"),
            ("bad_request", "BadRequestError", 400, "invalid_value", "Invalid value for 'temperature'."),
            ("bad_type", "BadRequestError", 400, "invalid_type", "temperature must be a number"),
        ] as [(String, String, Int, String, String)])
    func `raises its own error for`(check: String, error: String, status: Int, code: String, words: String) throws {
        let result = try SDKScene.result(check)
        #expect(result["error"]?.string == error)
        #expect(result["status"]?.int == status)
        #expect(result["body"]?["code"]?.string == code)
        #expect(result["body"]?["message"]?.string?.contains(words) == true, "\(result)")
    }

    @Test func `raises an error where a stream breaks off`() throws {
        let result = try SDKScene.result("broken_stream")
        #expect(result["error"] == "APIError")
        #expect(result["content"]?.string?.hasPrefix("This line") == true)
        #expect(result["body"]?["code"] == "stream_interrupted")
        #expect(result["body"]?["understudy"]?["attempts"]?.array?.count == 1)
    }

    @Test func `does not repeat a refusal that is final`() throws {
        let result = try SDKScene.result("final_refusal")
        #expect(result["error"] == "RateLimitError")
        #expect(result["body"]?["understudy"]?["attempts"]?.array?.count == 1)
        #expect(try SDKScene.current.stage.asked.count { $0 == "stage/limited key" } == 1)
    }
}

/// One run of the script against one gateway.
final class SDKScene: TestScene {
    let stage: Stage
    private let upstream: ScriptedUpstream
    private let gateway: RunningGateway
    private let results: [String: JSONValue]
    private let finished: BuiltBinary.Finished

    init() async throws {
        let python = try await PythonEnvironment.sdks()
        let stage = try Stage()
        upstream = try stage.provider("stage") { Self.script(for: $0) }
        self.stage = stage
        let models = ["default", "tools", "image", "schema", "bad", "breaks", "limited"].map { "{ id: \"\($0)\" }" }.joined(separator: ", ")
        gateway = try await RunningGateway(
            settings: """
                {
                  failover: { midStream: "error" },
                  models: { mode: "replace", providers: { stage: { baseUrl: "\(upstream.baseURL)", apiKey: "key", models: [\(models)] } } },
                  agents: { defaults: { model: { primary: "stage/default", fallbacks: [] } } },
                }
                """)
        finished = try await python.run(
            script: ProjectFile.path("Tests/GatewayTests/Scripts/openai_sdk.py"),
            environment: ["OPENAI_BASE_URL": gateway.url + "/v1", "OPENAI_API_KEY": gateway.token])
        var results: [String: JSONValue] = [:]
        for line in finished.out.split(separator: "\n") {
            let result = try JSONValue.parse(String(line))
            results[result["check"]?.string ?? ""] = result
        }
        self.results = results
    }

    func stop() async { await gateway.stop() }

    static func result(_ check: String) throws -> JSONValue {
        let scene = try current
        let result = try #require(scene.results[check], "the script said nothing of \(check): \(scene.finished.error)")
        try #require(result["unexpected"] == nil, "\(result["unexpected"]?.string ?? "")")
        return result
    }

    /// The last request for a model that reached the upstream.
    static func asked(_ model: String) throws -> AskedRequest? { try current.upstream.asked.last { $0.model == model } }

    private static func script(for asked: AskedRequest) -> Script {
        switch asked.model {
        case "default": return .says("The understudy is.", to: asked, pace: .zero)
        case "image": return .says("A pixel.", to: asked)
        case "schema": return .says(#"{"lead":"Ada"}"#, to: asked)
        case "tools": return tools(asked)
        case "bad": return .refuses(400, "Invalid value for 'temperature'.", type: "invalid_request_error", code: "invalid_value")
        case "limited": return .refuses(429, "Rate limit reached.", code: "rate_limit_exceeded", headers: ["retry-after": "30"])
        default: return .streams("This line is never said to its end.", model: asked.model, ending: .act(.cut, afterPercent: 60))
        }
    }

    private static func tools(_ asked: AskedRequest) -> Script {
        let call: JSONValue = ["index": 0, "id": "call_1", "type": "function", "function": ["name": "call_actor", "arguments": ""]]
        guard asked.streaming else {
            let message: JSONValue = [
                "role": "assistant", "content": nil,
                "tool_calls": [["id": "call_1", "type": "function", "function": ["name": "call_actor", "arguments": #"{"name":"Ada"}"#]]],
            ]
            let body: JSONValue = [
                "id": "c", "object": "chat.completion", "created": 1, "model": "tools",
                "choices": [["index": 0, "message": message, "finish_reason": "tool_calls"]],
            ]
            return Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(body))])
        }
        func arguments(_ part: String) -> [UInt8] {
            Script.event("tools", delta: ["tool_calls": [["index": 0, "function": ["arguments": .string(part)]]]])
        }
        return Script([
            .begin(status: 200, headers: Script.eventStream),
            .bytes(Script.event("tools", delta: ["role": "assistant", "tool_calls": [call]])),
            .bytes(arguments(#"{"name":"#)), .bytes(arguments(#""Ada"}"#)), .bytes(Script.event("tools", delta: [:], finish: "tool_calls")),
            .bytes(Script.done), .end,
        ])
    }
}

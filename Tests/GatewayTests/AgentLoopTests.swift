// SPDX-License-Identifier: Apache-2.0
import JSON
import Rehearsal
import TestSupport
import Testing

/// Agents built on official SDKs and frameworks, each running onto a provider of each wire. `ScriptedModel` refuses a conversation
/// whose calls, ids or results are not its own, so an answer proves that all of them crossed, twice.
@Suite(.timeLimit(.minutes(5)), Shared<LoopScene>()) struct `An agent's loop` {
    static let providers = ["chat", "responses", "messages", "google"]

    struct Case: Sendable, CustomTestStringConvertible {
        var client: String
        var provider: String
        var model: String
        var testDescription: String { "\(client) on \(provider)/\(model)" }
    }

    static let clients = [
        "openai chat", "openai responses", "anthropic", "google-genai", "pydantic-ai chat", "pydantic-ai responses",
        "pydantic-ai anthropic", "pydantic-ai google", "langchain-openai chat", "langchain-openai responses", "langchain-anthropic", "llm",
    ]

    static let cases = clients.flatMap { client in
        providers.flatMap { provider in ScriptedModel.models.map { Case(client: client, provider: provider, model: $0) } }
    }

    @Test(arguments: cases, [false, true])
    func `ends with what its tools said`(loop: Case, streaming: Bool) throws {
        let scene = try LoopScene.current
        let result = try #require(
            scene.results.first {
                $0["client"]?.string == loop.client && $0["model"]?.string == "\(loop.provider)/\(loop.model)"
                    && $0["streaming"]?.bool == streaming
            }, "no line: \(scene.finished.error)")
        let answer = try #require(result["answer"]?.string, "\(result["error"]?.string ?? "no answer")")
        let told = loop.model == "both" ? "sunny in Paris; sunny in Rome" : "a hat, as it is sunny in Paris"
        #expect(answer.contains("The tools say: \(told)."))
        if loop.model == "thinks", loop.provider != "chat", Self.keepsSignatures(loop.client) {
            #expect(answer.hasSuffix("Signatures kept."))
        }
    }

    /// Chat Completions has no place for signatures that its clients know of.
    private static func keepsSignatures(_ client: String) -> Bool { !client.hasSuffix("chat") && client != "llm" }
}

/// One run of the script against one gateway.
final class LoopScene: TestScene {
    let results: [JSONValue]
    let finished: BuiltBinary.Finished
    private let gateway: RunningGateway
    private let stage: Stage
    private let upstream: ScriptedUpstream

    init() async throws {
        let python = try await PythonEnvironment.sdks()
        let stage = try Stage()
        let upstream = try stage.provider("stage", ScriptedModel.answer)
        (self.stage, self.upstream) = (stage, upstream)
        let models = ScriptedModel.models.map { "{ id: \"\($0)\" }" }.joined(separator: ", ")
        func provider(_ name: String, _ api: String, _ path: String) -> String {
            let url = "http://127.0.0.1:\(upstream.port)\(path)"
            return #""\#(name)": { baseUrl: "\#(url)", api: "\#(api)", apiKey: "key-\#(name)", models: [\#(models)] }"#
        }
        gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: {
                    \(provider("chat", "openai-completions", "/v1")), \(provider("responses", "openai-responses", "/v1")),
                    \(provider("messages", "anthropic-messages", "/v1")), \(provider("google", "google-generative-ai", "/v1beta")),
                  } },
                  agents: { defaults: { model: { primary: "chat/steps", fallbacks: [] } } },
                }
                """)
        let asked = `An agent's loop`.providers.flatMap { provider in ScriptedModel.models.map { "\(provider)/\($0)" } }
        finished = try await python.run(
            script: ProjectFile.path("Tests/GatewayTests/Scripts/agent_loops.py"), asked,
            environment: ["GATEWAY": gateway.url, "GATEWAY_KEY": gateway.token], limit: .seconds(280))
        results = try finished.out.split(separator: "\n").map { try JSONValue.parse(String($0)) }
    }

    func stop() async { await gateway.stop() }
}

extension PythonEnvironment {
    /// The SDKs and frameworks that the gateway is tried with, at the releases that it was last checked with.
    static func sdks() async throws -> PythonEnvironment {
        try await with(
            "openai==3.52.0", "anthropic==2.11.0", "google-genai==2.34.0", "pydantic-ai-slim[openai,anthropic,google]==2.68.0",
            "langchain-openai==1.7.3", "langchain-anthropic==1.7.7", "llm==0.36")
    }
}

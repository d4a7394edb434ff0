// SPDX-License-Identifier: Apache-2.0
import JSON
import Rehearsal
import TestSupport
import Testing

/// `understudy models scan` against an OpenRouter of its own.
@Suite(.timeLimit(.minutes(5))) struct `A scan for free models` {
    static let list = """
        {"data": [
          {"id": "meta-llama/llama-3.3-70b-instruct:free", "name": "Llama", "created": 1733506137, "context_length": 131072,
           "pricing": {"prompt": "0", "completion": "0"}, "architecture": {"input_modalities": ["text"]}, "supported_parameters": ["tools"]},
          {"id": "busy/other-8b:free", "name": "Busy", "context_length": 262144, "pricing": {"prompt": "0", "completion": "0"},
           "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": ["tools"]},
          {"id": "qwen/qwen-vl:free", "name": "Qwen", "context_length": 32768, "pricing": {"prompt": "0", "completion": "0"},
           "architecture": {"input_modalities": ["text", "image"]}, "supported_parameters": []},
          {"id": "openai/gpt-5.4", "name": "Not free", "context_length": 400000, "pricing": {"prompt": "0.000002", "completion": "0.00001"}}
        ]}
        """

    static func openRouter(_ stage: Stage) throws -> ScriptedUpstream {
        try stage.provider("openrouter") { asked in
            if asked.path.hasSuffix("/models") {
                return Script([.answer(status: 200, headers: ["content-type": "application/json"], body: Array(list.utf8))])
            }
            return asked.model.hasPrefix("busy/") ? .refuses(429, "Rate limit exceeded") : .says("OK", to: asked, pace: .zero)
        }
    }

    static func run(_ words: [String], _ router: ScriptedUpstream, in home: TemporaryHome) async throws -> BuiltBinary.Finished {
        try home.write(
            """
            { // mine
              models: { providers: { openrouter: { baseUrl: "\(router.baseURL)", apiKey: "csk-or-aaaaaaaaaaaaaaaa" } } },
              agents: { defaults: { model: { primary: "openai/gpt-5.4", fallbacks: ["groq/llama"] } } } }
            """, to: ".understudy/understudy.json")
        return try await BuiltBinary().run(["models", "scan"] + words, home: home, limit: .seconds(280))
    }

    @Test func `makes fallbacks of those that answer, behind those that are there`() async throws {
        let (stage, home) = (try Stage(), try TemporaryHome())
        let router = try Self.openRouter(stage)
        let finished = try await Self.run(["--yes", "--set-image", "--json"], router, in: home)
        #expect(finished.status == 0, "\(finished)")
        let document = try JSONValue.parse(Array(finished.out.utf8))
        #expect(
            (document["models"]?.array ?? []).map { "\($0["key"]?.string ?? "") \($0["status"]?.string ?? "")" } == [
                "openrouter/busy/other-8b:free rate_limit", "openrouter/meta-llama/llama-3.3-70b-instruct:free ok",
                "openrouter/qwen/qwen-vl:free ok",
            ])
        let written = try #require(home.read(".understudy/understudy.json"))
        #expect(
            written.contains(
                #"fallbacks: ["groq/llama", "openrouter/meta-llama/llama-3.3-70b-instruct:free", "openrouter/qwen/qwen-vl:free"]"#),
            "\(written)")
        #expect(
            written.hasPrefix("{ // mine\n") && written.contains(#"imageModel: { primary: "openrouter/qwen/qwen-vl:free" }"#), "\(written)")
        // The list is asked for without a key.
        #expect(stage.asked.first == "openrouter/ ", "\(stage.asked)")
        #expect(!finished.out.contains("csk-") && !finished.error.contains("csk-"))
        withExtendedLifetime(router) {}
    }

    @Test(arguments: [
        (["--no-probe", "--min-params", "50"], "llama-3.3-70b", 0), (["--no-input", "--provider", "qwen"], "qwen-vl", 0),
        (["--provider", "busy"], "rate_limit", 1), (["--min-params", "500"], "No free model fits.", 1),
    ])
    func `changes nothing unless somebody says so`(words: [String], shown: String, status: Int32) async throws {
        let (stage, home) = (try Stage(), try TemporaryHome())
        let router = try Self.openRouter(stage)
        let finished = try await Self.run(words, router, in: home)
        #expect(finished.status == status && finished.out.contains(shown), "\(finished)")
        #expect(home.read(".understudy/understudy.json.bak") == nil)
        #expect(words.first != "--no-probe" || stage.asked.count == 1)
        withExtendedLifetime(router) {}
    }
}

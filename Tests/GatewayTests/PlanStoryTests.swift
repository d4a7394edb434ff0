// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport
import Testing

/// Five evenings that ended badly elsewhere, each told by one command, without a gateway and without a token. What the person had to
/// guess then stands in what it prints.
@Suite(.timeLimit(.minutes(5))) struct `understudy plan tells` {
    /// Runs `understudy plan` on settings of its own.
    static func plan(
        _ settings: String, _ words: [String], environment: [String: String] = [:], files: [String: String] = [:]
    ) async throws -> BuiltBinary.Finished {
        let home = try TemporaryHome()
        try home.write(settings, to: ".understudy/understudy.json")
        for (path, text) in files { try home.write(text, to: ".understudy/" + path) }
        return try await BuiltBinary().run(["plan", "--offline"] + words, environment: environment, home: home)
    }

    static func example(_ name: String) throws -> String { try #require(ProjectFile.text("Examples/\(name).json")) }

    /// Each of `facts` stands in `told`, in this order.
    static func expect(_ told: BuiltBinary.Finished, _ facts: [String], status: Int32 = 0) {
        #expect(told.status == status, "\(told)")
        var rest = told.out[...]
        for fact in facts {
            guard let place = rest.firstRange(of: fact) else {
                Issue.record("\(fact) is not there, or not in its place:\n\(told.out)\(told.error)")
                return
            }
            rest = rest[place.upperBound...]
        }
    }

    @Test func `who said 402 without a body, while a login had expired`() async throws {
        let keys = ["GEMINI_API_KEY": "g", "CEREBRAS_API_KEY": "c", "ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"]
        let told = try await Self.plan(
            try Self.example("long-chain"), ["--when", "google=401:code=invalid_grant", "--when", "cerebras=402"], environment: keys)
        Self.expect(
            told,
            [
                "1  google/gemini-3-flash-preview", "401 invalid_grant", "auth_permanent · rule oauth.invalid_grant", "→ next model",
                "2  cerebras/llama3.1-8b", "402, no body", "billing · rule status.402 · this model on this key blocked 1 min",
                "→ next model",
                "3  cerebras/gpt-oss-120b", "402, no body", "second failure: credential blocked", "→ next model",
                "4  anthropic/claude-haiku-4-5", "The client gets 200 from anthropic/claude-haiku-4-5",
            ])
    }

    @Test func `that a bill of one model stops no chain, and for how long it blocks whom`() async throws {
        let told = try await Self.plan(
            try Self.example("shared-key"), ["--when", "deepseek=billing"], environment: ["DEEPSEEK_API_KEY": "d", "MINIMAX_API_KEY": "m"])
        Self.expect(
            told,
            [
                "1  deepseek/deepseek-v4-pro", "this model on this key blocked 1 min, then one request looks again", "→ next model",
                "2  deepseek/deepseek-v4-flash", "credential blocked 1 min", "→ next model", "3  minimax/minimax-M2.7",
                "The client gets 200 from minimax/minimax-M2.7",
            ])
    }

    @Test func `that two models and two keys are four tries in a row`() async throws {
        let told = try await Self.plan(
            try Self.example("two-keys"), ["--when", "*=429:retry-after=20", "--json"], environment: ["OPENAI_API_KEYS": "k-1,k-2"])
        #expect(told.status == 1)
        let run = try JSONValue.parse(Array(told.out.utf8))["run"]
        #expect(
            run?["receipt"]?["attempts"]?.array?.map { "\($0["model"]?.string ?? "") \($0["credential"]?.string ?? "")" } == [
                "openai/gpt-5.4 openai:OPENAI_API_KEYS.1", "openai/gpt-5.4 openai:OPENAI_API_KEYS.2",
                "openai/gpt-5.4-mini openai:OPENAI_API_KEYS.1", "openai/gpt-5.4-mini openai:OPENAI_API_KEYS.2",
            ])
        #expect(run?["next"] == ["next_credential", "next_model", "next_credential", "refused"])
        #expect(run?["status"] == 429 && run?["retry_after_ms"]?.int ?? 0 > 15_000)
    }

    @Test func `that a route without prompt caching is asked again without cache markers`() async throws {
        let settings = """
            { models: { providers: { openrouter: { apiKey: "k" } } },
              agents: { defaults: { model: { primary: "openrouter/anthropic/claude-3.5-sonnet", fallbacks: ["openrouter/openai/gpt-4o-mini"] } } } }
            """
        let message = "You invoked an unsupported model or your request did not allow prompt caching."
        let told = try await Self.plan(settings, ["--when", "openrouter/anthropic/claude-3.5-sonnet=400:message=\(message)"])
        Self.expect(
            told,
            [
                "1  openrouter/anthropic/claude-3.5-sonnet", "format", "nothing blocked", "→ the same again, repaired",
                "2  openrouter/anthropic/claude-3.5-sonnet", "cache", "The client gets 200 from openrouter/anthropic/claude-3.5-sonnet",
                "the route takes what was repaired",
            ])
    }

    @Test func `that a quota is left at once, for the agent's own fallbacks`() async throws {
        let message = "You exceeded your current quota, please check your plan and billing details."
        let told = try await Self.plan(
            try Self.example("agents"), ["--agent", "coder", "--when", "openai=429:message=\(message)"],
            environment: ["MOONSHOT_API_KEY": "k", "MINIMAX_API_KEY": "m"],
            files: [
                "agents/coder/agent/auth-profiles.json":
                    #"{"version":1,"profiles":{"openai:default":{"type":"token","provider":"openai","token":"t-1"}}}"#
            ])
        Self.expect(
            told,
            [
                "agent:coder, agent coder", "1  openai/gpt-5.2-codex", "openai:default", "429", "→ next model", "2  moonshot/kimi-k2.5",
                "The client gets 200 from moonshot/kimi-k2.5",
            ])
        #expect(!told.out.contains("t-1"))
    }
}

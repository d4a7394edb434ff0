// SPDX-License-Identifier: Apache-2.0
import Rehearsal
import TestSupport
import Testing

/// What the people of the threads were told to set up, by the files and the commands that they were given, and what they see then.
@Suite(.timeLimit(.minutes(5))) struct `The threads' set-ups` {
    typealias Line = `The threads at a terminal`.Line

    /// One key is at its limit.
    static func openAI(_ stage: Stage) throws -> ScriptedUpstream {
        try stage.provider("openai") { asked in
            asked.key.hasSuffix("-2") ? .says("Yes.", to: asked, pace: .zero) : .refuses(429, "Rate limit reached for requests")
        }
    }

    /// A file of variables beside the settings, or the same in the settings.
    @Test(arguments: [false, true])
    func `a list of keys is enough for one to step in for the other`(isInSettings: Bool) async throws {
        let stage = try Stage()
        let openai = try Self.openAI(stage)
        let home = try TemporaryHome()
        let settings = """
            { models: { providers: { openai: { baseUrl: "\(openai.baseURL)", api: "openai-completions" } } },
              agents: { defaults: { model: { primary: "openai/gpt-5.4" } } } }
            """
        let gateway = try await RunningGateway(settings: settings, home: home)
        let person = PersonAtATerminal(home: home, environment: ["NO_COLOR": "1"])
        let keys = "csk-key-one-aaaaaaaa-1,csk-key-two-aaaaaaaa-2"
        if isInSettings {
            try home.write("{ env: { OPENAI_API_KEYS: \"\(keys)\" }, " + settings.dropFirst(2), to: ".understudy/understudy.json")
        } else {
            try home.write("OPENAI_API_KEYS=\(keys)\n", to: ".understudy/.env")
        }
        try await `The threads at a terminal`.play(
            [
                Line("gateway restart", sees: []),
                Line("models status", sees: ["openai:OPENAI_API_KEYS.1", "openai:OPENAI_API_KEYS.2", "ready"]),
                Line("models status --probe", sees: ["ok · ", "rate_limit", "Probed 2 targets"], status: 1),
            ], by: person)
        stage.forget()
        #expect(try await gateway.ask("openai/gpt-5.4").content == "Yes.")
        await gateway.stop()
        withExtendedLifetime(openai) {}
    }

    @Test func `a second provider for OpenRouter, and a setup token for Anthropic`() async throws {
        let stage = try Stage()
        let router = try stage.provider("openrouter", Stage.says("Through OpenRouter."))
        let anthropic = try stage.provider("anthropic", Stage.says("Directly."))
        let home = try TemporaryHome()
        // As it was given to them, but for the address.
        let settings = """
            {
              "agents": { "defaults": { "model": { "primary": "openrouter-no-cache/anthropic/claude-3.5-sonnet", "fallbacks": ["openrouter/openai/gpt-4o-mini"] },
                "models": { "openrouter-no-cache/anthropic/claude-3.5-sonnet": { "params": { "cacheRetention": "none" } }, "openrouter/openai/gpt-4o-mini": {} } } },
              "models": {
                "providers": {
                  "anthropic": { "baseUrl": "\(anthropic.baseURL.replacing("/v1", with: ""))" },
                  "openrouter-no-cache": {
                    "baseUrl": "\(router.baseURL)",
                    "api": "openai-completions",
                    "apiKey": "${OPENROUTER_API_KEY}",
                    "models": [
                      {
                        "id": "anthropic/claude-3.5-sonnet",
                        "name": "Claude 3.5 Sonnet (via OpenRouter no-cache)",
                        "reasoning": false,
                        "input": ["text"],
                        "cost": { "input": 3, "output": 15, "cacheRead": 0, "cacheWrite": 0 },
                        "contextWindow": 200000,
                        "maxTokens": 8192
                      }
                    ]
                  }
                }
              }
            }
            """
        let environment = ["OPENROUTER_API_KEY": "csk-or-aaaaaaaaaaaaaaaa"]
        let gateway = try await RunningGateway(settings: settings, home: home, environment: environment)
        #expect(try await gateway.ask("default").content == "Through OpenRouter.")
        let person = PersonAtATerminal(home: home, environment: environment.merging(["NO_COLOR": "1"]) { $1 })
        let token = "sk-ant-oat01-" + String(repeating: "csk-a", count: 16)
        try await `The threads at a terminal`.play(
            [
                Line("--version", sees: ["understudy "]),
                Line(
                    "models auth setup-token --provider anthropic",
                    [.await("claude setup-token"), .await("nothing is shown"), .type(token + "\n")],
                    sees: ["anthropic:manual"]),
                Line("models set anthropic/claude-3.5-sonnet", sees: ["Default model: anthropic/claude-3.5-sonnet\n", "goes by it"]),
                Line("gateway restart", sees: []),
                Line("models status", sees: ["Default       : anthropic/claude-3.5-sonnet", "anthropic:manual"]),
                Line("models status --plain", sees: ["anthropic/claude-3.5-sonnet\n"]),
            ], by: person)
        #expect(try await gateway.ask("default").content == "Directly.")
        await gateway.stop()
        withExtendedLifetime((router, anthropic)) {}
    }
}

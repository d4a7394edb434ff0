// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// The chains of `Examples/`, played through the built gateway: which upstream is asked in which order, what the receipt says,
/// who answers. Each begins with a story that ended badly elsewhere.
@Suite(.timeLimit(.minutes(5))) struct `An example's chain` {
    /// The text of an example with its providers' addresses replaced by those of the stage.
    static func example(_ name: String, _ addresses: [String: String]) throws -> String {
        var text = try #require(ProjectFile.text("Examples/\(name).json"))
        for (real, played) in addresses { text = text.replacing(real, with: played) }
        return text
    }

    @Test func `reaches the fourth candidate when a login has expired and a key has no credit`() async throws {
        let stage = try Stage()
        let google = try stage.provider("google") { _ in .refuses(401, "Request had invalid authentication credentials.", code: "401") }
        let cerebras = try stage.provider("cerebras") { _ in Script([.answer(status: 402, headers: [:], body: [])]) }
        let anthropic = try stage.provider("anthropic", Stage.says("Still here."))
        let settings = try Self.example(
            "long-chain",
            [
                "https://generativelanguage.googleapis.com/v1beta/openai": google.baseURL, "https://api.cerebras.ai/v1": cerebras.baseURL,
                "https://api.anthropic.com/v1": anthropic.baseURL, "https://api.openai.com/v1": "http://127.0.0.1:9/v1",
            ])
        let gateway = try await RunningGateway(
            settings: settings,
            environment: ["GEMINI_API_KEY": "g-1", "CEREBRAS_API_KEY": "c-1", "ANTHROPIC_API_KEY": "a-1", "OPENAI_API_KEY": "o-1"])
        let reply = try await gateway.ask("default")
        #expect(reply.status == 200)
        #expect(reply.content == "Still here.")
        #expect(reply.headers.first("x-understudy-model") == "anthropic/claude-haiku-4-5")
        #expect(reply.headers.first("x-understudy-attempts") == "4")
        #expect(
            stage.asked == [
                "google/gemini-3-flash-preview g-1", "cerebras/llama3.1-8b c-1", "cerebras/gpt-oss-120b c-1",
                "anthropic/claude-haiku-4-5 a-1",
            ])
        #expect(
            try await gateway.receipt(of: reply).walk == [
                "google/gemini-3-flash-preview google:GEMINI_API_KEY auth status.401",
                "cerebras/llama3.1-8b cerebras:CEREBRAS_API_KEY billing status.402",
                "cerebras/gpt-oss-120b cerebras:CEREBRAS_API_KEY billing status.402",
                "anthropic/claude-haiku-4-5 anthropic:ANTHROPIC_API_KEY",
            ])
        let explained = try await gateway.command(["explain", "--last"])
        #expect(explained.status == 0)
        for fact in ["402, no body", "billing", "auth", "google/gemini-3-flash-preview", "answered by anthropic/claude-haiku-4-5"] {
            #expect(explained.out.contains(fact), "\(fact) in:\n\(explained.out)")
        }
        await gateway.stop()
    }

    @Test func `goes past two models of a key without credit to another provider`() async throws {
        let stage = try Stage()
        let deepseek = try stage.provider("deepseek") { _ in
            .refuses(402, "Insufficient Balance", type: "unknown_error", code: "invalid_request_error")
        }
        let minimax = try stage.provider("minimax", Stage.says("The configured fallback speaks."))
        let settings = try Self.example(
            "shared-key", ["https://api.deepseek.com/v1": deepseek.baseURL, "https://api.minimax.io/v1": minimax.baseURL])
        let gateway = try await RunningGateway(settings: settings, environment: ["DEEPSEEK_API_KEY": "d-1", "MINIMAX_API_KEY": "m-1"])
        let reply = try await gateway.ask("default", stream: true)
        #expect(reply.content == "The configured fallback speaks.")
        #expect(stage.asked == ["deepseek/deepseek-v4-pro d-1", "deepseek/deepseek-v4-flash d-1", "minimax/minimax-M2.7 m-1"])
        let receipt = try await gateway.receipt(of: reply)
        #expect(
            receipt.walk == [
                "deepseek/deepseek-v4-pro deepseek:DEEPSEEK_API_KEY billing words.no_money",
                "deepseek/deepseek-v4-flash deepseek:DEEPSEEK_API_KEY billing words.no_money",
                "minimax/minimax-M2.7 minimax:MINIMAX_API_KEY",
            ])
        // Two models of one key agree: now the key itself is blocked, and the next request does not ask it.
        stage.forget()
        let second = try await gateway.ask("default")
        #expect(second.content == "The configured fallback speaks.")
        #expect(stage.asked == ["minimax/minimax-M2.7 m-1"])
        await gateway.stop()
    }

    @Test(arguments: ["two-keys", "two-keys-named"])
    func `walks two models and two keys four times in a row`(name: String) async throws {
        let stage = try Stage()
        let openai = try stage.provider("openai") { asked in
            asked.model == "gpt-5.4-mini" && asked.key == "sk-key-2"
                ? .says("The fourth try.", to: asked, pace: .zero)
                : .refuses(429, "Rate limit reached.", code: "rate_limit_exceeded", headers: ["retry-after": "20"])
        }
        let home = try TemporaryHome()
        var environment: [String: String] = [:]
        if name == "two-keys" {
            environment["OPENAI_API_KEYS"] = "sk-key-1,sk-key-2"
        } else {
            try home.write(
                #"{"version":1,"profiles":{"openai:main":{"type":"api_key","provider":"openai","key":"sk-key-1"},"openai:backup":{"type":"api_key","provider":"openai","key":"sk-key-2"}}}"#,
                to: ".understudy/agents/main/agent/auth-profiles.json")
        }
        let gateway = try await RunningGateway(
            settings: try Self.example(name, ["https://api.openai.com/v1": openai.baseURL]), home: home, environment: environment)
        let reply = try await gateway.ask("default")
        #expect(reply.content == "The fourth try.")
        #expect(
            stage.asked == [
                "openai/gpt-5.4 sk-key-1", "openai/gpt-5.4 sk-key-2", "openai/gpt-5.4-mini sk-key-1", "openai/gpt-5.4-mini sk-key-2",
            ])
        if name == "two-keys-named" { #expect(reply.headers.first("x-understudy-credential") == "openai:backup") }
        let receipt = try await gateway.receipt(of: reply)
        let keys = name == "two-keys" ? ["openai:OPENAI_API_KEYS.1", "openai:OPENAI_API_KEYS.2"] : ["openai:main", "openai:backup"]
        #expect(
            receipt.walk == [
                "openai/gpt-5.4 \(keys[0]) rate_limit code.rate_exceeded", "openai/gpt-5.4 \(keys[1]) rate_limit code.rate_exceeded",
                "openai/gpt-5.4-mini \(keys[0]) rate_limit code.rate_exceeded", "openai/gpt-5.4-mini \(keys[1])",
            ])
        await gateway.stop()
    }

    @Test func `leaves a used-up quota at once and without a repeat`() async throws {
        let stage = try Stage()
        let openai = try stage.provider("openai") { _ in
            .refuses(
                429, "You exceeded your current quota, please check your plan and billing details.", type: "insufficient_quota",
                code: "insufficient_quota")
        }
        let moonshot = try stage.provider("moonshot", Stage.says("Kimi speaks."))
        let minimax = try stage.provider("minimax", Stage.says("MiniMax speaks."))
        let home = try TemporaryHome()
        try home.write(
            #"{"version":1,"profiles":{"openai:default":{"type":"token","provider":"openai","token":"t-1"}}}"#,
            to: ".understudy/agents/coder/agent/auth-profiles.json")
        let gateway = try await RunningGateway(
            settings: try Self.example(
                "agents",
                [
                    "https://api.openai.com/v1": openai.baseURL, "https://api.moonshot.ai/v1": moonshot.baseURL,
                    "https://api.minimax.io/v1": minimax.baseURL,
                ]), home: home, environment: ["MOONSHOT_API_KEY": "k-1", "MINIMAX_API_KEY": "m-1"])
        let reply = try await gateway.ask("agent:coder")
        #expect(reply.content == "Kimi speaks.")
        #expect(stage.asked == ["openai/gpt-5.2-codex t-1", "moonshot/kimi-k2.5 k-1"])
        #expect(reply.headers.first("x-understudy-attempts") == "2")
        let receipt = try await gateway.receipt(of: reply)
        #expect(receipt["agent"]?.string == "coder")
        #expect(
            receipt.walk == ["openai/gpt-5.2-codex openai:default billing openai.quota", "moonshot/kimi-k2.5 moonshot:MOONSHOT_API_KEY"])
        await gateway.stop()
    }
}

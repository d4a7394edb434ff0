// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Testing

@Suite struct `A file of OpenClaw's` {
    let settings: Settings
    let notes: [SettingsNote]

    init() throws { (settings, notes) = try read(openClawFile, environment: openClawEnvironment) }

    @Test func `loads as it is, with the sections of others counted`() {
        #expect(
            settings.foreignSections == [
                "$schema", "meta", "wizard", "diagnostics", "bindings", "broadcast", "messages", "commands", "session", "channels", "tools",
                "cron", "hooks", "skills", "plugins", "browser", "ui", "canvasHost", "discovery", "talk", "update", "web",
            ])
    }

    @Test func `says in one note which of its keys are not used`() {
        let kept = notes.filter { $0.text.hasPrefix("known keys of OpenClaw that are not used here: ") }
        #expect(kept.count == 1)
        #expect(kept.first?.text.contains("env.shellEnv") == true)
        #expect(kept.first?.text.hasSuffix(" more") == true)
    }

    @Test func `gives its providers`() throws {
        let proxy = try #require(settings.providers["custom-proxy"])
        #expect(proxy.baseURL.description == "http://localhost:4000/v1")
        #expect(proxy.wire == .openaiCompletions)
        #expect(proxy.credentialHeader == .bearer)
        #expect(!proxy.needsCredential)
        #expect(
            proxy.headers == [
                ProviderHeader(name: "X-Proxy-Region", value: Secret("us-west")), ProviderHeader(name: "X-Team", value: Secret("blue")),
                ProviderHeader(name: "x-extra", value: Secret("1")),
            ])
        #expect(settings.configuredKeys["custom-proxy"] == Secret("sk-litellm"))
        #expect(settings.configuredKeys["minimax"] == Secret("mm-1"))
        #expect(settings.configuredProviders == ["custom-proxy", "minimax"])
        #expect(settings.providers["minimax"]?.wire == .anthropicMessages)
        #expect(settings.providers["groq"] != nil)
    }

    @Test func `gives its models`() throws {
        let proxy = try #require(settings.providers["custom-proxy"])
        let llama = try #require(proxy.model("llama-3.1-8b"))
        #expect(llama.name == "Llama 3.1 8B")
        #expect(llama.contextWindow == 8192)
        #expect(llama.maxTokens == 4096)
        #expect(!llama.acceptsImages)
        #expect(!llama.acceptsTools)
        let qwen = try #require(proxy.model("qwen3-32b"))
        #expect(qwen.contextWindow == 128_000)
        #expect(qwen.maxTokens == 32_000)
        #expect(qwen.reasons)
        #expect(qwen.acceptsImages)
        #expect(qwen.acceptsTools)
    }

    @Test func `has its one limit obeyed for every silence`() {
        let limits = settings.limits(for: ModelRef(provider: "custom-proxy", model: "qwen3-32b"))
        #expect(limits.localFirstToken.length == .seconds(240))
        #expect(limits.idle.length == .seconds(240))
        #expect(limits.plain.length == .seconds(240))
        #expect(limits.connect.length == .seconds(10))
        #expect(limits.plain.setBy == "models.providers.custom-proxy")
        #expect(limits.request.setBy == "built in")
    }

    @Test func `gives its credentials' order`() {
        #expect(
            settings.auth.profiles.map(\.id) == [
                "anthropic:me@example.com", "anthropic:work", "openai:main", "openai:backup", "minimax:token",
            ])
        #expect(settings.auth.profiles.map(\.kind) == [.oauth, .apiKey, .apiKey, .apiKey, .token])
        #expect(settings.auth.profiles.map(\.label) == ["me@example.com", "Work", nil, nil, nil])
        #expect(settings.auth.order["openai"] == ["openai:main", "openai:backup"])
    }

    @Test func `has its written cooldowns obeyed`() {
        let hour = Duration.seconds(3600)
        #expect(settings.policy.failureWindow == hour * 12)
        #expect(settings.policy.blocks.billing == [hour * 5, hour * 10, hour * 20, hour * 24])
        let openAI = settings.policy(for: ModelRef(provider: "openai", model: "gpt-5.4"))
        #expect(openAI.blocks.billing == [hour, hour * 2, hour * 4, hour * 8, hour * 16, hour * 24])
    }

    @Test func `gives each agent its chain`() {
        #expect(settings.agents.all.map(\.id) == ["main", "coder", "scout"])
        #expect(settings.agents.defaultID == "main")
        #expect(
            settings.agents["main"]?.chain.map { "\($0.model) \($0.origin)" } == [
                "anthropic/claude-opus-4-6 agents.defaults.model.primary", "openai/gpt-5.4 agents.defaults.model.fallbacks[0]",
                "custom-proxy/llama-3.1-8b agents.defaults.model.fallbacks[1]", "minimax/MiniMax-M2.5 agents.defaults.model.fallbacks[2]",
            ])
        #expect(settings.agents["coder"]?.chain.map { "\($0.model) \($0.origin)" } == ["openai/gpt-5.4 agents.list[1].model.primary"])
        #expect(settings.agents["coder"]?.agentDir == "~/.openclaw/agents/coder/agent")
        #expect(settings.agents["scout"]?.primary?.model.description == "anthropic/claude-opus-4-6")
        #expect(settings.agents["scout"]?.primary?.origin == "agents.list[2].model")
        #expect(settings.agents["scout"]?.fallbacks.count == 3)
    }

    @Test func `has its params merged, the narrower one winning`() {
        let gpt = ModelRef(provider: "openai", model: "gpt-5.4")
        #expect(settings.params(for: gpt, agent: "main") == ["cacheRetention": "short", "temperature": 0.7, "parallel_tool_calls": true])
        #expect(settings.params(for: gpt, agent: "coder")?["temperature"] == 0)
        #expect(
            settings.params(for: ModelRef(provider: "custom-proxy", model: "x"), agent: nil) == [
                "temperature": 0.3, "cacheRetention": "short",
            ])
    }

    @Test func `gives its gateway, at its own port`() {
        #expect(settings.gateway.port == 18789)
        #expect(settings.gateway.bind == .loopback)
        #expect(settings.gateway.auth == .token(.init(Secret("oc-token"), origin: .environment("OPENCLAW_GATEWAY_TOKEN"))))
        #expect(settings.gateway.allowedOrigins == ["https://control.example.com"])
        #expect(settings.gateway.maxBodyBytes == 32 << 20)
        #expect(settings.logging.file == "/tmp/openclaw/openclaw.log")
        #expect(settings.logging.maxFileBytes == 500_000_000)
    }

    @Test func `gives variables that the process does not set`() {
        #expect(settings.environment["GROQ_API_KEY"] == Secret("gsk_process"))
        #expect(settings.environment["MISTRAL_API_KEY"] == Secret("from-config"))
    }

    @Test func `has models on other wires noted, not refused`() throws {
        #expect(!notes.contains { $0.text.contains("does not speak") })
        let file = openClawFile.replacingFirst(#"api: "anthropic-messages""#, with: #"api: "bedrock-converse-stream""#)
        #expect(
            try read(file, environment: openClawEnvironment).1.contains {
                $0.text
                    == "agents.defaults.model.fallbacks[2]: this version does not speak bedrock-converse-stream, so minimax/MiniMax-M2.5 will be passed over"
            })
    }
}

extension String {
    /// Without Foundation.
    fileprivate func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}

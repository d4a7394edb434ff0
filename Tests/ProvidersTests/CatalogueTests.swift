// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite struct `The catalogue` {
    @Test func `is in the binary, and each entry is whole`() {
        let entries = Catalogue.builtIn.entries
        #expect(entries.count >= 45)
        for entry in entries {
            #expect(!entry.source.isEmpty && !entry.wireName.isEmpty, "\(entry.id)")
            #expect(Self.isDay(entry.checked), "\(entry.id)")
            #expect(entry.environmentPrefix.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }, "\(entry.id)")
            #expect(entry.isLocal == (entry.baseURL?.isLocal ?? false), "\(entry.id)")
            #expect(!entry.environment.contains("\(entry.environmentPrefix)_API_KEY"), "\(entry.id)")
            if let url = entry.baseURL, !entry.isLocal { #expect(url.scheme == "https", "\(entry.id)") }
            if entry.baseURL == nil { #expect(entry.note != nil, "\(entry.id) cannot be called, and nothing says why") }
        }
    }

    /// `2026-11-21`
    static func isDay(_ text: String?) -> Bool {
        guard let text, text.utf8.count == 10, text.hasPrefix("20") else { return false }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return parts.count == 3 && (1...12).contains(parts[1]) && (1...31).contains(parts[2])
    }

    @Test func `tells of each model and each price where and when it was read`() {
        var prices = 0
        for entry in Catalogue.builtIn.entries {
            for model in entry.models {
                let name = "\(entry.id)/\(model.id)"
                #expect(model.source.hasPrefix("https://") && Self.isDay(model.checked), "\(name)")
                if let window = model.model.contextWindow { #expect(window >= model.model.maxTokens ?? 0, "\(name)") }
                guard let price = model.model.price else { continue }
                prices += 1
                #expect(price.source?.hasPrefix("https://") == true && Self.isDay(price.day), "\(name)")
                // Nothing is free, and nothing that was cached costs more than what was not.
                #expect(price.input > 0 && price.output >= price.input && price.cacheRead ?? 0 <= price.input, "\(name)")
            }
        }
        #expect(prices >= 40)
    }

    @Test(arguments: [
        "openai", "openai-codex", "anthropic", "claude-cli", "codex-cli", "google", "google-vertex", "google-gemini-cli", "openrouter",
        "vercel-ai-gateway", "cloudflare-ai-gateway", "litellm", "groq", "cerebras", "mistral", "xai", "deepseek", "together", "fireworks",
        "huggingface", "nvidia", "moonshot", "kimi", "kimi-coding", "minimax", "minimax-portal", "zai", "qwen", "modelstudio",
        "qwen-portal", "qwen-oauth", "volcengine", "volcengine-plan", "byteplus", "byteplus-plan", "qianfan", "synthetic", "venice",
        "opencode", "opencode-go", "github-copilot", "xiaomi", "xiaomi-token-plan", "cohere", "novita", "chutes", "kilocode", "stepfun",
        "poe", "amazon-bedrock", "ollama", "ollama-cloud", "lmstudio", "vllm", "sglang",
    ])
    func `has every provider that OpenClaw has built in`(name: String) {
        #expect(Catalogue.builtIn.provider(ProviderID(rawValue: name)) != nil)
    }

    @Test(arguments: [
        ("openai", []), ("anthropic", ["ANTHROPIC_OAUTH_TOKEN"]), ("google", ["GOOGLE_API_KEY"]),
        ("huggingface", ["HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"]), ("qwen", ["DASHSCOPE_API_KEY", "MODELSTUDIO_API_KEY"]),
        ("github-copilot", ["OPENCLAW_GITHUB_TOKEN", "COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"]),
        ("opencode-go", ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"]), ("vercel-ai-gateway", ["AI_GATEWAY_API_KEY"]),
        ("zai", ["Z_AI_API_KEY"]), ("volcengine-plan", ["VOLCANO_ENGINE_API_KEY"]), ("lmstudio", ["LM_API_TOKEN"]),
    ])
    func `has a provider's own variables in their order`(id: String, names: [String]) throws {
        #expect(try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))).environment == names)
    }

    @Test(arguments: [
        ("openrouter", "https://openrouter.ai/api/v1"), ("groq", "https://api.groq.com/openai/v1"),
        ("cerebras", "https://api.cerebras.ai/v1"),
        ("mistral", "https://api.mistral.ai/v1"), ("deepseek", "https://api.deepseek.com/v1"), ("together", "https://api.together.xyz/v1"),
        ("fireworks", "https://api.fireworks.ai/inference/v1"), ("huggingface", "https://router.huggingface.co/v1"),
        ("nvidia", "https://integrate.api.nvidia.com/v1"), ("moonshot", "https://api.moonshot.ai/v1"),
        ("venice", "https://api.venice.ai/api/v1"),
        ("novita", "https://api.novita.ai/openai/v1"), ("qwen", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ("zai", "https://api.z.ai/api/paas/v4"), ("ollama", "http://127.0.0.1:11434/v1"), ("litellm", "http://localhost:4000"),
        ("lmstudio", "http://localhost:1234/v1"), ("vllm", "http://127.0.0.1:8000/v1"), ("sglang", "http://127.0.0.1:30000/v1"),
    ])
    func `knows who speaks Chat Completions`(id: String, url: String) throws {
        let provider = try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))?.provider)
        #expect(provider.wire == .openaiCompletions)
        #expect(provider.baseURL.description == url)
        #expect(provider.needsCredential == url.hasPrefix("https"))
    }

    @Test(arguments: [
        ("openai", "gpt-5.5", "openai-responses"), ("openai-codex", "gpt-5.5", "openai-codex-responses"),
        ("anthropic", "claude-opus-5", "anthropic-messages"), ("google", "gemini-2.5-pro", "google-generative-ai"),
        ("google-gemini-cli", "gemini-2.5-pro", "google-gemini-cli"), ("xai", "grok-4.7", "openai-responses"),
        ("minimax", "MiniMax-M3", "anthropic-messages"), ("kimi", "k", "anthropic-messages"), ("synthetic", "s", "anthropic-messages"),
        ("vercel-ai-gateway", "v", "anthropic-messages"), ("xiaomi", "mimo-v2.5-pro", "anthropic-messages"),
        ("opencode", "claude-opus-5", "anthropic-messages"), ("opencode", "gpt-5.5", "openai-responses"),
        ("opencode", "gemini-3.5-flash", "google-generative-ai"), ("opencode", "big-pickle", "openai-completions"),
        ("opencode-go", "minimax-m3", "anthropic-messages"),
    ])
    func `says on which wire a model is called`(id: String, model: String, wire: String) throws {
        let provider = try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))?.provider)
        #expect(provider.wireName(for: model) == wire)
        #expect(WireKind(rawValue: wire) != nil)
    }

    @Test(arguments: ["amazon-bedrock", "google-vertex", "github-copilot", "claude-cli", "codex-cli"])
    func `names what is not spoken`(id: String) throws {
        #expect(try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))).wire == nil)
    }

    @Test func `says where a provider differs from its wire`() throws {
        let mistral = try #require(Catalogue.builtIn.provider("mistral")?.provider)
        #expect(mistral.quirks(for: "anything").maxTokensMember == "max_tokens")
        #expect(mistral.quirks(for: "mistral-large-2512").toolCallIDLength == 9)
        #expect(Catalogue.builtIn.provider("minimax")?.provider?.credentialHeader == .bearer)
        #expect(Catalogue.builtIn.provider("zai")?.quirks.reasoningMember == .thinking)
        let anthropic = try #require(Catalogue.builtIn.provider("anthropic")?.provider)
        #expect(anthropic.credentialHeader == nil)
        #expect(anthropic.quirks(for: "claude-opus-4-6").takesPrefill == false)
        #expect(anthropic.quirks(for: "claude-haiku-4-5").takesPrefill == true)
        #expect(anthropic.quirks(for: "claude-next").takesPrefill == nil)
        #expect(mistral.quirks(for: "mistral-large-2512").takesPrefill == true && mistral.quirks.prefillMark == .prefix)
        // Its beta alone goes on: at another base URL, which the configuration has to say.
        let deepseek = try #require(Catalogue.builtIn.provider("deepseek")?.quirks)
        #expect(deepseek.takesPrefill == nil && deepseek.prefillMark == .prefix)
        #expect(Catalogue.builtIn.provider("vllm")?.quirks.prefillMark == .continueFinalMessage)
        #expect(anthropic.model("claude-haiku-4-5")?.contextWindow == 200_000)
        #expect(anthropic.models.isEmpty, "what is known is not what is configured")
    }

    @Test(arguments: [
        ("z.ai", "zai"), ("z-ai", "zai"), ("opencode-zen", "opencode"), ("kimi-code", "kimi"), ("kimi-coding", "kimi"),
        ("bedrock", "amazon-bedrock"),
        ("aws-bedrock", "amazon-bedrock"), ("bytedance", "volcengine"), ("doubao", "volcengine"), ("modelstudio", "qwen"), ("groq", "groq"),
        ("my-own", "my-own"),
    ])
    func `knows other names`(alias: String, id: String) {
        #expect(Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: alias)) == ProviderID(rawValue: id))
    }

    @Test(arguments: [
        ("groq", "GROQ"), ("google", "GEMINI"), ("google-vertex", "GEMINI"), ("vercel-ai-gateway", "VERCEL_AI_GATEWAY"),
        ("huggingface", "HUGGINGFACE"), ("google-gemini-cli", "GOOGLE_GEMINI_CLI"),
    ])
    func `says under which prefix keys stand in the environment`(id: String, prefix: String) throws {
        #expect(try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))).environmentPrefix == prefix)
        #expect(CatalogueEntry.environmentPrefix(for: "my.own-host") == "MY_OWN_HOST")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"providers":{}}"#, #"{"providers":[{}]}"#, #"{"providers":[{"id":"a","wire":"w"}]}"#,
        #"{"providers":[{"id":"A","wire":"w","source":"s"}]}"#, #"{"providers":[{"id":"a","wire":"w","source":"s","baseUrl":"nowhere"}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s"},{"id":"b","aliases":["a"],"wire":"w","source":"s"}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","baseURL":"https://a.example"}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","compat":{"supportsEverything":true}}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","compat":{"maxTokensField":"limit"}}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","compat":{"prefillMark":"start"}}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","wires":{"x":1}}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","models":[{"id":"m"}]}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","models":[{"id":"m","source":"s","checked":"d","price":{"input":1}}]}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s","models":[{"id":"m","source":"s","checked":"d","input":["smell"]}]}]}"#,
    ])
    func `is refused whole when a row is wrong`(json: String) {
        #expect(Catalogue(json: bytes(json)) == nil)
    }
}

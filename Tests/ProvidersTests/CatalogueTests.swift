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
            #expect(entry.environmentPrefix.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }, "\(entry.id)")
            #expect(entry.isLocal == (entry.baseURL?.isLocal ?? false), "\(entry.id)")
            #expect(!entry.environment.contains("\(entry.environmentPrefix)_API_KEY"), "\(entry.id)")
            if let url = entry.baseURL, !entry.isLocal { #expect(url.scheme == "https", "\(entry.id)") }
            // What is called today has been looked up.
            if entry.wire != nil, entry.baseURL != nil, !entry.isLocal { #expect(entry.checked != nil, "\(entry.id)") }
        }
    }

    @Test(arguments: [
        ("openrouter", "https://openrouter.ai/api/v1"), ("groq", "https://api.groq.com/openai/v1"),
        ("cerebras", "https://api.cerebras.ai/v1"),
        ("mistral", "https://api.mistral.ai/v1"), ("deepseek", "https://api.deepseek.com/v1"), ("together", "https://api.together.xyz/v1"),
        ("fireworks", "https://api.fireworks.ai/inference/v1"), ("huggingface", "https://router.huggingface.co/v1"),
        ("nvidia", "https://integrate.api.nvidia.com/v1"), ("moonshot", "https://api.moonshot.ai/v1"),
        ("venice", "https://api.venice.ai/api/v1"),
        ("novita", "https://api.novita.ai/openai/v1"), ("qwen", "https://dashscope.aliyuncs.com/compatible-mode/v1"),
        ("zai", "https://api.z.ai/api/paas/v4"), ("openai", "https://api.openai.com/v1"), ("litellm", "http://localhost:4000"),
        ("lmstudio", "http://localhost:1234/v1"), ("vllm", "http://127.0.0.1:8000/v1"), ("sglang", "http://127.0.0.1:30000/v1"),
    ])
    func `knows who speaks Chat Completions`(id: String, url: String) throws {
        let provider = try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))?.provider)
        #expect(provider.wire == .openaiCompletions)
        #expect(provider.baseURL.description == url)
        #expect(provider.needsCredential == url.hasPrefix("https"))
    }

    @Test(arguments: [
        ("ollama", "ollama"), ("amazon-bedrock", "bedrock-converse-stream"),
    ])
    func `names the wires that are not built`(id: String, wire: String) throws {
        let entry = try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id)))
        #expect(entry.wireName == wire)
        #expect(entry.wire == nil)
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
        ("huggingface", "HUGGINGFACE"),
    ])
    func `says under which prefix keys stand in the environment`(id: String, prefix: String) throws {
        #expect(try #require(Catalogue.builtIn.provider(ProviderID(rawValue: id))).environmentPrefix == prefix)
        #expect(CatalogueEntry.environmentPrefix(for: "my.own-host") == "MY_OWN_HOST")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"providers":{}}"#, #"{"providers":[{}]}"#, #"{"providers":[{"id":"a","wire":"w"}]}"#,
        #"{"providers":[{"id":"A","wire":"w","source":"s"}]}"#, #"{"providers":[{"id":"a","wire":"w","source":"s","baseUrl":"nowhere"}]}"#,
        #"{"providers":[{"id":"a","wire":"w","source":"s"},{"id":"b","aliases":["a"],"wire":"w","source":"s"}]}"#,
    ])
    func `is refused whole when a row is wrong`(json: String) {
        #expect(Catalogue(json: bytes(json)) == nil)
    }
}

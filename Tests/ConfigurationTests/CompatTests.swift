// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers
import Testing

@Suite struct `What is said of a model` {
    private func provider(_ id: ProviderID, _ body: String) throws -> Provider? {
        try read("{ models: { providers: { \(id): { \(body) } } } }").0.providers[id]
    }

    @Test func `becomes quirks, the model's over its provider's and over the catalogue's`() throws {
        let provider = try provider(
            "mistral",
            """
            compat: { supportsDeveloperRole: true, thinkingFormat: 'qwen' },
            models: [{ id: 'm', compat: { maxTokensField: 'max_completion_tokens', supportsStore: true, toolCallIdLength: 12 } }]
            """)
        let quirks = try #require(provider).quirks(for: "m")
        #expect(quirks.maxTokensMember == "max_completion_tokens")
        #expect(quirks.takesDeveloperRole == true)
        #expect(quirks.reasoningMember == .enableThinking)
        #expect(quirks.takesStore == true)
        #expect(quirks.toolCallIDLength == 12)
        #expect(quirks.wantsToolResultName == true)
        #expect(try #require(provider).quirks(for: "other").maxTokensMember == "max_tokens")
    }

    @Test(arguments: [
        ("supportsReasoningEffort: false", Quirks.ReasoningMember.none), ("supportsReasoningEffort: true", .reasoningEffort),
        ("supportsReasoningEffort: false, thinkingFormat: 'zai'", .thinking), ("thinkingFormat: 'openrouter'", .reasoning),
        ("thinkingFormat: 'openai', supportsReasoningEffort: false", Quirks.ReasoningMember.none), ("supportsStore: false", nil),
    ])
    func `tells where thinking is asked for`(compat: String, member: Quirks.ReasoningMember?) throws {
        let provider = try provider("own", "baseUrl: 'https://a.example', models: [{ id: 'm', compat: { \(compat) } }]")
        #expect(provider?.quirks(for: "m").reasoningMember == member)
    }

    @Test func `has a key for each quirk that is yes or no`() {
        for flag in Quirks.flags {
            #expect(SettingsKeys.all.contains { $0.path == "models.providers.*.models[].compat.\(flag.name)" }, "\(flag.name)")
        }
    }

    @Test func `fills in what the catalogue knows, member by member`() throws {
        let provider = try #require(
            try provider("anthropic", "models: [{ id: 'claude-haiku-4-5', maxTokens: 1000 }, { id: 'unheard-of' }]"))
        let haiku = try #require(provider.model("claude-haiku-4-5"))
        #expect(haiku.contextWindow == 200_000)
        #expect(haiku.maxTokens == 1000)
        #expect(haiku.reasons)
        #expect(haiku.inputs == [.text, .image, .pdf])
        #expect(haiku.price?.input == 1)
        #expect(provider.model("unheard-of")?.contextWindow == nil)
        #expect(provider.model("claude-opus-5")?.contextWindow == 1_000_000)
        #expect(provider.models.map(\.id) == ["claude-haiku-4-5", "unheard-of"])
    }

    @Test func `wins over the catalogue`() throws {
        let provider = try #require(
            try provider(
                "anthropic",
                """
                contextWindow: 100000,
                models: [{ id: 'claude-haiku-4-5', reasoning: false, input: ['text'], cost: { input: 7, output: 8, cacheRead: 0, cacheWrite: 0 } }]
                """))
        let haiku = try #require(provider.model("claude-haiku-4-5"))
        #expect(haiku.contextWindow == 100_000)
        #expect(!haiku.reasons && !haiku.acceptsImages)
        #expect(haiku.price == Price(input: 7, output: 8, cacheRead: 0, cacheWrite: 0))
        #expect(provider.model("claude-opus-5")?.contextWindow == 100_000)
    }

    @Test func `may put all of a provider's models on one wire`() throws {
        #expect(try provider("opencode", "headers: {}")?.wireName(for: "claude-opus-5") == "anthropic-messages")
        #expect(try provider("opencode", "api: 'openai-completions'")?.wireName(for: "claude-opus-5") == "openai-completions")
        #expect(try provider("openai", "api: 'openai-chatgpt-responses'")?.wire == .openaiCodexResponses)
    }

    @Test func `leaves the key where the wire has it, unless it says otherwise`() throws {
        let base = "baseUrl: 'https://a.example', api: 'anthropic-messages'"
        #expect(try provider("own", base)?.credentialHeader == nil)
        #expect(try provider("own", base + ", authHeader: true")?.credentialHeader == .bearer)
        #expect(try provider("own", base + ", authHeader: false")?.credentialHeader == nil)
        #expect(try provider("own", base + ", headers: { 'X-API-Key': 'k' }")?.needsCredential == false)
    }

    @Test func `says what else a server speaks whose own API is not spoken`() throws {
        let (_, notes) = try read("{ models: { providers: { ollama: { baseUrl: 'http://127.0.0.1:11434', api: 'ollama' } } } }")
        #expect(
            notes.map(\.text) == [
                "this version does not speak ollama; models of ollama are passed over; its server also speaks openai-completions, "
                    + "at a baseUrl that ends with /v1"
            ])
    }
}

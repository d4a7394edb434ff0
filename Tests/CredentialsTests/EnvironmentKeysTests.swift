// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Providers
import Testing

@Suite struct `Keys in the environment` {
    static func found(_ provider: ProviderID, _ environment: [String: String]) -> [String] {
        EnvironmentKeys.credentials(
            of: provider, entry: Catalogue.builtIn.provider(provider), environment: environment.mapValues { Secret($0) }
        ).map { "\($0.id) \($0.secret.withExposed { $0 })" }
    }

    @Test("openclaw#44477, #6912, #6925: several keys are credentials like any other, in one order for every provider")
    func order() {
        let environment = [
            "OPENAI_API_KEY_10": "k10", "OPENAI_API_KEY_2": "k2", "OPENAI_API_KEY": "k", "OPENAI_API_KEYS": "a, b;c\n d",
            "UNDERSTUDY_LIVE_OPENAI_KEY": "live2", "OPENCLAW_LIVE_OPENAI_KEY": "live1", "OPENAI_API_KEY_1": "k1",
            "OTHER_API_KEY": "no", "HOME": "/root",
        ]
        #expect(
            Self.found("openai", environment) == [
                "openai:OPENCLAW_LIVE_OPENAI_KEY live1", "openai:UNDERSTUDY_LIVE_OPENAI_KEY live2", "openai:OPENAI_API_KEYS.1 a",
                "openai:OPENAI_API_KEYS.2 b", "openai:OPENAI_API_KEYS.3 c", "openai:OPENAI_API_KEYS.4 d", "openai:OPENAI_API_KEY k",
                "openai:OPENAI_API_KEY_1 k1", "openai:OPENAI_API_KEY_2 k2", "openai:OPENAI_API_KEY_10 k10",
            ])
    }

    @Test(arguments: [
        // A provider that nobody but the user knows.
        ("my-llm.box", ["MY_LLM_BOX_API_KEYS": "x y"], ["my-llm.box:MY_LLM_BOX_API_KEYS.1 x", "my-llm.box:MY_LLM_BOX_API_KEYS.2 y"]),
        // Google has two names of its own (docs/credentials.md).
        (
            "google", ["GOOGLE_API_KEY": "second", "GEMINI_API_KEY": "first", "GEMINI_API_KEY_1": "next"],
            ["google:GEMINI_API_KEY first", "google:GEMINI_API_KEY_1 next", "google:GOOGLE_API_KEY second"]
        ),
        // Whoever signs in at Code Assist is not let in by Google's key.
        ("google-gemini-cli", ["GEMINI_API_KEY": "first", "GOOGLE_API_KEY": "second"], []),
        // A name of the catalogue.
        ("huggingface", ["HF_TOKEN": "hf"], ["huggingface:HF_TOKEN hf"]),
        // The same key twice counts once, where it comes first.
        (
            "groq", ["GROQ_API_KEY": "k", "GROQ_API_KEYS": "a k a", "GROQ_API_KEY_1": " a\n"],
            ["groq:GROQ_API_KEYS.1 a", "groq:GROQ_API_KEYS.2 k"]
        ),
        // Empty is none.
        ("groq", ["GROQ_API_KEY": "", "GROQ_API_KEYS": " ,; ", "GROQ_API_KEY_1": " \t "], []),
        // These are no keys.
        (
            "groq",
            [
                "GROQ_API_KEY_FILE": "/run/key", "GROQ_API_KEY_": "x", "GROQ_API_KEY_1A": "x", "GROQ_API_KEY_-1": "x",
                "GROQ_API_KEY_99999999999999999999": "x", "groq_api_key": "x", "XGROQ_API_KEY": "x", "GROQ_API_KEY_١": "x",
            ], []
        ),
        ("groq", ["GROQ_API_KEY_02": "b", "GROQ_API_KEY_1": "a"], ["groq:GROQ_API_KEY_1 a", "groq:GROQ_API_KEY_02 b"]),
    ])
    func `are read as written in the table`(provider: String, environment: [String: String], wanted: [String]) {
        #expect(Self.found(ProviderID(rawValue: provider), environment) == wanted)
    }

    @Test func `of one list are bounded`() {
        let list = (0..<5_000).map { "key-\($0)" }.joined(separator: " ")
        #expect(Self.found("groq", ["GROQ_API_KEYS": list]).count == 1_000)
    }

    @Test func `say where they are from and never what they are`() throws {
        let environment = ["OPENAI_API_KEYS": Secret("sk-first-secret-value sk-second-secret-value")]
        let credential = try #require(EnvironmentKeys.credentials(of: "openai", entry: nil, environment: environment).last)
        #expect(credential.label == "OPENAI_API_KEYS[2]")
        #expect(credential.source == "env: OPENAI_API_KEYS[2]")
        #expect(credential.kind == .apiKey)
        #expect(credential.secretHash.utf8.count == 16)
        var text = ""
        dump(credential, to: &text)
        #expect(!"\(credential) \(text)".contains("sk-second"))
    }
}

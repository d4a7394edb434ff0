// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Testing

@Suite struct `A model's name` {
    static let text = """
        {
          models: { providers: {
            local: { baseUrl: "http://127.0.0.1:9999/v1", models: [{ id: "llama" }, { id: "shared" }, { id: "org/Qwen" }] },
            other: { baseUrl: "http://127.0.0.1:9998/v1", models: [{ id: "shared" }, { id: "solo@20250514" }] },
          } },
          agents: {
            defaults: {
              model: { primary: "openai/lead", fallbacks: ["groq/second"] },
              models: { "anthropic/claude-opus-4-6": { alias: "Opus" }, "local/llama": { alias: "gpt/odd" } },
            },
            list: [{ id: "main" }, { id: "coder", model: { primary: "local/llama", fallbacks: [] } }],
          },
        }
        """
    static let settings = Result { try read(text).settings }
    static let main = ["openai/lead agents.defaults.model.primary", "groq/second agents.defaults.model.fallbacks[0]"]
    static let behind = ["groq/second agents.defaults.model.fallbacks[0]", "openai/lead agents.defaults.model.primary"]

    /// How an answer ends where no name is near.
    static let thereAre = " There are: `default`, `agent:main`, `agent:coder`, `Opus`, `gpt/odd`; GET /v1/models lists all."

    static func resolve(_ name: String, agent: AgentID? = nil) throws -> Result<NamedTarget, UnknownModel> {
        ModelNames.resolve(name, in: try settings.get(), agent: agent)
    }

    @Test(arguments: [
        ("default", "main", main), ("understudy", "main", main), ("Default", "main", main), ("openclaw", "main", main),
        ("openclaw/default", "main", main), ("agent:main", "main", main), ("openclaw/main", "main", main),
        ("agent:coder", "coder", ["local/llama agents.list[1].model.primary"]),
        ("openclaw:coder", "coder", ["local/llama agents.list[1].model.primary"]),
        ("openclaw/Coder", "coder", ["local/llama agents.list[1].model.primary"]),
        ("openai/gpt-5.4", "main", ["openai/gpt-5.4 requested"] + behind), ("openai/lead", "main", ["openai/lead requested"] + behind),
        ("opus", "main", ["anthropic/claude-opus-4-6 requested"] + behind),
        ("OPUS", "main", ["anthropic/claude-opus-4-6 requested"] + behind),
        ("opus@anthropic:work", "main", ["anthropic/claude-opus-4-6@anthropic:work requested"] + behind),
        ("openai/gpt@openai:me@example.com", "main", ["openai/gpt@openai:me@example.com requested"] + behind),
        ("GPT/odd", "main", ["local/llama requested"] + behind), ("llama", "main", ["local/llama requested"] + behind),
        ("LLAMA", "main", ["local/llama requested"] + behind), ("org/Qwen", "main", ["local/org/Qwen requested"] + behind),
        ("solo@20250514", "main", ["other/solo@20250514 requested"] + behind),
        ("openrouter/@cf/meta/llama:free", "main", ["openrouter/@cf/meta/llama:free requested"] + behind),
        ("Z.AI/glm-5", "main", ["zai/glm-5 requested"] + behind),
        ("openrouter/anthropic/claude-sonnet-4", "main", ["openrouter/anthropic/claude-sonnet-4 requested"] + behind),
    ]) func `stands for an agent and its chain`(name: String, agent: String, chain: [String]) throws {
        let target = try Self.resolve(name).get()
        #expect(target.agent.rawValue == agent)
        #expect(target.models.map { "\($0.model) \($0.origin)" } == chain)
    }

    @Test func `has the asking agent's fallbacks behind it`() throws {
        let target = try Self.resolve("openai/x", agent: "coder").get()
        #expect(target.agent == "coder")
        #expect(target.models.map(\.model.description) == ["openai/x", "local/llama"])
    }

    @Test(arguments: [
        ("lama", "The model `lama` does not exist here. Did you mean `local/llama`?"),
        ("opsu", "The model `opsu` does not exist here. Did you mean `Opus`?"),
        ("zzzzzzzz", "The model `zzzzzzzz` does not exist here.\(thereAre)"),
        ("", "The model `` does not exist here.\(thereAre)"),
        ("/", "The model `/` does not exist here.\(thereAre)"),
        ("openai/", "The model `openai/` does not exist here.\(thereAre)"),
        ("shared", "Several providers have a model `shared`: say which, as in `local/shared`, `other/shared`."),
        ("nowhere/thing", "The model `nowhere/thing` does not exist here: no provider `nowhere` is configured.\(thereAre)"),
        ("locla/llama", "The model `locla/llama` does not exist here: no provider `locla` is configured. Did you mean `local/llama`?"),
        ("agent:codr", "There is no agent for the model `agent:codr`. Did you mean `agent:coder`?"),
        (
            "agent:nobody",
            "There is no agent for the model `agent:nobody`. There are: `agent:main`, `agent:coder`; GET /v1/models lists all."
        ),
        (
            "openclaw/x", "There is no agent for the model `openclaw/x`. There are: `agent:main`, `agent:coder`; GET /v1/models lists all."
        ),
        ("a\u{1B}[31mb", "The model `a[31mb` does not exist here.\(thereAre)"),
    ]) func `that is unknown is answered with what may have been meant`(name: String, text: String) throws {
        guard case .failure(let unknown) = try Self.resolve(name) else {
            Issue.record("it is known")
            return
        }
        #expect(unknown.text == text)
    }

    @Test func `that is unknown is answered shortly where nothing is configured`() {
        var settings = Settings()
        settings.providers = [:]
        let failure = #expect(throws: UnknownModel.self) { try ModelNames.resolve("nowhere/thing", in: settings).get() }
        #expect(failure?.why == .noProvider("nowhere"))
        #expect(failure?.text.hasSuffix("no provider `nowhere` is configured. No model is configured.") == true)
    }

    @Test func `of any length is answered shortly`() throws {
        guard case .failure(let unknown) = try Self.resolve(String(repeating: "x", count: 100_000)) else {
            Issue.record("it is known")
            return
        }
        #expect(unknown.text.utf8.count < 300)
        #expect(unknown.text.hasSuffix(Self.thereAre))
    }

    @Test func `is not needed to list them`() throws {
        #expect(
            ModelNames.all(in: try Self.settings.get()).map { "\($0.name) \($0.owner)" } == [
                "default understudy", "agent:main understudy", "agent:coder understudy", "Opus anthropic", "gpt/odd local",
                "openai/lead openai", "groq/second groq", "local/llama local", "local/shared local", "local/org/Qwen local",
                "other/shared other", "other/solo@20250514 other",
            ])
    }

    @Test func `without any chain says what to set`() {
        let failure = #expect(throws: UnknownModel.self) { try ModelNames.resolve("default", in: Settings()).get() }
        #expect(
            failure?.text == "The agent `main` has no model. Set agents.defaults.model in the configuration, or ask for a provider/model.")
    }
}

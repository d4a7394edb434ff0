// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Testing

@Suite struct `An agent's chain` {
    static let defaults = "defaults: { model: { primary: 'openai/lead', fallbacks: ['groq/second', 'mistral/third'] } }"
    static let inherited = ["groq/second agents.defaults.model.fallbacks[0]", "mistral/third agents.defaults.model.fallbacks[1]"]

    static func chain(_ agents: String, _ id: AgentID) throws -> [String]? {
        try read("{ agents: { \(agents) } }").settings.agents[id]?.chain.map { "\($0.model) \($0.origin)" }
    }

    @Test(arguments: [
        ("id: 'a'", ["openai/lead agents.defaults.model.primary"] + inherited),
        ("id: 'a', model: 'xai/own'", ["xai/own agents.list[0].model"] + inherited),
        ("id: 'a', model: { primary: 'xai/own' }", ["xai/own agents.list[0].model.primary"] + inherited),
        ("id: 'a', model: { primary: 'xai/own', fallbacks: [] }", ["xai/own agents.list[0].model.primary"]),
        (
            "id: 'a', model: { fallbacks: ['xai/own'] }",
            ["openai/lead agents.defaults.model.primary", "xai/own agents.list[0].model.fallbacks[0]"]
        ), ("id: 'a', model: {}", ["openai/lead agents.defaults.model.primary"] + inherited),
    ]) func `takes from the defaults what the agent does not say`(agent: String, expected: [String]) throws {
        #expect(try Self.chain("\(Self.defaults), list: [{ \(agent) }]", "a") == expected)
    }

    @Test(
        arguments: [
            ("defaults: { imageModel: 'a/b' }, list: [{ id: 'x' }]", "a/b", []),
            ("defaults: { imageModel: { primary: 'a/b', fallbacks: ['c/d'] } }, list: [{ id: 'X', imageModel: 'e/f' }]", "e/f", ["c/d"]),
            (
                "defaults: { imageModel: { primary: 'a/b', fallbacks: ['c/d'] } }, entries: { X: { imageModel: { fallbacks: [] } } }",
                "a/b", []
            ),
            ("defaults: { imageModel: 7 }, list: [{ id: 'x', imageModel: { primary: [], fallbacks: [1, 'g/h'] } }]", nil, ["g/h"]),
            ("list: [{ id: 'x' }]", nil, []),
        ] as [(String, String?, [String])])
    func `has OpenClaw's models for pictures beside it`(agents: String, primary: String?, fallbacks: [String]) throws {
        let images = try #require(try read("{ agents: { \(agents) } }").settings.agents["x"]).images
        #expect(images.primary == primary && images.fallbacks == fallbacks)
    }

    @Test func `says what is written where a model stands under another name`() throws {
        let agents = "defaults: { model: { primary: 'Fast', fallbacks: ['openai/b'] }, models: { 'groq/llama': { alias: 'fast' } } }"
        let chain = try read("{ agents: { \(agents) } }").settings.agents.main.chain
        #expect(chain.map(\.written) == ["Fast", "openai/b"] && chain[0].model.description == "groq/llama")
    }

    @Test func `may be written in OpenClaw's newer shape`() throws {
        let chain = try Self.chain("\(Self.defaults), entries: { Coder: { model: 'xai/own' } }", "coder")
        #expect(chain == ["xai/own agents.entries.Coder.model"] + Self.inherited)
    }

    @Test func `is the one agent's where none is written`() throws {
        #expect(try Self.chain("defaults: { model: 'openai/lead' }", "main") == ["openai/lead agents.defaults.model"])
    }

    @Test(arguments: [
        ("list: [{ id: 'a' }, { id: 'b' }]", "a"), ("list: [{ id: 'a' }, { id: 'b', default: true }]", "b"),
        ("list: [{ id: 'a', default: true }, { id: 'b', default: true }]", "a"), ("entries: { x: {}, y: { default: true } }", "y"),
        ("defaults: {}", "main"),
    ]) func `is used by default if its agent is marked, else if it is the first`(agents: String, id: String) throws {
        #expect(try read("{ agents: { \(agents) } }").settings.agents.defaultID.rawValue == id)
    }

    @Test func `is never cut by the table of models`() throws {
        let chain = try Self.chain(
            "defaults: { model: { primary: 'openai/a', fallbacks: ['openai/b'] }, models: { 'openai/a': {} } }", "main")
        #expect(chain?.count == 2)
    }

    @Test func `may name aliases, other names of providers, pins and slashes`() throws {
        let chain = try Self.chain(
            """
            defaults: {
              model: { primary: 'Fast', fallbacks: ['z.ai/glm-5', 'openai/gpt@openai:backup', 'opus@anthropic:me@example.com', 'openrouter/anthropic/claude-3.5-sonnet', ' OpenAI/GPT '] },
              models: { 'groq/llama': { alias: 'fast' }, 'anthropic/claude-opus-4-6': { alias: 'opus' } } }
            """, "main")
        #expect(
            chain?.map { $0.split(separator: " ")[0] } == [
                "groq/llama", "zai/glm-5", "openai/gpt@openai:backup", "anthropic/claude-opus-4-6@anthropic:me@example.com",
                "openrouter/anthropic/claude-3.5-sonnet", "openai/GPT",
            ])
    }

    @Test func `may name a provider that is not there, which is noted`() throws {
        let (settings, notes) = try read("{ agents: { defaults: { model: { primary: 'openai/a', fallbacks: ['nowhere/b'] } } } }")
        #expect(settings.agents.main.chain.map(\.model.ref.description) == ["openai/a", "nowhere/b"])
        #expect(
            notes.map(\.text) == [
                "agents.defaults.model.fallbacks[0] names the provider nowhere, which is not configured: nowhere/b will be passed over"
            ])
    }

    @Test func `can be set where nobody wrote one`() {
        var settings = Settings()
        settings.useByDefault(
            [ModelRef(provider: "rehearsal", model: "star"), ModelRef(provider: "rehearsal", model: "understudy")], origin: "built in")
        #expect(
            settings.agents.main.chain.map { "\($0.model) \($0.origin)" } == ["rehearsal/star built in", "rehearsal/understudy built in"])
    }

    @Test(arguments: [
        ("", "{}", "resume"),
        ("failover: { midStream: 'error' }", "{}", "error"),
        ("", "{ defaults: { failover: { midStream: 'error' } }, list: [{ id: 'a' }] }", "error"),
        ("", "{ defaults: { failover: { midStream: 'error' } } }", "error"),
        ("", "{ defaults: { failover: { midStream: 'error' } }, list: [{ id: 'a', failover: { midStream: 'resume' } }] }", "resume"),
        ("", "{ list: [{ id: 'a', failover: { midStream: 'error' } }] }", "error"),
        ("", "{ entries: { a: { failover: { midStream: 'error' } } } }", "error"),
        ("failover: { midStream: 'error' }", "{ list: [{ id: 'a', failover: { midStream: 'resume' } }] }", "resume"),
    ]) func `says what becomes of a stream that breaks, before models and everybody`(top: String, agents: String, expected: String) throws {
        let settings = try read("{ \(top)\(top.isEmpty ? "" : ",") agents: \(agents) }").settings
        let model = ModelRef(provider: "openai", model: "lead")
        #expect(settings.midStream(for: model, agent: nil).rawValue == expected)
        #expect(settings.midStream(for: model, agent: settings.agents.defaultID).rawValue == expected)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers
import Testing

@Suite struct `Cache retention` {
    @Test(
        arguments: [
            ([:], nil), (["OPENCLAW_CACHE_RETENTION": "long"], CacheRetention.long),
            (["OPENCLAW_CACHE_RETENTION": "long", "UNDERSTUDY_CACHE_RETENTION": "none"], CacheRetention.none),
            (["OPENCLAW_CACHE_RETENTION": "short", "UNDERSTUDY_CACHE_RETENTION": "forever"], .short),
        ] as [([String: String], CacheRetention?)])
    func `is taken from the environment where no params say anything`(environment: [String: String], retention: CacheRetention?) throws {
        #expect(try read("{}", environment: environment).settings.cacheRetention == retention)
    }

    @Test(arguments: [
        ("openrouter", "anthropic/claude-sonnet-4", true), ("openrouter", "openai/gpt-4o", false), ("groq", "anthropic/x", false),
        ("own", "takes", true), ("own", "not", false), ("own", "unlisted", false),
        // What is written wins over what is known.
        ("openrouter", "anthropic/claude-3.5-sonnet", false), ("openrouter", "mine", true),
    ])
    func `puts markers where a model is known to take them`(provider: String, model: String, takes: Bool) throws {
        let settings = try read(
            """
            { models: { providers: {
              own: { baseUrl: "http://localhost:1", models: [{ id: "takes", compat: { cacheControlFormat: "anthropic" } }, { id: "not" }] },
              openrouter: { models: [{ id: "anthropic/claude-3.5-sonnet", compat: { cacheControlFormat: "none" } },
                { id: "mine", compat: { cacheControlFormat: "anthropic" } }] } } } }
            """
        ).settings
        #expect(settings.providers[ProviderID(rawValue: provider)]?.takesMarkers(model) == takes)
    }

    @Test(arguments: [
        ("cacheRetention: \"forever\"", true), ("cacheRetention: 5", true), ("cacheControlTtl: \"2h\"", true),
        ("cacheRetention: \"none\"", false),
        ("cacheControlTtl: \"1h\"", false), ("temperature: 2", false),
    ])
    func `that is none is noted, wherever params stand`(params: String, isNoted: Bool) throws {
        let places = [
            "models: { providers: { groq: { params: { \(params) } } } }",
            "models: { providers: { groq: { models: [{ id: \"m\", params: { \(params) } }] } } }",
            "agents: { defaults: { params: { \(params) } } }",
            "agents: { defaults: { models: { \"groq/m\": { params: { \(params) } } } } }",
            "agents: { list: [{ id: \"a\", params: { \(params) } }] }",
        ]
        for place in places {
            let notes = try read("{ \(place) }").notes.filter { $0.text.contains("cacheRetention") }
            #expect(notes.count == (isNoted ? 1 : 0), "\(place)")
        }
    }
}

@Suite struct `What settings say of a model` {
    static let base = """
        models: { providers: { a: { baseUrl: "http://localhost:1", models: [{ id: "m" }, { id: "n" }] }, b: { baseUrl: "http://localhost:2" } } }
        """

    /// What is changed; whether it is about `a/m`, and whether about any model at all.
    @Test(arguments: [
        (base, base, false, false),
        (base, base + ", logging: { level: \"debug\" }", false, false),
        (base, base + ", timeouts: { idleSeconds: 5 }", false, false),
        (base, base + ", agents: { list: [{ id: \"main\", name: \"x\" }] }", false, false),
        (base, base.replacing(":1", with: ":3"), true, true), (base, base.replacing(":2", with: ":3"), false, true),
        (base, base.replacing("id: \"m\"", with: "id: \"m\", params: { top_p: 1 }"), true, true),
        (base, base.replacing("id: \"m\"", with: "id: \"m\", compat: { cacheControlFormat: \"anthropic\" }"), true, true),
        (base, base.replacing("id: \"n\"", with: "id: \"n\", params: { top_p: 1 }"), false, true),
        (base, base.replacing("\"http://localhost:1\"", with: "\"http://localhost:1\", headers: { x: \"y\" }"), true, true),
        (base, base.replacing("\"http://localhost:1\"", with: "\"http://localhost:1\", api: \"ollama\""), true, true),
        (base, base.replacing("\"http://localhost:1\"", with: "\"http://localhost:1\", apiKey: \"k\""), false, false),
        (base, base + ", agents: { defaults: { params: { cacheRetention: \"none\" } } }", true, true),
        (base, base + ", agents: { defaults: { models: { \"a/*\": { params: { seed: 1 } } } } }", true, true),
        (base, base + ", agents: { defaults: { models: { \"b/x\": { params: { seed: 1 } } } } }", false, true),
        (base, base + ", agents: { defaults: { model: \"a/m\" } }", false, true),
        (base, base + ", env: { UNDERSTUDY_CACHE_RETENTION: \"long\" }", true, true),
    ])
    func `has a text of its own that changes with it alone`(before: String, after: String, isOfModel: Bool, isOfAny: Bool) throws {
        let first = try read("{ \(before) }").settings
        let second = try read("{ \(after) }").settings
        let model = ModelRef(provider: "a", model: "m")
        #expect((first.traits(of: model) != second.traits(of: model)) == isOfModel)
        #expect((first.traits != second.traits) == isOfAny)
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@testable import Configuration

@Suite struct `A setting's path as typed` {
    static let settings: JSONValue = [
        "agents": ["list": [["id": "a"], ["id": "b"]], "defaults": ["models": ["openai/gpt-5.4": ["alias": "gpt"], "x/y": [:]]]]
    ]

    @Test(
        arguments: [
            ("gateway.port", [.key("gateway"), .key("port")]),
            ("agents.list[1].id", [.key("agents"), .key("list"), .index(1), .key("id")]),
            ("agents.list.1.id", [.key("agents"), .key("list"), .index(1), .key("id")]),
            (
                #"agents.defaults.models["openai/gpt-5.4"].alias"#,
                [.key("agents"), .key("defaults"), .key("models"), .key("openai/gpt-5.4"), .key("alias")]
            ),
            ("agents.defaults.models['openai/gpt-5.4']", [.key("agents"), .key("defaults"), .key("models"), .key("openai/gpt-5.4")]),
            ("agents.defaults.models[openai/gpt-5.4]", [.key("agents"), .key("defaults"), .key("models"), .key("openai/gpt-5.4")]),
            (#"agents.defaults.models.openai/gpt-5\.4"#, [.key("agents"), .key("defaults"), .key("models"), .key("openai/gpt-5.4")]),
            // What is there in one piece need not be quoted.
            (
                "agents.defaults.models.openai/gpt-5.4.alias",
                [.key("agents"), .key("defaults"), .key("models"), .key("openai/gpt-5.4"), .key("alias")]
            ),
            ("agents.defaults.models.other/gpt-5.4", [.key("agents"), .key("defaults"), .key("models"), .key("other/gpt-5"), .key("4")]),
            (#"["a\"b"]"#, [.key("a\"b")]),
            ("[\"\"]", [.key("")]),
        ] as [(String, [JSON5Document.Step])])
    func `is the way to a value:`(text: String, steps: [JSON5Document.Step]) throws {
        let typed = try #require(SettingsSteps(text))
        #expect(typed.resolved { Self.settings.at($0) } == steps)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a..b", "a[", "a[0", "a['x]", "a[\"x\"", "a[]", "a\\", String(repeating: "a.", count: 100) + "b",
    ])
    func `is refused:`(text: String) { #expect(SettingsSteps(text) == nil) }

    @Test(arguments: [
        ("gateway.prot", "gateway.port"), ("agents.defaults.modle.primary", "agents.defaults.model"), ("gatway", "gateway"),
        ("agents.list[0].modle", "agents.list[0].model"),
    ])
    func `is held against the known keys`(text: String, nearest: String) throws {
        let steps = try #require(SettingsSteps(text)).resolved { _ in nil }
        let unknown = #expect(throws: UnknownKey.self) { try SettingsKeys.lookUp(steps) }
        #expect(unknown?.nearest == nearest)
    }

    @Test(arguments: [
        ("gateway.port", "7100"), ("agents.entries.me.model.primary", "the defaults'"), ("channels.discord.token", ""),
        ("models.providers.x.models[0].id", ""), ("agents.defaults.params.anything.at.all", ""),
    ])
    func `is known`(text: String, fallback: String) throws {
        let steps = try #require(SettingsSteps(text)).resolved { _ in nil }
        #expect(try SettingsKeys.lookUp(steps).fallback == fallback)
    }

    @Test(arguments: [
        ("models.providers.openai.apiKey", true), ("models.providers.openai.headers.x-thing", true), ("gateway.auth.token", true),
        ("env.OPENAI_API_KEYS", true), ("env.LANG", false), ("channels.discord.token", true), ("channels.discord.textChunkLimit", false),
        ("gateway.port", false), ("agents.defaults.model.primary", false),
    ])
    func `says whether what stands there may be shown`(text: String, isSecret: Bool) throws {
        let steps = try #require(SettingsSteps(text)).resolved { _ in nil }
        #expect(SettingsKeys.isSecret(steps) == isSecret)
    }
}

@Suite struct `The places of a setting` {
    struct Files: SettingsSource {
        var files: [String: String]
        func bytes(at path: String) -> Result<[UInt8]?, FileProblem> { .success(files[path].map { Array($0.utf8) }) }
    }

    @Test func `are in the files that hold it, the one that wins first`() throws {
        let source = Files(files: [
            "/c/understudy.json":
                #"{ $include: ["./a.json"], agents: { $include: "agents.json", list: [{ id: "z" }] }, gateway: { port: 1 } }"#,
            "/c/a.json": "{\n  gateway: { port: 2,\n    bind: 'lan' } }", "/c/agents.json": "{ list: [{ id: 'a' }], defaults: {} }",
        ])
        let places = try SettingsPlaces(path: "/c/understudy.json", source: source, environment: [:])
        let gateway: [JSON5Document.Step] = [.key("gateway")]
        #expect(places.places(of: gateway).map(\.file) == ["/c/understudy.json", "/c/a.json"])
        #expect(places.value(at: gateway + [.key("port")]) == 1)
        let bind = try #require(places.places(of: gateway + [.key("bind")]).first)
        #expect(bind.file == "/c/a.json" && bind.line == 3 && bind.value == "lan")
        let list: [JSON5Document.Step] = [.key("agents"), .key("list")]
        #expect(places.value(at: list) == [["id": "a"], ["id": "z"]])
        #expect(places.places(of: list + [.index(1)]).map(\.file) == ["/c/understudy.json"])
        #expect(places.places(of: list + [.index(0)]).map(\.steps) == [[.key("list"), .index(0)]])
        #expect(places.value(at: [.key("agents"), .key("defaults")]) == [:])
        #expect(places.places(of: [.key("nothing")]).isEmpty)
    }

    @Test func `are nowhere without a file`() throws {
        let places = try SettingsPlaces(path: "/c/understudy.json", source: Files(files: [:]), environment: [:])
        #expect(places.value(at: []) == nil)
        #expect(throws: SettingsProblems.self) {
            try SettingsPlaces(path: "/x", source: Files(files: ["/x": "{ a: "]), environment: [:])
        }
    }
}

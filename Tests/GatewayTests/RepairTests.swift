// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Routes that refuse what the gateway can change, each at a provider of its own, with another model behind them that must not be
/// asked.
@Suite(.timeLimit(.minutes(5)), Shared<RepairScene>()) struct `A route that refuses part of a request` {
    /// What the client writes that the fault does not take, and what is done about it.
    static let rows: [(fault: String, extra: String, repair: String)] = [
        (
            "format-cache-markers",
            #"{"messages":[{"role":"user","content":[{"type":"text","text":"Who?","cache_control":{"type":"ephemeral"}}]}]}"#,
            "drop-cache-markers"
        ),
        ("format-unknown-parameter", #"{"seed":7}"#, "drop:seed"),
        ("format-max-tokens-name", #"{"max_tokens":64}"#, "rename:max_tokens→max_completion_tokens"),
        (
            "format-developer-role", #"{"messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"Who?"}]}"#,
            "role:developer→system"
        ),
        (
            "format-tool-call-id",
            #"{"messages":[{"role":"user","content":"Who?"},{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"the lead"}]}"#,
            "tool-call-ids:9"
        ),
    ]

    @Test func `is in this table, whichever it is`() {
        #expect(Self.rows.map(\.fault).sorted() == Fault.all.map(\.name).filter { $0.hasPrefix("format-") }.sorted())
    }

    @Test(arguments: rows.map(\.fault), [false, true])
    func `is sent the request again as it takes it, and at once the next time:`(fault: String, streaming: Bool) async throws {
        let row = try #require(Self.rows.first { $0.fault == fault })
        let scene = try RepairScene.current
        let provider = FaultScene.name(fault, streaming)
        func ask() async throws -> (reply: BlockingHTTP.Reply, receipt: JSONValue) {
            let extra = try JSONValue.parse(row.extra).object ?? [:]
            let reply = try await scene.gateway.ask(
                "\(provider)/m", headers: ["x-understudy-fallbacks": "spare/m"], stream: streaming, extra: extra)
            #expect(reply.status == 200, "\(reply.text)")
            #expect(reply.content.hasSuffix("before the curtain falls."))
            return (reply, try await scene.gateway.receipt(of: reply))
        }
        let first = try await ask()
        #expect(first.receipt.reasons == ["format", "answered"])
        #expect(first.receipt["attempts"]?[0]?["failure"]?["repair"]?.string == row.repair)
        #expect(first.receipt["attempts"]?[0]?["repairs"] == nil)
        #expect(first.receipt["attempts"]?[1]?["repairs"] == .array([.string(row.repair)]))
        #expect(first.receipt["attempts"]?[0]?["credential"] == first.receipt["attempts"]?[1]?["credential"])
        #expect(first.receipt["attempts"]?[0]?["effects"] == nil)

        let second = try await ask()
        #expect(second.receipt.reasons == ["answered"])
        #expect(second.receipt["attempts"]?[0]?["repairs"] == .array([.string(row.repair)]))
        #expect(scene.stage.calls(of: provider) == 3)

        // A request without it goes up as it is.
        let plain = try await scene.gateway.ask("\(provider)/m", stream: streaming)
        #expect(try await scene.gateway.receipt(of: plain)["attempts"]?[0]?["repairs"] == nil)

        let known = try await scene.gateway.get("/api/capabilities").json["capabilities"]?.array ?? []
        let learned = known.filter { $0["model"]?.string == "\(provider)/m" }
        #expect(learned.map { $0["repair"]?.string } == [row.repair])
        #expect(learned.first?["receipt"] == first.receipt["id"])
        #expect(try await scene.gateway.blocks().isEmpty)
        let told = try await scene.gateway.command(["explain", first.reply.headers.first("x-understudy-request-id") ?? ""])
        #expect(told.out.contains("sent again with"), "\(told.out)")
    }
}

/// A gateway with two providers for each of these faults, one for whole replies and one for streams.
final class RepairScene: TestScene {
    let stage: Stage
    let gateway: RunningGateway
    private let upstreams: [ScriptedUpstream]

    init() async throws {
        let stage = try Stage()
        var upstreams = [("spare", try stage.provider("spare", Stage.says("The show goes on.")))]
        for fault in Fault.all where fault.name.hasPrefix("format-") {
            for streaming in [false, true] {
                let name = FaultScene.name(fault.name, streaming)
                upstreams.append((name, try stage.provider(name, fault.script)))
            }
        }
        self.stage = stage
        self.upstreams = upstreams.map(\.1)
        gateway = try await RunningGateway(settings: Stage.settings(upstreams))
    }

    func stop() async { await gateway.stop() }
}

/// Stories of one gateway each.
@Suite(.timeLimit(.minutes(5))) struct `What a route needs` {
    static let markers: JSONObject = [
        "messages": [
            ["role": "user", "content": [["type": "text", "text": "Who?", "cache_control": ["type": "ephemeral"]]]]
        ]
    ]

    static func fault(_ name: String) throws -> @Sendable (AskedRequest) -> Script {
        try #require(Fault.all.first { $0.name == name }).script
    }

    static func bodies(_ upstream: ScriptedUpstream) -> [String] { upstream.asked.map { String(decoding: $0.body, as: UTF8.self) } }

    /// Writes the settings and waits until the gateway has taken them.
    static func load(_ settings: String, into gateway: RunningGateway) async throws {
        func loads() -> Int { gateway.process.output(.error).split(separator: "Settings loaded again").count }
        let before = loads()
        try gateway.home.write(settings, to: ".understudy/understudy.json")
        #expect(await eventually { loads() > before })
    }

    @Test("seed 003: OpenRouter refuses cache markers, and the request goes up again without them")
    func seed003() async throws {
        let stage = try Stage()
        let router = try stage.provider("openrouter", Self.fault("format-cache-markers"))
        let settings = """
            {
              models: { mode: "replace", providers: { openrouter: { baseUrl: "\(router.baseURL)", apiKey: "key-openrouter" } } },
              agents: { defaults: { model: {
                primary: "openrouter/anthropic/claude-3.5-sonnet", fallbacks: ["openrouter/openai/gpt-4o-mini"] } } },
            }
            """
        let gateway = try await RunningGateway(settings: settings)
        let reply = try await gateway.ask("default", extra: Self.markers)
        #expect(reply.status == 200)
        #expect(reply.headers.first("x-understudy-model") == "openrouter/anthropic/claude-3.5-sonnet")
        #expect(router.asked.map(\.model) == ["anthropic/claude-3.5-sonnet", "anthropic/claude-3.5-sonnet"])
        let told = try await gateway.command(["explain", "--last"])
        #expect(told.out.contains("sent again without cache markers"), "\(told.out)")
        let listed = try await gateway.command(["models", "status", "--capabilities"])
        #expect(listed.out.contains("openrouter/anthropic/claude-3.5-sonnet"), "\(listed.out)")
        #expect(listed.out.contains("without cache markers"))
        // What the person in the seed had set: no marker goes up at all.
        try await Self.load(
            settings.replacing("agents: { defaults: {", with: "agents: { defaults: { params: { cacheRetention: \"none\" },"), into: gateway)
        router.forget()
        let quiet = try await gateway.ask("default", extra: Self.markers)
        #expect(quiet.headers.first("x-understudy-attempts") == "1")
        #expect(Self.bodies(router).allSatisfy { !$0.contains("cache_control") })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is known after a restart, and forgotten when the settings say something else of the route`() async throws {
        let stage = try Stage()
        let picky = try stage.provider("picky", Self.fault("format-unknown-parameter"))
        let lost = try stage.provider("lost") { asked in .refuses(404, "The model does not exist.", code: "model_not_found") }
        let settings = Stage.settings([("picky", picky), ("lost", lost)])
        let first = try await RunningGateway(settings: settings)
        func attempts(_ gateway: RunningGateway) async throws -> String? {
            try await gateway.ask("default", extra: ["seed": 1]).headers.first("x-understudy-attempts")
        }
        #expect(try await attempts(first) == "2")
        #expect(try await attempts(first) == "1")
        #expect(try await first.ask("lost/m", headers: ["x-understudy-no-fallback": "true"]).status == 404)
        #expect(try await first.blocks().map { $0["reason"]?.string } == ["model_not_found"])
        await first.stop()
        let stored = try await BuiltBinary().run(["models", "status", "--capabilities", "--json"], home: first.home)
        #expect((try? JSONValue.parse(stored.out))?["capabilities"]?[0]?["repair"] == "drop:seed", "\(stored.out)")

        let second = try await RunningGateway(settings: nil, home: first.home)
        #expect(try await attempts(second) == "1")
        #expect(try await second.blocks().count == 1)
        // Of another model nothing is forgotten.
        let other = settings.replacing("apiKey: \"key-lost\"", with: "apiKey: \"key-lost\", params: { top_p: 0.5 }")
        try await Self.load(other, into: second)
        #expect(try await attempts(second) == "1")
        let changed = other.replacing("apiKey: \"key-picky\"", with: "apiKey: \"key-picky\", params: { top_p: 0.5 }")
        try await Self.load(changed, into: second)
        #expect(try await second.get("/api/capabilities").json["capabilities"] == [])
        #expect(try await attempts(second) == "2")
        #expect(try await second.ask("lost/m", headers: ["x-understudy-no-fallback": "true"]).status == 404)
        #expect(try await second.blocks().count == 1)
        await second.stop()

        // Changed while no gateway ran.
        let third = try await RunningGateway(settings: changed.replacing("0.5", with: "0.6"), home: first.home)
        #expect(try await third.blocks().isEmpty, "a model that was not found is asked again")
        #expect(try await third.get("/api/capabilities").json["capabilities"] == [])
        #expect(try await attempts(third) == "2")
        await third.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is tried on the next credential of the model within the same request`() async throws {
        let stage = try Stage()
        let refusal = try Self.fault("format-unknown-parameter")
        let shop = try stage.provider("shop") { asked in
            let script = refusal(asked)
            guard case .answer(200, _, _)? = script.acts.first, asked.key == "one" else { return script }
            return .refuses(429, "Rate limit reached for requests.", code: "rate_limit_exceeded", headers: ["retry-after": "30"])
        }
        let gateway = try await RunningGateway(
            settings: Stage.settings([("shop", shop)]).replacing("apiKey: \"key-shop\", ", with: ""),
            environment: ["SHOP_API_KEYS": "one,two"])
        let reply = try await gateway.ask("default", extra: ["seed": 1])
        #expect(reply.status == 200, "\(reply.text)")
        #expect(try await gateway.receipt(of: reply).reasons == ["format", "rate_limit", "answered"])
        #expect(shop.asked.map(\.key) == ["one", "one", "two"])
        #expect(Self.bodies(shop).map { $0.contains("seed") } == [true, false, false])
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is not learned from a repair that was of no use`() async throws {
        let stage = try Stage()
        let stubborn = try stage.provider("stubborn") { _ in .refuses(400, "Unknown parameter: 'seed'.", code: "unknown_parameter") }
        let spare = try stage.provider("spare", Stage.says("The show goes on."))
        let gateway = try await RunningGateway(
            settings: Stage.settings([("stubborn", stubborn), ("spare", spare)], fallbacks: ["spare/m"]))
        let reply = try await gateway.ask("default", extra: ["seed": 1])
        #expect(reply.status == 200)
        #expect(stage.asked.map { String($0.prefix { $0 != "/" }) } == ["stubborn", "stubborn", "spare"])
        // What the body does not have is not taken out of it: no second try.
        stage.forget()
        #expect(try await gateway.ask("default").status == 200)
        #expect(stage.asked.map { String($0.prefix { $0 != "/" }) } == ["stubborn", "spare"])
        #expect(try await gateway.get("/api/capabilities").json["capabilities"] == [])
        #expect(try await gateway.blocks().isEmpty)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `counts for markers that the gateway had put: one that refuses them is sent none again`() async throws {
        let stage = try Stage()
        let shy = try stage.provider("shy", Self.fault("format-cache-markers"))
        let gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { shy: {
                    baseUrl: "\(shy.baseURL)", apiKey: "key-shy", models: [{ id: "m", compat: { cacheControlFormat: "anthropic" } }] } } },
                  agents: { defaults: { model: { primary: "shy/m" }, params: { cacheRetention: "long" } } },
                }
                """)
        for attempts in ["2", "1", "1"] {
            #expect(try await gateway.ask("default").headers.first("x-understudy-attempts") == attempts)
        }
        #expect(Self.bodies(shy).map { $0.contains("cache_control") } == [true, false, false, false])
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test("openclaw#14230, 29441, 42961, 30850, 30867, 63034: markers are what the settings say, on whatever route")
    func retention() async throws {
        let stage = try Stage()
        let open = try stage.provider("open", Stage.says("Yes."))
        func settings(_ params: String, _ compat: String = "") -> String {
            """
            {
              models: { mode: "replace", providers: { open: {
                baseUrl: "\(open.baseURL)", apiKey: "key-open", models: [{ id: "m", params: { \(params) }, compat: { \(compat) } }] } } },
              agents: { defaults: { model: { primary: "open/m" } } },
            }
            """
        }
        let gateway = try await RunningGateway(settings: settings(""))
        func body(_ settings: String, _ extra: JSONObject) async throws -> JSONValue {
            try await Self.load(settings, into: gateway)
            open.forget()
            _ = try await gateway.ask("default", extra: extra)
            return try JSONValue.parse(try #require(Self.bodies(open).first))
        }
        func mark(_ body: JSONValue) -> JSONValue? { body["messages"]?[0]?["content"]?[0]?["cache_control"] }
        let plain: JSONObject = ["messages": [["role": "user", "content": "Who?"]]]
        #expect(mark(try await body(settings("cacheRetention: \"none\""), Self.markers)) == nil)
        #expect(mark(try await body(settings("cacheRetention: \"long\""), Self.markers)) == ["type": "ephemeral", "ttl": "1h"])
        #expect(mark(try await body(settings("cacheControlTtl: \"5m\""), Self.markers)) == ["type": "ephemeral"])
        #expect(try await body(settings("cacheRetention: \"short\""), plain)["messages"]?[0]?["content"] == "Who?")
        let takes = "cacheControlFormat: \"anthropic\""
        #expect(mark(try await body(settings("cacheRetention: \"short\"", takes), plain)) == ["type": "ephemeral"])
        #expect(mark(try await body(settings("cacheRetention: \"long\"", takes), plain)) == ["type": "ephemeral", "ttl": "1h"])
        #expect(try await body(settings("", takes), plain)["messages"]?[0]?["content"] == "Who?")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// Which chain a request gets by its `model`, its body and its headers, and how far down it goes.
@Suite(.timeLimit(.minutes(5))) struct `A request's chain` {
    /// Providers that all refuse with 404, so that a request walks its whole chain and blocks no key.
    static func walk() async throws -> (RunningGateway, Stage, [ScriptedUpstream]) {
        let stage = try Stage()
        let names = ["one", "two", "three", "four"]
        let upstreams = try names.map { name in
            try stage.provider(name) { .refuses(404, "The model \($0.model) does not exist.", code: "model_not_found") }
        }
        let providers = zip(names, upstreams).map { name, upstream in
            #"\#(name): { baseUrl: "\#(upstream.baseURL)", apiKey: "key", models: [{ id: "m" }, { id: "org/deep" }, { id: "only-\#(name)" }] }"#
        }
        let gateway = try await RunningGateway(
            settings: """
                {
                  models: { mode: "replace", providers: { \(providers.joined(separator: ", ")) } },
                  agents: {
                    defaults: { model: { primary: "one/m", fallbacks: ["two/m"] }, models: { "three/m": { alias: "Quick" } } },
                    list: [
                      { id: "main", default: true },
                      { id: "coder", model: { primary: "three/m", fallbacks: ["four/m"] } },
                      { id: "alone", model: { primary: "four/m", fallbacks: [] } },
                      { id: "plain", model: "three/m" },
                    ],
                  },
                }
                """)
        return (gateway, stage, upstreams)
    }

    static func asked(_ stage: Stage) -> [String] { stage.asked.map { String($0.prefix { $0 != " " }) } }

    @Test(
        arguments: [
            ("default", ["one/m", "two/m"], "main"), ("understudy", ["one/m", "two/m"], "main"),
            ("agent:main", ["one/m", "two/m"], "main"),
            ("openclaw/main", ["one/m", "two/m"], "main"), ("agent:coder", ["three/m", "four/m"], "coder"),
            ("agent:alone", ["four/m"], "alone"), ("agent:plain", ["three/m", "two/m"], "plain"),
            ("quick", ["three/m", "two/m", "one/m"], "main"), ("three/m", ["three/m", "two/m", "one/m"], "main"),
            ("one/m", ["one/m", "two/m"], "main"), ("two/m", ["two/m", "one/m"], "main"),
            ("four/org/deep", ["four/org/deep", "two/m", "one/m"], "main"), ("FOUR/m", ["four/m", "two/m", "one/m"], "main"),
            ("only-four", ["four/only-four", "two/m", "one/m"], "main"), ("one/not-listed", ["one/not-listed", "two/m", "one/m"], "main"),
        ] as [(String, [String], String)])
    func `follows from the model that is asked for:`(model: String, chain: [String], agent: String) async throws {
        let (gateway, stage, upstreams) = try await Self.walk()
        let reply = try await gateway.ask(model)
        #expect(reply.status == 404, "\(reply.text)")
        #expect(Self.asked(stage) == chain)
        #expect(reply.headers.first("x-understudy-attempts") == String(chain.count))
        #expect(reply.headers.first("x-should-retry") == "false")
        #expect(reply.error["understudy"]?["agent"]?.string == agent)
        #expect(reply.error["understudy"]?.reasons == chain.map { _ in "model_not_found" })
        for candidate in chain { #expect(reply.error["message"]?.string?.contains(candidate) == true, "\(reply.text)") }
        await gateway.stop()
        withExtendedLifetime(upstreams) {}
    }

    @Test func `is what a request asks for instead`() async throws {
        let rows: [(Headers, JSONObject, [String])] = [
            ([:], ["models": ["four/m", "quick"]], ["one/m", "four/m", "three/m"]),
            ([:], ["models": []], ["one/m"]),
            (["x-understudy-fallbacks": "three/m, four/m"], [:], ["one/m", "three/m", "four/m"]),
            (["x-understudy-fallbacks": "three/m"], ["models": ["four/m"]], ["one/m", "three/m"]),
            (["x-understudy-fallbacks": "nobody/knows, four/m"], [:], ["one/m", "four/m"]),
            ([:], ["models": ["nobody/knows", "four/m@four:lost", "three/m"]], ["one/m", "three/m"]),
            (["x-understudy-no-fallback": "true"], [:], ["one/m"]),
            (["x-understudy-no-fallback": "1"], ["models": ["four/m"]], ["one/m"]),
            (["x-understudy-no-fallback": "false"], [:], ["one/m", "two/m"]),
        ]
        for (headers, extra, chain) in rows {
            let (gateway, stage, upstreams) = try await Self.walk()
            let reply = try await gateway.ask("one/m", headers: headers, extra: extra)
            #expect(reply.status == 404)
            #expect(Self.asked(stage) == chain, "\(headers) \(extra.members)")
            await gateway.stop()
            withExtendedLifetime(upstreams) {}
        }
    }

    @Test func `does not exist for an unknown name, which is answered with near ones`() async throws {
        let (gateway, stage, upstreams) = try await Self.walk()
        let rows: [(String, String)] = [
            ("on/m", "one/m"), ("agent:code", "agent:coder"), ("agent:", ""), ("nobody/knows", ""), ("only-fuor", "only-four"),
            ("m", "one/m"),
            ("/", ""), ("one/", ""),
        ]
        for (name, suggestion) in rows {
            let reply = try await gateway.ask(name)
            #expect(reply.status == 404, "\(name): \(reply.text)")
            #expect(reply.error["code"] == "model_not_found" && reply.error["param"] == "model", "\(name): \(reply.text)")
            if !suggestion.isEmpty { #expect(reply.error["message"]?.string?.contains(suggestion) == true, "\(name): \(reply.text)") }
        }
        #expect(try await gateway.ask("one/m", headers: ["x-understudy-fallbacks": "nobody-knows"]).status == 404)
        #expect(try await gateway.ask("one/m", extra: ["models": ["agent:nobody"]]).status == 404)
        #expect(stage.asked.isEmpty)
        await gateway.stop()
        withExtendedLifetime(upstreams) {}
    }

    @Test func `ends where no window behind a full one is larger`() async throws {
        let stage = try Stage()
        let refuse: @Sendable (AskedRequest) -> Script = { _ in
            .refuses(400, "This model's maximum context length is 8192 tokens.", code: "context_length_exceeded")
        }
        let small = try stage.provider("small", refuse)
        let equal = try stage.provider("equal", refuse)
        let large = try stage.provider("large", Stage.says("Room for everybody."))
        let settings = """
            {
              models: { mode: "replace", providers: {
                small: { baseUrl: "\(small.baseURL)", apiKey: "k", models: [{ id: "m", contextWindow: 8192 }] },
                equal: { baseUrl: "\(equal.baseURL)", apiKey: "k", models: [{ id: "m", contextWindow: 8192 }] },
                large: { baseUrl: "\(large.baseURL)", apiKey: "k", models: [{ id: "m", contextWindow: 100000 }] },
              } },
              agents: { defaults: { model: { primary: "small/m", fallbacks: ["equal/m"] } } },
            }
            """
        let gateway = try await RunningGateway(settings: settings)
        let told = try await gateway.ask("default")
        #expect(told.status == 400 && told.error["code"] == "context_length_exceeded")
        #expect(Self.asked(stage) == ["small/m"])
        stage.forget()
        let answered = try await gateway.ask("default", extra: ["models": ["equal/m", "large/m"]])
        #expect(answered.content == "Room for everybody.")
        #expect(Self.asked(stage) == ["small/m", "large/m"])
        await gateway.stop()
    }

    @Test func `passes a blocked candidate by`() async throws {
        let stage = try Stage()
        let broke = try stage.provider("broke") { _ in .refuses(401, "Incorrect API key provided.", code: "invalid_api_key") }
        let spare = try stage.provider("spare", Stage.says("The show goes on."))
        let gateway = try await RunningGateway(
            settings: Stage.settings([("broke", broke), ("spare", spare)], fallbacks: ["spare/m"]))
        for round in 1...5 {
            let reply = try await gateway.ask("default", stream: round % 2 == 0)
            #expect(reply.content == "The show goes on.")
            #expect(reply.headers.first("x-understudy-attempts") == (round == 1 ? "2" : "1"))
        }
        #expect(broke.asked.count == 1)
        let blocks = try await gateway.blocks()
        #expect(blocks.count == 1 && blocks.first?["reason"] == "auth", "\(blocks)")
        await gateway.stop()
    }

    @Test func `has the time that the request gives it`() async throws {
        let stage = try Stage()
        let slow = try stage.provider("slow") { _ in Script([.stall]) }
        let gateway = try await RunningGateway(settings: Stage.settings([("slow", slow)]))
        for stream in [false, true] {
            let reply = try await gateway.ask("slow/m", headers: ["x-understudy-timeout-ms": "300"], stream: stream)
            #expect(reply.status == 503)
            #expect(reply.error["code"] == "deadline_exceeded", "\(reply.text)")
            let limit = reply.error["understudy"]?["attempts"]?[0]?["failure"]?["limit"]
            #expect(limit?["set_by"] == "x-understudy-timeout-ms" && limit?["seconds"]?.double ?? 1 <= 0.3, "\(reply.text)")
        }
        #expect(await eventually { slow.abandoned == 2 })
        #expect(try await gateway.blocks().isEmpty, "a short deadline says nothing of the provider")
        await gateway.stop()
    }
}

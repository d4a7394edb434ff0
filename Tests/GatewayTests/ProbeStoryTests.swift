// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `models status --probe` as a person types it: with a gateway and without.
@Suite(.timeLimit(.minutes(5))) struct `Probing by command` {
    static func home(_ settings: String) throws -> TemporaryHome {
        let home = try TemporaryHome()
        try home.write(settings, to: ".understudy/understudy.json")
        return home
    }

    static func run(_ words: [String], _ home: TemporaryHome) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(["models", "status"] + words, home: home)
    }

    /// One that answers, and one that has no money.
    static func stage() throws -> (Stage, String) {
        let stage = try Stage()
        let upstreams = [
            ("fine", try stage.provider("fine", Stage.says("OK"))),
            ("poor", try stage.provider("poor") { _ in Script([.answer(status: 402, headers: [:], body: [])]) }),
        ]
        return (stage, Stage.settings(upstreams, fallbacks: ["poor/m"]))
    }

    @Test("openclaw#34948, seed 000: says which of the chain's models cannot be asked, and what it said", arguments: [true, false])
    func asks(byGateway: Bool) async throws {
        let (stage, settings) = try Self.stage()
        let gateway = byGateway ? try await RunningGateway(settings: settings) : nil
        let home = try gateway?.home ?? Self.home(settings)
        let finished = try await Self.run(["--probe"], home)
        #expect(finished.status == 1, "\(finished.error)")
        #expect(finished.out.contains("\nAuth probes\nModel   Profile                Status\n"), "\(finished.out)")
        #expect(finished.out.contains("\nfine/m  fine:config (api_key)  ok · "), "\(finished.out)")
        #expect(finished.out.contains("\npoor/m  poor:config (api_key)  billing · "), "\(finished.out)")
        #expect(finished.out.contains("\n  ↳ 402, no body"), "\(finished.out)")
        #expect(finished.out.contains("\nProbed 2 targets in "), "\(finished.out)")
        #expect(finished.error == "Probing 2 targets, 2 at a time, each for 8.00 s at most …\n")
        #expect(!finished.out.contains("key-fine") && !finished.out.contains("key-poor"))
        #expect(Set(stage.asked) == ["fine/m key-fine", "poor/m key-poor"])
        let one = try await Self.run(["--probe-provider", "fine", "--json"], home)
        #expect(one.status == 0)
        let document = try JSONValue.parse(one.out)
        let results = try #require(document["auth"]?["probes"]?["results"]?.array)
        #expect(results.count == 1 && results[0]["status"] == "ok" && results[0]["profileId"] == "fine:config")
        #expect(one.error.contains("1/1 fine/m fine:config: ok · "))
        if let gateway {
            let receipt = try #require(results[0]["receipt"]?.string)
            let told = try await gateway.command(["explain", receipt])
            #expect(told.out.contains("probe · agent main") && told.out.contains("answered by fine/m"), "\(told.out) \(told.error)")
            #expect(try await gateway.get("/api/health").json["blocks"]?.array == [], "a probe blocks nothing")
            await gateway.stop()
        } else {
            #expect(home.read(".understudy/understudy.sqlite") == nil, "a command that looks makes no state folder")
        }
    }

    @Test("openclaw#33949: after a payment a probe lets the next request through")
    func clears() async throws {
        let isPaid = Mutex(false)
        let stage = try Stage()
        let poor = try stage.provider("poor") { asked in
            isPaid.withLock { $0 } ? .says("Paid.", to: asked, pace: .zero) : Script([.answer(status: 402, headers: [:], body: [])])
        }
        let spare = try stage.provider("spare", Stage.says("The understudy."))
        let gateway = try await RunningGateway(settings: Stage.settings([("poor", poor), ("spare", spare)], fallbacks: ["spare/m"]))
        #expect(try await gateway.ask("default").content == "The understudy.")
        isPaid.withLock { $0 = true }
        let finished = try await Self.run(["--probe-provider", "poor"], gateway.home)
        #expect(finished.status == 0 && finished.out.contains("↳ a block is ended: "), "\(finished.out)")
        #expect(try await gateway.ask("default").content == "Paid.")
        await gateway.stop()
    }

    @Test("openclaw#96467: a limit of a second is a second, and Ctrl-C says what was done", arguments: [true, false])
    func limits(byGateway: Bool) async throws {
        let stage = try Stage()
        let fine = try stage.provider("fine", Stage.says("OK"))
        let mute = try stage.provider("mute") { _ in Script([.stall]) }
        let settings = Stage.settings([("fine", fine), ("mute", mute)], fallbacks: ["mute/m"])
        let gateway = byGateway ? try await RunningGateway(settings: settings) : nil
        let home = try gateway?.home ?? Self.home(settings)
        let slow = try await Self.run(["--probe-timeout", "1000", "--json"], home)
        let probes = try #require(try JSONValue.parse(slow.out)["auth"]?["probes"])
        let result = try #require(probes["results"]?.array?.first { $0["provider"] == "mute" })
        #expect(result["status"] == "timeout" && slow.status == 1)
        #expect((100..<15_000).contains(try #require(result["latencyMs"]?.int)), "\(result)")

        let process = try BuiltBinary().start(
            ["models", "status", "--probe", "--probe-timeout", "60000"], home: home, limit: .seconds(280))
        _ = try await process.line(containing: "fine:config (api_key)  ok · ")
        #expect(await eventually { stage.calls(of: "mute") == 2 })
        process.signal(SIGINT)
        let finished = await process.finished()
        #expect(finished.status == 130, "\(finished)")
        #expect(finished.out.contains("\nStopped: probed 1 of 2 targets in "), "\(finished.out)")
        #expect(await eventually { mute.abandoned == 2 }, "the upstream is let go, wherever it was asked from")
        if let gateway { await gateway.stop() }
    }

    @Test func `refuses what makes no sense, before it asks anybody`() async throws {
        let (stage, settings) = try Self.stage()
        let home = try Self.home(settings)
        let rows: [([String], Int32, String)] = [
            (["--probe", "--plain"], 64, "understudy: --probe cannot be used with --plain output."),
            (["--probe-provider", "nowhere"], 1, "understudy: there is no provider \"nowhere\"; configured are: fine, poor"),
            (["--probe-profile", "fine:nobody"], 1, "understudy: the agent main has no credential \"fine:nobody\"; there are: "),
            (["--probe-model", "fin/m"], 1, "understudy: The model `fin/m` does not exist here"),
            (["--probe-timeout", "5"], 64, "understudy: "),
        ]
        for (words, status, error) in rows {
            let finished = try await Self.run(words, home)
            #expect(finished.status == status && finished.out.isEmpty, "\(words) \(finished.out)")
            #expect(finished.error.hasPrefix(error), "\(finished.error)")
        }
        #expect(stage.asked.isEmpty)
    }

    // MARK: The endpoint

    @Test func `is served to programs line by line`() async throws {
        let (_, settings) = try Self.stage()
        let gateway = try await RunningGateway(settings: settings)
        let reply = try await gateway.send(.post, "/api/probe", body: Array(#"{"timeout_ms":3000}"#.utf8))
        #expect(reply.status == 200 && reply.headers.first("content-type") == "application/x-ndjson")
        let lines = try reply.body.split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
        #expect(lines.map { $0["type"]?.string } == ["begin", "result", "result", "end"])
        #expect(lines[0]["total"] == 2 && lines[3]["done"] == 2)
        for (body, status, code) in [
            ("{\"agent\":\"nobody\"}", 404, "unknown_agent"), ("{\"timeout_ms\":1}", 400, "invalid_body"),
            ("{\"models\":[]}", 400, "invalid_body"),
            ("{\"models\":[1]}", 400, "invalid_body"), ("{\"other\":1}", 400, "invalid_body"), ("[", 400, "invalid_json"),
            ("{\"all_models\":1}", 400, "invalid_body"), ("{\"provider\":\"\"}", 400, "invalid_body"),
        ] {
            let refused = try await gateway.send(.post, "/api/probe", body: Array(body.utf8))
            #expect(refused.status == status && refused.json["error"]?["code"]?.string == code, "\(body) \(refused.json)")
        }
        #expect(try await gateway.send(.post, "/api/probe", authorized: false).status == 401)
        #expect(try await gateway.get("/api/probe").status == 405)
        await gateway.stop()
    }

    // MARK: The page

    @Test func `comes promptly where a gateway hangs`() async throws {
        let loops = try EventLoopGroup(count: 1)
        defer { loops.stop() }
        let mute = try ScriptedUpstream(on: loops, log: LogCapture().logger()) { _ in Script([.stall]) }
        let home = try Self.home("{ gateway: { port: \(mute.port) }, agents: { defaults: { model: \"openai/gpt-5\" } } }")
        let began = ContinuousClock.now
        let finished = try await Self.run([], home)
        #expect(ContinuousClock.now - began < .seconds(25))
        #expect(finished.status == 0 && finished.out.contains("Gateway       : did not say what is blocked"), "\(finished.out)")
    }

    @Test func `shows what a provider still grants, also after a restart and without a gateway`() async throws {
        let stage = try Stage()
        let headers: Headers = [
            "content-type": "application/json", "anthropic-ratelimit-unified-5h-utilization": "0.42",
            "anthropic-ratelimit-unified-5h-reset": "4102444800",
        ]
        let claude = try stage.provider("claude") { asked in
            guard case .answer(let status, _, let body)? = Script.replies("Hello", model: asked.model).acts.first else {
                return Script([.cut])
            }
            return Script([.answer(status: status, headers: headers, body: body)])
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("claude", claude)]))
        #expect(try await gateway.ask("default").content == "Hello")
        let told = try await gateway.get("/api/quota").json
        #expect(told["quota"]?[0]?["credential"] == "claude:config" && told["quota"]?[0]?["windows"]?[0]?["left_percent"] == 58, "\(told)")
        let page = try await Self.run([], gateway.home)
        #expect(page.out.contains("\n  - claude:config\n    usage: 5h 58% left, resets in "), "\(page.out)")
        await gateway.stop()
        #expect(gateway.home.read(".understudy/quota.json")?.contains("key-claude") == false)
        let after = try await Self.run(["--json"], gateway.home)
        #expect(try JSONValue.parse(after.out)["auth"]?["quota"]?[0]?["windows"]?[0]?["left_percent"] == 58, "\(after.out)")
        let again = try await RunningGateway(settings: nil, home: gateway.home)
        #expect(try await again.get("/api/quota").json["quota"]?[0]?["windows"]?[0]?["name"] == "5h")
        await again.stop()
    }
}

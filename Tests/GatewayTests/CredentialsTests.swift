// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

/// What an owner decides about credentials, by endpoint and by command, with a gateway and without.
@Suite(.timeLimit(.minutes(5))) struct `An owner's decision` {
    /// A key without money until it is paid for, and a spare.
    final class Money: Sendable {
        private let paid = Mutex(false)
        var isPaid: Bool { paid.withLock { $0 } }
        func pay() { paid.withLock { $0 = true } }
    }

    static func stage(_ money: Money) throws -> (Stage, String) {
        let stage = try Stage()
        let upstreams = [
            (
                "poor",
                try stage.provider("poor") { asked in
                    money.isPaid ? .says("Paid.", to: asked, pace: .zero) : Script([.answer(status: 402, headers: [:], body: [])])
                }
            ), ("spare", try stage.provider("spare", Stage.says("The understudy."))),
        ]
        return (stage, Stage.settings(upstreams, fallbacks: ["spare/m"]))
    }

    static func command(
        _ words: [String], _ home: TemporaryHome, environment: [String: String] = [:]
    ) async throws -> BuiltBinary.Finished {
        try await BuiltBinary().run(words, environment: environment, home: home)
    }

    static func state(of id: String, in report: JSONValue) -> String? {
        report["credentials"]?.array?.first { $0["id"]?.string == id }?["state"]?.string
    }

    // MARK: Clearing

    @Test("openclaw#92444: after a payment one command makes the very next request go to the key, with a gateway or without")
    func paid() async throws {
        let money = Money()
        let (stage, settings) = try Self.stage(money)
        let gateway = try await RunningGateway(settings: settings)
        #expect(try await gateway.ask("default").content == "The understudy.")
        let before = try await gateway.get("/api/credentials").json
        #expect(Self.state(of: "poor:config", in: before) == "blocked")
        let listed = try await Self.command(["credentials"], gateway.home)
        #expect(listed.out.contains("blocked") && listed.out.contains("(1 model)"), "\(listed.out)")
        #expect(listed.out.contains("poor:config for poor/m is blocked until "), "\(listed.out)")
        #expect(listed.out.contains("  To use it at once: understudy credentials clear poor:config\n"), "\(listed.out)")
        #expect(!listed.out.contains("key-poor"))
        money.pay()
        #expect(try await gateway.ask("default").content == "The understudy.", "the window is still open")
        stage.forget()
        let cleared = try await Self.command(["credentials", "clear", "poor:config"], gateway.home)
        #expect(cleared.out == "Cleared: poor/m with poor:config (billing, rule status.402).\n", "\(cleared.error)")
        #expect(cleared.status == 0)
        #expect(try await gateway.ask("default").content == "Paid.")
        #expect(stage.asked == ["poor/m key-poor"])
        #expect(gateway.process.output(.error).contains("Block cleared by hand"))
        let again = try await Self.command(["credentials", "clear", "poor:config", "--json"], gateway.home)
        let told = try JSONValue.parse(again.out)
        #expect(told["cleared"]?.array == [] && told["source"]?.string == "gateway" && again.status == 0)
        let words = try await Self.command(["credentials", "clear", "poor:config"], gateway.home)
        #expect(words.out == "Nothing was blocked of poor:config; nothing has changed.\n")
        await gateway.stop()
    }

    @Test("openclaw#107671: a command clears one credential, one model, a provider, or all; where no gateway runs, for its next start")
    func clearing() async throws {
        let money = Money()
        let (stage, settings) = try Self.stage(money)
        let first = try await RunningGateway(settings: settings)
        for (words, subject) in [
            (["poor:config", "--model", "poor/m"], "poor/m with poor:config"), (["--provider", "poor"], "poor/m with poor:config"),
            (["--all"], "poor/m with poor:config"),
        ] {
            #expect(try await first.ask("default").content == "The understudy.")
            let other = try await Self.command(["credentials", "clear", "poor:config", "--model", "poor/other"], first.home)
            #expect(other.out.contains("Nothing was blocked of poor:config for poor/other"), "\(other.out)")
            #expect(other.out.contains("Still blocked: poor/m with poor:config (billing): understudy credentials clear poor:config\n"))
            let cleared = try await Self.command(["credentials", "clear"] + words, first.home)
            #expect(cleared.out == "Cleared: \(subject) (billing, rule status.402).\n", "\(words): \(cleared.out)\(cleared.error)")
            #expect(try await first.blocks().isEmpty)
        }
        _ = try await first.ask("default")
        await first.stop()
        // Now in the store alone.
        let kept = try await Self.command(["credentials", "list", "--json"], first.home)
        #expect(Self.state(of: "poor:config", in: try JSONValue.parse(kept.out)) == "blocked", "\(kept.out)")
        let cleared = try await Self.command(["credentials", "clear", "poor:config"], first.home)
        #expect(cleared.out == "Cleared: poor/m with poor:config (billing, rule status.402).\n", "\(cleared.error)")
        #expect(cleared.error.contains("No gateway runs; this was done in "))
        money.pay()
        let second = try await RunningGateway(settings: nil, home: first.home)
        #expect(try await second.ask("default").content == "Paid.")
        await second.stop()
        withExtendedLifetime(stage) {}
    }

    @Test("openclaw#70903: a new secret begins clean at once, and so does one that its owner clears")
    func newSecret() async throws {
        let money = Money()
        let (stage, settings) = try Self.stage(money)
        let gateway = try await RunningGateway(settings: settings)
        _ = try await gateway.ask("default")
        #expect(Self.state(of: "poor:config", in: try await gateway.get("/api/credentials").json) == "blocked")
        try gateway.home.write(settings.replacing("key-poor", with: "key-other"), to: ".understudy/understudy.json")
        #expect(
            await eventually { (try? await gateway.get("/api/credentials").json).map { Self.state(of: "poor:config", in: $0) } == "ok" })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    // MARK: Pausing

    @Test func `to pause holds over a restart, and ends when it is resumed`() async throws {
        let money = Money()
        money.pay()
        let (stage, settings) = try Self.stage(money)
        let first = try await RunningGateway(settings: settings)
        #expect(try await first.ask("default").content == "Paid.")
        let paused = try await Self.command(["credentials", "pause", "poor:config"], first.home)
        #expect(
            paused.out == "poor:config is paused until it is resumed. No request uses it from now on.\n"
                + "To use it again: understudy credentials resume poor:config\n", "\(paused.error)")
        let reply = try await first.ask("default")
        #expect(reply.content == "The understudy.")
        let skipped = try await first.receipt(of: reply)["skipped"]?[0]
        #expect(skipped?["reason"]?.string == "paused" && skipped?["credential"]?.string == "poor:config")
        let explained = try await Self.command(["explain", "--last"], first.home)
        #expect(explained.out.contains("passed over: paused by its owner until it is resumed"))
        #expect(explained.out.contains("    fix: to use it again: understudy credentials resume poor:config\n"), "\(explained.out)")
        let models = try await Self.command(["models", "status"], first.home)
        #expect(models.out.contains("paused") && models.out.contains("understudy credentials resume poor:config"), "\(models.out)")
        _ = await first.process.killNow()

        let second = try await RunningGateway(settings: nil, home: first.home)
        #expect(try await second.ask("default").content == "The understudy.")
        #expect(Self.state(of: "poor:config", in: try await second.get("/api/credentials").json) == "paused")
        // A new secret and clearing leave it alone.
        #expect(try await Self.command(["credentials", "clear", "--all"], first.home).status == 0)
        let cleared = try await Self.command(["credentials", "clear", "poor:config"], first.home)
        #expect(cleared.out.contains("It is paused, though: understudy credentials resume poor:config\n"))
        await second.stop()

        // Resumed while none runs.
        let resumed = try await Self.command(["credentials", "resume", "poor:config"], first.home)
        #expect(resumed.out.hasPrefix("poor:config is used again; it was paused since "), "\(resumed.out)\(resumed.error)")
        let again = try await Self.command(["credentials", "resume", "poor:config", "--json"], first.home)
        #expect(try JSONValue.parse(again.out)["pause_before"] == .null)
        let third = try await RunningGateway(settings: nil, home: first.home)
        #expect(try await third.ask("default").content == "Paid.")
        await third.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `to pause for a time ends by itself`() async throws {
        let money = Money()
        money.pay()
        let (stage, settings) = try Self.stage(money)
        let gateway = try await RunningGateway(settings: settings)
        let path = "/api/credentials/poor:config/pause"
        let paused = try await gateway.send(.post, path, body: Array(#"{"for_seconds":3600}"#.utf8))
        #expect(paused.status == 200 && paused.json["pause"]?["until"]?.int != nil, "\(paused.text)")
        #expect(try await gateway.ask("default").content == "The understudy.")
        // Its end can be moved.
        let shortened = try await gateway.send(.post, path, body: Array(#"{"for_seconds":1}"#.utf8))
        #expect(shortened.json["pause_before"]?["until"] == paused.json["pause"]?["until"], "\(shortened.text)")
        #expect(await eventually { (try? await gateway.ask("default"))?.content == "Paid." })
        let long = try await Self.command(["credentials", "pause", "poor:config", "--for", "2h", "--json"], gateway.home)
        let pause = try JSONValue.parse(long.out)["pause"]
        #expect((pause?["until"]?.int ?? 0) - (pause?["since"]?.int ?? 0) == 7_200_000, "\(long.out)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `to pause everything leaves a refusal that says how to go on`() async throws {
        let (stage, settings) = try Self.stage(Money())
        let gateway = try await RunningGateway(settings: settings)
        for id in ["poor:config", "spare:config"] {
            #expect(try await gateway.send(.post, "/api/credentials/\(id)/pause").status == 200)
        }
        let reply = try await gateway.ask("default")
        #expect(reply.status == 503)
        #expect(
            reply.error["message"]?.string?.contains("What helps: to use it again: understudy credentials resume poor:config; ") == true)
        #expect(stage.asked.isEmpty)
        await gateway.stop()
    }

    // MARK: What makes no sense

    @Test func `about what is not there names the nearest, and changes nothing`() async throws {
        let (stage, settings) = try Self.stage(Money())
        let gateway = try await RunningGateway(settings: settings)
        _ = try await gateway.ask("default")
        let blocks = try await gateway.blocks()
        let rows: [([String], Int32, String)] = [
            (["credentials", "clear", "poor:confg"], 1, "There is no credential poor:confg. Did you mean poor:config?"),
            (["credentials", "pause", "spare"], 1, "There is no credential spare. Did you mean spare:config?"),
            (["credentials", "resume", "nothing:like/this"], 1, "There is no credential nothing:like/this."),
            (["credentials", "clear", "--provider", "por"], 1, "There is no provider por. Did you mean poor?"),
            (["credentials", "list", "--agent", "mian"], 1, "There is no agent mian. Did you mean main?"),
            (["credentials", "list", "--provider", "por"], 1, "There is no provider por. Did you mean poor?"),
            (["credentials", "clear"], 64, "name a credential, or give --provider or --all"),
            (["credentials", "clear", "poor:config", "--all"], 64, "give one of"),
            (["credentials", "clear", "--all", "--model", "poor/m"], 64, "--model goes with a credential"),
            (["credentials", "clear", "poor:config", "--model", "m"], 64, "--model takes a model with its provider"),
            (["credentials", "pause", "poor:config", "--for", "soon"], 64, "--for takes a time such as 90s"),
            (["credentials", "pause"], 64, "<credential> is missing"),
            (["credentials", "pause", ""], 64, "<credential> is empty"), (["credentials", "clear", ""], 64, "<credential> is empty"),
            (["credentials", "clear", "poor:config", "--token", "wrong"], 1, "refused the token"),
            (["credentials", "--token", "wrong"], 1, "refused the token"), (["failures", "--token", "wrong"], 1, "refused the token"),
            (["credentials", "clear", "--all", "--url", "http://127.0.0.1:1"], 69, "no gateway listens"),
        ]
        for (words, status, message) in rows {
            let finished = try await Self.command(words, gateway.home)
            #expect(finished.status == status, "\(words): \(finished.out)\(finished.error)")
            #expect(finished.error.contains(message), "\(words): \(finished.error)")
        }
        #expect(try await gateway.blocks().count == blocks.count)
        await gateway.stop()
        // The same words without a gateway.
        let kept = try await Self.command(["credentials", "pause", "poor:confg"], gateway.home)
        #expect(kept.status == 1 && kept.error.contains("Did you mean poor:config?"))
        withExtendedLifetime(stage) {}
    }

    @Test func `is not taken for done where another program answers, nor is anything taken for empty`() async throws {
        let stage = try Stage()
        let other = try stage.provider("other") { _ in
            Script([.answer(status: 200, headers: Script.json, body: Array(#"{"hello":1}"#.utf8))])
        }
        let home = try TemporaryHome()
        let commands = [
            ["credentials", "clear", "--all"], ["credentials", "pause", "a:b"], ["credentials", "resume", "a:b"],
            ["credentials", "--json"], ["failures"], ["failures", "--json"], ["receipts"], ["receipts", "--json"], ["explain", "--last"],
            ["plan"],
        ]
        for words in commands {
            let finished = try await Self.command(words + ["--url", "http://127.0.0.1:\(other.port)"], home)
            #expect(finished.status == 1, "\(words): \(finished.out)\(finished.error)")
            #expect(finished.error.contains("is not an understudy gateway"), "\(words): \(finished.error)")
        }
        #expect(stage.calls(of: "other") == commands.count)
        await other.stop()
    }

    @Test func `is made of the rehearsal's credentials too where no gateway runs`() async throws {
        let home = try TemporaryHome()
        let paused = try await Self.command(["credentials", "pause", "rehearsal:none"], home)
        #expect(paused.status == 0, "\(paused.error)")
        let listed = try await Self.command(["credentials", "--json"], home)
        #expect(Self.state(of: "rehearsal:none", in: try JSONValue.parse(listed.out)) == "paused", "\(listed.out)")
    }

    @Test func `by request is refused where it makes no sense`() async throws {
        let (stage, settings) = try Self.stage(Money())
        let gateway = try await RunningGateway(settings: settings)
        let rows: [(HTTP.Method, String, String, Headers, Int, String)] = [
            (.post, "/api/credentials/poor:config/pause", "{", [:], 400, "invalid_json"),
            (.post, "/api/credentials/poor:config/pause", "[]", [:], 400, "invalid_json"),
            (.post, "/api/credentials/poor:config/pause", #"{"for":"2h"}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/poor:config/pause", #"{"for_seconds":0}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/poor:config/pause", #"{"for_seconds":"9"}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/poor:config/pause", #"{"for_seconds":99999999999}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/poor:config/resume", #"{"model":"a/b"}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/poor:config/clear", #"{"model":"m"}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/clear", "", [:], 400, "invalid_body"),
            (.post, "/api/credentials/clear", #"{"all":false}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/clear", #"{"all":true,"provider":"poor"}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/clear", #"{"provider":7}"#, [:], 400, "invalid_body"),
            (.post, "/api/credentials/clear", #"{"provider":"nobody"}"#, [:], 404, "unknown_provider"),
            (.post, "/api/credentials/nobody%2Fat%20all/clear", "", [:], 404, "unknown_credential"),
            (.post, "/api/credentials/%zz/clear", "", [:], 404, "unknown_path"),
            (.post, "/api/credentials//clear", "", [:], 404, "unknown_path"),
            (.post, "/api/credentials/a/b/clear", "", [:], 404, "unknown_path"),
            (.post, "/api/credentials/poor:config/explode", "", [:], 404, "unknown_path"),
            (.get, "/api/credentials/poor:config/clear", "", [:], 405, "method_not_allowed"),
            (.post, "/api/credentials", "", [:], 405, "method_not_allowed"),
            (
                .post, "/api/credentials/poor:config/pause", "{\"x\":\"" + String(repeating: "x", count: 5000) + "\"}", [:], 413,
                "body_too_large"
            ),
            (.get, "/api/credentials?everything=1", "", [:], 400, "invalid_query"),
            (.get, "/api/credentials?all=perhaps", "", [:], 400, "invalid_query"),
            (.get, "/api/credentials?provider=%zz", "", [:], 400, "invalid_query"),
            (.get, "/api/credentials?provider=nobody", "", [:], 404, "unknown_provider"),
            (.get, "/api/credentials?agent=nobody", "", [:], 404, "unknown_agent"),
            (.get, "/api/failures?limit=0", "", [:], 400, "invalid_query"),
            (.get, "/api/failures?since=1", "", [:], 400, "invalid_query"),
        ]
        for (method, path, body, headers, status, code) in rows {
            let reply = try await gateway.send(method, path, headers: headers, body: Array(body.utf8))
            #expect(reply.status == status, "\(path) \(body.prefix(40)): \(reply.text)")
            #expect(reply.error["code"]?.string == code, "\(path) \(body.prefix(40)): \(reply.text)")
        }
        // What a form of a web page can send.
        for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            let reply = try await onThread { [gateway] in
                try BlockingHTTP.request(
                    method: .post, url: gateway.url + "/api/credentials/poor:config/pause",
                    headers: ["authorization": "Bearer \(gateway.token)", "content-type": "\(type)"],
                    body: Array(#"{"for_seconds":9}"#.utf8))
            }
            #expect(reply.status == 415 && reply.error["code"] == "unsupported_media_type", "\(reply.text)")
        }
        for path in ["/api/credentials", "/api/failures"] {
            #expect(try await gateway.send(.get, path, authorized: false).status == 401)
        }
        for path in ["/api/credentials/poor:config/pause", "/api/credentials/clear"] {
            #expect(try await gateway.send(.post, path, authorized: false).status == 401)
        }
        #expect(try await gateway.get("/api/credentials").json["credentials"]?.array?.allSatisfy { $0["state"] == "ok" } == true)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `of a foreign web page is refused where no token is asked for`() async throws {
        let (stage, settings) = try Self.stage(Money())
        let gateway = try await RunningGateway(settings: settings, arguments: ["--auth", "none"])
        let path = "/api/credentials/poor:config/pause"
        let foreign = try await gateway.send(.post, path, headers: ["origin": "https://evil.example"], authorized: false)
        #expect(foreign.status == 403 && foreign.error["code"] == "foreign_origin", "\(foreign.text)")
        let rebound = try await gateway.send(.post, path, headers: ["host": "evil.example"], authorized: false)
        #expect(rebound.status == 421, "\(rebound.text)")
        #expect(try await gateway.send(.post, path, authorized: false).status == 200)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `reaches a credential whose id has colons, slashes, spaces and quotes`() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("odd", Stage.says("Odd."))
        let home = try TemporaryHome()
        let id = "odd:a/b c'd@example.com"
        let profiles = #"{"version":1,"profiles":{"\#(id)":{"type":"api_key","provider":"odd","key":"sk-odd-0123456789"}}}"#
        try home.write(profiles, to: ".understudy/agents/main/agent/auth-profiles.json")
        let gateway = try await RunningGateway(settings: Stage.settings([("odd", upstream)]), home: home)
        let paused = try await Self.command(["credentials", "pause", id], home)
        #expect(paused.out.contains("understudy credentials resume 'odd:a/b c'\\''d@example.com'\n"), "\(paused.out)\(paused.error)")
        #expect(Self.state(of: id, in: try await gateway.get("/api/credentials").json) == "paused")
        #expect(try await Self.command(["credentials", "resume", id], home).out.contains("is used again"))
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

/// What the built gateway says of requests that nobody has made.
@Suite(.timeLimit(.minutes(5))) struct `A plan of the gateway` {
    static func settings(_ one: ScriptedUpstream, _ two: ScriptedUpstream, more: String = "") -> String {
        Stage.settings([("one", one), ("two", two)], fallbacks: ["two/m"], more: more)
    }

    @Test func `is of nobody where all are blocked, and the status says until when`() async throws {
        let stage = try Stage()
        let one = try stage.provider("one") { _ in
            .refuses(429, "Rate limit reached.", code: "rate_limit_exceeded", headers: ["retry-after": "600"])
        }
        let gateway = try await RunningGateway(settings: Stage.settings([("one", one)]))
        _ = try await gateway.ask("default")
        #expect(try await gateway.command(["plan"]).status == 1)
        let status = try await gateway.command(["gateway", "status"])
        #expect(status.out.contains("Ready: no: every candidate of the default chain is blocked or paused, until 20"), "\(status.out)")
        await gateway.stop()
    }

    @Test func `knows what is blocked and whom a session keeps, and changes neither`() async throws {
        let stage = try Stage()
        let one = try stage.provider("one") { _ in
            .refuses(429, "Rate limit reached.", code: "rate_limit_exceeded", headers: ["retry-after": "600"])
        }
        let two = try stage.provider("two", Stage.says("Here."))
        let gateway = try await RunningGateway(settings: Self.settings(one, two))
        _ = try await gateway.ask("default", headers: ["x-understudy-session": "chat 1"])
        let before = (try await gateway.blocks(), stage.asked)

        let plan = try await gateway.get("/api/plan?session=chat%201").json
        #expect(plan["places"]?[0]?["state"] == "passed_over" && plan["places"]?[0]?["block"]?["reason"] == "quota", "\(plan)")
        #expect(plan["places"]?[1]?["turn"] == 1 && plan["places"]?[1]?["why"]?["code"] == "session_pin", "\(plan)")
        #expect(plan["start"]?["place"] == 1)
        for when in ["*%3D402", "two%3Dtimeout", "one%3Dok&when=two%3D503,ok"] {
            let run = try await gateway.get("/api/plan?when=\(when)").json["run"]
            #expect(run?["receipt"]?["attempts"]?.array?.isEmpty == false, "\(when)")
        }
        #expect(try await gateway.blocks() == before.0)
        #expect(stage.asked == before.1)

        let told = try await gateway.command(["plan", "--session", "chat 1"])
        #expect(told.status == 0 && told.out.contains("by the gateway at \(gateway.url)."), "\(told)")
        #expect(told.out.contains(" –  one/m   one:config   this model on this key blocked: quota"), "\(told.out)")
        #expect(told.out.contains("the session's pin: used "), "\(told.out)")
        #expect(told.out.hasSuffix("A request that comes now begins with two/m on two:config.\n"), "\(told.out)")
        let refused = try await gateway.command(["plan", "--when", "two=402", "--json"])
        #expect(refused.status == 1)
        let document = try JSONValue.parse(Array(refused.out.utf8))
        #expect(document["source"] == "gateway" && document["run"]?["status"] == 503, "\(document)")

        // Without a gateway its store knows what is blocked.
        await gateway.stop()
        let kept = try await gateway.command(["plan", "--json", "--timeout", "2000"])
        let stored = try JSONValue.parse(Array(kept.out.utf8))
        #expect(stored["source"] == "files" && stored["places"]?[0]?["block"]?["reason"] == "quota", "\(kept)")
        #expect(stored["places"]?[1]?["why"]?["code"] == "key")
        withExtendedLifetime(stage) {}
    }

    @Test func `is the owner's, asked for by GET, and says what makes no sense`() async throws {
        let stage = try Stage()
        let one = try stage.provider("one", Stage.says("Here."))
        let gateway = try await RunningGateway(settings: Stage.settings([("one", one)]))
        #expect(try await gateway.send(.get, "/api/plan", authorized: false).status == 401)
        #expect(try await gateway.send(.post, "/api/plan").status == 405)
        let rows: [(String, String)] = [
            ("when=oen%3D402", "Did you mean one?"), ("when=one%3D4o2", "is nothing that can happen"),
            ("model=oen/m", "Did you mean `one/m`?"),
            ("agent=mian", "Did you mean main?"), ("tokens=many", "tokens takes a whole number"),
            ("images=maybe", "images takes true or false"),
            ("whn=1", "whn is nothing that plans are asked by"), ("when=%ff", "percent-encoded"),
            (Array(repeating: "when=*%3D402", count: 65).joined(separator: "&"), "more than 64"),
        ]
        for (query, words) in rows {
            let reply = try await gateway.get("/api/plan?\(query)")
            #expect(reply.status == 400 && reply.error["message"]?.string?.contains(words) == true, "\(query): \(reply.text)")
        }
        let typed = try await gateway.command(["plan", "--when", "oen=402"])
        #expect(typed.status == 64 && typed.error.contains("Did you mean one?"), "\(typed)")
        #expect(stage.asked.isEmpty)
        await gateway.stop()
    }

    @Test func `is what happens then`() async throws {
        let stage = try Stage()
        let one = try stage.provider("one") { _ in Script([.answer(status: 402, headers: [:], body: [])]) }
        let two = try stage.provider("two") { _ in .refuses(503, "Overloaded.") }
        let gateway = try await RunningGateway(settings: Self.settings(one, two))
        let planned = try await gateway.get("/api/plan?when=one%3D402&when=two%3D503:message%3DOverloaded.").json["run"]
        let reply = try await gateway.ask("default")
        let receipt = try await gateway.receipt(of: reply)
        #expect(planned?["receipt"]?.walk == receipt.walk)
        #expect(planned?["status"]?.int == reply.status && planned?["code"] == reply.error["code"])
        #expect(planned?["next"] == ["next_model", "quick_repeat", "refused"])
        await gateway.stop()
    }
}

/// The primary model comes back by itself.
@Suite(.timeLimit(.minutes(5))) struct `A primary that failed` {
    @Test func `is asked again by one request when its block has ended, and by all once that has succeeded`() async throws {
        let stage = try Stage()
        let isPaid = Mutex(false)
        let one = try stage.provider("one") { asked in
            isPaid.withLock { $0 }
                ? .says("The lead is back.", to: asked, pace: .zero) : Script([.answer(status: 402, headers: [:], body: [])])
        }
        let two = try stage.provider("two", Stage.says("The understudy."))
        let gateway = try await RunningGateway(
            settings: `A plan of the gateway`.settings(one, two, more: "failover: { blocks: { billing: [0.3] } },"))
        #expect(try await gateway.ask("default").content == "The understudy.")
        // Still no money: each window one request looks, and its client gets the fallback's answer.
        #expect(
            await eventually {
                let reply = try? await gateway.ask("default")
                return reply?.content == "The understudy." && stage.calls(of: "one") >= 3
            })
        isPaid.withLock { $0 = true }
        var first: BlockingHTTP.Reply?
        #expect(
            await eventually {
                first = try? await gateway.ask("default")
                return first?.content == "The lead is back."
            })
        let receipt = try await gateway.receipt(of: try #require(first))
        #expect(receipt["attempts"]?[0]?["mode"] == "half_open")
        #expect(receipt["attempts"]?[0]?["effects"]?[0]?["kind"] == "cleared")
        for stream in [false, true, false] { #expect(try await gateway.ask("default", stream: stream).content == "The lead is back.") }
        #expect(try await gateway.blocks().isEmpty)
        await gateway.stop()
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

/// What an owner stops: requests of a session, in every state in which a request can be.
@Suite(.timeLimit(.minutes(5))) struct `A stopped session` {
    @Test(arguments: PlayedWire.allCases)
    func `ends its stream with an error of its wire, lets the upstream go and counts against nobody:`(wire: PlayedWire) async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            .streams(Saying("And so on and so on."), to: asked, pace: .zero, .then([.stall], afterPercent: 60))
        }
        let gateway = try await RunningGateway(settings: Self.settings(upstream))
        async let asking = gateway.send(
            .post, wire.path("stage/m", streaming: true), headers: ["x-understudy-session": "agent:main/one"],
            body: wire.request("stage/m", streaming: true))
        #expect(try await eventually { try await gateway.get("/api/sessions").json["requests"]?[0]?["has_begun"] == true })
        let listed = try await gateway.get("/api/sessions").json["requests"]?[0]
        #expect(listed?["session"] == "agent:main/one" && listed?["model"] == "stage/m" && listed?["streaming"] == true)
        let others = try await gateway.send(.post, "/api/sessions/agent:main/stop")
        #expect(others.status == 200 && others.json["stopped"] == 0)
        let stopped = try await gateway.send(.post, "/api/sessions/agent:main%2Fone/stop")
        #expect(stopped.json["stopped"] == 1, "\(stopped.text)")
        let reply = try await asking
        #expect(reply.status == 200 && reply.text.contains("stopped_by_owner") || reply.text.contains("owner has stopped"), "\(reply.text)")
        #expect(!reply.text.contains("[DONE]") && !reply.text.contains("message_stop") && !reply.text.contains("response.completed"))
        #expect(await eventually { upstream.abandoned == 1 })
        let receipt = try await gateway.receipt(of: reply)
        #expect(receipt.outcome == "cancelled" && receipt.walk == ["stage/m stage:config cancelled session.stopped"], "\(receipt.walk)")
        #expect(try await gateway.blocks().isEmpty)
        #expect(try await eventually { try await gateway.status()["in_flight"] == 0 })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `is told so while a model thinks, while a reset is waited for, and while a rescue begins`() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            case "limited": .refuses(429, "Slow down.", code: "rate_limit_exceeded", headers: ["retry-after": "20"])
            case "broken": .streams(Saying("And so on and so on."), to: asked, pace: .zero, .then([.cut], afterPercent: 60))
            default: Script([.stall])
            }
        }
        let gateway = try await RunningGateway(settings: Self.settings(upstream, more: "failover: { patienceSeconds: 60 },"))
        for (model, stream, attempts) in [("silent", false, 1), ("silent", true, 1), ("limited", true, 1), ("broken", true, 2)] {
            let asked = gateway.bytes(
                headers: ["x-understudy-session: s-\(model)-\(stream)"],
                body: RunningGateway.chat("stage/\(model)", stream: stream, extra: model == "broken" ? ["models": ["stage/silent"]] : [:]))
            async let reply = onThread { [port = gateway.port] in
                let connection = try RawConnection(port: port, seconds: 20)
                try connection.send(asked)
                return connection.read { $0.contains("stopped_by_owner") }
            }
            #expect(
                try await eventually {
                    let one = try await gateway.get("/api/sessions").json["requests"]?[0]
                    return one?["attempts"]?.int == attempts && (one?["model"]?.string == nil) == (model == "limited")
                })
            let command = try await gateway.command(["sessions", "stop", "s-\(model)-\(stream)", "--json"])
            let answer = try JSONValue.parse(command.out)
            #expect(command.status == 0 && answer["stopped"] == 1, "\(command.out)\(command.error)")
            let text = try await reply
            #expect(text.hasPrefix("HTTP/1.1 \(model == "broken" ? 200 : 499) "), "\(model): \(text)")
            #expect(text.contains("stopped_by_owner") && (model == "broken" || text.contains("x-should-retry: false")), "\(text)")
        }
        #expect(await eventually { upstream.abandoned == 3 })
        let none = try await gateway.command(["sessions", "stop", "s-silent-true"])
        #expect(none.status == 1 && none.out.contains("nothing was stopped"))
        #expect(try await gateway.command(["sessions"]).out.contains("No request is under way"))
        #expect(try await gateway.status()["in_flight"] == 0)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `takes nothing with it: another session goes on, and the same may ask again`() async throws {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            // Longer than it takes to start a command on a crowded machine.
            case "slow": .says("One two three four five six seven eight nine ten.", to: asked, pace: .seconds(1))
            case "quick": .says("Here I am.", to: asked, pace: .zero)
            default: Script([.stall])
            }
        }
        let gateway = try await RunningGateway(settings: Self.settings(upstream))
        async let first = gateway.ask("stage/m", headers: ["x-understudy-session": "one"])
        async let second = gateway.ask("stage/slow", headers: ["x-understudy-session": "two"], stream: true)
        #expect(try await eventually { try await gateway.get("/api/sessions").json["requests"]?.array?.count == 2 })
        let table = try await gateway.command(["sessions", "list"]).out
        #expect(table.contains("one") && table.contains("two") && table.contains("stage/slow"), "\(table)")
        _ = try await gateway.send(.post, "/api/sessions/one/stop")
        #expect(try await first.status == 499)
        #expect(try await second.content == "One two three four five six seven eight nine ten.")
        #expect(try await gateway.ask("stage/quick", headers: ["x-understudy-session": "one"], stream: true).hasTerminator)
        let refused = try await gateway.send(.post, "/api/sessions/one/stop", authorized: false)
        #expect(refused.status == 401)
        #expect(try await gateway.send(.post, "/api/sessions/one/stop", body: Array(#"{"all":true}"#.utf8)).status == 400)
        #expect(try await gateway.get("/api/sessions/one/stop").status == 405)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    static func settings(_ upstream: ScriptedUpstream, more: String = "") -> String {
        let models = ["m", "slow", "quick", "silent", "limited", "broken", "endless"].map { #"{ id: "\#($0)" }"# }.joined(separator: ", ")
        return """
            { \(more) models: { mode: "replace", providers: { stage: { baseUrl: "\(upstream.baseURL)", api: "openai-completions", apiKey: "key-stage",
              models: [\(models)] } } }, agents: { defaults: { model: "stage/m" } } }
            """
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A gateway that is told to stop while it serves.
@Suite(.timeLimit(.minutes(5))) struct `A stopping gateway` {
    static func scene(grace: Int = 30) async throws -> (RunningGateway, ScriptedUpstream, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            // Longer than it takes to start two commands on a crowded machine.
            case "slow": .says("One two three four five six seven eight nine ten.", to: asked, pace: .seconds(2))
            case "silent": Script([.stall])
            default: .streams(Saying("And so on and so on."), to: asked, pace: .zero, .then([.stall], afterPercent: 60))
            }
        }
        let gateway = try await RunningGateway(
            settings: SessionStopSettings.settings(upstream, more: "gateway: { stopGraceSeconds: \(grace) },"))
        return (gateway, upstream, stage)
    }

    @Test(arguments: PlayedWire.allCases, [SIGTERM, 0])
    func `ends what goes on for too long with an error of its wire, and says why in its receipt:`(
        wire: PlayedWire, signal: Int32
    ) async throws {
        let (gateway, upstream, stage) = try await Self.scene(grace: signal == 0 ? 30 : 1)
        async let streaming = gateway.send(
            .post, wire.path("stage/m", streaming: true), body: wire.request("stage/m", streaming: true))
        async let waiting = gateway.send(.post, wire.path("stage/silent", streaming: false), body: wire.request("stage/silent"))
        #expect(try await eventually { try await Self.begun(gateway) == [true, false] })
        var command: BuiltBinary.Finished?
        if signal == 0 {
            command = try await gateway.command(["gateway", "stop", "--grace", "1", "--json"])
        } else {
            gateway.process.signal(signal)
        }
        let (reply, refused) = try await (streaming, waiting)
        #expect(reply.status == 200 && reply.text.contains("The gateway is stopping"), "\(reply.text)")
        #expect(!reply.text.contains("[DONE]") && !reply.text.contains("message_stop") && !reply.text.contains("response.completed"))
        #expect(refused.status == 503 && refused.headers.first("retry-after") == "5", "\(refused.text)")
        #expect(wire.error(in: refused.json).message?.contains("The gateway is stopping") == true, "\(refused.text)")
        #expect(await gateway.process.finished().ending == .exited(0))
        if let command {
            let answer = try JSONValue.parse(command.out)
            #expect(command.status == 0 && answer["stopped"] == true && answer["killed"] == false && answer["in_flight"] == 2)
            #expect(command.error.contains("2 requests are under way, 1 s at most"), "\(command.error)")
        }
        #expect(await eventually { upstream.abandoned == 2 })
        let ids = [reply, refused].compactMap { $0.headers.first("x-understudy-request-id") }
        let second = try await RunningGateway(settings: nil, home: gateway.home)
        for id in ids {
            let receipt = try await second.receipt(id)
            #expect(receipt.outcome == "cancelled" && receipt.walk.last?.hasSuffix("cancelled gateway.stopped") == true, "\(receipt)")
        }
        #expect(try await second.blocks().isEmpty)
        await second.stop()
        withExtendedLifetime(stage) {}
    }

    static func begun(_ gateway: RunningGateway) async throws -> [Bool] {
        try await gateway.get("/api/sessions").json["requests"]?.array?.map { $0["has_begun"] == true }.sorted { $0 && !$1 } ?? []
    }

    @Test func `lets a stream end, takes nobody else, and is waited for by whoever tells it to stop`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        async let streaming = gateway.ask("stage/slow", stream: true)
        #expect(try await eventually { try await Self.begun(gateway) == [true] })
        async let first = gateway.command(["gateway", "stop"])
        #expect(await eventually { (try? await gateway.get("/health")) == nil })
        // It is known to run on its folder until it has ended.
        let second = try await gateway.command(["gateway", "stop", "--json"])
        let reply = try await streaming
        #expect(reply.content == "One two three four five six seven eight nine ten." && reply.hasTerminator)
        let told = try await first
        #expect(told.status == 0 && told.out == "Stopped.\n" && told.error.contains("1 request is under way, 30 s at most"), "\(told)")
        #expect(second.status == 0 && second.error.contains("is stopping already"), "\(second)")
        #expect(await gateway.process.finished().ending == .exited(0))
        let third = try await gateway.command(["gateway", "stop"])
        #expect(third.status == 1 && third.error.contains("no gateway runs on the state folder"), "\(third)")
        withExtendedLifetime(stage) {}
    }

    @Test func `is ended at once by force, though a stream runs`() async throws {
        let (gateway, upstream, stage) = try await Self.scene()
        async let streaming = gateway.ask("stage/m", stream: true)
        #expect(try await eventually { try await Self.begun(gateway) == [true] })
        let command = try await gateway.command(["gateway", "stop", "--force", "--json"])
        let answer = try JSONValue.parse(command.out)
        #expect(command.status == 0 && answer["stopped"] == true && (answer["duration_ms"]?.int ?? .max) < 5000, "\(command)")
        #expect(try await streaming.text.contains("gateway_stopped"))
        #expect(await gateway.process.finished().ending == .exited(0))
        #expect(await eventually { upstream.abandoned == 1 })
        withExtendedLifetime(stage) {}
    }

    @Test func `that does not answer is told by a signal, and killed by force`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        gateway.process.signal(SIGSTOP)
        let command = try await gateway.command(["gateway", "stop", "--force", "--json"])
        let answer = try JSONValue.parse(command.out)
        #expect(command.status == 0 && answer["killed"] == true && command.error.contains("told by a signal"), "\(command)")
        #expect(await gateway.process.finished().ending == .signalled(SIGKILL))
        withExtendedLifetime(stage) {}
    }

    @Test func `ends at once at a second signal`() async throws {
        let (gateway, _, stage) = try await Self.scene()
        async let streaming = try? gateway.ask("stage/m", stream: true)
        #expect(try await eventually { try await Self.begun(gateway) == [true] })
        gateway.process.signal(SIGINT)
        _ = try await gateway.process.line(containing: "Stopping", on: .error)
        gateway.process.signal(SIGINT)
        #expect(await gateway.process.finished().ending == .exited(130))
        #expect(await streaming?.hasTerminator != true)
        withExtendedLifetime(stage) {}
    }
}

typealias SessionStopSettings = `A stopped session`

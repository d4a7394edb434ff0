// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

/// Clients that leave early, or are so slow that they might as well.
@Suite(.timeLimit(.minutes(5))) struct `A client` {
    enum Moment: String, CaseIterable, Sendable {
        case beforeAHead, duringAHead, duringABody, whileWaiting, duringAStream

        var reachesUpstream: Bool { self == .whileWaiting || self == .duringAStream }
    }

    static func scene() async throws -> (RunningGateway, ScriptedUpstream, Stage) {
        let stage = try Stage()
        let upstream = try stage.provider("stage") { asked in
            switch asked.model {
            case "silent": Script([.stall])
            case "slow": .streams("And so on and so on and so on, for a long time.", model: "slow", ending: .act(.stall, afterPercent: 50))
            default: .says("Still here.", to: asked, pace: .zero)
            }
        }
        return (try await RunningGateway(settings: Stage.settings([("stage", upstream)])), upstream, stage)
    }

    @Test(arguments: Moment.allCases, [false, true])
    func `who leaves is noticed long before any limit:`(leaving: Moment, byReset: Bool) async throws {
        let (gateway, upstream, stage) = try await Self.scene()
        let streaming = leaving == .duringAStream
        let request = gateway.bytes(body: RunningGateway.chat(streaming ? "stage/slow" : "stage/silent", stream: streaming))
        let sent: [UInt8] =
            switch leaving {
            case .beforeAHead: []
            case .duringAHead: Array(request.prefix(40))
            case .duringABody: Array(request.dropLast(10))
            case .whileWaiting, .duringAStream: request
            }
        var connection: RawConnection? = try await onThread { [port = gateway.port] in
            let connection = try RawConnection(port: port)
            try connection.send(sent)
            if streaming { _ = connection.read { $0.contains("and") } }
            return connection
        }
        if leaving == .whileWaiting { #expect(await eventually { !upstream.asked.isEmpty }) }
        if byReset { connection?.resetOnClose() }
        connection = nil
        let left = ContinuousClock.now
        if leaving.reachesUpstream {
            #expect(await eventually { upstream.abandoned == 1 })
            // It takes milliseconds; a crowded machine may need more, and the first limit that would notice is 12 s.
            #expect(ContinuousClock.now - left < .seconds(6), "the upstream call ended \(ContinuousClock.now - left) after the client left")
            #expect(try await eventually { try await gateway.lastReceipt()?.outcome == "cancelled" })
            #expect(try await gateway.blocks().isEmpty, "a client's hang-up is not an upstream's failure")
        }
        #expect(try await gateway.ask("stage/m").content == "Still here.")
        #expect(upstream.asked.count == (leaving.reachesUpstream ? 2 : 1))
        #expect(try await eventually { try await gateway.status()["in_flight"] == 0 })
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }

    @Test func `who is slow does not keep others waiting, 200 at once`() async throws {
        let (gateway, upstream, stage) = try await Self.scene()
        let request = gateway.bytes(body: RunningGateway.chat("stage/m"))
        let slow = try await onThread { [port = gateway.port] in
            try (0..<200).map { number in
                let connection = try RawConnection(port: port, seconds: 20)
                // Half of them stop within the head, half within the body.
                try connection.send(Array(number % 2 == 0 ? request.prefix(50) : request.dropLast(20)))
                return connection
            }
        }
        let clock = ContinuousClock()
        for _ in 0..<20 {
            let asked = clock.now
            #expect(try await gateway.ask("stage/m").content == "Still here.")
            let time = clock.now - asked
            #expect(time < .seconds(5), "nobody waits until the slow ones are given up")
        }
        // Those within a body go on byte by byte, and are served in the end.
        let bodies = try await onThread {
            try slow.enumerated().filter { $0.offset % 2 == 1 }.count { _, connection in
                for byte in request.suffix(20) { try connection.send([byte]) }
                return connection.read { $0.contains("Still here.") }.hasPrefix("HTTP/1.1 200 ")
            }
        }
        #expect(bodies == 100)
        // Those within a head are told so after their ten seconds.
        let heads = try await onThread {
            slow.enumerated().filter { $0.offset % 2 == 0 }.count { _, connection in
                let text = connection.read { $0.hasSuffix("}}") }
                return text.hasPrefix("HTTP/1.1 408 ") && text.contains("request_timeout")
            }
        }
        #expect(heads == 100)
        #expect(upstream.asked.count == 120)
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}

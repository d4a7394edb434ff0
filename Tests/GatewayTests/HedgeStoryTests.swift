// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import TestSupport
import Testing

/// A provider that has fallen asleep, and a gateway that was told not to wait for it.
@Suite(.timeLimit(.minutes(5))) struct `A gateway that hedges` {
    @Test(arguments: PlayedWire.allCases) func `answers by the second candidate, and tells so, on:`(wire: PlayedWire) async throws {
        let stage = try Stage()
        let one = try stage.provider("one") { _ in Script([.stall]) }
        let two = try stage.provider("two", Stage.says("Here I am."))
        let gateway = try await RunningGateway(
            settings: Stage.settings(
                [("one", one), ("two", two)], fallbacks: ["two/m"],
                more: #"failover: { hedge: { mode: "on", afterMs: 100, budgetPercent: 100 } },"#))
        let reply = try await gateway.send(
            .post, wire.path("default", streaming: true), body: wire.request("default", streaming: true))
        #expect(reply.status == 200 && reply.headers.first("x-understudy-model") == "two/m", "\(reply.text)")
        #expect(reply.events.compactMap { wire.text(of: $0) }.joined().hasPrefix("Here I am."), "\(reply.text)")
        let receipt = try await gateway.receipt(of: reply)
        #expect(receipt["outcome"]?["attempt"] == 1, "\(receipt)")
        let first = receipt["attempts"]?[0]
        #expect(first?["failure"]?["rule"] == "hedged" && first?["failure"]?["reason"] == "cancelled", "\(receipt)")
        let second = receipt["attempts"]?[1]
        // From the second's start to its first token, and no more than 100 ms: so long the first went on.
        let spoke = (second?["started_at"]?.double ?? 0) + (second?["first_token_ms"]?.double ?? 0)
        let ended = (first?["started_at"]?.double ?? 0) + (first?["duration_ms"]?.double ?? .infinity)
        #expect(ended - spoke <= 100, "\(receipt)")
        #expect(try await gateway.blocks().isEmpty)
        #expect(await eventually { one.abandoned == 1 })
        let told = try await gateway.command(["explain", receipt["id"]?.string ?? ""]).out
        #expect(told.contains("given up, since another spoke first"), "\(told)")
        await gateway.stop()
        withExtendedLifetime(stage) {}
    }
}

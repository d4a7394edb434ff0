// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// A request that we end ourselves, whatever it is at.
@Suite(.timeLimit(.minutes(5))) struct `A request that is stopped` {
    typealias Play = @Sendable (AskedRequest) -> Script
    static let limited: Play = { _ in .refuses(429, "Slow down.", code: "rate_limit_exceeded", headers: ["retry-after": "20"]) }
    static let breaks = `The end of a stream`.stream([.bytes(`The end of a stream`.word), .wait(.milliseconds(20)), .cut])

    static func stop(_ played: PlayedRelay, _ cause: StopCause) async -> Int { await played.relay.running.stop(.all, because: cause).count }

    @Test(arguments: [StopCause.owner, .gateway])
    func `while it waits for a candidate is cancelled, and refused with the cause`(cause: StopCause) async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.limited)]) { $0.policy.patience = .seconds(60) }
        async let asked = played.ask(stream: true)
        #expect(await eventually { await Self.isWaiting(played) })
        #expect(await Self.stop(played, cause) == 1)
        let run = try await asked
        guard case .refused(let refusal) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(refusal.code == cause.code)
        #expect(run.receipt.outcome == .cancelled)
        #expect(run.receipt.attempts.map { $0.failure?.reason } == [.rateLimit])
    }

    @Test func `between a reply that broke off and who goes on with it is cancelled`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.breaks), ("two", ["b"], Self.limited)]) {
            $0.policy.patience = .seconds(60)
        }
        let sink = CollectingSink()
        async let asked = played.ask(sink, stream: true)
        #expect(await eventually { await Self.isWaiting(played) && played.upstream(1).asked.count == 1 })
        #expect(await Self.stop(played, .owner) == 1)
        let run = try await asked
        guard case .brokenStream(let failure, _, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(failure.rule == StopCause.owner.rule)
        #expect(run.receipt.outcome == .cancelled)
        #expect(run.receipt.attempts.count == 2)
    }

    private static func isWaiting(_ played: PlayedRelay) async -> Bool {
        await played.relay.running.glimpses().contains { $0.model == nil && $0.attempts > 0 }
    }
}

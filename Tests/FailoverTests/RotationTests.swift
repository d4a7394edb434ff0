// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// What OpenClaw's `auth.cooldowns` says of the credentials of one model, where it is written.
@Suite struct `With OpenClaw's rotations` {
    static func stage(_ change: (inout Policy) -> Void) -> Stage {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/A", "k3"), ("b/B", "k4")])
        change(&stage.policy)
        return stage
    }

    @Test(
        arguments: [
            (Reason.rateLimit, 1, ["a/A@k1", "a/A@k2", "b/B@k4"]), (.quota, 0, ["a/A@k1", "b/B@k4"]),
            (.rateLimit, 2, ["a/A@k1", "a/A@k2", "a/A@k3", "b/B@k4"]), (.billing, 0, ["a/A@k1", "a/A@k2", "a/A@k3", "b/B@k4"]),
        ] as [(Reason, Int, [String])])
    func `so many other credentials are tried after a limit, then the next model`(reason: Reason, limit: Int, asked: [String]) {
        var stage = Self.stage { $0.rateLimitedRotations = limit }
        let played = stage.play { candidate, _ in candidate.model.model == "A" ? .plain(reason) : nil }
        #expect(played.asked == asked)
        #expect(played.receipt.skipped.map(\.reason) == Array(repeating: .rotationsSpent(limit), count: 5 - asked.count - 1))
    }

    @Test func `the same after overload, a quick repeat not being one`() {
        var stage = Self.stage { $0.overloadedRotations = 1 }
        let played = stage.play { candidate, _ in candidate.model.model == "A" ? .plain(.overloaded) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k1", "a/A@k2", "a/A@k2", "b/B@k4"])
    }

    @Test func `an overloaded provider is asked again only after its time`() {
        var stage = Self.stage { $0.overloadedBackoff = .milliseconds(400) }
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.overloaded) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k1", "a/A@k2"])
        #expect(played.receipt.waits == [.milliseconds(400), .milliseconds(400)])
    }

    @Test func `nobody waits for another provider, nor beyond the request's time`() {
        var stage = Self.stage { ($0.overloadedBackoff, $0.overloadedRotations) = (.seconds(9), 0) }
        let start = stage.now
        let played = stage.play({ $0.deadline = start + .seconds(5) }) { candidate, _ in
            candidate.credential == "k1" ? .plain(.overloaded, reset: .seconds(20)) : nil
        }
        #expect(played.asked == ["a/A@k1", "b/B@k4"])
        #expect(played.receipt.waits.isEmpty)
    }

    @Test func `a revoked key is looked at again after its minutes, but never tried early`() throws {
        var stage = Stage([("a/A", "k1")])
        stage.policy.blocks.authPermanent = [.seconds(600), .seconds(1200)]
        stage.play { _, _ in .plain(.authPermanent, reset: .seconds(1)) }
        #expect(stage.ledger.blocks.map { $0.until - $0.since } == [.seconds(600)])
        stage.now = .at(599)
        #expect(stage.play { _, _ in nil }.asked.isEmpty)
        stage.now = .at(601)
        stage.play { _, _ in .plain(.authPermanent) }
        #expect(stage.ledger.blocks.map { $0.until - $0.since } == [.seconds(1200)])
        stage.now = .at(1900)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// The first candidate broke off after the client had part of its reply: who goes on, on the chain A/k1, A/k2, B/k1, B/k2 of one
/// provider.
@Suite struct `After a reply that broke off` {
    /// Plays on from an attempt of the first candidate that gave the client a part.
    private func steps(
        _ failure: Failure, _ stage: Stage = Stage(), part: SentPart? = SentPart(bytes: 12),
        upstream: (Candidate) -> Failure? = { _ in nil }
    ) -> (asked: [String], last: Step) {
        var (ledger, now, random) = (stage.ledger, stage.now, stage.random)
        var stage = stage
        let (chain, policy) = (stage.chain, stage.policy)
        let first = chain.links[0].candidate
        var receipt = Receipt(facts: stage.facts())
        func close(_ candidate: Candidate, _ mode: AttemptMode, _ failure: Failure?, isFirst: Bool) {
            var attempt = Attempt(candidate: candidate, mode: mode, startedAt: now, failure: failure, committed: isFirst)
            attempt.part = isFirst ? part : SentPart(asked: .transcript)
            if let failure {
                attempt.effect = ledger.record(
                    failure, of: candidate, attemptStartedAt: now, receipt: receipt, mode: mode, committed: isFirst,
                    policy: policy, now: now, using: &random)
            }
            receipt.attempts.append(attempt)
            now = now + .milliseconds(100)
        }
        close(first, .normal, failure, isFirst: true)
        while true {
            let step = policy.step(chain: chain, receipt: receipt, facts: receipt.facts, ledger: &ledger, now: now)
            guard case .attempt(let index, let mode) = step else { return (receipt.attempts.map(\.candidate.description), step) }
            let candidate = chain.links[index].candidate
            close(candidate, mode, upstream(candidate), isFirst: false)
            if receipt.attempts.last?.failure == nil { return (receipt.attempts.map(\.candidate.description), step) }
        }
    }

    static let everything: [(Failure, [String])] = [
        (.plain(.rateLimit), ["a/A@k1", "a/A@k2"]),
        (.plain(.quota), ["a/A@k1", "a/A@k2"]),
        (.ofAccount(.billing), ["a/A@k1", "a/A@k2"]),
        (.plain(.auth), ["a/A@k1", "a/A@k2"]),
        (.plain(.authPermanent), ["a/A@k1", "a/A@k2"]),
        // It is not asked again at once: half a reply is no failure of the moment.
        (.plain(.overloaded), ["a/A@k1", "a/A@k2"]),
        (.plain(.serverError), ["a/A@k1", "a/A@k2"]),
        (.plain(.timeout), ["a/A@k1", "a/A@k2"]),
        // An endpoint that had begun to answer can be reached.
        (.plain(.network, fault: .reset(reused: true)), ["a/A@k1", "a/A@k2"]),
        (.plain(.network, fault: .reset(reused: false)), ["a/A@k1", "a/A@k2"]),
        (.plain(.modelNotFound), ["a/A@k1", "a/A@k2"]),
        (.plain(.format), ["a/A@k1", "a/B@k1"]),
        (.plain(.invalidRequest), ["a/A@k1"]),
        (.plain(.contextOverflow), ["a/A@k1", "a/B@k1"]),
        (.plain(.contentPolicy), ["a/A@k1"]),
        (.plain(.malformed), ["a/A@k1", "a/A@k2"]),
        (.plain(.unknown), ["a/A@k1", "a/A@k2"]),
        (.plain(.cancelled), ["a/A@k1"]),
    ]

    @Test(arguments: everything) func `the table says who goes on`(failure: Failure, asked: [String]) {
        #expect(steps(failure).asked == asked)
    }

    @Test func `every reason has a row above`() {
        #expect(Set(Self.everything.map(\.0.reason)) == Set(Reason.allCases))
    }

    @Test(arguments: RescueObstacle.allCases) func `nobody goes on where something stands in the way`(_ obstacle: RescueObstacle) {
        let played = steps(.plain(.malformed), part: SentPart(bytes: 12, obstacle: obstacle))
        #expect(played.asked == ["a/A@k1"])
        #expect(played.last == .answer(attempt: 0))
    }

    @Test func `nobody goes on with what nobody has measured`() {
        #expect(steps(.plain(.malformed), part: nil).asked == ["a/A@k1"])
    }

    @Test func `a candidate that cannot go on is followed by the next`() {
        for failure: Failure in [.plain(.invalidRequest), .plain(.malformed), .plain(.timeout), .plain(.rateLimit)] {
            let played = steps(.plain(.timeout)) { $0.credential == "k2" && $0.model.model == "A" ? failure : nil }
            #expect(played.asked.prefix(2) == ["a/A@k1", "a/A@k2"])
            #expect(played.asked.count == 3, "\(failure.reason): \(played.asked)")
        }
    }

    @Test func `whoever broke off goes on itself, once, if nobody else is left`() {
        let alone = Stage([("a/A", "k1")])
        #expect(steps(.plain(.malformed), alone).asked == ["a/A@k1", "a/A@k1"])
        #expect(steps(.plain(.timeout), alone).asked == ["a/A@k1", "a/A@k1"])
        #expect(steps(.plain(.malformed), alone, upstream: { _ in .plain(.malformed) }).asked == ["a/A@k1", "a/A@k1"])
    }

    @Test func `whoever has no money left does not`() {
        let alone = Stage([("a/A", "k1")])
        for reason: Reason in [.billing, .quota, .rateLimit, .auth, .authPermanent, .modelNotFound] {
            #expect(steps(.plain(reason), alone).asked == ["a/A@k1"], "\(reason)")
        }
    }
}

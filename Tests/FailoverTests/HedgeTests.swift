// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A second candidate` {
    @Test(
        arguments: [
            // Beside, those that are blocked, and who is started.
            (0, [], 1), (1, [], 0), (2, [], 3), (0, [1], 2), (0, [1, 2], 3), (0, [1, 2, 3], nil), (3, [2], 0),
        ] as [(Int, [Int], Int?)])
    func `is another key of the model, else the next that is free`(first: Int, blocked: [Int], expected: Int?) {
        var stage = Stage()
        let facts = RequestFacts(
            id: "r", startedAt: stage.now, deadline: stage.now + .seconds(600), requestedModel: "a/A", wire: "openai-completions")
        for place in blocked {
            _ = stage.ledger.record(
                Failure(reason: .billing, scope: .credentialModel, rule: "test"), of: stage.chain.links[place].candidate,
                attemptStartedAt: stage.now, receipt: Receipt(facts: facts), mode: .normal, committed: false, policy: stage.policy,
                now: stage.now, using: &stage.random)
        }
        func second(_ attempts: [Attempt] = [], policy: Policy, now: Timestamp) -> Int? {
            policy.second(
                chain: stage.chain, beside: first, receipt: Receipt(facts: facts, attempts: attempts), ledger: stage.ledger, now: now)
        }
        #expect(second(policy: stage.policy, now: stage.now) == expected)
        #expect(second(policy: stage.policy, now: facts.deadline) == nil, "no time is left")
        var strict = stage.policy
        strict.maxAttempts = 1
        #expect(second(policy: strict, now: stage.now) == nil, "no attempt is left")
    }

    @Test(arguments: [0, 1, 5, 33, 100]) func `is started for no more requests than its share`(percent: Int) {
        var budget = HedgeBudget()
        var taken: [Bool] = []
        let early = budget.take(percent: 100)
        #expect(!early, "nobody asks")
        for _ in 0..<5000 {
            budget.began()
            taken.append(budget.take(percent: percent))
            let latest = taken.suffix(HedgeBudget.window)
            #expect(latest.count(where: { $0 }) * 100 <= latest.count * percent)
        }
        #expect(taken.count(where: { $0 }) >= 5000 * percent / 100 - 50)
    }

    @Test func `may be asked again if it was given up`() {
        var stage = Stage([("a/A", "k1"), ("a/B", "k1")])
        let facts = RequestFacts(
            id: "r", startedAt: stage.now, deadline: stage.now + .seconds(600), requestedModel: "a/A", wire: "openai-completions")
        var lost = Attempt(candidate: stage.chain.links[0].candidate, startedAt: stage.now)
        lost.failure = .hedged
        var broke = Attempt(candidate: stage.chain.links[1].candidate, startedAt: stage.now, committed: true)
        broke.failure = Failure(reason: .network, scope: nil, rule: "test")
        broke.part = SentPart(bytes: 5)
        let receipt = Receipt(facts: facts, attempts: [lost, broke])
        let step = stage.policy.step(chain: stage.chain, receipt: receipt, facts: facts, ledger: &stage.ledger, now: stage.now)
        #expect(step == .attempt(index: 0, mode: .normal))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// Chains that ended in the middle elsewhere, by the number of the issue (docs/failover.md).
@Suite struct `A chain that broke for others` {
    /// As many models at providers of their own, a key each.
    static func stage(of count: Int) -> Stage {
        var stage = Stage()
        stage.chain = Chain(
            links: (0..<count).map { number in
                ChainLink(
                    candidate: Candidate(
                        ModelRef(provider: ProviderID(rawValue: "p\(number)"), model: "m"),
                        credential: CredentialID(rawValue: "k\(number)"),
                        endpoint: EndpointID(rawValue: "https://\(number).example:443")))
            })
        return stage
    }

    static func named(_ receipt: Receipt) -> Set<String> {
        Set(receipt.attempts.map(\.candidate.description)).union(receipt.skipped.map { "\($0.model)@\($0.credential?.rawValue ?? "")" })
    }

    @Test("openclaw#25926: unknown errors go down a chain of seventeen to its end")
    func seventeen() {
        var stage = Self.stage(of: 17)
        stage.policy.maxAttempts = 20
        let played = stage.play { _, attempt in attempt < 16 ? .plain(.unknown) : nil }
        #expect(played.receipt.attempts.count == 17 && played.hasAnswer)
        // With the usual bound the last one is named.
        stage = Self.stage(of: 17)
        let bounded = stage.play { _, _ in .plain(.unknown) }
        #expect(bounded.receipt.attempts.count == 16)
        #expect(bounded.receipt.skipped.map(\.reason) == [.attemptsSpent(16)])
    }

    @Test(
        "openclaw#86868: a walk has one count of its attempts: each candidate is tried in its turn, or named as passed over",
        arguments: 0..<40)
    func oneCount(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var stage = Self.stage(of: 12)
        let names = Set(stage.chain.links.map(\.candidate.description))
        for _ in 0..<5 {
            let goesOn: [Reason] = [.rateLimit, .quota, .billing, .auth, .authPermanent, .timeout, .modelNotFound, .malformed, .unknown]
            let played = stage.play { _, _ in goesOn.randomElement(using: &random).map { .plain($0) } }
            #expect(Self.named(played.receipt) == names)
            let order = played.asked.compactMap { name in stage.chain.links.firstIndex { $0.candidate.description == name } }
            // Early tries come last, and begin at the top again.
            let ordinary = zip(played.receipt.attempts, order).filter { $0.0.mode != .early }.map(\.1)
            #expect(ordinary == ordinary.sorted())
            stage.now = stage.now + .seconds(45)
        }
    }

    @Test("openclaw#13807, #22136: a refusal names every configured candidate, tried or not, and why")
    func everyCandidate() throws {
        var stage = Stage([("one/m", "k1"), ("two/m", "k2"), ("three/m", "k3")])
        stage.chain.skipped = [
            SkippedLink(
                model: ModelRef(provider: "gone", model: "m"), origin: "agents.defaults.model.fallbacks[2]", reason: .unknownProvider)
        ]
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit, reset: .seconds(50)) : nil }
        stage.chain.links[2].contextWindow = 10
        let played = stage.play({ $0.estimatedTokens = 100 }) { _, _ in .plain(.billing) }
        let message = try #require(played.refusal).message
        for words in [
            "two/m on k2: ", "(billing)", "Passed over: one/m on k1", "rate_limit", "three/m on k3, about 100 tokens",
            "gone/m, no such provider",
        ] {
            #expect(message.contains(words), "\(words) is not in \(message)")
        }
    }

    @Test("openclaw#5744: one model's 429 leaves its siblings and the other providers, and a login that is gone is passed over")
    func oneModelsLimit() {
        var stage = Stage([("google/pro", "google:a"), ("google/flash", "google:a"), ("other/m", "other:b")])
        stage.chain.skipped = [
            SkippedLink(
                model: ModelRef(provider: "google", model: "pro"), credential: "google:b", origin: "requested",
                reason: .credentialUnusable("it has expired"))
        ]
        #expect(
            stage.play { candidate, _ in candidate.model.model == "pro" ? .plain(.rateLimit, reset: .seconds(60)) : nil }.asked == [
                "google/pro@google:a", "google/flash@google:a",
            ])
        #expect(
            stage.play { candidate, _ in candidate.model.provider == "google" ? .plain(.rateLimit, reset: .seconds(60)) : nil }.asked == [
                "google/flash@google:a", "other/m@other:b",
            ])
        #expect(stage.play { _, _ in nil }.asked == ["other/m@other:b"])
    }

    @Test("openclaw#131792: the second call of a turn has the same fallbacks as the first")
    func secondCall() {
        var stage = Stage([("one/m", "k1"), ("two/m", "k2")])
        #expect(stage.play { _, _ in nil }.asked == ["one/m@k1"])
        let second = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        #expect(second.asked == ["one/m@k1", "two/m@k2"] && second.hasAnswer)
    }

    @Test("openclaw#136613: what is not to be repeated here may still go on to the next", arguments: Reason.allCases)
    func goingOn(reason: Reason) {
        guard reason.answers.again == .no, reason.answers.nextModel == .yes else { return }
        var stage = Stage([("one/m", "k1"), ("two/m", "k2")])
        #expect(stage.play { candidate, _ in candidate.credential == "k1" ? .plain(reason) : nil }.asked == ["one/m@k1", "two/m@k2"])
    }

    @Test(
        "openclaw#85103, #97641, #97564: neither a timeout nor an unknown model is tried twice",
        arguments: [Reason.timeout, .modelNotFound])
    func notTwice(reason: Reason) {
        var stage = Stage()
        #expect(stage.play { _, _ in .plain(reason) }.asked == ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"])
    }

    @Test("openclaw#134111: whether there is a fallback is asked in one place: what is told beforehand is what happens", arguments: 0..<200)
    func onePlace(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var stage = Self.stage(of: Int.random(in: 1...4, using: &random))
        stage.policy.maxAttempts = Int.random(in: 1...4, using: &random)
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            stage.play { _, _ in Bool.random(using: &random) ? .plain(.billing) : nil }
        }
        let facts = stage.facts()
        let receipt = Receipt(facts: facts)
        guard
            case .attempt(let index, .normal) = stage.policy.step(
                chain: stage.chain, receipt: receipt, facts: facts, ledger: &stage.ledger, now: stage.now)
        else { return }
        let hasSpare = stage.policy.hasSpare(chain: stage.chain, besides: index, receipt: receipt, ledger: stage.ledger, now: stage.now)
        var after = receipt
        after.attempts = [Attempt(candidate: stage.chain.links[index].candidate, startedAt: stage.now, failure: .plain(.timeout))]
        let next = stage.policy.step(chain: stage.chain, receipt: after, facts: facts, ledger: &stage.ledger, now: stage.now)
        let goesOn = if case .attempt(_, let mode) = next { mode != .early } else { false }
        #expect(goesOn == hasSpare)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// Clocks are set forward and back, laptops sleep, files come from yesterday.
@Suite struct `A clock that jumps` {
    @Test func `leaves the window that is open in the way, not the one that names a later end`() {
        var stage = Stage([("a/A", "k1"), ("a/B", "k1")])
        let candidate = stage.chain.links[0].candidate
        let evidence = Block.Evidence(receipt: "R0", status: 429, rule: "test")
        let later = stage.now + .seconds(7200)
        stage.ledger.merge(
            [
                Block(key: .credential("k1"), reason: .auth, since: later, until: later + .seconds(300), evidence: evidence),
                Block(
                    key: ScopeKey(.credentialModel, of: candidate), reason: .rateLimit, since: stage.now, until: stage.now + .seconds(30),
                    evidence: evidence),
            ], now: stage.now)
        var receipt = Receipt(facts: stage.facts())
        let step = stage.policy.advance(chain: stage.chain, receipt: &receipt, ledger: &stage.ledger, now: stage.now)
        guard case .attempt(1, .halfOpen) = step else { return #expect(Bool(false), "\(step)") }
        #expect(stage.ledger.block(on: candidate, at: stage.now)?.reason == .rateLimit)
    }

    static let candidate = Candidate("a/A", credential: "k1")

    static func block(since: Double, until: Double, reason: Reason = .overloaded) -> Block {
        Block(
            key: ScopeKey(.credentialModel, of: candidate), reason: reason, since: .at(since), until: .at(until),
            evidence: .init(receipt: "R0", status: 503, rule: "status.503"))
    }

    static func stage() -> Stage {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        return stage
    }

    @Test func `forward ends windows, and one request looks`() {
        var stage = Self.stage()
        stage.now = .at(86_400)
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test func `back by more than a minute voids windows from the other time, and the next ones are of this`() throws {
        var stage = Self.stage()
        stage.now = .at(-7200)
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
        let block = try #require(stage.ledger.blocks.first)
        #expect(block.since < .at(-7000) && block.until < .at(-6000))
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test func `back by less moves nobody's window`() {
        var stage = Self.stage()
        stage.now = .at(-50)
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test func `back frees a lease that was taken on the other time`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.ledger = HealthLedger(restoring: [Self.block(since: -100, until: -50)], now: .at(0))
        stage.now = .at(86_000)
        let facts = stage.facts()
        let look = stage.policy.step(
            chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
        guard case .attempt(0, .halfOpen) = look else { return #expect(Bool(false), "it looks") }
        stage.now = .at(0)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test func `leaves blocks in the store that are forgotten once they are of no time`() {
        let future = Self.block(since: 40 * 86_400, until: 41 * 86_400)
        #expect(HealthLedger(restoring: [future], now: .at(0)).blocks.isEmpty)
        // Of two on one scope it is not the one that counts, however late it says that it ends.
        var ledger = HealthLedger(restoring: [Self.block(since: -5, until: 25)], now: .at(0))
        ledger.merge([Self.block(since: 3600, until: 7200)], now: .at(0))
        #expect(ledger.blocks.map(\.until) == [.at(25)])
    }
}

@Suite struct `What an attempt may speak of` {
    @Test func `is the window that it looked at, not the one that another opened meanwhile`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.timeout) : nil }
        func look(_ stage: inout Stage) throws -> AttemptMode {
            let facts = stage.facts()
            let step = stage.policy.step(
                chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
            guard case .attempt(0, let mode) = step else { throw `After a window has ended`.NoLease() }
            return mode
        }
        let candidate = stage.chain.links[0].candidate
        stage.now = .at(10)
        let first = try look(&stage)
        // The lease is over, and another looks; then the first one fails after all.
        stage.now = .at(27)
        let second = try look(&stage)
        stage.now = .at(30)
        #expect(stage.fail(.plain(.timeout), of: candidate, startedAt: .at(10), mode: first).count == 1)
        let until = stage.ledger.blocks.map(\.until)
        // What the second one says now is about the time before.
        _ = stage.ledger.succeeded(candidate, attemptStartedAt: .at(27), mode: second, now: .at(31))
        #expect(stage.ledger.blocks.map(\.until) == until)
        stage.now = .at(32)
        #expect(stage.fail(.plain(.timeout), of: candidate, startedAt: .at(27), mode: second).map(\.kind) == [.unchanged])
        #expect(stage.ledger.blocks.map(\.until) == until)
    }

    @Test func `is not that a scope was well after a failure that came later than its beginning`() {
        var stage = Stage([("d/pro", "k"), ("d/flash", "k")])
        let (pro, flash) = (stage.chain.links[0].candidate, stage.chain.links[1].candidate)
        stage.now = .at(5)
        _ = stage.fail(.plain(.billing), of: pro)
        // Its answer began before the money ran out.
        _ = stage.ledger.succeeded(Candidate("d/mini", credential: "k"), attemptStartedAt: .at(1), mode: .normal, now: .at(6))
        stage.now = .at(7)
        #expect(stage.fail(.plain(.billing), of: flash).last?.key == .credential("k"))
    }

    @Test func `counts as a witness after a restart as before it`() {
        for answers in [false, true] {
            var stage = Stage([("d/pro", "k"), ("d/flash", "k")])
            _ = stage.fail(.plain(.billing), of: stage.chain.links[0].candidate)
            stage.ledger = HealthLedger(restoring: stage.ledger.blocks, now: .at(1))
            if answers {
                _ = stage.ledger.succeeded(Candidate("d/mini", credential: "k"), attemptStartedAt: .at(2), mode: .normal, now: .at(3))
            }
            stage.now = .at(4)
            let effects = stage.fail(.plain(.billing), of: stage.chain.links[1].candidate)
            #expect(effects.contains { $0.key == .credential("k") } != answers)
        }
    }

    @Test func `does not agree with a failure that is older than trouble is remembered`() {
        var stage = Stage([("d/pro", "k"), ("d/flash", "k")])
        stage.policy.failureWindow = .seconds(3600)
        _ = stage.fail(.plain(.billing), of: stage.chain.links[0].candidate)
        stage.now = .at(3700)
        #expect(stage.fail(.plain(.billing), of: stage.chain.links[1].candidate).map(\.key.scope) == [.credentialModel])
    }

    @Test(arguments: [Reason.timeout, .overloaded, .serverError, .malformed, .unknown])
    func `is never a wider scope, if one prompt could have caused it all`(reason: Reason) {
        var stage = Stage([])
        stage.chain = Chain(
            links: ["A", "B", "C"].flatMap { model in
                ["k1", "k2", "k3"].map { key in
                    ChainLink(
                        candidate: Candidate(
                            ModelRef(provider: "a", model: model), credential: CredentialID(rawValue: key),
                            endpoint: "https://a.example:443"))
                }
            })
        for _ in 0..<3 {
            stage.play { _, _ in .plain(reason) }
            #expect(stage.ledger.blocks.allSatisfy { $0.key.scope == .credentialModel })
            stage.ledger.clearAll()
        }
    }
}

@Suite struct `The time that a refusal names` {
    @Test func `is not that of a candidate which could not hold the request`() throws {
        var stage = Stage([("a/A", "k1"), ("b/small", "k2")])
        stage.chain.links[1].contextWindow = 10
        stage.play { candidate, _ in .plain(.rateLimit, reset: .seconds(candidate.credential == "k1" ? 300 : 20)) }
        stage.now = .at(1)
        let refusal = try #require(stage.play({ $0.estimatedTokens = 100 }) { _, _ in nil }.refusal)
        #expect(refusal.retryAfter == .milliseconds(299_100))
    }

    @Test func `is now, where free candidates were left for want of attempts`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2"), ("c/C", "k3")])
        stage.policy.maxAttempts = 2
        let refusal = try #require(stage.play { _, _ in .plain(.billing) }.refusal)
        #expect(refusal.retryAfter == .seconds(1))
    }

    @Test func `is the lease's end, where somebody looks at the only candidate`() throws {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.rateLimit) }
        stage.now = .at(31)
        let facts = stage.facts()
        _ = stage.policy.step(chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
        let played = stage.play { _, _ in nil }
        #expect(played.asked.isEmpty)
        #expect(try #require(played.refusal).retryAfter == .seconds(17))
    }

    @Test func `is nobody's, where all keys are dead`() throws {
        var stage = Stage()
        let refusal = try #require(stage.play { _, _ in .plain(.authPermanent) }.refusal)
        #expect(refusal.retryAfter == nil && refusal.status == 503 && refusal.shouldRetry == false)
    }
}

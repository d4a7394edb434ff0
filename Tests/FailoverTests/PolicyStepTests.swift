// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// One candidate fails, the others would answer: who is asked, on the chain A/k1, A/k2, B/k1, B/k2 of one provider.
@Suite struct `After a failure of the first candidate` {
    static let everything: [(Failure, [String])] = [
        (.plain(.rateLimit), ["a/A@k1", "a/A@k2"]),
        (.plain(.rateLimit, reset: .seconds(1)), ["a/A@k1", "a/A@k2"]),
        (.plain(.rateLimit, reset: .seconds(60)), ["a/A@k1", "a/A@k2"]),
        (.plain(.quota), ["a/A@k1", "a/A@k2"]),
        (.ofAccount(.quota), ["a/A@k1", "a/A@k2"]),
        (.plain(.billing), ["a/A@k1", "a/A@k2"]),
        (.ofAccount(.billing), ["a/A@k1", "a/A@k2"]),
        (.plain(.auth), ["a/A@k1", "a/A@k2"]),
        (.plain(.authPermanent), ["a/A@k1", "a/A@k2"]),
        (.plain(.overloaded), ["a/A@k1", "a/A@k1", "a/A@k2"]),
        (.plain(.overloaded, reset: .seconds(20)), ["a/A@k1", "a/A@k2"]),
        (.plain(.serverError), ["a/A@k1", "a/A@k1", "a/A@k2"]),
        (.plain(.timeout), ["a/A@k1", "a/A@k2"]),
        (.plain(.network, fault: .reset(reused: true)), ["a/A@k1", "a/A@k1"]),
        (.plain(.network, fault: .reset(reused: false)), ["a/A@k1"]),
        (.plain(.network, fault: .refused), ["a/A@k1"]),
        (.plain(.network, fault: .dns), ["a/A@k1"]),
        (.plain(.modelNotFound), ["a/A@k1", "a/A@k2"]),
        (.plain(.format), ["a/A@k1", "a/B@k1"]),
        (.plain(.invalidRequest), ["a/A@k1"]),
        (.plain(.contextOverflow), ["a/A@k1", "a/B@k1"]),
        (.plain(.contentPolicy), ["a/A@k1"]),
        (.plain(.malformed), ["a/A@k1", "a/A@k2"]),
        (.plain(.unknown), ["a/A@k1", "a/A@k2"]),
        (.plain(.cancelled), ["a/A@k1"]),
    ]

    @Test(arguments: everything)
    func `the table says who is asked next`(failure: Failure, asked: [String]) {
        var stage = Stage()
        let first = stage.chain.links[0].candidate
        #expect(stage.play { candidate, _ in candidate == first ? failure : nil }.asked == asked)
    }

    @Test func `every reason has a row above`() {
        #expect(Set(Self.everything.map(\.0.reason)) == Set(Reason.allCases))
    }
}

/// All candidates fail for the same reason: where the walk ends and what the client gets.
@Suite struct `When everyone fails for the same reason` {
    enum End: Hashable { case refused(Int), told(attempt: Int), stopped }

    static let everything: [(Failure, [String], End)] = [
        (.plain(.rateLimit), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(429)),
        (.plain(.quota), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(429)),
        (.plain(.billing), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(503)),
        (.ofAccount(.billing), ["a/A@k1", "a/A@k2"], .refused(503)),
        (.plain(.auth), ["a/A@k1", "a/A@k2"], .refused(503)),
        (.plain(.authPermanent), ["a/A@k1", "a/A@k2"], .refused(503)),
        (
            .plain(.overloaded),
            ["a/A@k1", "a/A@k1", "a/A@k2", "a/A@k2", "a/B@k1", "a/B@k1", "a/B@k2", "a/B@k2"], .refused(503)
        ),
        (.plain(.serverError, reset: .seconds(9)), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(503)),
        (.plain(.timeout), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(503)),
        (.plain(.network, fault: .refused), ["a/A@k1"], .refused(503)),
        (.plain(.modelNotFound), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(404)),
        (.plain(.format), ["a/A@k1", "a/B@k1"], .told(attempt: 0)),
        (.plain(.invalidRequest), ["a/A@k1"], .told(attempt: 0)),
        (.plain(.contextOverflow), ["a/A@k1", "a/B@k1"], .told(attempt: 1)),
        (.plain(.contentPolicy), ["a/A@k1"], .told(attempt: 0)),
        (.plain(.malformed), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(503)),
        (.plain(.unknown), ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"], .refused(503)),
        (.plain(.cancelled), ["a/A@k1"], .stopped),
    ]

    @Test(arguments: everything)
    func `the walk ends as the table says`(failure: Failure, asked: [String], end: End) {
        var stage = Stage()
        let played = stage.play { _, _ in failure }
        #expect(played.asked == asked)
        switch played.last {
        case .refuse(let refusal): #expect(end == .refused(refusal.status))
        case .answer(let attempt): #expect(end == .told(attempt: attempt))
        case .stop: #expect(end == .stopped)
        case .attempt, .wait: Issue.record("the walk has not ended")
        }
    }
}

@Suite struct `A refusal of the request` {
    @Test(
        arguments: [
            (true, nil, ["a/A@k1"]),
            (true, "temperature", ["a/A@k1"]),
            (false, "temperature", ["a/A@k1"]),
            (false, nil, ["a/A@k1", "a/B@k1"]),
        ] as [(Bool, String?, [String])])
    func `is the client's, unless it may be ours`(asWritten: Bool, member: String?, asked: [String]) {
        var stage = Stage()
        var failure = Failure.plain(.invalidRequest)
        failure.namesMember = member
        let played = stage.play({ $0.sentAsWritten = asWritten }) { _, _ in failure }
        #expect(played.asked == asked)
        #expect(played.last == .answer(attempt: 0))
        #expect(stage.ledger.isEmpty)
    }

    @Test func `ends a walk that had begun with another's trouble`() {
        var stage = Stage()
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : .plain(.invalidRequest) }
        #expect(played.asked == ["a/A@k1", "a/A@k2"])
        #expect(played.last == .answer(attempt: 1))
    }
}

@Suite struct `A prompt that is too long` {
    static func stage(_ windows: [Int?]) -> Stage {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2"), ("c/C", "k3")])
        for (index, window) in windows.enumerated() { stage.chain.links[index].contextWindow = window }
        return stage
    }

    @Test(
        arguments: [
            ([8_000, 4_000, 128_000], ["a/A@k1", "c/C@k3"]),
            ([8_000, 8_000, 8_000], ["a/A@k1"]),
            ([8_000, nil, 8_000], ["a/A@k1", "b/B@k2"]),
            ([nil, nil, nil], ["a/A@k1", "b/B@k2", "c/C@k3"]),
        ] as [([Int?], [String])])
    func `goes to larger windows only`(windows: [Int?], asked: [String]) {
        var stage = Self.stage(windows)
        let played = stage.play { _, _ in .plain(.contextOverflow) }
        #expect(played.asked == asked)
        #expect(played.last == .answer(attempt: asked.count - 1))
        #expect(stage.ledger.isEmpty)
    }

    @Test func `is not sent where it cannot fit, with no mark on anyone's health`() {
        var stage = Self.stage([4_000, 128_000, nil])
        let played = stage.play({ $0.estimatedTokens = 100_000 }) { _, _ in nil }
        #expect(played.asked == ["b/B@k2"])
        #expect(played.receipt.skipped.map(\.reason) == [.tooSmall(needs: 100_000, window: 4_000)])
        #expect(stage.ledger.isEmpty)
    }

    @Test func `that fits nowhere is refused as the request's fault`() throws {
        var stage = Self.stage([4_000, 4_000, 4_000])
        let played = stage.play({ $0.estimatedTokens = 100_000 }) { _, _ in nil }
        #expect(played.asked.isEmpty)
        let refusal = try #require(played.refusal)
        #expect(refusal.status == 400)
        #expect(refusal.code == "no_candidate_fits")
        #expect(played.receipt.skipped.count == 3)
    }

    @Test func `with images or tools goes to who takes them`() {
        var stage = Self.stage([nil, nil, nil])
        stage.chain.links[0].acceptsImages = false
        stage.chain.links[1].acceptsTools = false
        let played = stage.play({ ($0.hasImages, $0.hasTools) = (true, true) }) { _, _ in nil }
        #expect(played.asked == ["c/C@k3"])
        #expect(played.receipt.skipped.map(\.reason) == [.noImages, .noTools])
    }
}

@Suite struct `The bounds of a request` {
    @Test func `are sixteen upstream calls, the rest named`() throws {
        let names: [StaticString] = ["a/A", "b/B", "c/C", "d/D", "e/E", "f/F", "g/G", "h/H", "i/I", "j/J"]
        var stage = Stage(names.flatMap { name -> [(StaticString, CredentialID)] in [(name, "k1"), (name, "k2")] })
        let played = stage.play { _, _ in .plain(.rateLimit) }
        #expect(played.receipt.attempts.count == 16)
        #expect(played.receipt.skipped.count == 4)
        #expect(played.receipt.skipped.allSatisfy { $0.reason == .attemptsSpent(16) })
        #expect(try #require(played.refusal).status == 503)
    }

    @Test func `are its own deadline, checked before each attempt`() throws {
        var stage = Stage()
        let start = stage.now
        let played = stage.play({ $0.deadline = start + .milliseconds(150) }) { _, _ in .plain(.timeout) }
        #expect(played.asked == ["a/A@k1", "a/A@k2"])
        let refusal = try #require(played.refusal)
        #expect(refusal.code == "deadline_exceeded")
        #expect(played.receipt.skipped.map(\.reason) == [.deadlinePassed, .deadlinePassed])
    }

    @Test func `end it once the client has part of a reply`() {
        var stage = Stage()
        var receipt = Receipt(facts: stage.facts())
        var attempt = Attempt(candidate: stage.chain.links[0].candidate, startedAt: stage.now)
        attempt.failure = .plain(.timeout)
        attempt.committed = true
        receipt.attempts = [attempt]
        let step = stage.policy.step(chain: stage.chain, receipt: receipt, facts: receipt.facts, ledger: &stage.ledger, now: stage.now)
        #expect(step == .answer(attempt: 0))
    }

    @Test func `hold for an empty chain too`() throws {
        var stage = Stage([])
        let played = stage.play { _, _ in nil }
        let refusal = try #require(played.refusal)
        #expect(refusal.status == 503)
        #expect(refusal.code == "no_candidates")
    }
}

@Suite struct `A rate limit that ends within two seconds` {
    @Test func `is waited out before the model is left, once`() {
        var stage = Stage()
        let played = stage.play { candidate, number in
            candidate.model.model == "A" && number < 2 ? .plain(.rateLimit, reset: .seconds(1)) : nil
        }
        #expect(played.asked == ["a/A@k1", "a/A@k2", "a/A@k1"])
        #expect(played.receipt.waits == [.milliseconds(900)])
        #expect(played.hasAnswer)
        guard case .halfOpen = played.receipt.attempts[2].mode else {
            Issue.record("the second chance needs the lease")
            return
        }
    }

    @Test func `is not waited out twice`() {
        var stage = Stage()
        let played = stage.play { candidate, _ in candidate.model.model == "A" ? .plain(.rateLimit, reset: .seconds(1)) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k2", "a/A@k1", "a/B@k1"])
        #expect(played.receipt.waits.count == 1)
    }

    @Test func `is waited out at the end of the chain as well`() {
        var stage = Stage([("a/A", "k1")])
        let played = stage.play { _, number in number == 0 ? .plain(.rateLimit, reset: .seconds(2)) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k1"])
        #expect(played.receipt.waits == [.seconds(2)])
    }

    @Test(arguments: [Duration.milliseconds(2001), .seconds(20), nil])
    func `is what patience is for, and nothing longer`(reset: Duration?) {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit, reset: reset) : nil }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
        #expect(played.receipt.waits.isEmpty)
    }

    @Test func `is not waited for beyond the deadline`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let start = stage.now
        let played = stage.play({ $0.deadline = start + .seconds(1) }) { candidate, _ in
            candidate.credential == "k1" ? .plain(.rateLimit, reset: .seconds(2)) : nil
        }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
    }
}

@Suite struct `A quick repeat` {
    @Test func `is not reckoned with where the client has a part of the reply`() {
        var stage = Stage()
        let candidate = stage.chain.links[0].candidate
        let effects = stage.ledger.record(
            .plain(.serverError), of: candidate, attemptStartedAt: stage.now, receipt: Receipt(facts: stage.facts()), mode: .normal,
            committed: true, policy: stage.policy, now: stage.now, using: &stage.random)
        #expect(effects.map(\.key) == [ScopeKey(.credentialModel, of: candidate)])
        #expect(stage.ledger.block(on: candidate, at: stage.now) != nil)
    }

    @Test func `that succeeds leaves no mark`() {
        var stage = Stage()
        let played = stage.play { _, number in number == 0 ? .plain(.serverError) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k1"])
        #expect(stage.ledger.isEmpty)
        #expect(played.receipt.attempts[1].mode == .quickRepeat)
    }

    @Test func `that fails blocks, once`() {
        var stage = Stage()
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.serverError) : nil }
        #expect(played.receipt.attempts[0].effect.isEmpty)
        #expect(played.receipt.attempts[1].effect.count == 1)
        #expect(stage.ledger.blocks.map(\.step) == [0])
    }

    /// Requests that fail at one endpoint at the same time: how many of them are repeated before the first repeat has ended.
    static func repeats(of failing: Int, active: Int) -> Int {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        var repeated = 0
        for _ in 0..<failing {
            var attempt = Attempt(candidate: stage.chain.links[0].candidate, startedAt: stage.now)
            var receipt = Receipt(facts: stage.facts { $0.activeRequests = active })
            attempt.failure = .plain(.serverError)
            // Each on a ledger without blocks: what counts is the share.
            _ = stage.ledger.record(
                .plain(.serverError), of: attempt.candidate, attemptStartedAt: stage.now, receipt: receipt, mode: .normal,
                policy: stage.policy, now: stage.now, using: &stage.random)
            stage.ledger.clear(.all, at: stage.now)
            receipt.attempts = [attempt]
            let step = stage.policy.step(
                chain: stage.chain, receipt: receipt, facts: receipt.facts, ledger: &stage.ledger, now: stage.now)
            if step == .attempt(index: 0, mode: .quickRepeat) { repeated += 1 }
        }
        return repeated
    }

    @Test(arguments: [(2, 0, 2), (10, 0, 3), (10, 15, 3), (10, 20, 4), (50, 100, 20), (50, 1000, 50)])
    func `is made for a fifth of an endpoint's requests, and always for three`(failing: Int, active: Int, repeated: Int) {
        #expect(Self.repeats(of: failing, active: active) == repeated)
    }

    @Test func `counts while it is under way, at its own endpoint, and no longer than its attempt may last`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let candidates = stage.chain.links.map(\.candidate)
        func isRepeated(_ candidate: Candidate) -> Bool {
            let effects = stage.fail(.plain(.serverError), of: candidate)
            stage.ledger.clear(.all, at: stage.now)
            return effects.isEmpty
        }
        #expect((0..<4).map { _ in isRepeated(candidates[0]) } == [true, true, true, false])
        #expect(isRepeated(candidates[1]))
        // One has ended, whatever became of it.
        _ = stage.ledger.succeeded(candidates[0], attemptStartedAt: stage.now, mode: .quickRepeat, now: stage.now)
        #expect((0..<2).map { _ in isRepeated(candidates[0]) } == [true, false])
        stage.ledger.giveBack(.quickRepeat, of: candidates[0], now: stage.now)
        #expect((0..<2).map { _ in isRepeated(candidates[0]) } == [true, false])
        // Who never tells of its end is forgotten after the first-token limit and five seconds.
        stage.now = .at(17)
        #expect(isRepeated(candidates[0]))
        stage.ledger.prune(now: .at(100))
        #expect(stage.ledger.isEmpty)
    }

    @Test func `is counted against the attempts under way where somebody counts them`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let candidate = stage.chain.links[0].candidate
        func isRepeated() -> Bool {
            let effects = stage.fail(.plain(.serverError), of: candidate) { $0.activeRequests = 500 }
            stage.ledger.clear(.all, at: stage.now)
            return effects.isEmpty
        }
        for _ in 0..<25 { stage.ledger.began(candidate) }
        #expect((0..<6).map { _ in isRepeated() } == [true, true, true, true, true, false])
        for _ in 0..<25 { stage.ledger.ended(candidate) }
        for _ in 0..<2 { stage.ledger.giveBack(.quickRepeat, of: candidate, now: stage.now) }
        #expect(!isRepeated(), "three are under way, and nobody else is")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// What OpenClaw held against a credential, too long, too widely or for too little, by the number of the issue (docs/failover.md).
@Suite struct `A ledger that failed others` {
    /// A/k1, A/k2, B/k1, B/k2; A/k1 has just failed and somebody else has answered.
    static func afterFailure(of reason: Reason, _ others: [(StaticString, CredentialID)] = Stage.fourTries) -> Stage {
        var stage = Stage(others)
        let first = stage.chain.links[0].candidate
        stage.play { candidate, _ in candidate == first ? .plain(reason) : nil }
        return stage
    }

    @Test("openclaw#23516: an hour of retries each second makes a minute's limit no longer")
    func fourteenHours() throws {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.rateLimit) }
        // The provider is well again after a minute.
        var answeredAt: Double?
        for second in 1..<3600 where answeredAt == nil {
            stage.now = .at(Double(second))
            let played = stage.play { _, _ in second < 60 ? .plain(.rateLimit) : nil }
            if played.hasAnswer { answeredAt = Double(second) }
        }
        // The second window, 30 to 90 s, is tried early in each of its quarters.
        #expect(try #require(answeredAt) <= 91)
    }

    @Test("openclaw#17853, 3604: what failed often long ago begins at the shortest window", arguments: [false, true])
    func counters(bySuccess: Bool) {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        for _ in 0..<4 {
            stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
            stage.now = stage.now + .seconds(301)
        }
        if bySuccess { stage.play { _, _ in nil } } else { stage.now = stage.now + .seconds(24 * 3600) }
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        #expect(stage.ledger.blocks.map(\.step) == [0])
        #expect(stage.ledger.blocks.map { $0.until - $0.since } == [.seconds(30)])
    }

    @Test("openclaw#17853: how long trouble is remembered is what the settings say")
    func failureWindow() {
        for (hours, step) in [(1, 0), (48, 1)] {
            var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
            stage.policy.failureWindow = .seconds(hours * 3600)
            stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
            stage.now = .at(30 * 3600)
            // Restarts and the hourly upkeep keep to it as well.
            stage.ledger = HealthLedger(restoring: stage.ledger.blocks, now: stage.now, failureWindow: stage.policy.failureWindow)
            stage.ledger.prune(now: stage.now, failureWindow: stage.policy.failureWindow)
            stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
            #expect(stage.ledger.blocks.map(\.step) == [step])
        }
    }

    @Test("openclaw#41028, 40989: a ledger that was stored and restored goes on as the one in memory")
    func twoCopies() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        for round in 0..<6 {
            stage.play { candidate, _ in candidate.credential == "k1" && round != 3 ? .plain(.billing) : nil }
            var restored = stage
            restored.ledger = HealthLedger(restoring: stage.ledger.blocks, now: stage.now)
            #expect(restored.ledger.blocks == stage.ledger.blocks)
            stage.now = stage.now + .seconds(1801)
            restored.now = stage.now
            stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
            restored.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
            #expect(restored.ledger.blocks.map(\.step) == stage.ledger.blocks.map(\.step))
            #expect(restored.ledger.blocks.map(\.until) == stage.ledger.blocks.map(\.until))
            stage.now = stage.now + .seconds(1801)
        }
    }

    @Test("openclaw#11352: fifteen 429s of one burst are one failure")
    func burst() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let candidate = stage.chain.links[0].candidate
        for number in 0..<15 {
            stage.now = .at(Double(number) / 10)
            _ = stage.fail(.plain(.rateLimit), of: candidate, startedAt: .at(-1))
        }
        #expect(stage.ledger.blocks.map(\.step) == [0])
        #expect(stage.ledger.blocks.map(\.until) == [.at(30)])
    }

    @Test(
        "openclaw#10375, 45113, 60419: what has nothing to do with a credential leaves it alone",
        arguments: [Reason.format, .invalidRequest, .contextOverflow, .contentPolicy, .cancelled, .network, .overloaded, .timeout])
    func notItsFault(reason: Reason) {
        let stage = Self.afterFailure(of: reason)
        #expect(!stage.ledger.blocks.contains { $0.key.scope == .credential })
        #expect(stage.ledger.block(on: stage.chain.links[2].candidate, at: stage.now) == nil, "B on the same key")
    }

    @Test("openclaw#13623, 26103: one model's 429 leaves its siblings on the same key free")
    func siblings() {
        var stage = Self.afterFailure(of: .rateLimit, [("a/A", "k1"), ("a/B", "k1"), ("c/C", "k2")])
        #expect(stage.play { _, _ in nil }.asked == ["a/B@k1"])
    }

    @Test("openclaw#15851: a login whose limit ends in minutes is used again in minutes", arguments: [38, 240, 3000])
    func recovers(seconds: Int) {
        var stage = Stage([("a/A", "login"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "login" ? .plain(.rateLimit, reset: .seconds(seconds)) : nil }
        stage.now = .at(Double(seconds))
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
        stage.now = .at(Double(seconds) + 0.1)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@login"])
    }

    @Test("openclaw#38335: the first key is asked again when its window ends, however well the second works")
    func firstKey() {
        var stage = Self.afterFailure(of: .rateLimit, [("a/A", "k1"), ("a/A", "k2")])
        var asked: [String] = []
        for second in stride(from: 5.0, to: 45, by: 5) {
            stage.now = .at(second)
            asked += stage.play { _, _ in nil }.asked
        }
        #expect(asked == Array(repeating: "a/A@k2", count: 6) + ["a/A@k1", "a/A@k1"])
    }

    @Test("openclaw#138444: what is skipped counts as passed, down to the last in the chain, each turn anew")
    func lastTier() {
        var stage = Stage([("a/A", "profile:1"), ("a/A", "profile:2"), ("a/B", "profile:1"), ("a/B", "profile:2"), ("cli/A", "native")])
        stage.play { candidate, _ in candidate.credential == "native" ? nil : .ofAccount(.quota) }
        for minute in 1..<3 {
            stage.now = .at(Double(minute) * 20)
            let played = stage.play { _, _ in nil }
            #expect(played.asked == ["cli/A@native"])
            #expect(played.receipt.skipped.count == 4)
        }
    }

    @Test("openclaw#49732, 115911: an overloaded model blocks no other model", arguments: [Reason.overloaded, .serverError])
    func overloaded(reason: Reason) {
        var stage = Self.afterFailure(of: reason)
        stage.chain.links.removeFirst(2)
        #expect(stage.play { _, _ in nil }.asked == ["a/B@k1"])
        #expect(stage.ledger.blocks.allSatisfy { $0.until - $0.since <= .seconds(5) })
    }

    @Test("openclaw#87462, 87538: after one slow request its siblings are asked, in this request and in the next")
    func slow() {
        var stage = Stage([("google/pro", "g"), ("google/flash", "g"), ("google/lite", "g")])
        let played = stage.play { candidate, _ in candidate.model.model == "lite" ? nil : .plain(.timeout) }
        #expect(played.asked == ["google/pro@g", "google/flash@g", "google/lite@g"])
        #expect(stage.ledger.blocks.allSatisfy { $0.key.scope == .credentialModel })
        #expect(stage.play { _, _ in nil }.asked == ["google/lite@g"])
    }

    @Test("openclaw#116464, 116768: a model that is not found blocks itself for long, and its key not at all")
    func unknownModel() {
        var stage = Self.afterFailure(of: .modelNotFound, [("a/A", "k1"), ("a/B", "k1")])
        stage.now = .at(500)
        #expect(stage.play { _, _ in nil }.asked == ["a/B@k1"])
        stage.ledger.clearModels()
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test("openclaw#141257: two models' windows on one key stand side by side, each with its own end")
    func twoWindows() {
        var stage = Stage([("a/A", "k"), ("a/B", "k"), ("c/C", "k2")])
        stage.play { candidate, _ in
            candidate.credential == "k" ? .plain(.rateLimit, reset: .seconds(candidate.model.model == "A" ? 300 : 20)) : nil
        }
        #expect(stage.ledger.blocks.map(\.key.scope) == [.credentialModel, .credentialModel])
        #expect(stage.ledger.blocks.map { $0.until - $0.since } == [.seconds(20), .seconds(300)])
        stage.now = .at(25)
        #expect(stage.play { _, _ in nil }.asked == ["a/B@k"])
    }

    @Test("openclaw#70903, 107671: a new secret, or its owner's word, begins clean, whatever was held against the old one")
    func newSecret() {
        for reason in [Reason.authPermanent, .auth, .billing, .rateLimit, .unknown] {
            var stage = Self.afterFailure(of: reason, [("a/A", "k1"), ("b/B", "k2")])
            #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
            stage.ledger.clear(credential: "k1")
            #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
        }
    }

    @Test("openclaw#107839: one success clears everything that covers it")
    func allLanes() {
        let candidate = Candidate("a/A", credential: "k1")
        let blocks = Scope.allCases.map { scope in
            Block(
                key: ScopeKey(scope, of: candidate), reason: scope == .endpoint ? .network : .overloaded, since: .at(0), until: .at(5),
                evidence: .init(receipt: "R0", status: 503, rule: "status.503"))
        }
        var ledger = HealthLedger(restoring: blocks, now: .at(6))
        let effects = ledger.succeeded(candidate, attemptStartedAt: .at(6), mode: .normal, now: .at(7))
        #expect(effects.map(\.key.scope) == Scope.allCases)
        #expect(ledger.blocks.isEmpty)
    }

    @Test("openclaw#64905: a window that ended before the restart changes nobody's turn", arguments: [0, 5940, 80_000])
    func restart(seconds: Int) {
        var stage = Self.afterFailure(of: .overloaded, [("a/A", "k1"), ("b/B", "k2")])
        stage.now = .at(31 + Double(seconds))
        stage.ledger = HealthLedger(restoring: stage.ledger.blocks, now: stage.now)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test("openclaw#58565: a key that is not accepted is not asked again each minute; a revoked one never")
    func deadKey() {
        for (reason, looks) in [(Reason.auth, 3), (.authPermanent, 1)] {
            var stage = Stage([("a/A", "dead"), ("b/B", "k2")])
            var asked = 0
            for minute in 0..<100 {
                stage.now = .at(Double(minute) * 60)
                let played = stage.play { candidate, _ in candidate.credential == "dead" ? .plain(reason) : nil }
                if played.asked.first == "a/A@dead" { asked += 1 }
                #expect(played.hasAnswer)
            }
            // At once, after five minutes, after an hour.
            #expect(asked == looks)
        }
    }

    @Test("openclaw#99993: a look whose request is lost keeps the door shut for the first-token limit and five seconds")
    func lostLook() {
        var stage = Self.afterFailure(of: .timeout, [("a/A", "k1"), ("b/B", "k2")])
        stage.now = .at(10)
        let facts = stage.facts()
        // It takes the lease, and is never heard of again.
        _ = stage.policy.step(chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
        stage.now = .at(26.9)
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
        stage.now = .at(27)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test("openclaw#91659: when the request's own time runs out, nobody is blocked for it")
    func ownLimit() {
        var error = ErrorObject(provider: "a", wire: "openai-completions", model: "A")
        error.transport = .requestDeadline
        let failure = Classifier.classify(error)
        #expect(failure.reason == .timeout && failure.scope == nil)
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in failure }
        #expect(stage.ledger.blocks.isEmpty)
    }

    @Test("openclaw#13760: a breaker per scope: open while it fails, one request looks, closed when that is answered")
    func breaker() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        var calls: [Int: Int] = [:]
        for second in 0..<200 {
            stage.now = .at(Double(second))
            for _ in 0..<5 {
                let asked = stage.play { candidate, _ in candidate.credential == "k1" && second < 100 ? .plain(.timeout) : nil }.asked
                if asked.first == "a/A@k1" { calls[second < 100 ? 0 : 1, default: 0] += 1 }
            }
        }
        // At 0 s and when the windows of 5 and 30 s have ended; then when that of 2 min has, and from then on all.
        #expect(calls[0] == 3)
        #expect(calls[1, default: 0] > 40 * 5)
    }

    @Test("openclaw#62412: an outage leaves nothing behind: the selected model is asked first again")
    func nothingWritten() {
        var stage = Self.afterFailure(of: .overloaded, [("a/primary", "k1"), ("b/backup", "k2")])
        let chain = stage.chain
        #expect(stage.play { _, _ in nil }.asked == ["b/backup@k2"])
        stage.now = .at(60)
        #expect(stage.play { _, _ in nil }.asked == ["a/primary@k1"])
        #expect(stage.chain == chain)
    }
}

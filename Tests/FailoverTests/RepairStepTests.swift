// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// A route refuses something that the gateway can change, on the chain A/k1, A/k2, B/k1, B/k2 of one provider.
@Suite struct `After a refusal that a repair would mend` {
    static let markers = Repair.dropCacheMarkers
    static let seed = Repair.dropMember("seed")
    static let rename = Repair.renameMember(from: "max_tokens", to: "max_completion_tokens")
    static let unname = Repair.renameMember(from: "max_completion_tokens", to: "max_tokens")

    /// What the first attempts get, one after the other; then all answer. Who is asked, with what.
    static let walks: [(failures: [Failure], asked: [String])] = [
        ([.asking(markers)], ["a/A@k1", "a/A@k1 drop-cache-markers"]),
        ([.asking(markers), .asking(seed)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/A@k1 drop-cache-markers drop:seed"]),
        // Of no use: not made again, and the model is left, since its other key refuses the same.
        ([.asking(markers), .asking(markers)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/B@k1"]),
        ([.asking(markers), .plain(.format)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/B@k1"]),
        ([.plain(.format)], ["a/A@k1", "a/B@k1"]),
        // Back and forth is no way.
        ([.asking(rename), .asking(unname)], ["a/A@k1", "a/A@k1 \(rename.code)", "a/B@k1"]),
        // The other key of the model is sent what was repaired, the other model is not.
        ([.asking(markers), .plain(.rateLimit)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/A@k2 drop-cache-markers"]),
        (
            [.asking(markers), .plain(.rateLimit), .plain(.billing)],
            ["a/A@k1", "a/A@k1 drop-cache-markers", "a/A@k2 drop-cache-markers", "a/B@k1"]
        ),
        (
            [.asking(markers), .plain(.rateLimit), .asking(seed)],
            ["a/A@k1", "a/A@k1 drop-cache-markers", "a/A@k2 drop-cache-markers", "a/A@k2 drop-cache-markers drop:seed"]
        ),
        // A quick repeat is still owed, and keeps the repair.
        ([.asking(markers), .plain(.overloaded)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/A@k1 drop-cache-markers"]),
        // What another reason says is not repaired, whatever it names.
        ([Failure(reason: .invalidRequest, scope: nil, rule: "x", repair: markers)], ["a/A@k1"]),
        ([Failure(reason: .serverError, scope: .credentialModel, rule: "x", reset: .seconds(9), repair: markers)], ["a/A@k1", "a/A@k2"]),
        // Changed by us, so not the client's fault: another model may take it as it was written.
        ([.asking(markers), .plain(.invalidRequest)], ["a/A@k1", "a/A@k1 drop-cache-markers", "a/B@k1"]),
    ]

    static func asked(_ played: Stage.Played) -> [String] {
        played.receipt.attempts.map { ([$0.candidate.description] + $0.repairs.map(\.code)).joined(separator: " ") }
    }

    @Test(arguments: walks)
    func `the table says who is asked with what`(failures: [Failure], asked: [String]) {
        var stage = Stage()
        let played = stage.play({ $0.sentAsWritten = true }) { _, attempt in attempt < failures.count ? failures[attempt] : nil }
        #expect(Self.asked(played) == asked)
    }

    @Test(arguments: [
        // Known to be needed: applied from the start, and not asked for again.
        ([markers], [Failure](), ["a/A@k1 drop-cache-markers"]),
        ([markers], [.asking(markers)], ["a/A@k1 drop-cache-markers", "a/B@k1 drop-cache-markers"]),
        ([markers], [.asking(seed)], ["a/A@k1 drop-cache-markers", "a/A@k1 drop-cache-markers drop:seed"]),
        // The route has changed its mind: the newer word wins.
        ([rename], [.asking(unname)], ["a/A@k1 \(rename.code)", "a/A@k1 \(unname.code)"]),
    ])
    func `what the route is known to need goes up from the start`(known: [Repair], failures: [Failure], asked: [String]) {
        var stage = Stage()
        let played = stage.play(known: known) { _, attempt in attempt < failures.count ? failures[attempt] : nil }
        #expect(Self.asked(played) == asked)
    }

    @Test func `if nothing helps, the client is told what its own words met`() {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2")])
        let played = stage.play { _, attempt in attempt == 0 ? .asking(Self.markers) : .plain(.format) }
        #expect(played.last == .answer(attempt: 0))
        #expect(played.asked == ["a/A@k1", "a/A@k1"])
        #expect(played.receipt.skipped.map(\.reason) == [.sameModel])
    }

    @Test(arguments: 1...4)
    func `the bound on attempts holds for repairs too`(bound: Int) {
        var stage = Stage()
        stage.policy.maxAttempts = bound
        let repairs = [Self.markers, Self.seed, .dropMember("user"), .dropMember("top_k"), .dropMember("store")]
        let played = stage.play { _, attempt in .asking(repairs[attempt]) }
        #expect(played.receipt.attempts.count == bound)
        #expect(played.last == .answer(attempt: 0))
    }

    @Test func `no repair is begun when the request's time is up`() {
        var stage = Stage()
        let played = stage.play({ $0.deadline = $0.startedAt + .milliseconds(100) }) { _, _ in .asking(Self.markers) }
        #expect(played.asked == ["a/A@k1"])
    }

    @Test func `nothing is blocked by a refusal, nor by what could not be mended`() {
        for failures in Self.walks.map(\.failures) where failures.allSatisfy({ $0.reason == .format }) {
            var stage = Stage()
            stage.play { _, attempt in attempt < failures.count ? failures[attempt] : nil }
            #expect(stage.ledger.blocks.isEmpty)
        }
    }

    @Test func `what follows is said in words`() {
        var stage = Stage()
        let played = stage.play { _, attempt in attempt == 0 ? .asking(Self.markers) : nil }
        #expect(played.receipt.attempts[0].next == "again, at once, without cache markers, on a/A@k1")
        #expect(Explanation.text(played.receipt).contains("sent again without cache markers"))
    }

    @Test func `what is known is not said to be sent again`() {
        var stage = Stage()
        let text = Explanation.text(stage.play(known: [Self.markers, Self.seed]) { _, _ in nil }.receipt)
        #expect(text.contains("sent without cache markers, without seed"))
    }

    @Test("openclaw#8434, 8671, 18902, 77228, 77280: one malformed request cools no credential, however often it comes")
    func malformedRequests() {
        var stage = Stage()
        for _ in 0..<20 {
            let played = stage.play { _, _ in .plain(.format) }
            #expect(played.last == .answer(attempt: 0))
            #expect(played.asked == ["a/A@k1", "a/B@k1"])
        }
        #expect(stage.ledger.blocks.isEmpty)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }
}

@Suite struct `A repair under a lease` {
    static func mode(_ step: Step) -> AttemptMode? {
        guard case .attempt(0, let mode) = step else { return nil }
        return mode
    }

    /// A/k1's window is over, and a request that looks under a lease is told that the body is wrong.
    static func refused(_ stage: inout Stage) throws -> Receipt {
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        stage.now = .at(31)
        var receipt = Receipt(facts: stage.facts())
        let mode = try #require(Self.mode(step(&stage, receipt)))
        try #require(mode != .normal)
        let failure = Failure.asking(.dropCacheMarkers)
        let attempt = Attempt(candidate: stage.chain.links[0].candidate, mode: mode, startedAt: stage.now, failure: failure)
        #expect(record(failure, attempt, receipt, &stage).isEmpty)
        receipt.attempts.append(attempt)
        return receipt
    }

    static func step(_ stage: inout Stage, _ receipt: Receipt) -> Step {
        stage.policy.step(chain: stage.chain, receipt: receipt, facts: receipt.facts, ledger: &stage.ledger, now: stage.now)
    }

    static func record(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, _ stage: inout Stage) -> [BlockEffect] {
        stage.ledger.record(
            failure, of: attempt.candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: attempt.mode,
            policy: stage.policy, now: stage.now, using: &stage.random)
    }

    @Test func `takes it anew, and closes the circuit with an answer`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        var receipt = try Self.refused(&stage)
        stage.now = .at(32)
        guard case .halfOpen(let lease)? = Self.mode(Self.step(&stage, receipt)) else {
            Issue.record("no lease")
            return
        }
        #expect(lease.holder == receipt.facts.id)
        #expect(lease.endsAt == .at(32) + .seconds(12 + 5))
        // Others pass by while it looks.
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
        let answered = Attempt(candidate: stage.chain.links[0].candidate, mode: .halfOpen(lease), startedAt: stage.now)
        _ = stage.ledger.succeeded(answered.candidate, attemptStartedAt: answered.startedAt, mode: answered.mode, now: stage.now)
        receipt.attempts.append(answered)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test func `opens the next window if what it finds is the block's own cause`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let receipt = try Self.refused(&stage)
        let mode = try #require(Self.mode(Self.step(&stage, receipt)))
        let again = Attempt(candidate: stage.chain.links[0].candidate, mode: mode, startedAt: .at(31.1))
        stage.now = .at(31.2)
        #expect(Self.record(.plain(.rateLimit), again, receipt, &stage).count == 1)
        #expect(stage.ledger.blocks.first?.step == 1)
    }

    @Test func `passes by if another request has taken it`() throws {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("b/B", "k2")])
        stage.chain.links.swapAt(1, 2)
        let receipt = try Self.refused(&stage)
        let other = Receipt(facts: stage.facts())
        guard case .halfOpen? = Self.mode(Self.step(&stage, other)) else {
            Issue.record("no lease")
            return
        }
        #expect(Self.step(&stage, receipt) == .attempt(index: 1, mode: .normal))
    }

    @Test func `leaves the other key of the model to be tried with what was repaired`() throws {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2")])
        let receipt = try Self.refused(&stage)
        _ = Self.step(&stage, Receipt(facts: stage.facts()))
        #expect(Self.step(&stage, receipt) == .attempt(index: 1, mode: .normal))
        #expect(receipt.repairs(for: stage.chain.links[1].candidate.model, known: []) == [.dropCacheMarkers])
    }

    @Test func `stays an early try, and counts as one`() {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.rateLimit) }
        stage.now = .at(1)
        let played = stage.play { _, attempt in attempt == 0 ? .asking(.dropCacheMarkers) : nil }
        #expect(played.receipt.attempts.map(\.mode) == [.early, .early])
        #expect(played.hasAnswer)
        stage.play { _, _ in .plain(.rateLimit) }
        stage.now = stage.now + .seconds(1)
        let bounded = stage.play { _, attempt in .asking(.dropMember(["seed", "user", "store"][attempt])) }
        #expect(bounded.receipt.attempts.map(\.mode) == [.early, .early])
    }
}

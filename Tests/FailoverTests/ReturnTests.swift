// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `After a block has ended well` {
    /// A/k1 was rate limited; a request has just looked and been answered. The chain goes on with B/k2.
    static func stage(_ reason: Reason = .rateLimit) -> Stage {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(reason) : nil }
        stage.now = .at(4000)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
        return stage
    }

    static func step(_ stage: inout Stage) -> (index: Int, mode: AttemptMode)? {
        let facts = stage.facts()
        let step = stage.policy.step(
            chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
        guard case .attempt(let index, let mode) = step else { return nil }
        return (index, mode)
    }

    /// Requests that come at once: those that go to the first candidate, with what they hold.
    static func rush(_ stage: inout Stage, _ count: Int = 40) -> [AttemptMode] {
        (0..<count).compactMap { _ in Self.step(&stage).flatMap { $0.index == 0 ? $0.mode : nil } }
    }

    static func succeed(_ stage: inout Stage, _ mode: AttemptMode, endIsProven: Bool = true) {
        _ = stage.ledger.succeeded(
            stage.chain.links[0].candidate, attemptStartedAt: stage.now, mode: mode, now: stage.now, endIsProven: endIsProven)
    }

    @Test func `two at once are let through, then twice as many with each success, until it is free`() {
        var stage = Self.stage()
        var widths: [Int] = []
        for _ in 0..<5 {
            let modes = Self.rush(&stage)
            widths.append(modes.count)
            guard let first = modes.first else { break }
            Self.succeed(&stage, first)
            for mode in modes.dropFirst() { stage.ledger.giveBack(mode, of: stage.chain.links[0].candidate, now: stage.now) }
        }
        #expect(widths == [2, 4, 8, 16, 40])
        #expect(stage.ledger.isEmpty)
    }

    @Test func `those who pass by are told why`() {
        var stage = Self.stage()
        #expect(Self.rush(&stage, 2).count == 2)
        let played = stage.play { _, _ in nil }
        #expect(played.asked == ["b/B@k2"])
        #expect(played.receipt.skipped.map(\.reason) == [.returning])
        #expect(played.receipt.skipped.map(\.reason.code) == ["returning"])
    }

    @Test func `nobody is refused for it: one more than it takes goes there all the same`() throws {
        var stage = Self.stage()
        stage.chain.links.removeLast()
        #expect(Self.rush(&stage, 500).count == 500)
        let played = stage.play { _, _ in nil }
        #expect(played.asked == ["a/A@k1"])
        guard case .returning? = played.receipt.attempts.first?.mode else { return #expect(Bool(false), "it takes a slot") }
    }

    @Test func `and when all the others have failed, it is asked too`() {
        var stage = Self.stage()
        #expect(Self.rush(&stage, 2).count == 2)
        #expect(stage.play { candidate, _ in candidate.credential == "k2" ? .plain(.billing) : nil }.asked == ["b/B@k2", "a/A@k1"])
    }

    @Test func `each success counts once, at its first content, and the slot lasts to the end of the reply`() throws {
        var stage = Self.stage()
        let modes = Self.rush(&stage)
        Self.succeed(&stage, modes[0], endIsProven: false)
        #expect(Self.rush(&stage).count == 2, "four at once, of which two are under way")
        Self.succeed(&stage, modes[0])
        #expect(Self.rush(&stage).count == 1, "its slot is free, and its success has counted before")
    }

    @Test func `after malformed replies only a proven end counts`() {
        var stage = Self.stage(.malformed)
        let modes = Self.rush(&stage)
        Self.succeed(&stage, modes[0], endIsProven: false)
        #expect(Self.rush(&stage).isEmpty)
        Self.succeed(&stage, modes[0])
        #expect(Self.rush(&stage).count == 3)
    }

    @Test func `the request that looked is one of them while it is under way`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        stage.now = .at(40)
        let look = try #require(Self.step(&stage))
        Self.succeed(&stage, look.mode, endIsProven: false)
        #expect(Self.rush(&stage).count == 1)
        Self.succeed(&stage, look.mode)
        #expect(Self.rush(&stage).count == 1)
    }

    @Test func `an attempt gives its slot back however it ends`() {
        var stage = Self.stage()
        for end in 0..<3 {
            let modes = Self.rush(&stage)
            #expect(modes.count == 2)
            for mode in modes {
                let candidate = stage.chain.links[0].candidate
                switch end {
                case 0: stage.ledger.giveBack(mode, of: candidate, now: stage.now)
                case 1: if let lease = mode.lease { stage.ledger.giveBack(lease, now: stage.now) }
                default:
                    _ = stage.fail(.plain(.contentPolicy), of: candidate, mode: mode)
                }
            }
        }
        #expect(Self.rush(&stage).count == 2)
    }

    @Test func `a slot that nobody gives back is free after the first-token limit and five seconds`() {
        var stage = Self.stage()
        #expect(Self.rush(&stage).count == 2)
        stage.now = stage.now + .milliseconds(16_999)
        #expect(Self.rush(&stage).isEmpty)
        stage.now = stage.now + .milliseconds(1)
        #expect(Self.rush(&stage).count == 2)
    }

    @Test func `a clock that is set back frees what was taken on the other time`() {
        var stage = Self.stage()
        #expect(Self.rush(&stage).count == 2)
        stage.now = .at(0)
        #expect(Self.rush(&stage).count == 40)
    }

    @Test func `a minute without a word ends it`() {
        var stage = Self.stage()
        stage.now = stage.now + .seconds(61)
        #expect(Self.rush(&stage).count == 40)
        stage.ledger.prune(now: stage.now)
        #expect(stage.ledger.isEmpty)
    }

    @Test func `a failure opens a window at the shortest, and nothing is left of the return`() {
        var stage = Self.stage()
        let played = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
        #expect(stage.ledger.blocks.map(\.step) == [0])
        #expect(stage.ledger.returning(at: stage.now).isEmpty)
    }

    @Test func `a failure that began before the look says nothing any more`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.timeout) : nil }
        stage.now = .at(10)
        stage.play { _, _ in nil }
        let candidate = stage.chain.links[0].candidate
        for began in [0.05, 9.9] {
            stage.now = .at(12)
            #expect(stage.fail(.plain(.timeout), of: candidate, startedAt: .at(began)).isEmpty)
        }
        #expect(stage.ledger.blocks.isEmpty)
    }

    @Test func `an early try that answers does the same`() {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.billing) }
        stage.now = .at(20)
        #expect(stage.play { _, _ in nil }.hasAnswer)
        #expect(stage.ledger.returning(at: stage.now).map(\.width) == [2])
    }

    @Test func `clearing by hand, a new secret and a restart begin clean`() {
        for clear in 0..<3 {
            var stage = Self.stage()
            #expect(Self.rush(&stage, 2).count == 2)
            switch clear {
            case 0: stage.ledger.clear(.credential("k1"), at: stage.now)
            case 1: stage.ledger.clear(credential: "k1")
            default: stage.ledger = HealthLedger(restoring: stage.ledger.blocks, now: stage.now)
            }
            #expect(Self.rush(&stage).count == 40)
        }
    }

    @Test func `a scope that two candidates share returns for both`() {
        var stage = Stage([("a/A", "k1"), ("a/B", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.auth) : nil }
        stage.now = .at(400)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
        #expect(Self.rush(&stage).count == 2)
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test func `a lease for longer than the usual limit is extended, and given back whole`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        stage.now = .at(40)
        let look = try #require(Self.step(&stage))
        let longer = stage.ledger.extend(look.mode, until: .at(40 + 65), now: .at(40))
        #expect(longer.lease?.endsAt == .at(105))
        stage.now = .at(100)
        #expect(Self.rush(&stage, 3).isEmpty)
        stage.ledger.giveBack(longer, of: stage.chain.links[0].candidate, now: stage.now)
        #expect(Self.rush(&stage, 3).count == 1)
        // One that has gone to another meanwhile stays with it.
        #expect(stage.ledger.extend(longer, until: .at(500), now: stage.now) == longer)
    }
}

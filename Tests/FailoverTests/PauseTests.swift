// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A paused credential` {
    static func stage(_ paused: [CredentialID], until: Timestamp? = nil) -> Stage {
        var stage = Stage()
        for credential in paused { stage.ledger.pause(credential, at: .at(0), until: until) }
        return stage
    }

    @Test func `is not asked, and the receipt says why`() {
        var stage = Self.stage(["k1"])
        let played = stage.play { _, _ in nil }
        #expect(played.asked == ["a/A@k2"])
        #expect(played.receipt.skipped.map(\.reason) == [.paused(since: .at(0), until: nil)])
        #expect(played.receipt.skipped.map(\.reason.code) == ["paused"])
    }

    @Test func `is not tried early when all else is blocked, nor looked at when its block has ended`() {
        var stage = Self.stage([])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.auth) : nil }
        stage.ledger.pause("k1", at: stage.now)
        stage.play { _, _ in .plain(.serverError) }
        let early = stage.play { _, _ in nil }
        #expect(early.asked.allSatisfy { $0.hasSuffix("@k2") }, "\(early.asked)")
        stage.now = .at(100_000)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k2"])
        #expect(stage.ledger.resume("k1", at: stage.now) != nil)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test func `leaves nobody when it is the only one, and no time is promised`() throws {
        var stage = Self.stage(["k1", "k2"])
        let refusal = try #require(stage.play { _, _ in nil }.refusal)
        #expect(refusal.status == 503 && refusal.code == "no_candidates")
        #expect(refusal.retryAfter == nil)
        #expect(refusal.message.contains("paused by its owner"))
    }

    @Test func `comes back when its time is over, which the refusal says`() throws {
        var stage = Self.stage(["k1", "k2"], until: .at(50))
        #expect(try #require(stage.play { _, _ in nil }.refusal).retryAfter == .seconds(50))
        stage.now = .at(49.999)
        #expect(stage.play { _, _ in nil }.asked.isEmpty)
        stage.now = .at(50)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
        #expect(stage.ledger.pauses(at: stage.now).isEmpty)
        stage.ledger.prune(now: stage.now)
        #expect(stage.ledger == HealthLedger(), "nothing is left of it")
    }

    @Test func `stays so whatever becomes of its health`() {
        var stage = Self.stage(["k1"])
        stage.ledger.clear(credential: "k1")
        stage.ledger.clearAll()
        stage.ledger.clear(.all, at: .at(1))
        stage.ledger.prune(now: .at(1_000_000))
        _ = stage.ledger.succeeded(Candidate("a/A", credential: "k1"), attemptStartedAt: .at(2), mode: .normal, now: .at(3))
        #expect(stage.ledger.pause(of: "k1", at: .at(4))?.since == .at(0))
        let restored = HealthLedger(restoring: [], pauses: stage.ledger.pauses(at: .at(4)), now: .at(5))
        #expect(restored.pause(of: "k1", at: .at(5)) == Pause(credential: "k1", since: .at(0)))
    }

    @Test func `paused again keeps its beginning and gets the new end`() {
        var ledger = HealthLedger()
        ledger.pause("k1", at: .at(0))
        #expect(ledger.pause("k1", at: .at(5), until: .at(9)) == Pause(credential: "k1", since: .at(0), until: .at(9)))
        #expect(ledger.pause("k1", at: .at(10))?.since == .at(10), "the first one was over")
        #expect(ledger.resume("k1", at: .at(11)) != nil)
        #expect(ledger.resume("k1", at: .at(11)) == nil)
        #expect(ledger.resume("unheard", at: .at(11)) == nil)
    }

    @Test func `has a bound on its number`() {
        var ledger = HealthLedger()
        for number in 0..<HealthLedger.pauseLimit { ledger.pause(CredentialID(rawValue: "k\(number)"), at: .at(0)) }
        #expect(ledger.pause("one more", at: .at(0)) == nil)
        #expect(ledger.pause("k1", at: .at(0), until: .at(1)) != nil, "one that is there can be changed")
        ledger.prune(now: .at(2))
        #expect(ledger.pause("one more", at: .at(2)) != nil)
    }
}

@Suite struct `Clearing by hand` {
    /// On k1 the model A and the credential; on k2 the model A; A at its provider; b's model on its own key; an endpoint.
    static let keys: [ScopeKey] = [
        .credentialModel("a:k1", ModelRef(provider: "a", model: "A")), .credential("a:k1"),
        .credentialModel("a:k2", ModelRef(provider: "a", model: "A")), .providerModel(ModelRef(provider: "a", model: "A")),
        .credentialModel("b:k", ModelRef(provider: "b", model: "B")), .endpoint("https://a.example:443"),
    ]

    @Test(arguments: [
        (HealthLedger.Clearing.credential("a:k1"), [0, 1]), (.credential("nobody"), []),
        (.credentialModel("a:k1", ModelRef(provider: "a", model: "A")), [0]),
        (.credentialModel("a:k1", ModelRef(provider: "a", model: "B")), []),
        (.provider("a", credentials: ["a:k1"], endpoint: "https://a.example:443"), [0, 1, 2, 3, 5]),
        (.provider("b", credentials: [], endpoint: nil), [4]), (.all, [0, 1, 2, 3, 4, 5]),
    ])
    func `takes what it names and nothing else`(clearing: HealthLedger.Clearing, taken: [Int]) {
        let blocks = Self.keys.map { key in
            Block(key: key, reason: .billing, since: .at(0), until: .at(60), evidence: .init(receipt: "R", status: 402, rule: "status.402"))
        }
        var ledger = HealthLedger(restoring: blocks, now: .at(1))
        #expect(Set(ledger.clear(clearing, at: .at(1)).map(\.key)) == Set(taken.map { Self.keys[$0] }))
        #expect(Set(ledger.blocks.map(\.key)) == Set(Self.keys.indices.filter { !taken.contains($0) }.map { Self.keys[$0] }))
    }

    @Test("openclaw#92444: money was paid, the owner says so, and the very next request goes to the key")
    func paidAndCleared() {
        var stage = Stage()
        for _ in 0..<3 {
            stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
            stage.now = stage.now + .seconds(700)
        }
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k2"])
        #expect(!stage.ledger.clear(.credential("k1"), at: stage.now).isEmpty)
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
        // The ladder begins anew: a minute, not half an hour.
        let again = stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        #expect(
            again.effects.first?.kind
                == .blocked(until: stage.now + .seconds(60) - .milliseconds(100), length: .seconds(60), setBy: .ladder))
    }
}

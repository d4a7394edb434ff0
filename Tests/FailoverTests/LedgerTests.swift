// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A block` {
    static let opus = Candidate("anthropic/opus", credential: "anthropic:work")
    static let haiku = Candidate("anthropic/haiku", credential: "anthropic:work")
    static let spare = Candidate("anthropic/opus", credential: "anthropic:spare")
    static let other = Candidate("openai/gpt", credential: "openai:main")

    static func block(_ scope: Scope, until: Timestamp = .at(30), reason: Reason = .overloaded) -> Block {
        Block(
            key: ScopeKey(scope, of: opus), reason: reason, since: .at(0), until: until,
            evidence: Block.Evidence(receipt: "R0", status: 503, rule: "status.503"))
    }

    @Test(arguments: [
        (Scope.credentialModel, [opus]),
        (.credential, [opus, haiku]),
        (.providerModel, [opus, spare]),
        (.endpoint, [opus, haiku, spare]),
    ])
    func `covers its scope and nothing else`(scope: Scope, covered: [Candidate]) {
        let ledger = HealthLedger(restoring: [Self.block(scope)], now: .at(1))
        let blocked = [Self.opus, Self.haiku, Self.spare, Self.other].filter { ledger.block(on: $0, at: .at(1)) != nil }
        #expect(blocked == covered)
    }

    @Test func `that ends last is the one that is named`() {
        let ledger = HealthLedger(
            restoring: [Self.block(.credential, until: .at(60)), Self.block(.credentialModel), Self.block(.endpoint)], now: .at(1))
        #expect(ledger.block(on: Self.opus, at: .at(1))?.key.scope == .credential)
        #expect(ledger.block(on: Self.opus, at: .at(59.999))?.key.scope == .credential)
        #expect(ledger.block(on: Self.opus, at: .at(60)) == nil)
        #expect(ledger.blocks.map(\.key.scope).last == .credential)
    }

    @Test func `goes when its credential is cleared, with those of its models`() {
        var ledger = HealthLedger(
            restoring: [Self.block(.credential), Self.block(.credentialModel), Self.block(.providerModel), Self.block(.endpoint)],
            now: .at(1))
        ledger.clear(credential: "anthropic:work")
        #expect(Set(ledger.blocks.map(\.key.scope)) == [.providerModel, .endpoint])
        ledger.clear(ScopeKey(.endpoint, of: Self.opus))
        #expect(ledger.blocks.map(\.key.scope) == [.providerModel])
        ledger.clearAll()
        #expect(ledger.isEmpty)
    }

    @Test func `for an unknown model goes when the configuration changes`() {
        var ledger = HealthLedger(restoring: [Self.block(.credential), Self.block(.credentialModel, reason: .modelNotFound)], now: .at(1))
        ledger.clearModels()
        #expect(ledger.blocks.map(\.key.scope) == [.credential])
    }

    @Test func `from an earlier life counts while its window lasts, and its holder is gone`() {
        var block = Self.block(.credentialModel)
        block.lease = Lease(holder: "R0", endsAt: .at(100), keys: [block.key])
        let early = HealthLedger(restoring: [block], now: .at(10))
        #expect(early.block(on: Self.opus, at: .at(10)) != nil)
        #expect(early.blocks.allSatisfy { $0.lease == nil })
        let late = HealthLedger(restoring: [block], now: .at(5940))
        #expect(late.block(on: Self.opus, at: .at(5940)) == nil)
        #expect(HealthLedger(restoring: [block], now: .at(2 * 86_400)).isEmpty)
    }

    @Test func `written by a clock that was set back holds nobody up`() {
        var block = Self.block(.credentialModel, until: .at(86_400 * 30))
        block.since = .at(86_400 * 29)
        let ledger = HealthLedger(restoring: [block], now: .at(0))
        #expect(ledger.block(on: Self.opus, at: .at(0)) == nil)
    }

    @Test func `of two on one scope is the one that ends last`() {
        var ledger = HealthLedger(restoring: [Self.block(.credential, until: .at(60))], now: .at(1))
        ledger.merge([Self.block(.credential, until: .at(30))], now: .at(1))
        #expect(ledger.blocks.map(\.until) == [.at(60)])
        ledger.merge([Self.block(.credential, until: .at(90))], now: .at(1))
        #expect(ledger.blocks.map(\.until) == [.at(90)])
    }

    @Test func `is one of ten thousand at most, and the least is lost`() {
        let blocks = (0..<10_100).map { number in
            Block(
                key: .credential(CredentialID(rawValue: "k\(number)")), reason: .auth, since: .at(0), until: .at(1000 + Double(number)),
                evidence: Block.Evidence(receipt: "R", status: 401, rule: "status.401"))
        }
        let ledger = HealthLedger(restoring: blocks, now: .at(1))
        #expect(ledger.blocks.count == 10_000)
        #expect(ledger.blocks.last?.until == .at(11_099))
        #expect(ledger.blocks.first?.until == .at(1100))
    }
}

@Suite struct `A window` {
    /// What a first failure of each reason opens, on which scope, for how long.
    @Test(arguments: [
        (Failure.plain(.rateLimit), Scope.credentialModel, 30.0),
        (.plain(.rateLimit, reset: .seconds(7)), .credentialModel, 7),
        (.plain(.overloaded, reset: .milliseconds(20)), .credentialModel, 1),
        (.plain(.rateLimit, reset: .seconds(7200)), .credentialModel, 3600),
        (.plain(.quota), .credentialModel, 60),
        (.ofAccount(.quota), .credential, 60),
        (.plain(.quota, reset: .seconds(7200)), .credentialModel, 7200),
        (.plain(.quota, reset: .seconds(5 * 86_400)), .credentialModel, 86_400),
        (.plain(.billing), .credentialModel, 60),
        (.ofAccount(.billing), .credential, 60),
        (.plain(.auth), .credential, 300),
        (.plain(.timeout), .credentialModel, 5),
        (.plain(.overloaded, reset: .seconds(120)), .credentialModel, 120),
        (.plain(.network, fault: .refused), .endpoint, 5),
        (.plain(.network, fault: .dns), .endpoint, 5),
        (.plain(.network, fault: .tls("expired")), .endpoint, 5),
        (.plain(.modelNotFound), .credentialModel, 600),
        (.plain(.malformed), .credentialModel, 5),
        (.plain(.unknown), .credentialModel, 30),
    ])
    func `opens on the narrowest scope for the time of its reason`(failure: Failure, scope: Scope, seconds: Double) throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? failure : nil }
        let block = try #require(stage.ledger.block(on: stage.chain.links[0].candidate, at: .at(0.5)))
        #expect(block.key.scope == scope)
        #expect(block.until - block.since == .milliseconds(Int64(seconds * 1000)))
        #expect(block.since == .at(0.1))
        #expect(block.providerReset == (failure.reset != nil))
        #expect(block.evidence == Block.Evidence(receipt: "R1", status: nil, rule: failure.rule))
    }

    @Test(arguments: [Reason.format, .invalidRequest, .contextOverflow, .contentPolicy, .cancelled])
    func `is never opened by what the request did`(reason: Reason) {
        var stage = Stage()
        stage.play({ $0.sentAsWritten = false }) { _, _ in .plain(reason) }
        #expect(stage.ledger.isEmpty)
    }

    @Test func `for a revoked key lasts until somebody clears it`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.authPermanent) : nil }
        #expect(stage.ledger.block(on: stage.chain.links[0].candidate, at: .at(86_400 * 365))?.until == .distantFuture)
        stage.now = .at(86_400 * 365)
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
        stage.ledger.clear(credential: "k1")
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test(
        arguments: [
            (Reason.rateLimit, [30.0, 60, 300, 300]), (.billing, [60, 120, 300, 600, 1800, 1800]), (.auth, [300, 3600, 3600]),
            (.timeout, [5, 30, 120, 120]), (.modelNotFound, [600, 3600, 43_200, 43_200]), (.malformed, [5, 30, 30]), (.unknown, [30, 30]),
        ] as [(Reason, [Double])])
    func `is a step longer than the one before, up to the last`(reason: Reason, seconds: [Double]) throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let first = stage.chain.links[0].candidate
        for length in seconds {
            stage.play { candidate, _ in candidate == first ? .plain(reason) : nil }
            let block = try #require(stage.ledger.block(on: first, at: stage.now))
            #expect(block.until - block.since == .milliseconds(Int64(length * 1000)))
            stage.now = block.until
        }
    }

    @Test func `is not lengthened by those who were under way when it opened`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let candidate = stage.chain.links[0].candidate
        let until = Timestamp.at(31)
        for number in 0..<15 {
            let effects = stage.ledger.record(
                .plain(.rateLimit), of: candidate, attemptStartedAt: .at(0), receipt: Receipt(facts: stage.facts()), mode: .normal,
                policy: stage.policy, now: .at(1 + Double(number)), using: &stage.random)
            let expected: BlockEffect.Kind = number == 0 ? .blocked(until: until, length: .seconds(30), setBy: .ladder) : .unchanged
            #expect(effects.map(\.kind) == [expected])
        }
        #expect(stage.ledger.blocks.map(\.until) == [.at(31)])
        // Nor does one that comes back only after the window has ended.
        _ = stage.ledger.record(
            .plain(.rateLimit), of: candidate, attemptStartedAt: .at(0.5), receipt: Receipt(facts: stage.facts()), mode: .normal,
            policy: stage.policy, now: .at(40), using: &stage.random)
        #expect(stage.ledger.blocks.map(\.until) == [.at(31)])
    }

    @Test func `begins anew after a day without failure`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let first = stage.chain.links[0].candidate
        for pause in [Duration.zero, .seconds(31), .seconds(25 * 3600)] {
            stage.now = stage.now + pause
            stage.play { candidate, _ in candidate == first ? .plain(.rateLimit) : nil }
        }
        #expect(stage.ledger.blocks.map(\.step) == [0])
    }

    @Test func `begins anew after a success`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let first = stage.chain.links[0].candidate
        for fails in [true, true, false, true] {
            stage.play { candidate, _ in candidate == first && fails ? .plain(.rateLimit) : nil }
            stage.now = stage.now + .seconds(70)
        }
        #expect(stage.ledger.blocks.map(\.step) == [0])
    }

    @Test(arguments: UInt64(0)..<50)
    func `of a ladder is longer or shorter by a tenth at most`(seed: UInt64) throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.policy = .standard
        stage.random = SeededRandom(seed: seed)
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit) : nil }
        let block = try #require(stage.ledger.blocks.first)
        #expect((.seconds(27)...Duration.seconds(33)).contains(block.until - block.since))
    }

    @Test(arguments: UInt64(0)..<20)
    func `that the provider named is taken at its word`(seed: UInt64) throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.policy = .standard
        stage.random = SeededRandom(seed: seed)
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.rateLimit, reset: .seconds(38)) : nil }
        let block = try #require(stage.ledger.blocks.first)
        #expect(block.until - block.since == .seconds(38))
    }

    @Test func `gives way to a graver cause that an early try finds`() {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.timeout) }
        stage.now = .at(1)
        let played = stage.play { _, _ in .plain(.auth) }
        #expect(played.receipt.attempts.map(\.mode) == [.early])
        #expect(Set(stage.ledger.blocks.map(\.reason)) == [.timeout, .auth])
    }
}

@Suite struct `A second failure` {
    @Test func `of another model widens money to the credential, within one request`() {
        var stage = Stage([("d/pro", "k"), ("d/flash", "k"), ("d/mini", "k"), ("m/M2", "k2")])
        let played = stage.play { candidate, _ in candidate.credential == "k" ? .plain(.billing) : nil }
        #expect(played.asked == ["d/pro@k", "d/flash@k", "m/M2@k2"])
        #expect(played.effects.map(\.key.scope) == [.credentialModel, .credentialModel, .credential])
        guard case .widened = played.effects.last?.kind else {
            Issue.record("the credential's block is a widening")
            return
        }
    }

    @Test(arguments: [Reason.rateLimit, .quota, .malformed, .unknown])
    func `widens nothing where the reason is the model's own`(reason: Reason) {
        var stage = Stage()
        stage.play { _, _ in .plain(reason) }
        #expect(Set(stage.ledger.blocks.map(\.key.scope)) == [.credentialModel])
        #expect(stage.ledger.blocks.count == 4)
    }

    @Test(arguments: [Reason.timeout, .overloaded, .serverError])
    func `of the same prompt widens nothing`(reason: Reason) {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/A", "k3")])
        stage.play { _, _ in .plain(reason) }
        #expect(Set(stage.ledger.blocks.map(\.key.scope)) == [.credentialModel])
    }

    @Test(arguments: [Reason.timeout, .overloaded, .serverError])
    func `of another request on another credential widens to the model at its provider`(reason: Reason) {
        var stage = Stage([("a/A", "k1"), ("b/B", "k4")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(reason) : nil }
        stage.chain = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/A", "k3"), ("b/B", "k4")]).chain
        let second = stage.play { candidate, _ in candidate.credential == "k2" ? .plain(reason) : nil }
        #expect(second.effects.last?.key == .providerModel(stage.chain.links[0].candidate.model))
        // The third key, which nobody has tried, is spared.
        #expect(second.asked.last == "b/B@k4")
    }

    @Test func `after a success of the model says nothing of the model`() {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("b/B", "k4")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.timeout) : nil }
        stage.play { candidate, _ in candidate.credential == "k2" ? .plain(.timeout) : nil }
        #expect(Set(stage.ledger.blocks.map(\.key.scope)) == [.credentialModel])
    }

    @Test func `widens nothing long after the first`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k4")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.timeout) : nil }
        stage.chain = Stage([("a/A", "k2"), ("b/B", "k4")]).chain
        stage.now = .at(20)
        stage.play { candidate, _ in candidate.credential == "k2" ? .plain(.timeout) : nil }
        #expect(Set(stage.ledger.blocks.map(\.key.scope)) == [.credentialModel])
    }

    @Test func `on another credential says that the provider has no such model`() {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/A", "k3"), ("a/B", "k1")])
        let played = stage.play { candidate, _ in candidate.model.model == "A" ? .plain(.modelNotFound) : nil }
        #expect(played.asked == ["a/A@k1", "a/A@k2", "a/B@k1"])
    }

    @Test func `does not widen money past a success in between`() {
        var stage = Stage([("d/pro", "k"), ("d/free", "k")])
        stage.play { candidate, _ in candidate.model.model == "pro" ? .plain(.billing) : nil }
        #expect(stage.ledger.blocks.map(\.key.scope) == [.credentialModel])
        stage.chain.links.insert(ChainLink(candidate: Candidate("d/max", credential: "k")), at: 0)
        stage.play { candidate, _ in candidate.model.model == "max" ? .plain(.billing) : nil }
        #expect(Set(stage.ledger.blocks.map(\.key.scope)) == [.credentialModel])
    }
}

@Suite struct `A success` {
    @Test func `on a free model narrows the credential's block to the models that failed`() {
        var stage = Stage([("d/pro", "k"), ("d/flash", "k"), ("d/free", "k"), ("m/M2", "k2")])
        stage.play { candidate, _ in candidate.credential == "k" ? .plain(.billing) : nil }
        #expect(stage.ledger.blocks.contains { $0.key == .credential("k") })
        stage.now = stage.now + .seconds(61)
        stage.chain.links = [stage.chain.links[2], stage.chain.links[3]]
        let played = stage.play { _, _ in nil }
        #expect(played.asked == ["d/free@k"])
        #expect(played.effects.map(\.kind) == [.narrowed])
        #expect(stage.ledger.blocks.map(\.key.scope) == [.credentialModel, .credentialModel])
    }

    @Test func `on a model that had failed proves that there is money`() {
        var stage = Stage([("d/pro", "k"), ("d/flash", "k"), ("m/M2", "k2")])
        stage.play { candidate, _ in candidate.credential == "k" ? .plain(.billing) : nil }
        stage.now = stage.now + .seconds(61)
        let played = stage.play { _, _ in nil }
        #expect(played.asked == ["d/pro@k"])
        #expect(stage.ledger.blocks.map(\.key) == [ScopeKey(.credentialModel, of: stage.chain.links[1].candidate)])
        #expect(stage.ledger.block(on: stage.chain.links[1].candidate, at: stage.now) == nil)
    }

    @Test func `of an attempt that began before the window says nothing about it`() {
        var stage = Stage()
        let candidate = stage.chain.links[0].candidate
        stage.play { asked, _ in asked == candidate ? .plain(.rateLimit) : nil }
        #expect(stage.ledger.succeeded(candidate, attemptStartedAt: .at(0), mode: .normal, now: .at(1)).isEmpty)
        #expect(stage.ledger.block(on: candidate, at: .at(1)) != nil)
        let effects = stage.ledger.succeeded(candidate, attemptStartedAt: .at(0.5), mode: .early, now: .at(1))
        #expect(effects.map(\.kind) == [.cleared])
        #expect(stage.ledger.blocks.isEmpty)
    }

    @Test func `at first content does not end a block for malformed replies, the proven end does`() {
        var stage = Stage([("a/A", "k1")])
        let candidate = stage.chain.links[0].candidate
        stage.play { _, _ in .plain(.malformed) }
        stage.now = .at(10)
        let facts = stage.facts()
        let step = stage.policy.step(
            chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &stage.ledger, now: stage.now)
        guard case .attempt(0, let mode) = step else {
            Issue.record("the block has ended")
            return
        }
        #expect(stage.ledger.succeeded(candidate, attemptStartedAt: .at(10), mode: mode, now: .at(11), endIsProven: false).isEmpty)
        #expect(stage.ledger.block(on: candidate, at: .at(11)) != nil)
        #expect(stage.ledger.succeeded(candidate, attemptStartedAt: .at(10), mode: mode, now: .at(12)).map(\.kind) == [.cleared])
        #expect(stage.ledger.blocks.isEmpty)
    }
}

@Suite struct `Our own network` {
    @Test func `is at fault when two endpoints fail and none answers: nobody is blocked`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2"), ("c/C", "k3")])
        let played = stage.play { _, _ in .plain(.network, fault: .dns) }
        #expect(played.asked == ["a/A@k1", "b/B@k2", "c/C@k3"])
        #expect(played.receipt.attempts.map { $0.effect.first?.kind }[1...] == [.ownNetwork, .ownNetwork])
        #expect(stage.ledger.blocks.isEmpty)
        // Back on the net, everything works at once.
        #expect(stage.play { _, _ in nil }.asked == ["a/A@k1"])
    }

    @Test func `is not at fault while somebody else answers`() {
        var stage = Stage([("a/A", "k1"), ("a/B", "k1"), ("b/B", "k2")])
        let played = stage.play { candidate, _ in candidate.model.provider == "a" ? .plain(.network, fault: .refused) : nil }
        // Another model at the same endpoint would be pointless.
        #expect(played.asked == ["a/A@k1", "b/B@k2"])
        #expect(played.receipt.skipped.map(\.reason.code) == ["endpoint_down"])
        #expect(stage.ledger.blocks.map(\.key.scope) == [.endpoint])
        #expect(stage.play { _, _ in nil }.asked == ["b/B@k2"])
    }

    @Test func `breaks a connection now and then, which blocks nobody`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        let reset = Failure.plain(.network, fault: .reset(reused: false))
        stage.play { candidate, _ in candidate.credential == "k1" ? reset : nil }
        #expect(stage.ledger.blocks.isEmpty)
        // The success in between is forgotten trouble.
        stage.play { candidate, _ in candidate.credential == "k1" ? reset : nil }
        #expect(stage.ledger.blocks.isEmpty)
    }

    @Test func `breaks twice at one endpoint alone: that one is blocked`() {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.network, fault: .reset(reused: false)) }
        #expect(stage.ledger.blocks.isEmpty)
        #expect(!stage.ledger.isEmpty)
        stage.play { _, _ in .plain(.network, fault: .reset(reused: false)) }
        #expect(stage.ledger.blocks.map(\.key.scope) == [.endpoint])
    }
}

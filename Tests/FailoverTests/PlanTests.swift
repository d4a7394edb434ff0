// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// What a request would meet now.
@Suite struct `A plan` {
    static func plan(_ stage: inout Stage, _ change: (inout RequestFacts) -> Void = { _ in }) -> Plan {
        Plan(chain: stage.chain, facts: stage.facts(change), policy: stage.policy, ledger: stage.ledger)
    }

    /// Such as `1 a/A@k1`, or `– a/A@k1 blocked`.
    static func places(_ plan: Plan) -> [String] {
        plan.places.map { place in
            let state =
                switch place.state {
                case .ready: ""
                case .halfOpen(let reason): " looks after \(reason.rawValue)"
                case .passedOver(let reason, _): " \(reason.code)"
                }
            return "\(place.turn.map(String.init) ?? "–") \(place.model)@\(place.credential)\(state)"
        }
    }

    @Test func `numbers those that would be tried, and begins with the first`() {
        var stage = Stage()
        let plan = Self.plan(&stage)
        #expect(Self.places(plan) == ["1 a/A@k1", "2 a/A@k2", "3 a/B@k1", "4 a/B@k2"])
        #expect(plan.start == .attempt(index: 0, isEarly: false))
    }

    @Test func `passes over what is blocked, with its end, and counts on without it`() throws {
        var stage = Stage()
        stage.play { candidate, _ in candidate.description == "a/A@k1" ? .plain(.billing) : nil }
        let plan = Self.plan(&stage)
        #expect(Self.places(plan) == ["– a/A@k1 blocked", "1 a/A@k2", "2 a/B@k1", "3 a/B@k2"])
        #expect(plan.start == .attempt(index: 1, isEarly: false))
        guard case .passedOver(.blocked(let block), let until) = plan.places[0].state else { return #expect(Bool(false)) }
        #expect(until == block.until && until == .at(60.1))
        // A dead key ends by no time.
        stage.ledger.clearAll()
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.authPermanent) : nil }
        guard case .passedOver(.blocked, nil) = Self.plan(&stage).places[0].state else { return #expect(Bool(false)) }
    }

    @Test func `says of an ended block that one request may look, and takes no lease for it`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        stage.now = .at(90)
        let ledger = stage.ledger
        for _ in 0..<2 {
            let plan = Self.plan(&stage)
            #expect(Self.places(plan) == ["1 a/A@k1 looks after billing", "2 b/B@k2"])
            #expect(plan.start == .attempt(index: 0, isEarly: false))
        }
        #expect(stage.ledger == ledger)
        // Another request looks.
        var receipt = Receipt(facts: stage.facts())
        _ = stage.policy.advance(chain: stage.chain, receipt: &receipt, ledger: &stage.ledger, now: stage.now)
        let plan = Self.plan(&stage)
        #expect(Self.places(plan) == ["– a/A@k1 leased", "1 b/B@k2"])
        guard case .passedOver(.leased, .some(let until)) = plan.places[0].state else { return #expect(Bool(false)) }
        #expect(until > stage.now)
    }

    @Test func `begins early where everything is blocked, and is refused where that may not be`() {
        var stage = Stage([("a/A", "k1")])
        stage.play { _, _ in .plain(.billing) }
        stage.now = .at(1)
        #expect(Self.plan(&stage).start == .attempt(index: 0, isEarly: true))
        stage.ledger.clearAll()
        stage.now = .at(10)
        stage.play { _, _ in .plain(.rateLimit, reset: .seconds(20)) }
        guard case .refusal(let refusal) = Self.plan(&stage).start else { return #expect(Bool(false)) }
        #expect(refusal.status == 429 && refusal.retryAfter == .seconds(20))
    }

    @Test func `passes over what cannot hold the request or is paused, and what comes after the last attempt`() {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2"), ("c/C", "k3"), ("d/D", "k4"), ("e/E", "k5"), ("f/F", "k6")])
        stage.chain.links[0].contextWindow = 1000
        stage.chain.links[1].acceptsImages = false
        stage.chain.links[2].acceptsTools = false
        stage.ledger.pause("k4", at: stage.now, until: .at(500))
        stage.policy.maxAttempts = 1
        let plan = Self.plan(&stage) { ($0.estimatedTokens, $0.hasImages, $0.hasTools) = (2000, true, true) }
        #expect(
            Self.places(plan) == [
                "– a/A@k1 too_small", "– b/B@k2 no_images", "– c/C@k3 no_tools", "– d/D@k4 paused", "1 e/E@k5", "– f/F@k6 attempts_spent",
            ])
        guard case .passedOver(.paused, .some(.at(500))) = plan.places[3].state else { return #expect(Bool(false)) }
    }

    @Test func `tells each place's role and reason in words`() {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("b/B", "k3")])
        stage.chain.links[0].origin = "agents.defaults.model.primary"
        stage.chain.links[1].origin = "agents.defaults.model.primary"
        stage.chain.links[2].origin = "agents.list[0].model.fallbacks[1]"
        stage.chain.links[0].place = .order
        stage.chain.skipped = [
            SkippedLink(model: ModelRef(provider: "n", model: "N"), origin: "agents.defaults.model.fallbacks[2]", reason: .unknownProvider)
        ]
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        stage.now = .at(10)
        let plan = Plan(chain: stage.chain, facts: stage.facts(), policy: stage.policy, ledger: stage.ledger) { link in
            link.candidate.credential == "k2" ? .sessionPin(usedAt: .at(-110), warmUntil: .at(190)) : link.place
        }
        #expect(
            Explanation.text(plan) { _ in "12:30" } == """
                 –  a/A   k1   this model on this key blocked: billing (rule test.billing), until 12:30 (51 s)
                    primary (agents.defaults.model.primary) · auth.order
                    since 12:30; understudy explain R1
                 1  a/A   k2   ready
                    primary (agents.defaults.model.primary) · the session's pin: used 2 min ago, warm for another 3 min
                 2  b/B   k3   ready
                    fallback 2 (agents.list[0].model.fallbacks[1]) · OAuth before token before API key

                Not in the chain
                 –  n/N, fallback 3 (agents.defaults.model.fallbacks[2]): no such provider is configured

                A request that comes now begins with a/A on k2.
                """)
    }

    @Test(arguments: [
        ("requested", "asked for"), ("built in", "built in"), ("agents.defaults.model.primary", "primary (agents.defaults.model.primary)"),
        ("agents.list[2].model", "primary (agents.list[2].model)"),
        ("agents.list[2].model.primary", "primary (agents.list[2].model.primary)"),
        ("agents.entries.a.model.fallbacks[3]", "fallback 4 (agents.entries.a.model.fallbacks[3])"),
        ("request.models[0]", "fallback 1 (request.models[0])"), ("x-understudy-fallbacks[1]", "fallback 2 (x-understudy-fallbacks[1])"),
    ])
    func `tells what a setting makes of a model:`(origin: String, role: String) {
        var stage = Stage([("a/A", "k1")])
        stage.chain.links[0].origin = origin
        #expect(Explanation.text(Self.plan(&stage)) { _ in "" }.contains("    \(role) · OAuth before token before API key\n"))
    }

    @Test func `of nobody says only why`() {
        var stage = Stage([])
        stage.chain.skipped = [SkippedLink(model: ModelRef(provider: "n", model: "N"), origin: "requested", reason: .noCredential)]
        #expect(
            Explanation.text(Self.plan(&stage)) { _ in "" } == """
                Not in the chain
                 –  n/N, asked for: its provider has no credential

                A request that comes now is refused with 503 (no_candidates).
                """)
    }
}

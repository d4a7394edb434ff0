// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store
import Testing

@Suite struct `A plan as JSON` {
    static let skipped = Samples.skipReasons.map { SkippedLink(model: Samples.nested.model, origin: "primary", reason: $0) }
    static let now = Timestamp(milliseconds: 1_763_690_000_000)

    static var facts: RequestFacts {
        RequestFacts(
            id: "<id>", startedAt: now, deadline: now + .seconds(600), requestedModel: "default", agent: "main", session: "s",
            wire: "openai-completions", streaming: true, estimatedTokens: 7, hasImages: true)
    }

    static var chain: Chain {
        Chain(
            links: [ChainLink(candidate: Candidate("a/A", credential: "a:1")), ChainLink(candidate: Candidate("b/B", credential: "b:1"))],
            skipped: skipped)
    }

    static func place(_ why: CredentialPlace, _ state: Plan.State, turn: Int? = 1) -> Plan.Place {
        Plan.Place(
            turn: turn, model: ModelRef(provider: "a", model: "x/y"), credential: "a:1", kind: .oauth, origin: "primary", why: why,
            state: state)
    }

    @Test func `is read as it was written, whatever is in it`() throws {
        let reasons: [CredentialPlace] = [
            .userPin, .sessionPin(usedAt: Self.now, warmUntil: Self.now + .seconds(300)), .leastRecentlyUsed(usedAt: nil),
            .leastRecentlyUsed(usedAt: Self.now),
            .storedOrder, .order, .profiles, .kind, .key, .none,
        ]
        let states: [Plan.State] =
            [.ready, .halfOpen(.billing)]
            + Self.skipped.flatMap { link -> [Plan.State] in
                if case .paused(_, let until) = link.reason { return [.passedOver(link.reason, until: until)] }
                return [.passedOver(link.reason, until: nil), .passedOver(link.reason, until: Self.now)]
            }
        let places = reasons.map { Self.place($0, .ready) } + states.map { Self.place(.key, $0, turn: nil) }
        let refusal = Refusal(status: 429, message: "m", code: "c", type: "t", retryAfter: .seconds(2))
        for start in [Plan.Start.attempt(index: 1, isEarly: false), .attempt(index: 0, isEarly: true), .refusal(refusal)] {
            let plan = Plan(facts: Self.facts, places: places, skipped: Self.skipped, start: start)
            #expect(PlanJSON.read(PlanJSON.value(plan)) == plan)
        }
    }

    @Test(arguments: [[], ["*=402"], ["a=429:retry-after=1", "b=timeout"], ["a=400:message=no such member"], ["*=refused"]])
    func `holds what would happen`(when: [String]) throws {
        var plan = Plan(chain: Self.chain, facts: Self.facts, policy: .standard, ledger: HealthLedger())
        let stage = PlanStage(chain: Self.chain, facts: Self.facts, policy: .standard)
        plan.run = PlanRun.play(stage, supposing: try when.map { try PlanWhen($0, in: Self.chain) }, ledger: HealthLedger())
        let value = PlanJSON.value(plan)
        #expect(PlanJSON.read(value) == plan)
        #expect(value["run"]?["assumptions"]?.array?.isEmpty == false)
    }

    @Test func `is not read where a word is not known`() throws {
        let plan = Plan(chain: Self.chain, facts: Self.facts, policy: .standard, ledger: HealthLedger())
        let text = JSONWriter.string(PlanJSON.value(plan))
        for (word, other) in [
            (#""state":"ready""#, #""state":"red""#), (#""code":"kind""#, #""code":"kin""#), (#""place":0"#, #""place":9"#),
            (#""start""#, #""begin""#),
        ] {
            let broken = text.replacing(word, with: other)
            #expect(broken != text)
            #expect(PlanJSON.read(try JSONValue.parse(broken)) == nil, "\(word)")
        }
    }
}

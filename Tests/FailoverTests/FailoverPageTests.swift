// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import Testing

/// The tables of docs/failover.md that state the policy are read here and played. `AnswersTests` has those of reasons and ladders,
/// `RepairTests` that of repairs.
@Suite struct `The page about failing over` {
    static func rows(_ heading: String) throws -> [[String]] {
        `The table of reasons`.rows(of: try #require(projectFile("docs/failover.md")), under: heading)
    }

    // MARK: Two models and two keys

    /// A line of the worked example.
    struct Line: Sendable {
        var says: String
        /// Who is asked after A/k1, as the page has it; `nil`: the words below say it.
        var next: String?
        /// What the attempts come to, in turn; then everybody answers.
        var failures: [Failure]
        /// `A/k1` and so on, where the page says it in words.
        var asked: [String] = []
        var words = ""
        /// Another model at another endpoint, as the fifth candidate.
        var hasOther = false
        var wait: Duration?
    }

    static let example: [Line] = [
        Line(says: "429, come back in 20 s", next: "A/k2", failures: [.plain(.rateLimit, reset: .seconds(20))]),
        Line(
            says: "429 on both keys, one of them free again in 1 s",
            failures: [.plain(.rateLimit, reset: .seconds(1)), .plain(.rateLimit, reset: .seconds(60))], asked: ["A/k2", "A/k1"],
            words: "A/k1 after 1 s", wait: .milliseconds(900)),
        Line(says: "402 without a body", next: "A/k2, then B/k1", failures: [.plain(.billing), .plain(.billing)]),
        Line(
            says: "402, and again from B/k1", failures: [.plain(.billing), .plain(.timeout), .plain(.billing)],
            asked: ["A/k2", "B/k1", "B/k2"],
            words: "B/k2"),
        Line(says: "401", next: "A/k2, then B/k2", failures: [.plain(.auth), .plain(.rateLimit)]),
        Line(
            says: "503", failures: [.plain(.overloaded), .plain(.overloaded)], asked: ["A/k1", "A/k2"],
            words: "A/k1 again within 300 ms, then A/k2"),
        Line(says: "no first token in time", next: "A/k2, then B/k1", failures: [.plain(.timeout), .plain(.timeout)]),
        Line(
            says: "connection refused", failures: [.plain(.network, fault: .refused)], asked: ["C/k3"],
            words: "a model at another endpoint",
            hasOther: true),
        Line(says: "404, no such model", next: "A/k2, then B/k1", failures: [.plain(.modelNotFound), .plain(.modelNotFound)]),
        Line(says: "prompt too long", failures: [.plain(.contextOverflow)], asked: ["B/k1"], words: "the next model with a larger window"),
        Line(
            says: "400, no prompt caching here", failures: [.asking(.dropCacheMarkers), .asking(.dropCacheMarkers)],
            asked: ["A/k1", "B/k1"],
            words: "A/k1 again without cache markers, then a model"),
        Line(says: "400", failures: [.plain(.invalidRequest)], words: "nobody: the client is told"),
    ]

    @Test func `has the lines of two models and two keys that are played here`() throws {
        let rows = try Self.rows("### Two models and two keys").map { Array($0.prefix(2)) }
        #expect(rows == Self.example.map { [$0.says, $0.next ?? $0.words] })
    }

    @Test(arguments: example) func `is right about who comes next`(line: Line) {
        var stage = Stage(Stage.fourTries + (line.hasOther ? [("c/C", "k3")] : []))
        // The second model has the larger window.
        for index in stage.chain.links.indices { stage.chain.links[index].contextWindow = index < 2 ? 100 : 200 }
        let played = stage.play { _, attempt in attempt < line.failures.count ? line.failures[attempt] : nil }
        let next = played.receipt.attempts.dropFirst().map { "\($0.candidate.model.model)/\($0.candidate.credential)" }
        #expect(next == (line.next?.replacing(", then ", with: ",").split(separator: ",").map(String.init) ?? line.asked))
        #expect(played.receipt.waits == (line.wait.map { [$0] } ?? []))
        #expect(played.hasAnswer == !(line.asked.isEmpty && line.next == nil))
    }

    // MARK: When nobody answers

    struct End: Sendable {
        var stands: String
        var status: Int?
        var code: String?
        var failure: Failure?
        var change: @Sendable (inout Stage, inout RequestFacts) -> Void = { _, _ in }
    }

    static let ends: [End] = [
        End(stands: "the request itself, everywhere", failure: .plain(.invalidRequest)),
        End(stands: "rate limits and quotas only", status: 429, code: "rate_limit_exceeded", failure: .plain(.quota)),
        End(stands: "no provider has the model", status: 404, code: "model_not_found", failure: .plain(.modelNotFound)),
        End(stands: "no candidate can hold the request", status: 400, code: "no_candidate_fits") { stage, facts in
            for index in stage.chain.links.indices { stage.chain.links[index].acceptsImages = false }
            facts.hasImages = true
        },
        End(stands: "no candidate counts tokens, and a count was asked for", status: 400, code: "no_token_count") { stage, _ in
            stage.chain.skipped = stage.chain.links.map { link in
                SkippedLink(model: link.candidate.model, credential: link.candidate.credential, origin: link.origin, reason: .noTokenCount)
            }
            stage.chain.links = []
        },
        End(stands: "nothing in the chain can be called", status: 503, code: "no_candidates") { stage, _ in stage.chain.links = [] },
        End(stands: "the request's time", status: 503, code: "deadline_exceeded", failure: .plain(.timeout)) { _, facts in
            facts.deadline = facts.startedAt + .milliseconds(50)
        },
        End(stands: "anything else", status: 503, code: "all_candidates_failed", failure: .plain(.billing)),
    ]

    @Test func `has the ends that are played here`() throws {
        let own = "the upstream's own"
        #expect(
            try Self.rows("## When nobody answers")
                == Self.ends.map { [$0.stands, $0.status.map { "\($0)" } ?? own, $0.code.map { "`\($0)`" } ?? own] })
    }

    @Test(arguments: ends.indices) func `is right about what the client gets`(place: Int) {
        let end = Self.ends[place]
        var stage = Stage()
        var facts = stage.facts()
        end.change(&stage, &facts)
        let played = stage.play({ $0 = facts }) { _, _ in end.failure }
        guard let status = end.status else {
            #expect(played.last == .answer(attempt: 0))
            return
        }
        #expect(played.refusal?.status == status)
        #expect(played.refusal?.code == end.code)
        #expect(played.refusal?.shouldRetry == false, "an SDK would walk the whole chain again by itself")
        if status == 404 || status == 400 { #expect(played.refusal?.retryAfter == nil) }
    }

    @Test func `names the bounds that hold`() throws {
        let page = try #require(projectFile("docs/failover.md"))
        #expect(page.contains("A request makes at most `failover.maxAttempts` (\(Policy.standard.maxAttempts)) upstream calls."))
        #expect(page.contains("fifth of the attempts under way there, or three at once if that is more."))
        #expect(Policy.standard.quickRepeatShare == 0.2 && QuickRepeats.floor == 3)
        #expect(page.contains("At most 10,000 blocks are kept") && HealthLedger.limit == 10_000)
        #expect(page.contains("ladder times are up to 10 % longer or shorter") && Policy.standard.jitter == 0.1)
    }

    // MARK: The chain

    @Test func `has the order in which chains are built`() throws {
        let rows = try Self.rows("## The chain")
        #expect(rows.map { $0[0] } == ["1", "2", "3"])
        func planned(_ name: String, _ origin: String) throws -> PlannedModel {
            var model = PlannedModel(ref: try #require(ModelRef(name)), origin: origin)
            model.credentials = [PlannedCredential(id: "k", kind: .apiKey)]
            model.endpoint = "https://p.example:443"
            return model
        }
        let chain = ChainBuilder.build(
            ChainPlan(models: [
                try planned("p/asked", "requested"), try planned("p/spare", "agents.defaults.model.fallbacks[0]"),
                try planned("p/first", "primary"),
            ]))
        #expect(chain.links.map(\.origin) == ["requested", "agents.defaults.model.fallbacks[0]", "primary"])
        #expect(rows[0][2].contains("request") && rows[1][2].contains("fallbacks") && rows[2][2].contains("primary"))
    }

    // MARK: Questions from practice

    /// The three of seed 001; `EveningTests` plays each.
    @Test func `answers the questions from practice as the policy does`() throws {
        let rows = try Self.rows("## Questions from practice")
        #expect(rows.count == 3)
        let billing = Reason.billing.answers
        #expect(rows[0][1].hasPrefix("No.") && billing.nextCredential && billing.nextModel == .yes)
        #expect(rows[1][1].hasPrefix("Yes: three scopes, and a fourth for the endpoint") && Scope.allCases.count == 4)
        let steps = Policy.standard.blocks.billing
        #expect(steps.first == .seconds(60) && steps.last == .seconds(1800))
        #expect(rows[2][1].hasPrefix("It does: 1 minute first, 30 at most"))
    }
}

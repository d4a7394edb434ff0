// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// What would become of a request.
@Suite struct `What would happen` {
    static func run(
        _ when: [String], on stage: Stage = Stage(), times: PlanTimes = .standard, _ change: (inout RequestFacts) -> Void = { _ in }
    ) throws -> PlanRun {
        var stage = stage
        var plan = PlanStage(
            chain: stage.chain,
            facts: stage.facts {
                $0.streaming = true; change(&$0)
            }, policy: stage.policy)
        plan.times = stage.chain.links.map { _ in times }
        return PlanRun.play(plan, supposing: try when.map { try PlanWhen($0, in: stage.chain) }, ledger: stage.ledger)
    }

    /// Such as `a/A@k1 billing next_credential`.
    static func walk(_ run: PlanRun) -> [String] {
        zip(run.receipt.attempts, run.next).map { attempt, next in
            "\(attempt.candidate) \(attempt.failure?.reason.rawValue ?? "ok") \(next.rawValue)"
        }
    }

    @Test(
        arguments: [
            ([], ["a/A@k1 ok answered"], 200),
            (["k1=402"], ["a/A@k1 billing next_credential", "a/A@k2 ok answered"], 200),
            (["a/A=402"], ["a/A@k1 billing next_credential", "a/A@k2 billing next_model", "a/B@k1 ok answered"], 200),
            (
                ["*=402"],
                [
                    "a/A@k1 billing next_credential", "a/A@k2 billing next_model", "a/B@k1 billing next_credential",
                    "a/B@k2 billing refused",
                ], 503
            ),
            (
                ["*=429:retry-after=60"],
                [
                    "a/A@k1 rate_limit next_credential", "a/A@k2 rate_limit next_model", "a/B@k1 rate_limit next_credential",
                    "a/B@k2 rate_limit refused",
                ], 429
            ),
            (
                ["a/A=429:retry-after=1,429:retry-after=1,ok"],
                ["a/A@k1 rate_limit next_credential", "a/A@k2 rate_limit wait", "a/A@k1 ok answered"], 200
            ),
            (["k1=503"], ["a/A@k1 overloaded quick_repeat", "a/A@k1 overloaded next_credential", "a/A@k2 ok answered"], 200),
            (["a/A@k1=503,ok"], ["a/A@k1 overloaded quick_repeat", "a/A@k1 ok answered"], 200),
            (["*=refused"], ["a/A@k1 network refused"], 503),
            (["k1=400:message=temperature must be at most 2"], ["a/A@k1 invalid_request passed_on"], 400),
            (["*=content_policy"], ["a/A@k1 content_policy passed_on"], 400),
            (
                ["*=404"],
                [
                    "a/A@k1 model_not_found next_credential", "a/A@k2 model_not_found next_model", "a/B@k1 model_not_found next_credential",
                    "a/B@k2 model_not_found refused",
                ], 404
            ),
            (
                ["*=timeout", "a/B@k2=ok"],
                ["a/A@k1 timeout next_credential", "a/A@k2 timeout next_model", "a/B@k1 timeout next_credential", "a/B@k2 ok answered"], 200
            ),
            (["a/A=400:message=your request did not allow prompt caching"], ["a/A@k1 format after_repair", "a/A@k1 ok answered"], 200),
            (["*=cancelled"], ["a/A@k1 cancelled stopped"], 499),
        ] as [([String], [String], Int)])
    func `is decided by the policy, attempt by attempt:`(when: [String], walk: [String], status: Int) throws {
        let run = try Self.run(when)
        #expect(Self.walk(run) == walk)
        #expect(run.ending.status == status)
        #expect((run.ending.message == nil) == (status == 200))
    }

    @Test func `begins with what is blocked only when nothing else is left`() throws {
        var stage = Stage([("a/A", "k1"), ("b/B", "k2")])
        stage.play { candidate, _ in candidate.credential == "k1" ? .plain(.billing) : nil }
        let ledger = stage.ledger
        let run = try Self.run(["b=402"], on: stage)
        #expect(Self.walk(run) == ["b/B@k2 billing early", "a/A@k1 ok answered"])
        #expect(stage.ledger == ledger)
    }

    @Test func `takes the time of the limits that run out`() throws {
        let one = try Self.run(["k1=timeout"])
        #expect(one.receipt.attempts[0].duration == .seconds(12))
        #expect(one.receipt.attempts[0].failure?.limit == TimeLimit(phase: "firstToken", seconds: 12, setBy: "built in"))
        #expect(one.duration == .seconds(14))
        // Nobody could speak sooner than the last one.
        let all = try Self.run(["*=timeout"])
        #expect(all.receipt.attempts.map(\.duration) == [.seconds(12), .seconds(12), .seconds(12), .seconds(60)])
        let plain = try Self.run(["k1=timeout"]) { $0.streaming = false }
        #expect(plain.receipt.attempts[0].duration == .seconds(300))
        #expect(try Self.run(["k1=connect_timeout"]).receipt.attempts[0].duration == .seconds(10))
    }

    @Test func `ends with the request's own time`() throws {
        let run = try Self.run(["*=timeout"]) { $0.deadline = $0.startedAt + .seconds(20) }
        #expect(run.receipt.attempts.map(\.duration) == [.seconds(12), .seconds(8)])
        #expect(run.receipt.attempts[1].failure?.fault == .requestDeadline)
        #expect(run.ending.code == "deadline_exceeded" && run.duration == .seconds(20))
    }

    @Test func `tells what is blocked then, and whom the next request would ask`() throws {
        let run = try Self.run(["k1=billing:account"])
        #expect(run.receipt.attempts[0].effect.map(\.key) == [.credential("k1")])
        #expect(run.afterwards?.description == "a/A@k2")
        #expect(try Self.run(["*=401"]).afterwards != nil, "early")
        #expect(try Self.run(["*=auth_permanent"]).afterwards == nil)
    }

    @Test func `is told in words, with what was assumed`() throws {
        var stage = Stage([("cerebras/gpt-oss", "c"), ("google/flash", "g"), ("late/L", "l")])
        stage.chain.links[2].contextWindow = 10
        let run = try Self.run(["cerebras=402", "google=timeout"], on: stage) { $0.estimatedTokens = 50 }
        var plan = Plan(chain: stage.chain, facts: run.receipt.facts, policy: stage.policy, ledger: stage.ledger)
        plan.run = run
        let text = Explanation.text(plan, supposed: ["cerebras=402", "google=timeout"]) { _ in "" }
        #expect(
            text == """
                Supposed: cerebras=402, google=timeout

                 1  cerebras/gpt-oss   c   402, no body                              0.30 s
                    billing · rule status.402 · this model on this key blocked 1 min, then one request looks again
                    fix: once the account of c has money again: understudy credentials clear c
                    → next model
                 2  google/flash       g   no first token in 1 min (set by built in) 60.00 s
                    timeout · rule timeout.first_token · this model on this key blocked 5 s
                    → nobody is left
                 –  late/L             l   passed over: about 50 tokens do not fit its window of 10
                    the first candidate may be free again 5 s after that

                The client gets 503 (all_candidates_failed) after 60.30 s.
                    \(run.ending.message ?? "")
                The next request begins with cerebras/gpt-oss on c.

                Assumed: An answer takes 2 s, a refusal 0.3 s, a broken connection 0.05 s; a timeout as long as its limit. \
                Blocks are shown without the 10 % by which their length varies.
                """, "\(text)")
    }

    /// Every outcome anywhere, on ledgers in any state.
    @Test(arguments: UInt64(0)..<300)
    func `ends, changes nothing and says the same twice`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var stage = Stage()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let reason = Reason.allCases.randomElement(using: &random) ?? .billing
            stage.play { _, _ in Bool.random(using: &random) ? .plain(reason) : nil }
            stage.now = stage.now + .seconds(Int.random(in: 0...120, using: &random))
        }
        let words = [
            "ok", "402", "429", "429:retry-after=1", "503", "400", "timeout", "refused", "cut", "unknown", "auth_permanent",
            "context_overflow",
        ]
        let selectors = ["*", "a", "k1", "k2", "a/A", "a/B@k1"]
        let when = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            let outcomes = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in words.randomElement(using: &random) }
            return "\(selectors.randomElement(using: &random) ?? "*")=\(outcomes.joined(separator: ","))"
        }
        let ledger = stage.ledger
        let run = try Self.run(when, on: stage)
        #expect(stage.ledger == ledger)
        #expect(try Self.run(when, on: stage) == run)
        #expect(run.receipt.attempts.count <= stage.policy.maxAttempts && run.receipt.outcome != nil)
        #expect(run.next.count == run.receipt.attempts.count)
        #expect(run.receipt.endedAt.map { $0 >= run.receipt.facts.startedAt } == true)
        if case .answered = run.receipt.outcome { #expect(run.ending.status == 200) } else { #expect(run.ending.status >= 400) }
    }
}

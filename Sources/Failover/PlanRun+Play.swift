// SPDX-License-Identifier: Apache-2.0

/// Where a supposed request runs: what the real one would meet, but for the upstreams.
public struct PlanStage: Sendable {
    public var chain: Chain
    public var facts: RequestFacts
    /// Of the request as a whole.
    public var policy: Policy
    /// By the place in `chain.links`: of its provider and model, with the lengths of their blocks. Empty: `policy` for all.
    public var policies: [Policy]
    /// By the place in `chain.links`. Empty: `PlanTimes.standard` for all.
    public var times: [PlanTimes]
    /// By the place in `chain.links`: the wire that its provider speaks. Empty: the client's for all.
    public var wires: [String]

    public init(
        chain: Chain, facts: RequestFacts, policy: Policy, policies: [Policy] = [], times: [PlanTimes] = [], wires: [String] = []
    ) {
        self.chain = chain
        self.facts = facts
        self.policy = policy
        self.policies = policies
        self.times = times
        self.wires = wires
    }
}

extension PlanRun {
    /// Takes a request down its chain while what is supposed happens.
    ///
    /// - Parameter ledger: A copy is changed; the one that it was made from is not.
    public static func play(_ stage: PlanStage, supposing all: [PlanWhen], ledger: HealthLedger) -> PlanRun {
        var player = Player(stage: stage, ledger: ledger, suppositions: PlanSuppositions(all))
        return player.play()
    }

    private struct Player {
        let stage: PlanStage
        var ledger: HealthLedger
        var suppositions: PlanSuppositions
        var receipt: Receipt
        var next: [PlanNext] = []
        var now: Timestamp
        private var random = Seeded()
        private let policy: Policy

        init(stage: PlanStage, ledger: HealthLedger, suppositions: PlanSuppositions) {
            self.stage = stage
            self.ledger = ledger
            self.suppositions = suppositions
            receipt = Receipt(facts: stage.facts, skipped: stage.chain.skipped)
            now = stage.facts.startedAt
            policy = Self.withoutJitter(stage.policy)
        }

        mutating func play() -> PlanRun {
            // Each turn is an attempt or the one wait, and attempts are bounded by the policy.
            for _ in 0...(policy.maxAttempts + 2) {
                let step = policy.advance(chain: stage.chain, receipt: &receipt, ledger: &ledger, now: now)
                if let last = receipt.attempts.last, next.count < receipt.attempts.count {
                    next.append(PlanNext(step, after: last, stage.chain))
                }
                switch step {
                case .attempt(let index, let mode):
                    attempt(index, mode)
                    if receipt.attempts.last?.failure == nil { return ended(.answered) }
                case .wait(let length, _):
                    receipt.waits.append(length)
                    now = now + length
                case .answer(let attempt): return ended(.passedOn(attempt: attempt))
                case .refuse(let refusal): return ended(.refused(refusal))
                case .stop: return ended(.cancelled)
                }
            }
            return ended(.cancelled)
        }

        private mutating func attempt(_ index: Int, _ mode: AttemptMode) {
            let link = stage.chain.links[index]
            var attempt = Attempt(candidate: link.candidate, origin: link.origin, mode: mode, kind: link.kind, startedAt: now)
            attempt.repairs = receipt.repairs(for: link.candidate.model, known: [])
            let wire = stage.wires.isEmpty ? stage.facts.wire : stage.wires[index]
            let outcome = suppositions.next(for: link.candidate, repairs: attempt.repairs, wire: wire)
            let times = stage.times.isEmpty ? PlanTimes.standard : stage.times[index]
            var (length, limit) = times.duration(of: outcome, streaming: stage.facts.streaming) {
                policy.hasSpare(chain: stage.chain, besides: index, receipt: receipt, ledger: ledger, now: now)
            }
            var failure = outcome.failure(of: link.candidate, wire: wire)
            let left = max(stage.facts.deadline - now, .zero)
            if length >= left {
                length = left
                failure = PlanOutcome.fault(.requestDeadline).failure(of: link.candidate, wire: wire)
                limit = TimeLimit(
                    phase: "request", seconds: Double((stage.facts.deadline - stage.facts.startedAt).wholeMilliseconds) / 1000,
                    setBy: "the request")
            }
            failure?.limit = limit
            now = now + length
            attempt.duration = length
            attempt.failure = failure
            attempt.status = failure == nil ? 200 : failure?.status
            if let failure {
                let policy = stage.policies.isEmpty ? policy : Self.withoutJitter(stage.policies[index])
                attempt.effect = ledger.record(
                    failure, of: link.candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: mode, policy: policy,
                    now: now,
                    using: &random)
            } else {
                attempt.effect = ledger.succeeded(link.candidate, attemptStartedAt: attempt.startedAt, mode: mode, now: now)
            }
            receipt.attempts.append(attempt)
        }

        private enum End {
            case answered
            case passedOn(attempt: Int)
            case refused(Refusal)
            case cancelled
        }

        private mutating func ended(_ end: End) -> PlanRun {
            let ending: Ending
            switch end {
            case .answered:
                next.append(.answered)
                receipt.outcome = .answered(attempt: receipt.attempts.count - 1, status: 200)
                ending = Ending(status: 200)
            case .passedOn(let place):
                receipt.outcome = .passedOn(attempt: place)
                let refusal = Refusal(judging: receipt.attempts[place])
                ending = Ending(
                    status: receipt.attempts[place].failure?.status ?? refusal.status, code: refusal.code, message: refusal.message)
            case .refused(let refusal):
                receipt.outcome = .refused(refusal)
                ending = Ending(status: refusal.status, code: refusal.code, message: refusal.message, retryAfter: refusal.retryAfter)
            case .cancelled:
                receipt.outcome = .cancelled
                ending = Ending(status: 499, code: "cancelled", message: "the client has left")
            }
            receipt.endedAt = now
            return PlanRun(receipt: receipt, next: next, ending: ending, afterwards: afterwards())
        }

        /// Whom a request like this one would ask that comes right after it.
        private func afterwards() -> Candidate? {
            var (facts, copy) = (stage.facts, ledger)
            // Another request: what this one found out itself is not held against it.
            facts.id = "<next id>"
            facts.deadline = now + (facts.deadline - facts.startedAt)
            facts.startedAt = now
            let step = policy.step(chain: stage.chain, receipt: Receipt(facts: facts), facts: facts, ledger: &copy, now: now)
            guard case .attempt(let index, _) = step else { return nil }
            return stage.chain.links[index].candidate
        }

        /// People read `1 min` better than 54.6 s.
        private static func withoutJitter(_ policy: Policy) -> Policy {
            var policy = policy
            policy.jitter = 0
            return policy
        }
    }

    /// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same plan is the same twice.
    private struct Seeded: RandomNumberGenerator {
        private var state: UInt64 = 0

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

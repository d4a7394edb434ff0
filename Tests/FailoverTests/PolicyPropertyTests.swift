// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// Whatever happens: random chains, failures and pauses on one ledger, a thousand requests per seed group.
@Suite struct `In any situation` {
    /// Plays requests and hands each to `check`, with the ledger as it was before each of its attempts.
    static func play(seed: UInt64, requests: Int = 40, check: (Stage.Played, [HealthLedger], Stage) -> Void) {
        var random = SeededRandom(seed: seed)
        var stage = randomStage(&random)
        for _ in 0..<requests {
            stage.now = stage.now + .milliseconds(Int64.random(in: 0...40_000, using: &random))
            var ledgers: [HealthLedger] = []
            let failing = Double.random(in: 0...1, using: &random)
            let played = play(&stage, failing, &random, &ledgers)
            check(played, ledgers, stage)
        }
    }

    static func randomStage(_ random: inout SeededRandom) -> Stage {
        let names: [StaticString] = ["a/A", "a/B", "b/B", "c/C", "d/D", "d/E"]
        let keys: [CredentialID] = ["k1", "k2", "k3", "k4"]
        var plan: [(StaticString, CredentialID)] = []
        for name in names.shuffled(using: &random).prefix(Int.random(in: 1...6, using: &random)) {
            for key in keys.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)) { plan.append((name, key)) }
        }
        var stage = Stage(plan)
        stage.policy = .standard
        for index in stage.chain.links.indices where Bool.random(using: &random) {
            stage.chain.links[index].contextWindow = Int.random(in: 1...9, using: &random)
        }
        return stage
    }

    static func randomFailure(_ random: inout SeededRandom) -> Failure {
        let reason = Reason.allCases.filter { $0 != .cancelled }.randomElement(using: &random) ?? .unknown
        let faults: [TransportFault] = [.refused, .dns, .reset(reused: true), .reset(reused: false)]
        var failure = Failure.plain(reason, fault: reason == .network ? faults.randomElement(using: &random) : nil)
        if Int.random(in: 0..<4, using: &random) == 0 { failure.reset = .milliseconds(Int64.random(in: 0...100_000, using: &random)) }
        if reason == .format {
            failure.repair =
                [.dropMember("seed"), .dropCacheMarkers, .renameRole(from: "developer", to: "system"), nil]
                .randomElement(using: &random) ?? nil
        }
        if (reason == .billing || reason == .quota) && Bool.random(using: &random) { failure.scope = .credential }
        return failure
    }

    private static func play(_ stage: inout Stage, _ failing: Double, _ random: inout SeededRandom, _ ledgers: inout [HealthLedger])
        -> Stage.Played
    {
        var receipt = Receipt(
            facts: stage.facts {
                $0.sentAsWritten = Bool.random(using: &random); $0.estimatedTokens = Int.random(in: 0...9, using: &random)
            })
        while true {
            let before = stage.ledger
            var copy = stage.ledger
            let step = stage.policy.step(chain: stage.chain, receipt: receipt, facts: receipt.facts, ledger: &copy, now: stage.now)
            let again = stage.policy.advance(chain: stage.chain, receipt: &receipt, ledger: &stage.ledger, now: stage.now)
            #expect(step == again)
            #expect(copy == stage.ledger)
            guard case .attempt(let index, let mode) = step else {
                guard case .wait(let duration, _) = step else { return Stage.Played(receipt: receipt, last: step) }
                receipt.waits.append(duration)
                stage.now = stage.now + duration
                continue
            }
            ledgers.append(before)
            var attempt = Attempt(candidate: stage.chain.links[index].candidate, mode: mode, startedAt: stage.now)
            attempt.repairs = receipt.repairs(for: attempt.candidate.model, known: [])
            stage.now = stage.now + .milliseconds(Int64.random(in: 1...3000, using: &random))
            attempt.duration = stage.now - attempt.startedAt
            if Double.random(in: 0..<1, using: &random) < failing {
                let failure = randomFailure(&random)
                attempt.failure = failure
                attempt.effect = stage.ledger.record(
                    failure, of: attempt.candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: mode, policy: stage.policy,
                    now: stage.now, using: &random)
                receipt.attempts.append(attempt)
            } else {
                attempt.effect = stage.ledger.succeeded(attempt.candidate, attemptStartedAt: attempt.startedAt, mode: mode, now: stage.now)
                receipt.attempts.append(attempt)
                return Stage.Played(receipt: receipt, last: .stop)
            }
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func `no blocked candidate is tried but under a lease, or early where all is blocked`(seed: UInt64) {
        Self.play(seed: seed) { played, ledgers, stage in
            for (attempt, ledger) in zip(played.receipt.attempts, ledgers) {
                let block = ledger.block(on: attempt.candidate, at: attempt.startedAt)
                switch attempt.mode {
                case .normal, .quickRepeat: #expect(block == nil)
                case .halfOpen(let lease), .returning(let lease):
                    #expect(block == nil)
                    #expect(lease.keys.allSatisfy { $0.covers(attempt.candidate) } && !lease.keys.isEmpty)
                case .early: #expect(block?.providerReset == false && block?.reason != .authPermanent)
                }
            }
            #expect(played.receipt.attempts.count { $0.mode == .early } <= 2)
            #expect(played.receipt.attempts.count <= stage.policy.maxAttempts)
        }
    }

    @Test(arguments: UInt64(100)..<200)
    func `each candidate is tried, named as skipped, or comes after the one that settled it`(seed: UInt64) {
        Self.play(seed: seed) { played, _, stage in
            let tried = Set(played.receipt.attempts.map(\.candidate))
            let skipped = Set(played.receipt.skipped.map { "\($0.model)@\($0.credential?.rawValue ?? "")" })
            let settledAt =
                played.receipt.attempts.last.flatMap { last in stage.chain.links.firstIndex { $0.candidate == last.candidate } } ?? 0
            for (index, link) in stage.chain.links.enumerated() where !tried.contains(link.candidate) {
                if played.hasAnswer && index > settledAt { continue }
                #expect(skipped.contains(link.candidate.description))
            }
        }
    }

    @Test(arguments: UInt64(200)..<300)
    func `no candidate is tried again but to repeat, after a repair that was not made before, and after a wait`(seed: UInt64) {
        Self.play(seed: seed) { played, _, _ in
            var seen: Set<Candidate> = []
            var again = 0
            var before: Attempt?
            var made: [Candidate: Set<Repair>] = [:]
            for attempt in played.receipt.attempts {
                let isRepaired = before?.candidate == attempt.candidate && before?.failure?.repair.map(attempt.repairs.contains) == true
                if isRepaired, let repair = before?.failure?.repair {
                    #expect(before?.repairs.contains(repair) == false)
                    #expect(made[attempt.candidate, default: []].insert(repair).inserted)
                }
                if !seen.insert(attempt.candidate).inserted && attempt.mode != .quickRepeat && !isRepaired { again += 1 }
                before = attempt
            }
            #expect(again <= played.receipt.waits.count)
            #expect(played.receipt.waits.count <= 1)
        }
    }

    @Test(arguments: UInt64(300)..<400)
    func `a walk ends early only for what the request did`(seed: UInt64) {
        Self.play(seed: seed) { played, _, _ in
            guard case .answer(let attempt) = played.last else { return }
            let reason = played.receipt.attempts[attempt].failure?.reason
            #expect([.invalidRequest, .contentPolicy, .contextOverflow, .format].contains(reason))
        }
    }

    @Test(arguments: UInt64(400)..<450)
    func `a window once open keeps its end until a success, a clearing or a graver cause`(seed: UInt64) {
        var previous: [ScopeKey: Block] = [:]
        Self.play(seed: seed) { played, _, stage in
            let hasSuccess = played.hasAnswer
            for block in stage.ledger.blocks {
                if let old = previous[block.key], old.isOpen(at: stage.now), !hasSuccess, old.since == block.since {
                    #expect(old.until == block.until)
                }
                if let old = previous[block.key], old.isOpen(at: stage.now), !hasSuccess { #expect(block.until >= old.until) }
            }
            previous = Dictionary(uniqueKeysWithValues: stage.ledger.blocks.map { ($0.key, $0) })
        }
    }

    @Test(arguments: UInt64(450)..<500)
    func `the same seed gives the same evening`(seed: UInt64) {
        var first: [Receipt] = []
        var second: [Receipt] = []
        Self.play(seed: seed, requests: 10) { played, _, _ in first.append(played.receipt) }
        Self.play(seed: seed, requests: 10) { played, _, _ in second.append(played.receipt) }
        #expect(first == second)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Simulation

/// The real engine with one thing broken on purpose.
protocol Mutant: Engine {
    var real: RealEngine { get set }
}

extension Mutant {
    var blocks: [Block] { real.blocks }
    func order(_ chain: Chain, pins: [SessionPin], now: Timestamp) -> [Int]? { real.order(chain, pins: pins, now: now) }
    mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step { real.advance(chain, &receipt, now: now) }
    mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect] {
        real.failed(failure, attempt, receipt, now: now)
    }
    mutating func succeeded(_ attempt: Attempt, now: Timestamp, endIsProven: Bool) -> [BlockEffect] {
        real.succeeded(attempt, now: now, endIsProven: endIsProven)
    }
    mutating func giveBack(_ attempt: Attempt, now: Timestamp) { real.giveBack(attempt, now: now) }
    mutating func extend(_ mode: AttemptMode, until endsAt: Timestamp, now: Timestamp) -> AttemptMode {
        real.extend(mode, until: endsAt, now: now)
    }
    mutating func restart(now: Timestamp) { real.restart(now: now) }
    mutating func reload(renewed: [CredentialID], now: Timestamp) { real.reload(renewed: renewed, now: now) }
    mutating func pause(_ credential: CredentialID, now: Timestamp) { real.pause(credential, now: now) }
    mutating func resume(_ credential: CredentialID, now: Timestamp) { real.resume(credential, now: now) }
    mutating func prune(now: Timestamp) { real.prune(now: now) }
}

/// Goes to the first candidate that it passes by as blocked, now and then.
struct CallsTheBlocked: Mutant {
    var real: RealEngine
    private var passed = 0
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step {
        let known = receipt.skipped.count
        let step = real.advance(chain, &receipt, now: now)
        guard case .attempt(_, .normal) = step, receipt.attempts.isEmpty, receipt.skipped.count > known else { return step }
        let place = chain.links.firstIndex { link in
            receipt.skipped.contains { skip in
                guard case .blocked = skip.reason else { return false }
                return skip.model == link.candidate.model && skip.credential == link.candidate.credential
            }
        }
        passed += 1
        guard let place, passed.isMultiple(of: 7) else { return step }
        receipt.skipped.removeAll {
            $0.model == chain.links[place].candidate.model && $0.credential == chain.links[place].candidate.credential
        }
        return .attempt(index: place, mode: .normal)
    }
}

/// Takes a 402 for the end of the request.
struct EndsAtMoney: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step {
        guard receipt.attempts.last?.failure?.reason == .billing else { return real.advance(chain, &receipt, now: now) }
        for link in chain.links where !receipt.attempts.contains(where: { $0.candidate == link.candidate }) {
            let isNamed = receipt.skipped.contains { $0.model == link.candidate.model && $0.credential == link.candidate.credential }
            if isNamed { continue }
            receipt.skipped.append(
                SkippedLink(model: link.candidate.model, credential: link.candidate.credential, origin: link.origin, reason: .notNeeded))
        }
        return .answer(attempt: receipt.attempts.count - 1)
    }
}

/// Forgets to say who was passed by.
struct SkipsSilently: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step {
        let known = receipt.skipped
        let step = real.advance(chain, &receipt, now: now)
        receipt.skipped = known
        return step
    }
}

/// Knows no bound of attempts.
struct NeverGivesUp: Mutant {
    var real: RealEngine
    init(seed: UInt64) {
        real = RealEngine(seed: seed)
        real.policy.maxAttempts = 64
    }
}

/// Blocks a model on every key when one request has met the same trouble on two of them.
struct WidensAlone: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect] {
        var effects = real.failed(failure, attempt, receipt, now: now)
        let isSecond = receipt.attempts.contains {
            $0.candidate.model == attempt.candidate.model && $0.candidate.credential != attempt.candidate.credential
                && $0.failure?.reason == failure.reason
        }
        let wide = ScopeKey.providerModel(attempt.candidate.model)
        guard isSecond, failure.reason == .overloaded || failure.reason == .serverError, !effects.isEmpty,
            !real.blocks.contains(where: { $0.key == wide })
        else { return effects }
        let block = Block(
            key: wide, reason: failure.reason, since: now, until: now + .seconds(5),
            evidence: Block.Evidence(receipt: receipt.facts.id, status: failure.status, rule: failure.rule))
        real.ledger.merge([block], now: now)
        effects.append(
            BlockEffect(
                key: wide, reason: failure.reason, kind: .widened(until: block.until, length: .seconds(5), setBy: .ladder)))
        return effects
    }
}

/// Counts each 429 of a burst: what was under way when the window opened makes it longer.
struct LengthensWindows: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect] {
        let effects = real.failed(failure, attempt, receipt, now: now)
        guard failure.reset == nil, effects.count == 1, effects[0].kind == .unchanged,
            var block = real.blocks.first(where: { $0.key == effects[0].key }), block.reason == failure.reason, block.length == .ladder,
            block.step == 0, attempt.startedAt <= block.since, now < block.until
        else { return effects }
        let length = block.until - block.since
        block.since = now
        block.until = now + length
        block.evidence.receipt = receipt.facts.id
        real.ledger.merge([block], now: now)
        return [BlockEffect(key: block.key, reason: block.reason, kind: .blocked(until: block.until, length: length, setBy: .ladder))]
    }
}

/// Lets windows last three minutes longer than it says.
struct ForgetsToComeBack: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect] {
        let effects = real.failed(failure, attempt, receipt, now: now)
        for case let effect in effects {
            guard case .blocked = effect.kind, var block = real.blocks.first(where: { $0.key == effect.key }), block.until < .distantFuture
            else { continue }
            block.until = block.until + .seconds(180)
            real.ledger.merge([block], now: now)
        }
        return effects
    }
}

/// Has a session begin anew with each request.
struct ForgetsSessions: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: seed) }

    func order(_ chain: Chain, pins: [SessionPin], now: Timestamp) -> [Int]? { nil }
}

/// Takes its chance from the machine.
struct RollsDice: Mutant {
    var real: RealEngine
    init(seed: UInt64) { real = RealEngine(seed: UInt64.random(in: 0...UInt64.max)) }
}

/// Says that it has blocked, and for twice as long as the table allows.
struct BlocksTooLong: Mutant {
    var real: RealEngine
    init(seed: UInt64) {
        real = RealEngine(seed: seed)
        real.policy.blocks.transient = [.seconds(20), .seconds(30), .seconds(120)]
    }
}

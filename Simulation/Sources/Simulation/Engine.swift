// SPDX-License-Identifier: Apache-2.0
import Failover

/// Policy and ledger, as a gateway uses them. `RealEngine` is the product; others are it with one thing broken on purpose.
public protocol Engine {
    init(seed: UInt64)

    /// The links of a chain in the order for one request of a session.
    func order(_ chain: Chain, pins: [SessionPin], now: Timestamp) -> [Int]?
    mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step
    mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect]
    mutating func succeeded(_ attempt: Attempt, now: Timestamp, endIsProven: Bool) -> [BlockEffect]
    mutating func giveBack(_ attempt: Attempt, now: Timestamp)
    /// What an attempt holds lasts as long as it may take to speak.
    mutating func extend(_ mode: AttemptMode, until endsAt: Timestamp, now: Timestamp) -> AttemptMode
    /// The process is gone, and a new one has read what was kept.
    mutating func restart(now: Timestamp)
    mutating func reload(renewed: [CredentialID], now: Timestamp)
    mutating func pause(_ credential: CredentialID, now: Timestamp)
    mutating func resume(_ credential: CredentialID, now: Timestamp)
    mutating func prune(now: Timestamp)
    var blocks: [Block] { get }
}

/// What the gateway runs.
public struct RealEngine: Engine {
    public var policy = Policy.standard
    public var ledger = HealthLedger()
    private var random: Chance

    public init(seed: UInt64) { random = Chance(seed: seed) }

    public var blocks: [Block] { ledger.blocks }

    public func order(_ chain: Chain, pins: [SessionPin], now: Timestamp) -> [Int]? { chain.order(pins: pins, at: now) }

    public mutating func advance(_ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step {
        let step = policy.advance(chain: chain, receipt: &receipt, ledger: &ledger, now: now)
        if case .attempt(let index, _) = step { ledger.began(chain.links[index].candidate) }
        return step
    }

    public mutating func failed(_ failure: Failure, _ attempt: Attempt, _ receipt: Receipt, now: Timestamp) -> [BlockEffect] {
        ledger.ended(attempt.candidate)
        return ledger.record(
            failure, of: attempt.candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: attempt.mode,
            committed: attempt.committed, policy: policy, now: now, using: &random)
    }

    public mutating func succeeded(_ attempt: Attempt, now: Timestamp, endIsProven: Bool) -> [BlockEffect] {
        if endIsProven { ledger.ended(attempt.candidate) }
        return ledger.succeeded(
            attempt.candidate, attemptStartedAt: attempt.startedAt, mode: attempt.mode, now: now, endIsProven: endIsProven)
    }

    public mutating func giveBack(_ attempt: Attempt, now: Timestamp) {
        ledger.ended(attempt.candidate)
        ledger.giveBack(attempt.mode, of: attempt.candidate, now: now)
    }

    public mutating func extend(_ mode: AttemptMode, until endsAt: Timestamp, now: Timestamp) -> AttemptMode {
        ledger.extend(mode, until: endsAt, now: now)
    }

    public mutating func restart(now: Timestamp) {
        ledger = HealthLedger(restoring: KeptLedger(ledger).blocks, pauses: ledger.pauses(at: now), now: now)
    }

    public mutating func reload(renewed: [CredentialID], now: Timestamp) {
        ledger.clearModels()
        for credential in renewed { ledger.clear(credential: credential) }
    }

    public mutating func pause(_ credential: CredentialID, now: Timestamp) { ledger.pause(credential, at: now) }

    public mutating func resume(_ credential: CredentialID, now: Timestamp) { ledger.resume(credential, at: now) }

    public mutating func prune(now: Timestamp) { ledger.prune(now: now) }
}

/// What of a ledger outlives the process: its blocks, written out and read again member by member.
struct KeptLedger {
    private var rows: [(ScopeKey, String, Int64, Int64, Int, Block.Evidence, String, Int?)] = []

    init(_ ledger: HealthLedger) {
        rows = ledger.blocks.map {
            (
                $0.key, $0.reason.rawValue, $0.since.milliseconds, $0.until.milliseconds, $0.step, $0.evidence, $0.length.rawValue,
                $0.earlyQuarter
            )
        }
    }

    var blocks: [Block] {
        rows.compactMap { key, reason, since, until, step, evidence, length, quarter in
            guard let reason = Reason(rawValue: reason), let length = WindowLength(rawValue: length) else { return nil }
            return Block(
                key: key, reason: reason, since: Timestamp(milliseconds: since), until: Timestamp(milliseconds: until), step: step,
                evidence: evidence, length: length, earlyQuarter: quarter)
        }
    }
}

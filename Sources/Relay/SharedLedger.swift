// SPDX-License-Identifier: Apache-2.0
import Failover
import Store
import Synchronization

/// This process's health ledger, shared by every request, and kept in the store whenever a block changes.
///
/// Under the lock there are pure changes, and the handing over of what they leave to the store, which never waits: handed over after
/// it, the older of two states could be the one that is kept.
public final class SharedLedger: Sendable {
    private struct State {
        var ledger: HealthLedger
        var random = SystemRandomNumberGenerator()
        /// Another process keeps the ledger, and is told what changes in this one.
        var successor: (@Sendable (LedgerChange) -> Void)?
        /// The process before this one, which still has requests under way, is told what changes here.
        var predecessor: (@Sendable (LedgerChange) -> Void)?

        /// What `keep` needs to know of before a change.
        var before: [Block]? { successor == nil && predecessor == nil ? nil : ledger.unorderedBlocks }
    }

    private let state: Mutex<State>
    private let store: LedgerStore?

    /// - Parameter store: `nil` keeps the ledger in memory alone.
    public init(_ ledger: HealthLedger, store: LedgerStore?) {
        state = Mutex(State(ledger: ledger))
        self.store = store
    }

    /// A copy, to look at.
    public var ledger: HealthLedger { state.withLock { $0.ledger } }

    /// The next step of a request, noted in its receipt.
    func step(_ policy: Policy, _ chain: Chain, _ receipt: inout Receipt, now: Timestamp) -> Step {
        state.withLock { state in
            let step = policy.advance(chain: chain, receipt: &receipt, ledger: &state.ledger, now: now)
            if case .attempt(let index, _) = step { state.ledger.began(chain.links[index].candidate) }
            return step
        }
    }

    /// Lets what an attempt holds last as long as the attempt may take to speak.
    ///
    /// - Returns: What it holds from now on.
    func extend(_ mode: AttemptMode, until endsAt: Timestamp, now: Timestamp) -> AttemptMode {
        guard let lease = mode.lease, endsAt > lease.endsAt else { return mode }
        return state.withLock { $0.ledger.extend(mode, until: endsAt, now: now) }
    }

    func failed(
        _ failure: Failure, of candidate: Candidate, startedAt: Timestamp, mode: AttemptMode, committed: Bool, receipt: Receipt,
        policy: Policy, now: Timestamp
    ) -> [BlockEffect] {
        change { state in
            state.ledger.ended(candidate)
            return state.ledger.record(
                failure, of: candidate, attemptStartedAt: startedAt, receipt: receipt, mode: mode, committed: committed,
                policy: policy, now: now, using: &state.random)
        }
    }

    /// - Parameter endIsProven: `false` at the first content of a reply, `true` at its end.
    func succeeded(
        _ candidate: Candidate, startedAt: Timestamp, mode: AttemptMode, now: Timestamp, endIsProven: Bool
    ) -> [BlockEffect] {
        change { state in
            if endIsProven { state.ledger.ended(candidate) }
            guard !state.ledger.isEmpty else { return [] }
            return state.ledger.succeeded(candidate, attemptStartedAt: startedAt, mode: mode, now: now, endIsProven: endIsProven)
        }
    }

    /// A candidate answered that no step had chosen, as a probe's does.
    func proved(_ candidate: Candidate, startedAt: Timestamp, now: Timestamp) -> [BlockEffect] {
        change { state in
            guard !state.ledger.isEmpty else { return [] }
            return state.ledger.succeeded(candidate, attemptStartedAt: startedAt, mode: .normal, now: now)
        }
    }

    /// An attempt that began with a step has ended and says nothing of its candidate.
    func giveBack(_ mode: AttemptMode, of candidate: Candidate, now: Timestamp) {
        state.withLock { state in
            state.ledger.ended(candidate)
            state.ledger.giveBack(mode, of: candidate, now: now)
        }
    }

    /// Whether a candidate other than `index` could be tried now: decides how long a first token is waited for.
    func hasSpare(_ policy: Policy, _ chain: Chain, besides index: Int, _ receipt: Receipt, now: Timestamp) -> Bool {
        state.withLock { policy.hasSpare(chain: chain, besides: index, receipt: receipt, ledger: $0.ledger, now: now) }
    }

    /// Whether somebody could be started beside the attempt of a link.
    func hasSecond(_ policy: Policy, _ chain: Chain, beside index: Int, _ receipt: Receipt, now: Timestamp) -> Bool {
        state.withLock { policy.second(chain: chain, beside: index, receipt: receipt, ledger: $0.ledger, now: now) != nil }
    }

    /// Who is started beside the attempt of a link, counted as under way.
    func second(_ policy: Policy, _ chain: Chain, beside index: Int, _ receipt: Receipt, now: Timestamp) -> Int? {
        state.withLock { state in
            let place = policy.second(chain: chain, beside: index, receipt: receipt, ledger: state.ledger, now: now)
            if let place { state.ledger.began(chain.links[place].candidate) }
            return place
        }
    }

    func looksAfterTimeout(_ mode: AttemptMode) -> Bool {
        guard case .halfOpen = mode else { return false }
        return state.withLock { $0.ledger.looksAfterTimeout(mode) }
    }

    /// Forgets what a new configuration makes void: models that were not found, and all that is held against credentials whose
    /// secret is new.
    public func configurationChanged(renewed: [CredentialID]) {
        state.withLock { state in
            let before = state.before
            state.ledger.clearModels()
            for credential in renewed { state.ledger.clear(credential: credential) }
            keep(state, since: before)
        }
    }

    /// Makes a decision of the owner's, which is in the store once `flush` returns.
    ///
    /// - Parameter body: Under the lock, so it changes the ledger and nothing else.
    public func decide<Outcome: Sendable, Problem: Error>(
        at now: Timestamp, _ body: (inout HealthLedger) throws(Problem) -> Outcome
    ) throws(Problem) -> Outcome {
        try state.withLock { state throws(Problem) in
            let before = state.before
            let pauses = state.ledger.pauses(at: now)
            let outcome = try body(&state.ledger)
            let paused = state.ledger.pauses(at: now)
            keep(state, since: before) { $0.note(pauses, paused) }
            if state.successor == nil { store?.save(pauses: paused) }
            return outcome
        }
    }

    /// Waits until what was changed before is in the store, or found impossible to write.
    public func flush() async { await store?.flush() }

    // MARK: Handing over

    /// From now on another process keeps the ledger; `successor` is told each change that requests of this one still make.
    ///
    /// - Parameter successor: Called under the lock, so it hands on and never waits.
    public func handOver(to successor: @escaping @Sendable (LedgerChange) -> Void) { state.withLock { $0.successor = successor } }

    /// The other process has not taken over, or is gone.
    ///
    /// - Parameter kept: What it has left in the store.
    public func takeBack(_ kept: [Block], now: Timestamp) {
        state.withLock { state in
            state.successor = nil
            state.ledger.merge(kept, now: now)
            store?.save(state.ledger.unorderedBlocks, anew: true)
        }
    }

    /// The process before this one still has requests under way.
    ///
    /// - Parameter predecessor: Told each change that is made here; called under the lock, so it hands on and never waits. `nil`: it is gone.
    public func follow(_ predecessor: (@Sendable (LedgerChange) -> Void)?) { state.withLock { $0.predecessor = predecessor } }

    /// Takes over what requests of the process before this one have changed, and what its owner decided there.
    public func take(_ change: LedgerChange, now: Timestamp) {
        state.withLock { state in
            change.apply(to: &state.ledger, now: now)
            if let successor = state.successor { return successor(change) }
            store?.save(state.ledger.unorderedBlocks)
            if change.decides { store?.save(pauses: state.ledger.pauses(at: now)) }
        }
    }

    /// Takes over what the process that keeps the ledger now has changed: for the requests that are still under way here.
    public func hear(_ change: LedgerChange, now: Timestamp) {
        state.withLock { state in
            change.apply(to: &state.ledger, now: now)
            state.predecessor?(change)
        }
    }

    /// Drops blocks that ended so long ago that their ladders begin anew.
    ///
    /// - Parameter failureWindow: How long that is.
    public func prune(now: Timestamp, failureWindow: Duration) {
        state.withLock { $0.ledger.prune(now: now, failureWindow: failureWindow) }
    }

    private func change(_ body: (inout State) -> [BlockEffect]) -> [BlockEffect] {
        state.withLock { state in
            let before = state.before
            let effects = body(&state)
            if !effects.isEmpty { keep(state, since: before) }
            return effects
        }
    }

    private func keep(_ state: State, since before: [Block]?, adding: (inout LedgerChange) -> Void = { _ in }) {
        if state.successor == nil { store?.save(state.ledger.unorderedBlocks) }
        guard let before else { return }
        var change = LedgerChange(from: before, to: state.ledger.unorderedBlocks)
        adding(&change)
        if change.isEmpty { return }
        state.successor?(change)
        state.predecessor?(change)
    }
}

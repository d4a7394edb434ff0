// SPDX-License-Identifier: Apache-2.0
import Failover
import Store
import Synchronization

/// This process's health ledger, shared by every request, and kept in the store whenever a block changes.
///
/// Under the lock there are pure changes only; what they ask to be stored is stored after it.
public final class SharedLedger: Sendable {
    private struct State {
        var ledger: HealthLedger
        var random = SystemRandomNumberGenerator()
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
        state.withLock { policy.advance(chain: chain, receipt: &receipt, ledger: &$0.ledger, now: now) }
    }

    func failed(
        _ failure: Failure, of candidate: Candidate, startedAt: Timestamp, mode: AttemptMode, receipt: Receipt, policy: Policy,
        now: Timestamp
    ) -> [BlockEffect] {
        change { state in
            state.ledger.record(
                failure, of: candidate, attemptStartedAt: startedAt, receipt: receipt, mode: mode, policy: policy, now: now,
                using: &state.random)
        }
    }

    /// - Parameter endIsProven: `false` at the first content of a reply, `true` at its end.
    func succeeded(
        _ candidate: Candidate, startedAt: Timestamp, mode: AttemptMode, now: Timestamp, endIsProven: Bool
    ) -> [BlockEffect] {
        change { state in
            guard !state.ledger.isEmpty else { return [] }
            return state.ledger.succeeded(candidate, attemptStartedAt: startedAt, mode: mode, now: now, endIsProven: endIsProven)
        }
    }

    func giveBack(_ mode: AttemptMode, now: Timestamp) {
        guard case .halfOpen(let lease) = mode else { return }
        state.withLock { $0.ledger.giveBack(lease, now: now) }
    }

    /// Whether a candidate other than `index` could be tried now: decides how long a first token is waited for.
    func hasSpare(_ policy: Policy, _ chain: Chain, besides index: Int, _ receipt: Receipt, now: Timestamp) -> Bool {
        state.withLock { policy.hasSpare(chain: chain, besides: index, receipt: receipt, ledger: $0.ledger, now: now) }
    }

    /// Forgets what a new configuration makes void: models that were not found, and all that is held against credentials whose
    /// secret is new.
    public func configurationChanged(renewed: [CredentialID]) {
        let blocks = state.withLock { state in
            state.ledger.clearModels()
            for credential in renewed { state.ledger.clear(credential: credential) }
            return state.ledger.blocks
        }
        store?.save(blocks)
    }

    /// Forgets what `clearing` covers. In the store before this returns to whoever waits for `flush`.
    ///
    /// - Returns: What had stood in the way.
    public func clear(_ clearing: HealthLedger.Clearing, at now: Timestamp) -> [Block] {
        let (cleared, blocks) = state.withLock { state in
            let cleared = state.ledger.clear(clearing, at: now)
            return (cleared, state.ledger.blocks)
        }
        if !cleared.isEmpty { store?.save(blocks) }
        return cleared
    }

    /// Takes a credential out of use; requests under way with it go on.
    ///
    /// - Returns: The pause that was in force before, and the one that is now (`nil`: there are too many).
    public func pause(_ credential: CredentialID, at now: Timestamp, until: Timestamp?) -> (before: Pause?, after: Pause?) {
        let (before, after, pauses) = state.withLock { state in
            let before = state.ledger.pause(of: credential, at: now)
            return (before, state.ledger.pause(credential, at: now, until: until), state.ledger.pauses(at: now))
        }
        store?.save(pauses: pauses)
        return (before, after)
    }

    /// - Returns: The pause that has ended; `nil` where there was none.
    public func resume(_ credential: CredentialID, at now: Timestamp) -> Pause? {
        let (ended, pauses) = state.withLock { state in
            (state.ledger.resume(credential, at: now), state.ledger.pauses(at: now))
        }
        if ended != nil { store?.save(pauses: pauses) }
        return ended
    }

    /// Waits until what was changed before is in the store, or found impossible to write.
    public func flush() async { await store?.flush() }

    /// Drops blocks that ended so long ago that their ladders begin anew.
    public func prune(now: Timestamp) { state.withLock { $0.ledger.prune(now: now) } }

    private func change(_ body: (inout State) -> [BlockEffect]) -> [BlockEffect] {
        let (effects, blocks) = state.withLock { state -> ([BlockEffect], [Block]?) in
            let effects = body(&state)
            return (effects, effects.isEmpty ? nil : state.ledger.blocks)
        }
        if let blocks { store?.save(blocks) }
        return effects
    }
}

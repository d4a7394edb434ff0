// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization

/// When each credential was used last, for `auth.spread: "leastRecentlyUsed"`. Kept while the gateway runs, and only with that setting.
public final class CredentialUses: Sendable {
    struct Use: Hashable {
        /// Grows with each use of any credential: two within a millisecond are still one after the other.
        var number: UInt64
        var at: Timestamp
    }

    /// Credentials at most; beyond them the one used longest ago is forgotten, and counts as not used.
    private static let limit = 4096

    private let state = Mutex<(uses: [CredentialID: Use], last: UInt64)>(([:], 0))

    public init() {}

    func last(of credential: CredentialID) -> Use? { state.withLock { $0.uses[credential] } }

    func used(_ credential: CredentialID, at now: Timestamp) {
        state.withLock { state in
            state.last += 1
            if state.uses.count >= Self.limit, state.uses[credential] == nil,
                let oldest = state.uses.min(by: { $0.value.number < $1.value.number })
            {
                state.uses[oldest.key] = nil
            }
            state.uses[credential] = Use(number: state.last, at: now)
        }
    }
}

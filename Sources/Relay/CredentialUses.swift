// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization

/// When each credential was used last, for `auth.spread: "leastRecentlyUsed"`. Kept while the gateway runs, and given to
/// the process that comes in this one's place; only with that setting.
public final class CredentialUses: Sendable {
    struct Use: Hashable {
        /// Grows with each use of any credential: two within a millisecond are still one after the other.
        var number: UInt64
        var at: Timestamp
    }

    /// Credentials at most; beyond them the one used longest ago is forgotten, and counts as not used.
    private static let limit = 4096

    /// A use on its way to another process.
    public struct Kept: Hashable, Sendable {
        public var credential: CredentialID
        public var at: Timestamp

        public init(credential: CredentialID, at: Timestamp) { (self.credential, self.at) = (credential, at) }
    }

    private struct State {
        var uses: [CredentialID: Use] = [:]
        var last: UInt64 = 0
        /// Another process takes the requests from now on, and is told of uses that are still made here.
        var successor: (@Sendable (Kept) -> Void)?
    }

    private let state = Mutex(State())

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
            state.successor?(Kept(credential: credential, at: now))
        }
    }

    /// - Parameter successor: Told of each use from now on; called under the lock. `nil`: nobody is, any more.
    /// - Returns: The last use of each credential, oldest first.
    func handOver(to successor: (@Sendable (Kept) -> Void)?) -> [Kept] {
        state.withLock { state in
            state.successor = successor
            return state.uses.sorted { $0.value.number < $1.value.number }.map { Kept(credential: $0.key, at: $0.value.at) }
        }
    }
}

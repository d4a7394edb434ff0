// SPDX-License-Identifier: Apache-2.0

/// What the ledger made of one attempt, for its receipt.
public struct BlockEffect: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// A window opened.
        case blocked(until: Timestamp, length: Duration, setBy: WindowLength)
        /// A window opened on a wider scope, since a second, independent failure agreed.
        case widened(until: Timestamp, length: Duration, setBy: WindowLength)
        /// The scope is free.
        case cleared
        /// A block of the credential ended; those of the models that failed stay.
        case narrowed
        /// A window is open already, or began after this attempt did.
        case unchanged
        /// Two endpoints fail and none succeeds: the fault is on our side, and nobody is blocked for it.
        case ownNetwork
    }

    public var key: ScopeKey
    public var reason: Reason
    public var kind: Kind

    public init(key: ScopeKey, reason: Reason, kind: Kind) {
        self.key = key
        self.reason = reason
        self.kind = kind
    }
}

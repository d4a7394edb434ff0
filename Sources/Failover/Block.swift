// SPDX-License-Identifier: Apache-2.0

/// A window in which a scope is not used, and what the ledger remembers of it afterwards.
///
/// An open window never changes. When it has ended the block stays in the ledger, half open, until a request that holds its
/// lease has looked: success removes it, failure opens the next window.
public struct Block: Hashable, Sendable {
    public var key: ScopeKey
    public var reason: Reason
    public var since: Timestamp
    /// `Timestamp.distantFuture`: until somebody clears it.
    public var until: Timestamp
    /// Which step of the reason's ladder this window is, from 0.
    public var step: Int
    public var evidence: Evidence
    /// Who set the window's length.
    public var length: WindowLength
    /// The request that may look whether it is over.
    public var lease: Lease?
    /// The last quarter of the window, 0 to 3, in which a request tried early because all else was blocked.
    public var earlyQuarter: Int?

    public struct Evidence: Hashable, Sendable {
        public var receipt: ReceiptID
        public var status: Int?
        public var rule: String

        public init(receipt: ReceiptID, status: Int?, rule: String) {
            self.receipt = receipt
            self.status = status
            self.rule = rule
        }
    }

    public init(
        key: ScopeKey, reason: Reason, since: Timestamp, until: Timestamp, step: Int = 0, evidence: Evidence,
        length: WindowLength = .ladder, lease: Lease? = nil, earlyQuarter: Int? = nil
    ) {
        self.key = key
        self.reason = reason
        self.since = since
        self.until = until
        self.step = step
        self.evidence = evidence
        self.length = length
        self.lease = lease
        self.earlyQuarter = earlyQuarter
    }

    /// The provider said when to come back.
    public var providerReset: Bool { length == .retryAfter || length == .providerReset }

    /// Whether its window is open.
    ///
    /// A block that says it began later than a minute from now was written by a clock that has been set back since: its end
    /// means nothing any more, and one request may look.
    public func isOpen(at now: Timestamp) -> Bool {
        now.milliseconds < until.milliseconds && since.milliseconds &- now.milliseconds <= 60_000
    }

    /// The lease that a request holds now; `nil` if none does or its time is over.
    public func lease(at now: Timestamp) -> Lease? {
        guard let lease, Lease.isHeld(until: lease.endsAt, at: now) else { return nil }
        return lease
    }
}

/// Who set the length of a block's window.
public enum WindowLength: String, Hashable, Sendable {
    /// A step of the reason's ladder, with jitter.
    case ladder
    /// `Retry-After` or its kin.
    case retryAfter = "retry_after"
    /// Another header or member in which the provider told when to come back.
    case providerReset = "provider_reset"
    /// It lasts until the credential's secret changes or somebody clears it.
    case secret
}

/// The right of one request to look whether ended blocks are over, or to be one of the few at a scope that has just come back.
public struct Lease: Hashable, Sendable {
    public var holder: ReceiptID
    /// From then on another request may look.
    public var endsAt: Timestamp
    /// The blocks that it opens a way through, and the returning scopes at which it is one of the few.
    public var keys: [ScopeKey]

    public init(holder: ReceiptID, endsAt: Timestamp, keys: [ScopeKey]) {
        self.holder = holder
        self.endsAt = endsAt
        self.keys = keys
    }

    /// None lasts longer, whatever an attempt's limit: what is left of a longer one was written by a clock that has been set back.
    static let longest = Duration.seconds(3600)

    static func isHeld(until endsAt: Timestamp, at now: Timestamp) -> Bool {
        now.milliseconds < endsAt.milliseconds && endsAt.milliseconds &- now.milliseconds <= longest.wholeMilliseconds
    }
}

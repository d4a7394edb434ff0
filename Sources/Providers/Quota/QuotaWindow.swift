// SPDX-License-Identifier: Apache-2.0
import Failover

/// How much a provider still grants within one of its windows, as it last said.
public struct QuotaWindow: Hashable, Sendable {
    /// What is counted, and how long: `5h`, `168h`, `requests per day`, `tokens`.
    public var name: String
    /// `nil`: the provider does not say how long it is.
    public var length: Duration?
    /// 0 to 100, whole numbers and between.
    public var usedPercent: Double
    /// What is granted, and what of it is left, where the provider counts; `nil`: it tells shares only.
    public var limit: Int?
    public var remaining: Int?
    /// When it begins anew; `nil`: not said.
    public var resetsAt: Timestamp?

    public init(
        name: String, length: Duration? = nil, usedPercent: Double, limit: Int? = nil, remaining: Int? = nil, resetsAt: Timestamp? = nil
    ) {
        self.name = name
        self.length = length
        self.usedPercent = min(100, max(0, usedPercent))
        self.limit = limit
        self.remaining = remaining
        self.resetsAt = resetsAt
    }

    /// Its window is over: what was used of it says nothing any more.
    public func isOver(at now: Timestamp) -> Bool { resetsAt.map { $0 <= now } ?? false }

    /// Rounded down, but for what is nearly all: 0 is said only where nothing, or less than one in a hundred, is left.
    public var leftPercent: Int { Int((100 - usedPercent).rounded(.down)) }
}

/// Whether a reply's windows hold for everything that a credential asks, or for the model that was asked.
public enum QuotaScope: String, Hashable, Sendable, CaseIterable {
    case credential, model
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What `failover` says beside the `Policy`: how a reply that has begun, or is late, is saved.
public struct FailoverSettings: Hashable, Sendable {
    public var midStream: MidStream = .resume
    public var hedge = Hedge()

    public init() {}

    /// `failover.midStream`: what becomes of a stream that breaks after its first content.
    public enum MidStream: String, Hashable, Sendable, CaseIterable {
        /// The next candidate goes on from the text already sent.
        case resume
        /// It ends in its wire's error event.
        case error
    }

    /// `failover.hedge`: a second candidate beside one that is late.
    public struct Hedge: Hashable, Sendable {
        public var isOn = false
        /// Without a first token for so long; `nil`: later than usual for the model.
        public var after: Duration?
        /// Share of requests that may be hedged, 0 to 100.
        public var budgetPercent = 5

        public init() {}
    }
}

/// The parts of `failover` that one place of the settings sets; `nil` leaves a part to the wider place.
public struct FailoverOverrides: Hashable, Sendable {
    public var patience: Duration?
    public var maxAttempts: Int?
    public var rateLimit: [Duration]?
    public var transient: [Duration]?
    public var billing: [Duration]?
    public var auth: [Duration]?
    public var model: [Duration]?
    public var midStream: FailoverSettings.MidStream?
    public var hedges: Bool?
    /// `.some(nil)`: `auto`.
    public var hedgeAfter: Duration??
    public var hedgeBudgetPercent: Int?

    public init() {}

    public var isEmpty: Bool { self == FailoverOverrides() }

    func apply(to policy: inout Policy) {
        if let patience { policy.patience = patience }
        if let maxAttempts { policy.maxAttempts = maxAttempts }
        if let rateLimit { policy.blocks.rateLimit = rateLimit }
        if let transient { policy.blocks.transient = transient }
        if let billing { policy.blocks.billing = billing }
        if let auth { policy.blocks.auth = auth }
        if let model { policy.blocks.model = model }
    }

    func apply(to settings: inout FailoverSettings) {
        if let midStream { settings.midStream = midStream }
        if let hedges { settings.hedge.isOn = hedges }
        if let hedgeAfter { settings.hedge.after = hedgeAfter }
        if let hedgeBudgetPercent { settings.hedge.budgetPercent = hedgeBudgetPercent }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What an operator may set about failing over: `failover` in the settings. `Policy+Step.swift` has the decision itself.
public struct Policy: Hashable, Sendable {
    /// A reset this close is waited out before another model is asked, once per request: another model costs more.
    public var patience: Duration = .seconds(2)
    /// Upstream calls of one request at most.
    public var maxAttempts = 16
    /// How long blocks last where the provider does not say.
    public var blocks = Ladders()
    /// The longest that a provider's word counts for a quota.
    public var quotaCap: Duration = .seconds(24 * 3600)
    /// The longest that it counts for anything else.
    public var otherCap: Duration = .seconds(3600)
    /// Without failure for so long, a ladder begins anew.
    public var failureWindow: Duration = .seconds(24 * 3600)
    /// A ladder's step is longer or shorter by up to this share, so that blocks do not all end together.
    public var jitter = 0.1
    /// Quick repeats under way at one endpoint: at most this share of the attempts under way there, and always three.
    public var quickRepeatShare = 0.2
    /// After `overloaded`: time before the same provider is asked again. OpenClaw's `auth.cooldowns.overloadedBackoffMs`.
    public var overloadedBackoff: Duration = .zero
    /// After `overloaded`: other credentials of the model that may be tried; `nil`: all. OpenClaw's `overloadedProfileRotations`.
    public var overloadedRotations: Int?
    /// After `rate_limit` and `quota`: as `overloadedRotations`. OpenClaw's `rateLimitedProfileRotations`.
    public var rateLimitedRotations: Int?
    /// How much longer than the first-token limit a lease lasts.
    public var leaseSlack: Duration = .seconds(5)

    public init() {}

    public static let standard = Policy()
}

/// The lengths of a block's windows, one after the other while failures go on. Set by `failover.blocks`.
public struct Ladders: Hashable, Sendable {
    public var rateLimit: [Duration] = [.seconds(30), .seconds(60), .seconds(300)]
    public var transient: [Duration] = [.seconds(5), .seconds(30), .seconds(120)]
    public var billing: [Duration] = [.seconds(60), .seconds(120), .seconds(300), .seconds(600), .seconds(1800)]
    public var auth: [Duration] = [.seconds(300), .seconds(3600)]
    public var model: [Duration] = [.seconds(600), .seconds(3600), .seconds(43_200)]
    /// After `auth_permanent`; empty: until the secret changes. OpenClaw's `auth.cooldowns.authPermanentBackoffMinutes`.
    public var authPermanent: [Duration] = []

    public init() {}
}

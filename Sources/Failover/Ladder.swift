// SPDX-License-Identifier: Apache-2.0

/// How long the windows of a block last: the provider's word where it gave one, else step by step while failures go on.
public enum Ladder: String, Hashable, Sendable, CaseIterable {
    case rateLimit = "rate limit"
    case quota
    case billing
    case auth
    /// Until the credential's secret changes, unless the settings give it lengths.
    case secret
    case transient
    case network
    case model
    case malformed
    case unknown

    /// The lengths of its windows, one after the other; the last one repeats.
    func steps(_ policy: Policy) -> [Duration] {
        switch self {
        case .rateLimit: policy.blocks.rateLimit
        case .quota, .billing: policy.blocks.billing
        case .auth: policy.blocks.auth
        case .secret: policy.blocks.authPermanent
        case .transient, .network: policy.blocks.transient
        case .model: policy.blocks.model
        case .malformed: Array(policy.blocks.transient.prefix(2))
        case .unknown: [.seconds(30)]
        }
    }

    /// The longest that a provider's own word counts.
    func cap(_ policy: Policy) -> Duration {
        switch self {
        case .quota: policy.quotaCap
        case .rateLimit, .billing, .auth, .secret, .transient, .network, .model, .malformed, .unknown: policy.otherCap
        }
    }

    /// The window that begins at `now`.
    ///
    /// - Parameters:
    ///   - step: From 0. Beyond the last step, the last counts.
    ///   - random: Makes a ladder's step up to `policy.jitter` longer or shorter. A provider's word is left as it is.
    func window(
        step: Int, failure: Failure, policy: Policy, now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> (until: Timestamp, length: Duration, setBy: WindowLength) {
        let steps = steps(policy)
        if self == .secret && steps.isEmpty { return (.distantFuture, Timestamp.distantFuture - now, .secret) }
        if let reset = failure.reset, self != .secret {
            let length = min(max(reset, .seconds(1)), cap(policy))
            return (now + length, length, failure.retryAfterGiven ? .retryAfter : .providerReset)
        }
        let length = steps.isEmpty ? .seconds(30) : steps[min(max(step, 0), steps.count - 1)]
        let share = policy.jitter > 0 ? Double.random(in: -policy.jitter...policy.jitter, using: &random) : 0
        let jittered = max(Duration.milliseconds(1), .milliseconds(Int64(Double(length.wholeMilliseconds) * (1 + share) + 0.5)))
        return (now + jittered, jittered, .ladder)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why an attempt failed: the rows of the table in docs/failover.md. `Answers.swift` says what follows from each.
public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// Too much in too short a time: over in seconds or minutes.
    case rateLimit = "rate_limit"
    /// What a plan grants is used up until a date.
    case quota
    /// No money: nothing but a payment ends it.
    case billing
    /// The key or token is not accepted.
    case auth
    /// It will never be accepted again: revoked, deactivated, leaked.
    case authPermanent = "auth_permanent"
    /// The provider sheds load.
    case overloaded
    /// The provider broke.
    case serverError = "server_error"
    /// No connection, no first token or no further event in time.
    case timeout
    /// No way to the provider: name, route, connection, TLS.
    case network
    /// Unknown, retired, or not for this account.
    case modelNotFound = "model_not_found"
    /// The route refuses something that the gateway can change.
    case format
    /// The request itself is refused.
    case invalidRequest = "invalid_request"
    /// The prompt is too long for this model.
    case contextOverflow = "context_overflow"
    /// Refused for its content.
    case contentPolicy = "content_policy"
    /// What came is no reply of this wire.
    case malformed
    /// An error that no rule knows.
    case unknown
    /// The client left, the user stopped, we shut down: never inferred from an upstream's words.
    case cancelled
}

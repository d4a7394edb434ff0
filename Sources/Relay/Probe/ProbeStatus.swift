// SPDX-License-Identifier: Apache-2.0
import Failover

/// What a probe found: the words of `openclaw models status --probe`, and ours where they are truer (docs/probes.md).
public enum ProbeStatus: String, Hashable, Sendable, CaseIterable {
    /// The model answered with a proven end.
    case ok
    case auth
    case rateLimit = "rate_limit"
    case billing
    case timeout
    /// The route refuses the request as it is.
    case format
    case unknown
    /// There is no model to ask this provider for.
    case noModel = "no_model"

    // Ours.
    /// What the plan grants is used up until a date.
    case quota
    case modelNotFound = "model_not_found"
    case overloaded
    case serverError = "server_error"
    /// No way to the provider: name, route, connection, TLS.
    case network
    /// What came is no reply of its wire.
    case malformed
    /// Its owner has taken the credential out of use; nothing was sent.
    case paused
    /// The probing was ended before this one was done.
    case cancelled

    init(_ reason: Reason) {
        self =
            switch reason {
            case .rateLimit: .rateLimit
            case .quota: .quota
            case .billing: .billing
            case .auth, .authPermanent: .auth
            case .overloaded: .overloaded
            case .serverError: .serverError
            case .timeout: .timeout
            case .network: .network
            case .modelNotFound: .modelNotFound
            case .format, .invalidRequest, .contextOverflow, .contentPolicy: .format
            case .malformed: .malformed
            case .unknown: .unknown
            case .cancelled: .cancelled
            }
    }
}

/// What one target's probe found.
public struct ProbeResult: Hashable, Sendable {
    public var target: ProbeTarget
    public var status: ProbeStatus
    /// Why nothing was sent, or what the ledger would call the failure.
    public var reasonCode: String?
    /// One sentence, with every secret that we hold replaced; `nil` where the model answered.
    public var error: String?
    /// Of the request alone, from its start to its proven end; `nil`: none was sent.
    public var latency: Duration?
    /// From its start to the model's first word.
    public var firstToken: Duration?
    public var httpStatus: Int?
    /// The rule that judged it.
    public var rule: String?
    /// As long as the provider asks us to wait.
    public var reset: Duration?
    /// Blocks that the answer ended or narrowed, in words.
    public var cleared: [String] = []
    public var receipt: ReceiptID?

    public init(_ target: ProbeTarget, _ status: ProbeStatus, reasonCode: String? = nil, error: String? = nil) {
        self.target = target
        self.status = status
        self.reasonCode = reasonCode
        self.error = error
    }

    /// Why nothing can be sent to a target.
    init(_ target: ProbeTarget, _ hindrance: ProbeTarget.Hindrance) {
        self.init(target, hindrance.status, reasonCode: hindrance.code, error: hindrance.text)
    }
}

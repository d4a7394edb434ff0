// SPDX-License-Identifier: Apache-2.0
import Failover

/// Why we end a request that somebody waits for. Nothing of it is held against a candidate.
public enum StopCause: Hashable, Sendable {
    /// The owner has stopped the session that it belongs to.
    case owner
    /// The gateway ends, and the time for requests to end by themselves is over.
    case gateway

    /// Of the attempt that was under way, in the receipt.
    public var rule: String {
        switch self {
        case .owner: "session.stopped"
        case .gateway: "gateway.stopped"
        }
    }

    /// Stable, for machines.
    public var code: String {
        switch self {
        case .owner: "stopped_by_owner"
        case .gateway: "gateway_stopped"
        }
    }

    /// 499 for a request that is not wanted any more, 503 for one that may be sent again.
    public var status: Int {
        switch self {
        case .owner: 499
        case .gateway: 503
        }
    }

    public var message: String {
        switch self {
        case .owner: "The gateway's owner has stopped this session."
        case .gateway: "The gateway is stopping. Send the request again in a few seconds."
        }
    }

    /// The cause that a rule stands for.
    public init?(rule: String) {
        switch rule {
        case StopCause.owner.rule: self = .owner
        case StopCause.gateway.rule: self = .gateway
        default: return nil
        }
    }

    var failure: Failure { Failure(reason: .cancelled, scope: nil, rule: rule, message: message) }

    /// For a client that has nothing of a reply.
    var refusal: Refusal {
        switch self {
        case .owner: Refusal(status: status, message: message, code: code, type: "request_cancelled", shouldRetry: false)
        case .gateway:
            Refusal(
                status: status, message: message, code: code, type: "service_unavailable", retryAfter: .seconds(5), shouldRetry: true)
        }
    }
}

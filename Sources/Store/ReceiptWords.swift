// SPDX-License-Identifier: Apache-2.0
import Failover

// The words that stand for cases in a receipt's JSON. Once released they do not change.

extension Outcome {
    var word: String {
        switch self {
        case .answered: "answered"
        case .failed: "failed"
        case .refused: "refused"
        case .passedOn: "passed_on"
        case .cancelled: "cancelled"
        }
    }

    /// The place in `attempts` that it speaks of, from 0.
    var attempt: Int? {
        switch self {
        case .answered(let attempt, _), .failed(let attempt), .passedOn(let attempt): attempt
        case .refused, .cancelled: nil
        }
    }

    /// The client did not get the answer it asked for, and did not leave.
    var isFailure: Bool {
        switch self {
        case .failed, .refused, .passedOn: true
        case .answered, .cancelled: false
        }
    }
}

extension AttemptMode {
    var word: String {
        switch self {
        case .normal: "normal"
        case .quickRepeat: "quick_repeat"
        case .halfOpen: "half_open"
        case .returning: "returning"
        case .early: "early"
        }
    }
}

extension BlockEffect.Kind {
    var word: String {
        switch self {
        case .blocked: "blocked"
        case .widened: "widened"
        case .cleared: "cleared"
        case .narrowed: "narrowed"
        case .unchanged: "unchanged"
        case .ownNetwork: "own_network"
        }
    }
}

extension TransportFault {
    var word: String {
        switch self {
        case .dns: "dns"
        case .refused: "refused"
        case .unreachable: "unreachable"
        case .tls: "tls"
        case .connectTimeout: "connect_timeout"
        case .firstTokenTimeout: "first_token_timeout"
        case .idleTimeout: "idle_timeout"
        case .plainTimeout: "plain_timeout"
        case .requestDeadline: "request_deadline"
        case .reset: "reset"
        case .closedEarly: "closed_early"
        case .resetEarly: "reset_early"
        case .shortBody: "short_body"
        case .malformed: "malformed"
        case .emptyReply: "empty_reply"
        case .tooLarge: "too_large"
        case .other: "other"
        }
    }

    var detail: String? {
        switch self {
        case .tls(let text), .malformed(let text), .other(let text): text
        case .dns, .refused, .unreachable, .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout, .requestDeadline, .reset,
            .closedEarly, .resetEarly, .shortBody, .emptyReply, .tooLarge:
            nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why an attempt failed: the rows of the design's table.
public enum Reason: Int, CaseIterable, Sendable {
    case rateLimit, quota, billing, auth, authPermanent, overloaded, serverError, timeout, network, modelNotFound, format, invalidRequest
    case contextOverflow, contentPolicy, malformed, unknown, cancelled
}

/// Windows of one family follow each other.
enum Family: Sendable {
    case rateLimit, quota, billing, auth, secret, transient, network, model, malformed, unknown

    /// Seconds: 30 s → 1 min → 5 min, and so on.
    var steps: [Int64] {
        switch self {
        case .rateLimit: [30, 60, 300]
        case .quota, .billing: [60, 120, 300, 600, 1800]
        case .auth: [300, 3600]
        case .secret: []
        case .transient, .network: [5, 30, 120]
        case .model: [600, 3600, 43_200]
        case .malformed: [5, 30]
        case .unknown: [30]
        }
    }

    /// The longest that a provider's word counts, in seconds: a day for quotas, else an hour.
    var cap: Int64 { self == .quota ? 86_400 : 3600 }
}

enum Onward: Sendable {
    case no, yes, elsewhere, larger, unlessAsWritten
}

/// What the design says of a reason.
struct Row: Sendable {
    /// Once more on the same candidate within 300 ms.
    var quickly = false
    var nextCredential = true
    var nextModel = Onward.yes
    var blocks: Scope?
    /// What a second, independent failure blocks.
    var wider: Scope?
    /// It depends on the prompt, so a failure of the same request is not independent.
    var promptCanCause = false
    var family: Family?
    /// If all candidates fail so, the client is told: it is about the request.
    var aboutRequest = false
}

extension Reason {
    var row: Row { Reason.rows[rawValue] }

    private static let rows: [Row] = allCases.map { reason in
        switch reason {
        case .rateLimit: Row(blocks: .credentialModel, family: .rateLimit)
        case .quota: Row(blocks: .credentialModel, family: .quota)
        case .billing: Row(blocks: .credentialModel, wider: .credential, family: .billing)
        case .auth: Row(blocks: .credential, family: .auth)
        case .authPermanent: Row(blocks: .credential, family: .secret)
        case .overloaded, .serverError:
            Row(quickly: true, blocks: .credentialModel, wider: .providerModel, promptCanCause: true, family: .transient)
        case .timeout: Row(blocks: .credentialModel, wider: .providerModel, promptCanCause: true, family: .transient)
        case .network: Row(nextCredential: false, nextModel: .elsewhere, blocks: .endpoint, family: .network)
        case .modelNotFound: Row(blocks: .credentialModel, wider: .providerModel, family: .model)
        case .format: Row(nextCredential: false, aboutRequest: true)
        case .invalidRequest: Row(nextCredential: false, nextModel: .unlessAsWritten, aboutRequest: true)
        case .contextOverflow: Row(nextCredential: false, nextModel: .larger, aboutRequest: true)
        case .contentPolicy: Row(nextCredential: false, nextModel: .no, aboutRequest: true)
        case .malformed: Row(blocks: .credentialModel, promptCanCause: true, family: .malformed)
        case .unknown: Row(blocks: .credentialModel, promptCanCause: true, family: .unknown)
        case .cancelled: Row(nextCredential: false, nextModel: .no)
        }
    }
}

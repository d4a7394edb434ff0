// SPDX-License-Identifier: Apache-2.0

/// The four separate answers to a failure: may this candidate be tried again now, may another credential, may the next model,
/// and what does the ledger record.
///
/// Many a gateway mixes them up: "do not retry" read as "do not go on" ends a chain at its first candidate.
public struct Answers: Hashable, Sendable {
    /// 1. Whether the same candidate may be tried again now.
    public enum Again: String, Hashable, Sendable {
        case no
        /// Once, within 300 ms.
        case quickly
        /// Once, where the connection that broke had served before.
        case onFreshConnection = "on a fresh connection"
        /// Once per kind of repair of the request.
        case afterRepair = "after a repair"
        /// Once, where the credential is a login that can be refreshed.
        case afterRefresh = "after a refresh"
    }

    /// 3. Whether the next model may be tried.
    public enum NextModel: String, Hashable, Sendable {
        case no
        case yes
        case atAnotherEndpoint = "at another endpoint"
        case withLargerWindow = "with a larger window"
        /// Not where the body went up as the client wrote it, or the error names a member of it.
        case unlessAsWritten = "unless sent as written"
    }

    /// 4b. What makes a block wider. `another request`: its prompt must be another one, since a prompt can cause such failures.
    public enum Widening: String, Hashable, Sendable {
        case no
        case secondModel = "credential, when a second model agrees"
        case secondCredential = "provider × model, when a second credential agrees"
        case anotherRequest = "provider × model, when another request agrees on a second credential"
    }

    public var again: Again
    /// 2. Whether another credential of this provider and model may be tried.
    public var nextCredential: Bool
    public var nextModel: NextModel
    /// 4a. What is blocked; `nil`: nothing.
    public var blocks: Scope?
    public var widens: Widening
    /// 4c. For how long; `nil`: nothing is blocked.
    public var ladder: Ladder?

    fileprivate init(_ again: Again, _ credential: Bool, _ model: NextModel, _ blocks: Scope?, _ widens: Widening, _ ladder: Ladder?) {
        self.again = again
        nextCredential = credential
        nextModel = model
        self.blocks = blocks
        self.widens = widens
        self.ladder = ladder
    }
}

extension Reason {
    /// The table of docs/failover.md, read by its columns; a test keeps the two equal.
    // swift-format-ignore
    public var answers: Answers {
        let (yes, no) = (true, false)
        return switch self {
        //                             again here?         cred?  next model?         blocks            widens             for
        case .rateLimit:       Answers(.no,                yes,   .yes,               .credentialModel, .no,               .rateLimit)
        case .quota:           Answers(.no,                yes,   .yes,               .credentialModel, .no,               .quota)
        case .billing:         Answers(.no,                yes,   .yes,               .credentialModel, .secondModel,      .billing)
        case .auth:            Answers(.afterRefresh,      yes,   .yes,               .credential,      .no,               .auth)
        case .authPermanent:   Answers(.no,                yes,   .yes,               .credential,      .no,               .secret)
        case .overloaded:      Answers(.quickly,           yes,   .yes,               .credentialModel, .anotherRequest,   .transient)
        case .serverError:     Answers(.quickly,           yes,   .yes,               .credentialModel, .anotherRequest,   .transient)
        case .timeout:         Answers(.no,                yes,   .yes,               .credentialModel, .anotherRequest,   .transient)
        case .network:         Answers(.onFreshConnection, no,    .atAnotherEndpoint, .endpoint,        .no,               .network)
        case .modelNotFound:   Answers(.no,                yes,   .yes,               .credentialModel, .secondCredential, .model)
        case .format:          Answers(.afterRepair,       no,    .yes,               nil,              .no,               nil)
        case .invalidRequest:  Answers(.no,                no,    .unlessAsWritten,   nil,              .no,               nil)
        case .contextOverflow: Answers(.no,                no,    .withLargerWindow,  nil,              .no,               nil)
        case .contentPolicy:   Answers(.no,                no,    .no,                nil,              .no,               nil)
        case .malformed:       Answers(.no,                yes,   .yes,               .credentialModel, .no,               .malformed)
        case .unknown:         Answers(.no,                yes,   .yes,               .credentialModel, .no,               .unknown)
        case .cancelled:       Answers(.no,                no,    .no,                nil,              .no,               nil)
        }
    }

    /// Whether it says something of the prompt rather than of a candidate: if all fail so, the client is told one of them.
    var isAboutRequest: Bool {
        switch self {
        case .format, .invalidRequest, .contextOverflow, .contentPolicy: true
        case .rateLimit, .quota, .billing, .auth, .authPermanent, .overloaded, .serverError, .timeout, .network, .modelNotFound,
            .malformed, .unknown, .cancelled:
            false
        }
    }
}

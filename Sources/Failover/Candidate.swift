// SPDX-License-Identifier: Apache-2.0

/// A model ref with a credential: what an attempt tries and the ledger judges.
///
/// Its place in the ledger is worked out once, here: looking a candidate up hashes no string.
public struct Candidate: Sendable {
    public let model: ModelRef
    public let credential: CredentialID
    /// Where the provider's base URL leads.
    public let endpoint: EndpointID
    /// Of the four scopes that cover this candidate.
    let marks: ScopeMarks

    public init(_ model: ModelRef, credential: CredentialID, endpoint: EndpointID) {
        self.model = model
        self.credential = credential
        self.endpoint = endpoint
        marks = ScopeMarks(model: model, credential: credential, endpoint: endpoint)
    }

    /// A candidate at an endpoint of its provider's own, as tests write it.
    ///
    /// - Precondition: `model` is `provider/model`.
    public init(_ model: StaticString, credential: CredentialID) {
        guard let ref = ModelRef("\(model)") else { preconditionFailure("\(model) is not provider/model") }
        self.init(ref, credential: credential, endpoint: EndpointID(rawValue: "https://\(ref.provider).example:443"))
    }
}

extension Candidate: Hashable {
    public static func == (left: Candidate, right: Candidate) -> Bool {
        left.marks == right.marks && left.credential == right.credential && left.model == right.model
            && left.endpoint == right.endpoint
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(marks.credentialModel) }
}

extension Candidate: CustomStringConvertible {
    public var description: String { "\(model)@\(credential)" }
}

// SPDX-License-Identifier: Apache-2.0

/// How far a block reaches, narrowest first.
public enum Scope: String, Hashable, Sendable, CaseIterable {
    /// This model on this credential.
    case credentialModel = "credential_model"
    /// This credential, whatever the model.
    case credential
    /// This model at its provider, whatever the credential.
    case providerModel = "provider_model"
    /// Everything behind one `scheme://host:port`.
    case endpoint
}

/// What a block is on.
public enum ScopeKey: Hashable, Sendable {
    case credentialModel(CredentialID, ModelRef)
    case credential(CredentialID)
    case providerModel(ModelRef)
    case endpoint(EndpointID)

    public init(_ scope: Scope, of candidate: Candidate) {
        self =
            switch scope {
            case .credentialModel: .credentialModel(candidate.credential, candidate.model)
            case .credential: .credential(candidate.credential)
            case .providerModel: .providerModel(candidate.model)
            case .endpoint: .endpoint(candidate.endpoint)
            }
    }

    public var scope: Scope {
        switch self {
        case .credentialModel: .credentialModel
        case .credential: .credential
        case .providerModel: .providerModel
        case .endpoint: .endpoint
        }
    }

    public func covers(_ candidate: Candidate) -> Bool {
        switch self {
        case .credentialModel(let credential, let model): credential == candidate.credential && model == candidate.model
        case .credential(let credential): credential == candidate.credential
        case .providerModel(let model): model == candidate.model
        case .endpoint(let endpoint): endpoint == candidate.endpoint
        }
    }

    /// Whether it speaks of this credential, alone or with a model.
    public func concerns(_ credential: CredentialID) -> Bool {
        switch self {
        case .credentialModel(let own, _), .credential(let own): own == credential
        case .providerModel, .endpoint: false
        }
    }

    var mark: UInt64 {
        switch self {
        case .credentialModel(let credential, let model): Mark.of(credential, model)
        case .credential(let credential): Mark.of(credential)
        case .providerModel(let model): Mark.of(model)
        case .endpoint(let endpoint): Mark.of(endpoint)
        }
    }
}

/// A candidate's four scopes as 64-bit numbers. What is found by a number is compared by name before it counts.
struct ScopeMarks: Hashable, Sendable {
    let credentialModel: UInt64
    let credential: UInt64
    let providerModel: UInt64
    let endpoint: UInt64

    init(model: ModelRef, credential: CredentialID, endpoint: EndpointID) {
        credentialModel = Mark.of(credential, model)
        self.credential = Mark.of(credential)
        providerModel = Mark.of(model)
        self.endpoint = Mark.of(endpoint)
    }

    static let count = 4

    /// By place, 0 to 3, in the order of `Scope.allCases`.
    subscript(place: Int) -> UInt64 {
        switch place {
        case 0: credentialModel
        case 1: credential
        case 2: providerModel
        default: endpoint
        }
    }

    subscript(scope: Scope) -> UInt64 {
        switch scope {
        case .credentialModel: credentialModel
        case .credential: credential
        case .providerModel: providerModel
        case .endpoint: endpoint
        }
    }
}

/// FNV-1a (RFC 9923), 64 bits, with the scope as first byte and a zero byte between parts.
private enum Mark {
    private static let start: UInt64 = 0xCBF2_9CE4_8422_2325

    static func of(_ credential: CredentialID, _ model: ModelRef) -> UInt64 {
        add(model.model, add(model.provider.rawValue, add(credential.rawValue, step(start, 1))))
    }

    static func of(_ credential: CredentialID) -> UInt64 { add(credential.rawValue, step(start, 2)) }

    static func of(_ model: ModelRef) -> UInt64 { add(model.model, add(model.provider.rawValue, step(start, 3))) }

    static func of(_ endpoint: EndpointID) -> UInt64 { add(endpoint.rawValue, step(start, 4)) }

    private static func add(_ text: String, _ mark: UInt64) -> UInt64 {
        step(text.utf8.reduce(mark, step), 0)
    }

    private static func step(_ mark: UInt64, _ byte: UInt8) -> UInt64 { (mark ^ UInt64(byte)) &* 0x100_0000_01B3 }
}

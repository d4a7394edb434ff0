// SPDX-License-Identifier: Apache-2.0

/// How far a block reaches.
public enum Scope: UInt64, Sendable {
    case credentialModel, credential, providerModel, endpoint
}

/// A scope of something in particular, by numbers that the simulated world gives.
public struct Key: Hashable, Sendable {
    public var scope: Scope
    /// -1 where the scope does not name it.
    public var credential: Int
    /// Models of different providers have different numbers.
    public var model: Int
    public var endpoint: Int

    public static func credentialModel(_ credential: Int, _ model: Int) -> Key {
        Key(scope: .credentialModel, credential: credential, model: model, endpoint: -1)
    }
    public static func credential(_ credential: Int) -> Key { Key(scope: .credential, credential: credential, model: -1, endpoint: -1) }
    public static func providerModel(_ model: Int) -> Key { Key(scope: .providerModel, credential: -1, model: model, endpoint: -1) }
    public static func endpoint(_ endpoint: Int) -> Key { Key(scope: .endpoint, credential: -1, model: -1, endpoint: endpoint) }

    public static func == (left: Key, right: Key) -> Bool { left.number == right.number }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }

    /// Which one among all, for traces.
    public var number: UInt64 {
        scope.rawValue << 60 | UInt64(credential + 1) << 40 | UInt64(model + 1) << 20 | UInt64(endpoint + 1)
    }
}

/// A candidate, by numbers.
public struct Candidate: Hashable, Sendable {
    public var provider: Int
    public var credential: Int
    public var model: Int
    public var endpoint: Int

    public init(provider: Int, credential: Int, model: Int, endpoint: Int) {
        self.provider = provider
        self.credential = credential
        self.model = model
        self.endpoint = endpoint
    }

    /// The scopes that cover it, narrowest first.
    public func key(_ scope: Scope) -> Key {
        switch scope {
        case .credentialModel: .credentialModel(credential, model)
        case .credential: .credential(credential)
        case .providerModel: .providerModel(model)
        case .endpoint: .endpoint(endpoint)
        }
    }

    static let scopes: [Scope] = [.credentialModel, .credential, .providerModel, .endpoint]
}

// SPDX-License-Identifier: Apache-2.0

/// A name of one kind of thing, so that names of different kinds cannot be mixed up.
public protocol Identifier: RawRepresentable<String>, Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    init(rawValue: String)
}

extension Identifier {
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A provider's id as in `models.providers.<id>`, lower-case.
public struct ProviderID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A credential's id, mostly an OpenClaw profile id such as `openai:backup`.
public struct CredentialID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// `scheme://host:port` of a provider's base URL: what breaks together when a network or a host breaks.
public struct EndpointID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct AgentID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

public struct SessionID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

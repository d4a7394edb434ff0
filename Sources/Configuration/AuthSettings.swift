// SPDX-License-Identifier: Apache-2.0
import Failover

/// `auth`: which credentials there should be and in what order they are tried. Holds no secret.
public struct AuthSettings: Hashable, Sendable {
    /// `auth.order.<provider>`
    public var order: [ProviderID: [CredentialID]] = [:]
    /// `auth.profiles`, as written.
    public var profiles: [Profile] = []
    public var spread: Spread = .fillFirst

    public init() {}

    /// `auth.profiles.<id>`: what is said about a stored profile.
    public struct Profile: Hashable, Sendable {
        public var id: CredentialID
        public var provider: ProviderID
        public var kind: CredentialKind
        /// `displayName`, else `email`, if written. For the owner's eyes only.
        public var label: String?

        public init(id: CredentialID, provider: ProviderID, kind: CredentialKind, label: String? = nil) {
            self.id = id
            self.provider = provider
            self.kind = kind
            self.label = label
        }
    }

    /// `auth.spread`: whose turn it is among credentials that are all well.
    public enum Spread: String, Hashable, Sendable, CaseIterable {
        /// The first of the order until it fails.
        case fillFirst
        case leastRecentlyUsed
    }
}

extension Settings {
    /// Whether credentials are used in turn.
    public var spreads: Bool { auth.spread == .leastRecentlyUsed }
}

// SPDX-License-Identifier: Apache-2.0

/// How a credential lets its holder in. The raw values are OpenClaw's (`auth-profiles.json`, `type`).
public enum CredentialKind: String, Hashable, Sendable, CaseIterable {
    /// A login that refreshes its own access token.
    case oauth
    /// A bearer token that nobody can refresh.
    case token
    case apiKey = "api_key"
    /// Nothing is sent: a server on this machine or in a private network.
    case none

    /// In the order in which unordered credentials of a provider are tried: what is paid for anyway comes first.
    public static let inOrderOfUse: [CredentialKind] = [.oauth, .token, .apiKey, .none]
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Transport

/// One way to be let in at a provider, with its secret.
public struct StoredCredential: Hashable, Sendable {
    /// An OpenClaw profile id such as `openai:backup`; `openai:config`, `openai:models.json`, `openai:OPENAI_API_KEYS.2` and
    /// `openai:none` for those that are no profiles (docs/credentials.md).
    public var id: CredentialID
    public var provider: ProviderID
    public var kind: CredentialKind
    /// Empty where nothing is sent (`kind` is `none`) or where it could not be read (`unusable`).
    public var secret: Secret
    /// For its owner's eyes: may be an e-mail address.
    public var label: String
    /// Where it was found: `models.providers.openai.apiKey`, `auth-profiles.json`, `env: OPENAI_API_KEYS[2]`.
    public var source: String
    /// The `auth-profiles.json` that it stands in, absolute; `nil` for a key that is no profile.
    public var file: String?
    /// The first 16 hexadecimal digits of the secret's SHA-256, by which a new secret is noticed; empty without a secret. That of a login
    /// stays when it is renewed: what is held against it is about its account.
    public var secretHash: String
    /// Why no request may use it, with what to do; `nil` if one may. Such a credential is a skipped candidate in receipts.
    public var unusable: String?
    /// The Google Cloud project that it belongs to (`projectId` of a profile), which Cloud Code Assist wants named.
    public var project: String?
    /// When its secret ends (`expires` of a profile); `nil`: nobody said.
    public var expires: Timestamp?
    /// For profiles of kind `oauth`: how it is renewed.
    public var login: StoredLogin?
    /// Why it stands where it does among those of its provider.
    public var place = CredentialPlace.kind

    /// The environment's variable that it stands in, such as `OPENAI_API_KEYS[2]`; `nil`: it stands elsewhere.
    public var variable: String? { source.hasPrefix(EnvironmentKeys.source) ? String(source.dropFirst(EnvironmentKeys.source.count)) : nil }

    public init(
        id: CredentialID, provider: ProviderID, kind: CredentialKind, secret: Secret, label: String, source: String,
        unusable: String? = nil
    ) {
        self.id = id
        self.provider = provider
        self.kind = kind
        self.secret = secret
        self.label = label
        self.source = source
        self.secretHash = secret.isEmpty ? "" : secret.withExposed { String(Digest.sha256Hex($0).prefix(16)) }
        self.unusable = unusable
    }

    /// What a provider that wants no key is called with.
    static func none(for provider: ProviderID) -> StoredCredential {
        var none = StoredCredential(
            id: CredentialID(rawValue: "\(provider):none"), provider: provider, kind: .none, secret: Secret(""), label: "no key",
            source: "needs none")
        none.place = .none
        return none
    }
}

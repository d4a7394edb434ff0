// SPDX-License-Identifier: Apache-2.0

/// Why a credential stands where it does among those of its provider: what `understudy plan` and `models status` tell.
public enum CredentialPlace: Hashable, Sendable {
    /// The user wants this one and no other: `provider/model@credential`.
    case userPin
    /// It served the session last, and the provider's prompt cache is thought to be warm.
    case sessionPin(usedAt: Timestamp, warmUntil: Timestamp)
    /// `auth.spread: "leastRecentlyUsed"`; `nil`: not used since the gateway began.
    case leastRecentlyUsed(usedAt: Timestamp?)
    /// The agent's own order lists it, in `auth-state.json` or `auth-profiles.json`.
    case storedOrder
    /// `auth.order` lists it.
    case order
    /// `auth.profiles` names it.
    case profiles
    /// Nobody says: OAuth before token before API key, as written.
    case kind
    /// A key of the configuration or the environment, behind the profiles.
    case key
    /// The provider wants none.
    case none

    /// Stable, for machines.
    public var code: String {
        switch self {
        case .userPin: "user_pin"
        case .sessionPin: "session_pin"
        case .leastRecentlyUsed: "least_recently_used"
        case .storedOrder: "stored_order"
        case .order: "auth.order"
        case .profiles: "auth.profiles"
        case .kind: "kind"
        case .key: "key"
        case .none: "none"
        }
    }

    /// A word or two for people.
    public var shortText: String {
        switch self {
        case .userPin: "asked for"
        case .sessionPin: "session"
        case .leastRecentlyUsed: "least recently used"
        case .storedOrder: "the agent's own order"
        case .order: "auth.order"
        case .profiles: "auth.profiles"
        case .kind: "OAuth before token before key"
        case .key: "keys"
        case .none: "none needed"
        }
    }

    /// For people; `now` is when it is read.
    public func text(at now: Timestamp) -> String {
        switch self {
        case .userPin: "the credential that was asked for, and no other"
        case .sessionPin(let usedAt, let warmUntil):
            "the session's pin: used \(Words.duration(now - usedAt)) ago, warm for another \(Words.duration(warmUntil - now))"
        case .leastRecentlyUsed(let usedAt):
            usedAt.map { "least recently used: \(Words.duration(now - $0)) ago" } ?? "least recently used: not yet"
        case .storedOrder: "the agent's stored order"
        case .order: "auth.order"
        case .profiles: "auth.profiles"
        case .kind: "OAuth before token before API key"
        case .key: "a key of the configuration or the environment"
        case .none: "no credential is needed"
        }
    }
}

/// The credential that served a session last at one provider.
public struct SessionPin: Hashable, Sendable {
    public var provider: ProviderID
    public var credential: CredentialID
    public var usedAt: Timestamp
    /// Until then the session keeps it; then the order is asked again.
    public var warmUntil: Timestamp

    public init(provider: ProviderID, credential: CredentialID, usedAt: Timestamp, warmUntil: Timestamp) {
        self.provider = provider
        self.credential = credential
        self.usedAt = usedAt
        self.warmUntil = warmUntil
    }

    public func isWarm(at now: Timestamp) -> Bool { now <= warmUntil }

    /// Why a request of the session that came at `now` did not begin with it, as a phrase for people.
    func text(at now: Timestamp) -> String {
        let why =
            isWarm(at: now)
            ? "is no longer in the chain"
            : "was used \(Words.duration(now - usedAt)) before, too long for the provider's prompt cache; the order was asked again"
        return "the session's \(credential) \(why)"
    }
}

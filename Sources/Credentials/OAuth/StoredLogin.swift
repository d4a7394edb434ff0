// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

/// What a stored profile of type `oauth` says beside its access token.
public struct StoredLogin: Hashable, Sendable {
    /// Which login: two agents may have different ones under the same id.
    public struct Key: Hashable, Sendable {
        /// The `auth-profiles.json` that it stands in, absolute.
        public var file: String
        public var id: CredentialID

        public init(file: String, id: CredentialID) {
            self.file = file
            self.id = id
        }
    }

    public var key: Key
    /// When the access token ends; `nil`: nobody said.
    public var expires: Timestamp?
    /// When the access token was got, where that was written down.
    public var issued: Timestamp?
    /// `nil`: it cannot be renewed.
    public var refresh: Secret?
    /// `false` for what stands in another program's files: it serves until it ends, and its owner renews it.
    public var isOurs: Bool
    /// Who else renews it (`managedBy`), such as `codex-cli`.
    public var managedBy: String?
    /// How it is renewed; `nil` for a provider of which nobody knows.
    public var descriptor: LoginDescriptor?
    /// What the last try to renew it came to, if that failed.
    public var failure: RefreshFailure?
    /// As which application it was made (`clientId`), where that is written: another one's refresh token is refused.
    public var clientID: String?

    public init(key: Key, expires: Timestamp?, refresh: Secret?, isOurs: Bool = true) {
        self.key = key
        self.expires = expires
        self.refresh = refresh
        self.isOurs = isOurs
    }

    /// Time before its end from which on an access token is renewed. OpenClaw's `DEFAULT_OAUTH_REFRESH_MARGIN_MS`.
    public static let margin = Duration.seconds(300)

    /// A quarter of the life of a token that lives for minutes only, so that not every request renews it.
    static func margin(from issued: Timestamp?, to expires: Timestamp?) -> Duration {
        guard let issued, let expires, expires > issued else { return margin }
        return min(margin, (expires - issued) / 4)
    }

    /// Whether we may and can renew it, as far as is known before trying.
    public var isRefreshable: Bool {
        isOurs && managedBy == nil && refresh?.isEmpty == false && descriptor?.canRefresh == true && failure?.isPermanent != true
    }

    /// Whether it is time to renew it. Without an end it never is, but on being refused.
    public func isDue(at now: Timestamp) -> Bool { expires.map { now >= $0 - Self.margin(from: issued, to: $0) } ?? false }

    public func hasExpired(at now: Timestamp) -> Bool { expires.map { now >= $0 } ?? false }
}

/// A try to renew a login that failed.
public struct RefreshFailure: Error, Hashable, Sendable {
    public var at: Timestamp
    /// Such as `oauth.invalid_grant`, as receipts name it.
    public var rule: String
    /// What the token endpoint said, without secrets, or what was the matter with it.
    public var message: String
    /// Only a person who signs in mends it.
    public var isPermanent: Bool
    /// Failed tries in a row, this one among them.
    public var count: Int
    /// When the next one is worth it; `nil`: none is.
    public var next: Timestamp?

    public init(at: Timestamp, rule: String, message: String, isPermanent: Bool, count: Int = 1, next: Timestamp? = nil) {
        self.at = at
        self.rule = rule
        self.message = message
        self.isPermanent = isPermanent
        self.count = count
        self.next = next
    }

    /// The rule's last part, which is the error's own name: `invalid_grant`.
    public var name: String { rule.split(separator: ".").last.map(String.init) ?? rule }

    /// Before the next try after `count` failed ones: 30 s, doubled up to 30 min.
    static func pause(after count: Int) -> Duration { .seconds(min(30 << min(max(count - 1, 0), 6), 1800)) }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// What a token endpoint gave (RFC 6749 §5.1), as it is kept.
public struct LoginTokens: Hashable, Sendable {
    public var access: Secret
    /// `nil`: the one before stays (§6).
    public var refresh: Secret?
    public var expires: Timestamp
    public var issued: Timestamp
    public var account: String?
    public var email: String?
    public var project: String?
    /// As which application it was made, where that is not the one that the provider's descriptor names.
    public var client: String?
    /// Where the provider wants this login's requests (`resource_url`), as some say it.
    public var resource: String?

    /// See `StoredLogin.isDue`.
    func isDue(at now: Timestamp) -> Bool { now >= expires - StoredLogin.margin(from: issued, to: expires) }

    /// How long a token lives that does not say.
    static let usualLife = Duration.seconds(3600)
    private static let longestLife = Duration.seconds(10 * 365 * 86_400)

    /// - Returns: `nil` where there is no access token.
    init?(_ reply: JSONValue, descriptor: LoginDescriptor, now: Timestamp) {
        guard let access = reply["access_token"]?.string.flatMap({ Secret($0).trimmed }) else { return nil }
        self.access = access
        refresh = reply["refresh_token"]?.string.flatMap { Secret($0).trimmed }
        issued = now
        let claims = [reply["id_token"]?.string.map { Secret($0) }, access].compactMap { $0.flatMap(TokenClaims.init) }
        expires = Self.end(reply, claims: TokenClaims(access), now: now)
        if !descriptor.accountClaim.isEmpty { account = claims.lazy.compactMap { $0.text(descriptor.accountClaim) }.first }
        let mail = descriptor.emailClaim
        email = claims.lazy.compactMap { $0.text(["email"]) ?? (mail.isEmpty ? nil : $0.text(mail)) }.first
        resource = reply["resource_url"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `expires_in` (§5.1), else what the token says, else the usual. Some write `expired_in`: seconds, or a moment in either unit.
    private static func end(_ reply: JSONValue, claims: TokenClaims?, now: Timestamp) -> Timestamp {
        func number(_ name: String) -> Double? { reply[name]?.double ?? reply[name]?.string.flatMap(Double.init) }
        if let life = number("expires_in") ?? number("expired_in"), life > 0, life < 1e15 {
            if life > 1e11 { return Timestamp(milliseconds: Int64(life)) }
            if life > 1e9 { return Timestamp(milliseconds: Int64(life * 1000)) }
            return now + min(.milliseconds(Int64(life * 1000)), longestLife)
        }
        if let life = claims?.lifetime { return now + min(life, longestLife) }
        if let end = claims?.ends, end > now.milliseconds { return Timestamp(milliseconds: end) }
        return now + usualLife
    }
}

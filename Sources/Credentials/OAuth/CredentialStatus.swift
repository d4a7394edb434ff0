// SPDX-License-Identifier: Apache-2.0
import Failover

/// How a credential stands as to time and renewal: the one answer that every command and API shows. It says nothing of the provider's
/// opinion, which the health ledger has. Pure: it follows from what is stored and the time.
public enum CredentialStatus: Hashable, Sendable {
    /// No end is known: keys, and tokens that do not say.
    case unlimited
    /// Fine until then; `renews`: and on, since it is renewed by itself.
    case ok(until: Timestamp, renews: Bool)
    /// Ends soon: within a day for what a person has to renew, within `StoredLogin.margin` for what is renewed by itself.
    case expiring(at: Timestamp, renews: Bool)
    /// Its access token has ended, and is renewed when it is used next.
    case refreshesOnUse(since: Timestamp)
    /// Renewing failed, and is tried again. `until`: how long the old token lives, if it still does.
    case refreshFailed(RefreshFailure, until: Timestamp?)
    /// Only a person mends it.
    case signInAgain(why: String, at: Timestamp)
    /// A token that was pasted has ended.
    case expired(at: Timestamp)
    /// It cannot be read, or is not what the configuration says.
    case unusable(why: String)

    /// What needs a person is told a day before.
    static let warning = Duration.seconds(86_400)

    /// One word for programs.
    public var code: String {
        switch self {
        case .unlimited: "static"
        case .ok: "ok"
        case .expiring: "expiring"
        case .refreshesOnUse: "expired_refreshable"
        case .refreshFailed: "refresh_failed"
        case .signInAgain: "sign_in_again"
        case .expired: "expired"
        case .unusable: "unusable"
        }
    }

    /// Whether a request may use it.
    public var isUsable: Bool {
        switch self {
        case .unlimited, .ok, .expiring, .refreshesOnUse, .refreshFailed: true
        case .signInAgain, .expired, .unusable: false
        }
    }

    /// When its secret ends or ended; `nil`: no end is known.
    public var expires: Timestamp? {
        switch self {
        case .ok(let end, _), .expiring(let end, _), .refreshesOnUse(let end), .expired(let end): end
        case .refreshFailed(_, let end): end
        case .unlimited, .signInAgain, .unusable: nil
        }
    }

    /// What failed when it was renewed last.
    public var failure: RefreshFailure? { if case .refreshFailed(let failure, _) = self { failure } else { nil } }

    /// What a person has to type; `nil` where nobody has to do anything.
    public func fix(_ id: CredentialID, _ kind: CredentialKind?, of provider: ProviderID) -> String? {
        switch self {
        case .unlimited, .ok, .refreshesOnUse, .refreshFailed, .unusable, .expiring(_, renews: true): nil
        case .expiring, .signInAgain, .expired: Self.signIn(id, kind, of: provider)
        }
    }

    /// The command that puts another login, or another token, in its place.
    public static func signIn(_ id: CredentialID, _ kind: CredentialKind?, of provider: ProviderID) -> String {
        let way = kind == .oauth ? "login" : "paste-token"
        let place = "--provider \(ShellWord.quoted(provider.rawValue)) --profile-id \(ShellWord.quoted(id.rawValue))"
        return "understudy models auth \(way) \(place)"
    }

    /// Whole units, and never `0m`: `45s`, `12m`, `3h`, `9d`.
    public static func words(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<7200: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// Such as `ok, expires in 9d`, `expired (refreshes on use)`, `refresh failed: server_error, 2m ago, next try in 1m`.
    ///
    /// - Parameter duration: Writes a length of time for people, such as `9d`.
    public func text(at now: Timestamp, duration: (Duration) -> String = Self.words) -> String {
        func left(_ end: Timestamp) -> String { duration(end - now) }
        switch self {
        case .unlimited: return "static"
        case .ok(let end, let renews): return "ok, \(renews ? "renewed by itself in" : "expires in") \(left(end))"
        case .expiring(let end, let renews): return "expiring, in \(left(end))\(renews ? " (renewed by itself)" : "")"
        case .refreshesOnUse: return "expired (refreshes on use)"
        case .refreshFailed(let failure, let end):
            let next = failure.next.map { $0 > now ? ", next try in \(left($0))" : ", tried again on use" } ?? ""
            let old = end.map { $0 > now ? "; the old token lives for \(left($0))" : "" } ?? ""
            return "refresh failed: \(failure.name), \(duration(now - failure.at)) ago\(next)\(old)"
        case .signInAgain(let why, let at): return "sign in again: \(why)\(at <= now ? ", \(duration(now - at)) ago" : "")"
        case .expired(let end): return "expired \(duration(now - end)) ago"
        case .unusable(let why): return "unusable: \(why)"
        }
    }
}

extension StoredCredential {
    /// How it stands now.
    public func status(at now: Timestamp) -> CredentialStatus {
        if let login { return status(of: login, at: now) }
        if let unusable, secret.isEmpty { return .unusable(why: unusable) }
        guard let expires else { return unusable.map { .unusable(why: $0) } ?? .unlimited }
        if now >= expires { return .expired(at: expires) }
        if let unusable { return .unusable(why: unusable) }
        return expires - now <= CredentialStatus.warning ? .expiring(at: expires, renews: false) : .ok(until: expires, renews: false)
    }

    private func status(of login: StoredLogin, at now: Timestamp) -> CredentialStatus {
        if let unusable { return hasEndedForGood(login, now) ?? .unusable(why: unusable) }
        let hasExpired = login.hasExpired(at: now)
        if let failure = login.failure {
            if !failure.isPermanent { return .refreshFailed(failure, until: hasExpired ? nil : login.expires) }
            if hasExpired || secret.isEmpty { return .signInAgain(why: failure.name, at: failure.at) }
            // It serves until it ends, and a person has to know now.
            return .expiring(at: login.expires ?? failure.at, renews: false)
        }
        guard let expires = login.expires else { return .unlimited }
        if login.isRefreshable {
            if hasExpired { return .refreshesOnUse(since: expires) }
            return login.isDue(at: now) ? .expiring(at: expires, renews: true) : .ok(until: expires, renews: true)
        }
        if hasExpired { return .signInAgain(why: "expired", at: expires) }
        return expires - now <= CredentialStatus.warning ? .expiring(at: expires, renews: false) : .ok(until: expires, renews: false)
    }

    private func hasEndedForGood(_ login: StoredLogin, _ now: Timestamp) -> CredentialStatus? {
        guard !login.isRefreshable, let expires = login.expires, now >= expires else { return nil }
        return .signInAgain(why: login.failure?.name ?? "expired", at: login.failure?.at ?? expires)
    }
}

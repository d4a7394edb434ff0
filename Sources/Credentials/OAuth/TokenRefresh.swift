// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Store
import Transport

/// Renews one login, once, whoever asks for it at the same time: other requests, gateways and commands. Blocks on locks, files and the
/// token endpoint: never to be used on an event loop.
///
/// A refresh token that rotates must be used once: the second use is taken for theft, and ends the whole login (RFC 9700 §4.14.2). So
/// there is a lock for each login across processes, and under it the file is read anew: what somebody else has renewed meanwhile is used.
public struct TokenRefresh: Sendable {
    /// What came of it.
    public struct Renewed: Hashable, Sendable {
        public var access: Secret
        public var refresh: Secret?
        public var expires: Timestamp?
        public var issued: Timestamp?
        /// Somebody else had done it, or signed in anew.
        public var byOthers = false
        /// The file could not be written: what is here stands nowhere else.
        public var unwritten: StoreProblem?
    }

    let endpoint: TokenEndpoint
    /// How long another process that renews the same login is waited for.
    private static let patience = Duration.seconds(45)
    /// Tries to write what was got, which stands nowhere else.
    private static let writes = 5

    public init(endpoint: TokenEndpoint) { self.endpoint = endpoint }

    /// - Parameters:
    ///   - known: The login as it was read from its file.
    ///   - family: The credential's hash.
    ///   - refused: The access token that the provider refused; `nil`: it is only time to renew.
    ///   - newer: Tokens that were got and could not be written, which count instead of the file's.
    /// - Throws: What failed, which the file says from then on too.
    public func run(
        _ known: StoredLogin, family: String, refused: Secret?, newer: Secret? = nil
    ) throws(RefreshFailure) -> Renewed {
        let file = ProfileFile(path: known.key.file)
        let lock = FileLock(path: Self.lockPath(known.key), patience: Self.patience)
        guard lock.isHeld else {
            throw failure(TokenProblem("busy", "another process has been renewing it for 45 s"), after: known.failure)
        }
        defer { withExtendedLifetime(lock) {} }
        let login: StoredLogin
        let access: Secret?
        do throws(StoreProblem) {
            guard let profile = try file.profile(known.key.id) else {
                throw StoreProblem(.rejected, doing: "read", path: known.key.file, reason: "the profile is gone")
            }
            login = StoredLogin(.object(profile), key: known.key)
            access = ProfileFile.access(of: profile)
        } catch {
            throw failure(TokenProblem("unreadable", error.reason), after: known.failure)
        }
        let now = endpoint.now()
        if newer == nil, let access, access != refused, refused != nil || !login.isDue(at: now) {
            return Renewed(access: access, refresh: login.refresh, expires: login.expires, issued: login.issued, byOthers: true)
        }
        if newer == nil, let failure = login.failure, failure.isPermanent || failure.next.map({ $0 > now }) ?? false { throw failure }
        guard let refresh = newer ?? login.refresh, let descriptor = known.descriptor else {
            throw failure(TokenProblem("no_refresh_token", "it cannot be renewed"), after: login.failure)
        }
        do throws(TokenProblem) {
            let tokens = try endpoint.refresh(refresh, for: descriptor)
            return keep(tokens, in: file, known, used: login.refresh ?? refresh, given: refresh, family: family)
        } catch {
            let failed = failure(error, after: login.failure)
            // Whoever has signed in or renewed it without our lock is right.
            let profile = try? file.note(failed, of: known.key.id, used: refresh)
            if let profile = profile ?? nil, let other = ProfileFile.access(of: profile), let token = ProfileFile.refresh(of: profile),
                token != refresh
            {
                let login = StoredLogin(.object(profile), key: known.key)
                return Renewed(access: other, refresh: token, expires: login.expires, issued: login.issued, byOthers: true)
            }
            throw failed
        }
    }

    private func keep(
        _ tokens: LoginTokens, in file: ProfileFile, _ known: StoredLogin, used: Secret, given: Secret, family: String
    ) -> Renewed {
        var renewed = Renewed(
            access: tokens.access, refresh: tokens.refresh ?? given, expires: tokens.expires, issued: tokens.issued)
        var tokens = tokens
        tokens.refresh = renewed.refresh
        for attempt in 1...Self.writes {
            do throws(StoreProblem) {
                if let profile = try file.renew(tokens, as: known.key.id, used: used, family: family),
                    let token = ProfileFile.refresh(of: profile), token != renewed.refresh, let other = ProfileFile.access(of: profile)
                {
                    let login = StoredLogin(.object(profile), key: known.key)
                    return Renewed(access: other, refresh: token, expires: login.expires, issued: login.issued, byOthers: true)
                }
                renewed.unwritten = nil
                return renewed
            } catch {
                renewed.unwritten = error
                if attempt < Self.writes { BlockingWait.sleep(.milliseconds(100 * attempt)) }
            }
        }
        return renewed
    }

    private func failure(_ problem: TokenProblem, after last: RefreshFailure?) -> RefreshFailure {
        let now = endpoint.now()
        let count = (last.map { $0.isPermanent ? 0 : $0.count } ?? 0) + 1
        var failure = RefreshFailure(
            at: now, rule: problem.rule, message: problem.message, isPermanent: problem.isPermanent, count: count)
        if !problem.isPermanent { failure.next = now + max(RefreshFailure.pause(after: count), problem.wait ?? .zero) }
        return failure
    }

    /// Beside the file, and never removed, as all lock files.
    private static func lockPath(_ key: StoredLogin.Key) -> String {
        "\(key.file).understudy.\(Digest.sha256Hex(key.id.rawValue).prefix(12)).lock"
    }
}

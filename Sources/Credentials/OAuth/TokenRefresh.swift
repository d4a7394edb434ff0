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
        /// Set where the file could not be written.
        public var unwritten: Unwritten?

        init(_ tokens: LoginTokens) {
            (access, refresh, expires, issued) = (tokens.access, tokens.refresh, tokens.expires, tokens.issued)
        }

        /// What stands in the file by somebody else's doing.
        init(byOthers login: StoredLogin, access: Secret) {
            (self.access, refresh, expires, issued) = (access, login.refresh, login.expires, login.issued)
            byOthers = true
        }
    }

    /// Tokens that could not be written, and so stand nowhere else.
    public struct Unwritten: Hashable, Sendable {
        public var tokens: LoginTokens
        /// The refresh token that the file still has, though it may be worth nothing by now.
        public var used: Secret
        public var problem: StoreProblem
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
    ///   - newer: Tokens that were got and could not be written. They count instead of those that they replace, and are written.
    /// - Throws: What failed, which the file says from then on too.
    public func run(
        _ known: StoredLogin, family: String, refused: Secret?, newer: Unwritten? = nil
    ) throws(RefreshFailure) -> Renewed {
        let file = ProfileFile(path: known.key.file)
        let lock = try lock(known, file)
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
        if let newer, newer.used == login.refresh {
            if newer.tokens.access != refused, !newer.tokens.isDue(at: now) {
                return keep(newer.tokens, in: file, known.key.id, used: newer.used, family: family)
            }
            return try renew(known, login, with: newer.tokens.refresh, in: file, family: family)
        }
        if let access, access != refused, refused == nil ? !login.isDue(at: now) : !login.hasExpired(at: now) {
            return Renewed(byOthers: login, access: access)
        }
        if let failure = login.failure, failure.isPermanent || failure.next.map({ $0 > now }) ?? false { throw failure }
        return try renew(known, login, with: login.refresh, in: file, family: family)
    }

    /// - Parameters:
    ///   - login: As the file has it.
    ///   - refresh: The refresh token that is good, which the file may not have.
    private func renew(
        _ known: StoredLogin, _ login: StoredLogin, with refresh: Secret?, in file: ProfileFile, family: String
    ) throws(RefreshFailure) -> Renewed {
        guard let refresh, let used = login.refresh, let descriptor = known.descriptor?.asking(as: login.clientID) else {
            throw failure(TokenProblem("no_refresh_token", "it cannot be renewed"), after: login.failure)
        }
        do throws(TokenProblem) {
            var tokens = try endpoint.refresh(refresh, for: descriptor)
            // RFC 6749 §6: without another one the old one stays.
            tokens.refresh = tokens.refresh ?? refresh
            return keep(tokens, in: file, known.key.id, used: used, family: family)
        } catch {
            let failed = failure(error, after: login.failure)
            // Whoever has signed in or renewed it without our lock is right.
            let profile = try? file.note(failed, of: known.key.id, used: used)
            if let profile = profile ?? nil, let others = Self.renewed(byOthers: profile, known.key.id, insteadOf: used) { return others }
            throw failed
        }
    }

    /// Writes new tokens into the file.
    ///
    /// - Parameter used: The refresh token that they replace there.
    private func keep(
        _ tokens: LoginTokens, in file: ProfileFile, _ id: CredentialID, used: Secret, family: String
    ) -> Renewed {
        var renewed = Renewed(tokens)
        for attempt in 1...Self.writes {
            do throws(StoreProblem) {
                let profile = try file.renew(tokens, as: id, used: used, family: family)
                return profile.flatMap { Self.renewed(byOthers: $0, id, insteadOf: tokens.refresh) } ?? Renewed(tokens)
            } catch {
                renewed.unwritten = Unwritten(tokens: tokens, used: used, problem: error)
                if attempt < Self.writes { BlockingWait.sleep(.milliseconds(100 * attempt)) }
            }
        }
        return renewed
    }

    /// What a profile says that somebody else has written; `nil` where it has still, or already, the refresh token that we know.
    private static func renewed(byOthers profile: JSONObject, _ id: CredentialID, insteadOf known: Secret?) -> Renewed? {
        guard let token = ProfileFile.refresh(of: profile), token != known, let access = ProfileFile.access(of: profile) else { return nil }
        return Renewed(byOthers: StoredLogin(.object(profile), key: StoredLogin.Key(file: "", id: id)), access: access)
    }

    private func failure(_ problem: TokenProblem, after last: RefreshFailure?) -> RefreshFailure {
        let now = endpoint.now()
        let count = (last.map { $0.isPermanent ? 0 : $0.count } ?? 0) + 1
        var failure = RefreshFailure(
            at: now, rule: problem.rule, message: problem.message, isPermanent: problem.isPermanent, count: count)
        if !problem.isPermanent { failure.next = now + max(RefreshFailure.pause(after: count), problem.wait ?? .zero) }
        return failure
    }

    private func lock(_ known: StoredLogin, _ file: ProfileFile) throws(RefreshFailure) -> FileLock {
        let path = file.lockPath(of: String(Digest.sha256Hex(known.key.id.rawValue).prefix(12)))
        do throws(StoreProblem) {
            return try FileLock.take(path, patience: Self.patience, toChange: known.key.file)
        } catch {
            let isBusy = error.kind == .busy
            throw failure(
                isBusy ? TokenProblem("busy", "another process has been renewing it for 45 s") : TokenProblem("no_lock", error.description),
                after: known.failure)
        }
    }
}

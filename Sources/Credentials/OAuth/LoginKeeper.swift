// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Store
import Synchronization
import Telemetry
import Transport

/// The logins of a running gateway, renewed ahead of their end in the background and when they are used. Nothing of it happens on the
/// caller's thread but looking at what is known; a login is renewed once, however many ask for it.
public final class LoginKeeper: Sendable {
    /// What goes up now.
    public enum Ready: Hashable, Sendable {
        case secret(Secret)
        /// Its token has ended: `renew` brings another.
        case due
        /// It cannot be renewed now, or ever.
        case failed(RefreshFailure)
    }

    public typealias Result = Swift.Result<Secret, RefreshFailure>

    private struct Entry {
        var access: Secret
        var family: String
        var login: StoredLogin
        /// The access token that the last renewal has replaced.
        var replaced: Secret?
        /// Tokens that could not be written into the file.
        var unwritten: TokenRefresh.Unwritten?

        func mayRenew(at now: Timestamp) -> Bool {
            guard let failure = login.failure else { return true }
            return !failure.isPermanent && failure.next.map { $0 <= now } ?? true
        }

        /// Whether `file` is what stood there before the last renewal: read too early, or never written over.
        func hasReplaced(_ file: Entry) -> Bool {
            family == file.family && (replaced == file.access || unwritten.map { $0.used == file.login.refresh } ?? false)
        }
    }

    private struct State {
        var entries: [StoredLogin.Key: Entry] = [:]
        /// Renewals under way and who waits for them.
        var running: [StoredLogin.Key: [@Sendable (Result) -> Void]] = [:]
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let refresh: TokenRefresh
    private let now: @Sendable () -> Timestamp
    private let log: Logger
    /// Runs work on a thread of its own; it may block there.
    private let onThread: @Sendable (@escaping @Sendable () -> Void) -> Bool

    public init(
        refresh: TokenRefresh, log: Logger, now: @escaping @Sendable () -> Timestamp,
        onThread: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool = LoginKeeper.thread
    ) {
        self.refresh = refresh
        self.log = log
        self.now = now
        self.onThread = onThread
    }

    /// - Returns: `false` where the system gives no thread.
    public static let thread: @Sendable (@escaping @Sendable () -> Void) -> Bool = { work in
        do {
            try Thread(named: "login", work).detach()
            return true
        } catch {
            return false
        }
    }

    /// Takes in the credentials that there are now.
    public func update(_ pool: PoolSnapshot) {
        state.withLock { state in
            var entries: [StoredLogin.Key: Entry] = [:]
            for (key, credential) in pool.logins {
                guard let login = credential.login, login.isKept else { continue }
                let read = Entry(access: credential.secret, family: credential.secretHash, login: login)
                entries[key] = read
                if var known = state.entries[key], known.hasReplaced(read) {
                    known.login.descriptor = login.descriptor
                    entries[key] = known
                }
            }
            state.entries = entries
        }
    }

    /// What a request sends, and, where it is time, a renewal in the background. Takes a lock and looks; `nil` for a login that is not ours.
    public func ready(_ key: StoredLogin.Key) -> Ready? {
        let now = now()
        let (ready, isDue) = state.withLock { state -> (Ready?, Bool) in
            guard let entry = state.entries[key] else { return (nil, false) }
            let hasExpired = entry.login.hasExpired(at: now) || entry.access.isEmpty
            if !hasExpired { return (.secret(entry.access), entry.login.isDue(at: now) && entry.mayRenew(at: now)) }
            if !entry.mayRenew(at: now), let failure = entry.login.failure { return (.failed(failure), false) }
            return (.due, false)
        }
        if isDue { renew(key, refused: nil) { _ in } }
        return ready
    }

    /// Renews a login, or joins whoever does.
    ///
    /// - Parameters:
    ///   - refused: The access token that the provider refused; `nil`: its time is over.
    ///   - done: Called once, on a thread of ours; at once where there is nothing to wait for.
    public func renew(_ key: StoredLogin.Key, refused: Secret?, done: @escaping @Sendable (Result) -> Void) {
        enum Start { case run(Entry), joined, answer(Result) }
        let now = now()
        let start = state.withLock { state -> Start in
            guard let entry = state.entries[key] else { return .answer(.failure(Self.gone(now))) }
            if let refused, !entry.access.isEmpty, entry.access != refused, !entry.login.hasExpired(at: now) {
                return .answer(.success(entry.access))
            }
            if state.running[key] != nil {
                state.running[key]?.append(done)
                return .joined
            }
            if !entry.mayRenew(at: now), let failure = entry.login.failure { return .answer(.failure(failure)) }
            if state.isClosed { return .answer(.failure(Self.closed(now))) }
            state.running[key] = [done]
            return .run(entry)
        }
        switch start {
        case .joined: break
        case .answer(let result): done(result)
        case .run(let entry):
            let begun = onThread { [self] in run(entry, refused: refused) }
            if !begun {
                finish(
                    key,
                    .failure(RefreshFailure(at: now, rule: "oauth.no_thread", message: "the system gives no thread", isPermanent: false)))
            }
        }
    }

    /// Renews whatever is due. To be called every half minute or so.
    public func tick() {
        let now = now()
        let due = state.withLock { state in
            state.entries.filter { key, entry in
                state.running[key] == nil && (entry.login.isDue(at: now) || entry.unwritten != nil) && entry.mayRenew(at: now)
            }.map(\.key)
        }
        for key in due { renew(key, refused: nil) { _ in } }
    }

    // MARK: One renewal

    private func run(_ entry: Entry, refused: Secret?) {
        let key = entry.login.key
        var fields: LogFields = ["credential": .string(key.id.rawValue)]
        do throws(RefreshFailure) {
            let renewed = try refresh.run(entry.login, family: entry.family, refused: refused, newer: entry.unwritten)
            state.withLock { state in
                if let old = state.entries[key]?.access, old != renewed.access { state.entries[key]?.replaced = old }
                state.entries[key]?.access = renewed.access
                state.entries[key]?.login.expires = renewed.expires
                state.entries[key]?.login.issued = renewed.issued
                state.entries[key]?.login.refresh = renewed.refresh
                state.entries[key]?.login.failure = nil
                state.entries[key]?.unwritten = renewed.unwritten
            }
            if let problem = renewed.unwritten?.problem {
                fields["why"] = .string(problem.description)
                log.error("A renewed login could not be written, and is lost at a restart unless it can be soon", fields)
            } else {
                log.info(renewed.byOthers ? "Login renewed by another process" : "Login renewed", fields)
            }
            finish(key, .success(renewed.access))
        } catch {
            state.withLock { $0.entries[key]?.login.failure = error }
            fields["rule"] = .string(error.rule)
            fields["why"] = .string(error.message)
            if error.isPermanent {
                log.error("Login cannot be renewed: sign in again", fields)
            } else {
                log.warning("Login not renewed; it is tried again", fields)
            }
            finish(key, .failure(error))
        }
    }

    private func finish(_ key: StoredLogin.Key, _ result: Result) {
        let (waiting, closers) = state.withLock { state in
            let waiting = state.running.removeValue(forKey: key) ?? []
            guard state.running.isEmpty else { return (waiting, [CheckedContinuation<Void, Never>]()) }
            defer { state.closers = [] }
            return (waiting, state.closers)
        }
        for done in waiting { done(result) }
        for closer in closers { closer.resume() }
    }

    // MARK: The end

    /// Begins no renewal any more, and waits for those under way: what they bring stands nowhere until it is written, and the refresh
    /// token that it was got with may be worth nothing by then. They end within their own limits, a minute or so at worst.
    public func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if !state.running.isEmpty { state.closers.append(continuation) }
                return state.running.isEmpty
            }
            if isIdle { continuation.resume() }
        }
    }

    private static func closed(_ now: Timestamp) -> RefreshFailure {
        RefreshFailure(at: now, rule: "oauth.stopping", message: "this process is ending", isPermanent: false)
    }

    private static func gone(_ now: Timestamp) -> RefreshFailure {
        RefreshFailure(at: now, rule: "oauth.gone", message: "the login is not there any more", isPermanent: false)
    }
}

extension StoredLogin {
    /// Whether it is ours to renew, now or once a person has signed in again.
    public var isKept: Bool { isOurs && managedBy == nil && refresh?.isEmpty == false && descriptor?.canRefresh == true }
}

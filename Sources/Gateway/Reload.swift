// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Relay
import Synchronization
import Telemetry
import Transport

/// Replaces settings and credentials while the gateway runs: on a signal, and when one of their files changes.
///
/// All or nothing: settings with a problem leave the running ones in force and are told in the log and in `/api/status`. What is
/// fixed at the start needs a restart, and the log names what of it has changed.
public final class Reload: Sendable {
    /// What a load brings: the snapshot and the files to watch from then on.
    public struct Loaded: Sendable {
        public var snapshot: RelaySnapshot
        public var files: [String]
        /// As `GatewayStatus.configHash`.
        public var hash: String?

        public init(snapshot: RelaySnapshot, files: [String], hash: String? = nil) {
            self.snapshot = snapshot
            self.files = files
            self.hash = hash
        }
    }

    /// Why nothing was loaded, in words.
    public struct Problem: Error, Sendable {
        public var text: String
        public init(_ text: String) { self.text = text }
    }

    private struct State {
        var isLoading = false
        /// Asked for while a load was under way, whose files may have changed since.
        var isDue = false
        var watcher: FileWatcher?
        var files: [String] = []
    }

    private let relay: Relay
    /// What the gateway was started with, which some keys are fixed at.
    private let started: Settings
    private let status: GatewayStatus
    private let loop: EventLoop
    private let log: Logger
    private let load: @Sendable () throws(Problem) -> Loaded
    private let state = Mutex(State())

    /// - Parameter load: Reads everything anew. Blocks on files: it is called on a thread of its own.
    public init(
        relay: Relay, status: GatewayStatus, on loop: EventLoop, log: Logger, load: @escaping @Sendable () throws(Problem) -> Loaded
    ) {
        self.relay = relay
        started = relay.snapshot.settings
        self.status = status
        self.loop = loop
        self.log = log
        self.load = load
    }

    /// Watches `files` from now on.
    public func watch(_ files: [String]) {
        let old = state.withLock { state -> FileWatcher? in
            guard files != state.files else { return nil }
            defer { state.watcher = nil }
            state.files = files
            return state.watcher
        }
        old?.end()
        guard state.withLock({ $0.watcher == nil }) else { return }
        let watcher = FileWatcher(paths: files, on: loop) { [weak self] in self?.reload(because: "a file changed") }
        state.withLock { $0.watcher = watcher }
    }

    /// Loads, soon. Calls that come together are one.
    public func reload(because why: String) {
        let begins = state.withLock { state in
            if state.isLoading { state.isDue = true }
            defer { state.isLoading = true }
            return !state.isLoading
        }
        guard begins else { return }
        do {
            try Thread(named: "reload") { [self] in run(why) }.detach()
        } catch {
            state.withLock { $0.isLoading = false }
            log.error("Settings not loaded again", ["why": .string(error.description)])
        }
    }

    private func run(_ why: String) {
        repeat {
            do throws(Problem) {
                let loaded = try load()
                replace(loaded)
                log.notice("Settings loaded again", ["because": .string(why)])
            } catch {
                status.reloaded(at: Clock.now(), problem: error.text)
                log.error("Settings not loaded: the running ones stay in force", ["problem": .string(error.text)])
            }
        } while again()
    }

    private func again() -> Bool {
        state.withLock { state in
            state.isLoading = state.isDue
            defer { state.isDue = false }
            return state.isDue
        }
    }

    private func replace(_ loaded: Loaded) {
        let before = relay.snapshot
        let waiting = loaded.snapshot.settings.waitingForStart(since: started)
        if !waiting.isEmpty {
            log.warning("Settings that take effect at the next start", ["keys": .string(waiting.joined(separator: ", "))])
        }
        let renewed = Self.renewed(before.pool, loaded.snapshot.pool)
        relay.replace(loaded.snapshot)
        relay.ledger.configurationChanged(renewed: renewed)
        relay.capabilities.configurationChanged(to: loaded.snapshot)
        status.configHash = loaded.hash
        status.reloaded(at: Clock.now(), problem: nil)
        let logging = loaded.snapshot.settings.logging
        if logging.level != before.settings.logging.level {
            log.notice(
                "Log level changed", ["level": .string(logging.level.rawValue), "was": .string(before.settings.logging.level.rawValue)])
        }
        if let level = LogLevel(rawValue: logging.level.rawValue) { log.setLevel(level) }
        for note in loaded.snapshot.pool.notes where !before.pool.notes.contains(note) {
            log.warning("Credentials", ["note": .string(note.description)])
        }
        watch(loaded.files)
    }

    /// Credentials whose secret is another one than before: what was held against them is void.
    private static func renewed(_ before: PoolSnapshot, _ after: PoolSnapshot) -> [CredentialID] {
        let known = before.secretHashes
        return after.secretHashes.filter { id, hashes in known[id] != nil && known[id] != hashes }.map(\.key)
    }
}

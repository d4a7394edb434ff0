// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Synchronization

/// Keeps the health ledger's blocks, so that a restart or a crash forgets none. Written at once, not in batches: a block of
/// thirty minutes must not be lost to a `kill -9` a few milliseconds later.
public final class LedgerStore: Sendable {
    private struct State {
        /// The newest whole set.
        var latest: [Block] = []
        /// `save(_:)` was never called: what the file holds of blocks stays.
        var isUntouched = true
        /// The newest whole set; `nil`: this process has not changed it.
        var pauses: [Pause]?
        /// What of the newest is not in the file.
        var isDirty = false
        var isScheduled = false
        /// What the file holds, as far as this process knows; `nil`: it does not.
        var saved: [ScopeKey: Block]?
        /// What it will hold once the job under way is committed.
        var saving: [ScopeKey: Block] = [:]
    }

    private let database: Database
    private let state = Mutex(State())

    public init(database: Database) {
        self.database = database
        database.whenRetrying { [weak self] isNew in self?.retry(isNew: isNew) }
    }

    /// Puts `blocks` in the place of all that was kept. Never waits; of many calls in a row the last one counts. What cannot be
    /// written is tried again until it is.
    ///
    /// - Parameter anew: Another process may have written meanwhile: nothing is known of what the file holds.
    public func save(_ blocks: [Block], anew: Bool = false) {
        state.withLock { state in
            if anew { state.saved = nil }
            state.latest = blocks
            state.isUntouched = false
            state.isDirty = true
        }
        schedule()
    }

    /// Puts `pauses` in the place of all that were kept. As `save(_:)` otherwise.
    public func save(pauses: [Pause]) {
        state.withLock { state in
            state.pauses = pauses
            state.isDirty = true
        }
        schedule()
    }

    /// Puts both in the place of all that was kept, and waits until it is so.
    ///
    /// - Throws: why it cannot be written; nothing has changed then.
    public func replace(blocks: [Block], pauses: [Pause]) async throws(StoreProblem) {
        state.withLock { state in
            state.latest = blocks
            state.isUntouched = false
            state.pauses = pauses
            state.saved = nil
        }
        try await database.perform(.writes) { connection throws(StoreProblem) in try self.write(to: connection) }
    }

    /// What was paused, for `HealthLedger(restoring:pauses:now:)`.
    ///
    /// - Throws: why the database cannot be read.
    public func loadPauses() async throws(StoreProblem) -> [Pause] {
        let pauses = try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement(
                "SELECT credential, since, until FROM pauses ORDER BY credential", doing: "read what is paused")
            defer { statement.reset() }
            var pauses: [Pause] = []
            while try statement.step() {
                pauses.append(
                    Pause(
                        credential: CredentialID(rawValue: statement.text(0)), since: Timestamp(milliseconds: statement.integer(1)),
                        until: statement.isNull(2) ? nil : Timestamp(milliseconds: statement.integer(2))))
            }
            return pauses
        }
        // For a new file, should this one turn out to be damaged.
        state.withLock { if $0.pauses == nil { $0.pauses = pauses } }
        return pauses
    }

    /// What was kept, for `HealthLedger(restoring:now:)`, which voids leases and drops what is long over. A row that cannot be
    /// read is left out.
    ///
    /// - Throws: why the database cannot be read; nothing is known to be blocked then.
    public func load() async throws(StoreProblem) -> [Block] {
        try await database.perform(.reads) { connection throws(StoreProblem) in try Self.read(connection) }
    }

    /// Remembers the hash of each credential's secret, and tells which of them it knew with another one: those start clean, also
    /// when the secret was changed while no gateway ran. Credentials that are not in `hashes` are remembered for later.
    ///
    /// - Parameter hashes: As `StoredCredential.secretHash`, joined where agents have different ones; never a secret.
    /// - Throws: why the database cannot be used; nothing is known to have changed then.
    public func renewSecretHashes(_ hashes: [CredentialID: String]) async throws(StoreProblem) -> Set<CredentialID> {
        try await database.perform(.writes) { connection throws(StoreProblem) in
            let doing = "compare the hashes of secrets"
            var changed: Set<CredentialID> = []
            for (credential, hash) in hashes {
                let known = try connection.statement("SELECT hash FROM secrets WHERE credential = ?1", doing: doing)
                try known.bind(credential.rawValue, at: 1)
                let old = try known.step() ? known.text(0) : nil
                known.reset()
                guard old != hash else { continue }
                if old != nil { changed.insert(credential) }
                let renew = try connection.statement("INSERT OR REPLACE INTO secrets (credential, hash) VALUES (?1, ?2)", doing: doing)
                try renew.bind(credential.rawValue, at: 1)
                try renew.bind(hash, at: 2)
                try renew.run()
            }
            return changed
        }
    }

    /// Waits until what was saved before is written, or found impossible to write.
    public func flush() async { await database.flush() }

    private static func read(_ connection: Connection) throws(StoreProblem) -> [Block] {
        let statement = try connection.statement("SELECT body FROM blocks ORDER BY scope", doing: "read the health ledger")
        defer { statement.reset() }
        var blocks: [Block] = []
        while try statement.step() {
            if let block = BlockJSON.read(ReceiptJSON.value(statement.bytes(0))) { blocks.append(block) }
        }
        return blocks
    }

    // MARK: Writing

    private func retry(isNew: Bool) {
        let isDirty = state.withLock { state in
            if isNew {
                state.saved = nil
                state.isDirty = state.isDirty || !state.latest.isEmpty || state.pauses?.isEmpty == false
            }
            return state.isDirty
        }
        if isDirty { schedule() }
    }

    private func schedule() {
        let isFirst = state.withLock { state in
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard isFirst else { return }
        let job = Job(
            effect: .writes, run: { connection throws(StoreProblem) in try self.write(to: connection) },
            settled: { problem in self.settled(problem) })
        if !database.submit(job, urgent: true) { state.withLock { $0.isScheduled = false } }
    }

    /// Writes what differs from what the file holds.
    private func write(to connection: Connection) throws(StoreProblem) {
        let (old, new, pauses, isUntouched) = state.withLock { state in
            state.isScheduled = false
            state.isDirty = false
            state.saving = Dictionary(state.latest.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
            return (state.saved, state.saving, state.pauses, state.isUntouched)
        }
        let doing = "store the health ledger"
        if let pauses { try Self.write(pauses, to: connection) }
        if isUntouched { return }
        if old == nil { try connection.statement("DELETE FROM blocks", doing: doing).run() }
        for (key, block) in new where old?[key] != block {
            let statement = try connection.statement("INSERT OR REPLACE INTO blocks (scope, body) VALUES (?1, ?2)", doing: doing)
            try statement.bind(Self.name(of: key), at: 1)
            try statement.bind(BlockJSON.bytes(block), at: 2)
            try statement.run()
        }
        for key in (old ?? [:]).keys where new[key] == nil {
            let statement = try connection.statement("DELETE FROM blocks WHERE scope = ?1", doing: doing)
            try statement.bind(Self.name(of: key), at: 1)
            try statement.run()
        }
    }

    private static func write(_ pauses: [Pause], to connection: Connection) throws(StoreProblem) {
        let doing = "store what is paused"
        try connection.statement("DELETE FROM pauses", doing: doing).run()
        for pause in pauses {
            let statement = try connection.statement(
                "INSERT OR REPLACE INTO pauses (credential, since, until) VALUES (?1, ?2, ?3)", doing: doing)
            try statement.bind(pause.credential.rawValue, at: 1)
            try statement.bind(pause.since.milliseconds, at: 2)
            try statement.bind(pause.until?.milliseconds, at: 3)
            try statement.run()
        }
    }

    private func settled(_ problem: StoreProblem?) {
        state.withLock { state in
            if problem == nil {
                if !state.isUntouched { state.saved = state.saving }
            } else {
                // The job may not have run at all.
                state.isScheduled = false
                state.saved = nil
                state.isDirty = true
            }
        }
    }

    private static func name(of key: ScopeKey) -> String {
        var json = CompactJSON()
        json.object { $0.members(of: key) }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

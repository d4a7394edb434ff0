// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization

/// Keeps what routes are known to need over restarts, and under which configuration it was learned.
public final class CapabilityStore: Sendable {
    private struct State {
        /// The newest whole set.
        var latest: [KnownRepair] = []
        /// The hash that `latest` goes with; `nil`: none was told.
        var configuration: String?
        /// `latest` is not in the file.
        var isDirty = false
        var isScheduled = false
    }

    private let database: Database
    private let state = Mutex(State())

    public init(database: Database) {
        self.database = database
        database.whenRetrying { [weak self] isNew in self?.retry(isNew: isNew) }
    }

    /// Puts `known` in the place of all that was kept. Never waits; of many calls in a row the last one counts. What cannot be
    /// written is tried again until it is.
    ///
    /// - Parameter configuration: The hash of the settings in force, if they are others than before.
    public func save(_ known: [KnownRepair], configuration: String? = nil) {
        state.withLock { state in
            state.latest = known
            state.configuration = configuration ?? state.configuration
            state.isDirty = true
        }
        schedule()
    }

    /// What was kept. A row that cannot be read is left out.
    ///
    /// - Throws: why the database cannot be read; nothing is known of any route then.
    public func load() async throws(StoreProblem) -> [KnownRepair] {
        try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement(
                "SELECT model, repair, since, receipt, fingerprint FROM capabilities ORDER BY since, model, repair",
                doing: "read what routes need")
            defer { statement.reset() }
            var known: [KnownRepair] = []
            while try statement.step() {
                guard let model = BlockJSON.model(statement.text(0)), let repair = Repair(code: statement.text(1)) else { continue }
                known.append(
                    KnownRepair(
                        model: model, repair: repair, since: Timestamp(milliseconds: statement.integer(2)),
                        receipt: ReceiptID(rawValue: statement.text(3)), fingerprint: statement.text(4)))
            }
            return known
        }
    }

    /// Remembers the hash of the settings in force, and tells whether another one was known: what was learned of models under
    /// those is void, also when they were changed while no gateway ran.
    ///
    /// - Throws: why the database cannot be used; nothing is known to have changed then.
    public func renewConfiguration(_ hash: String) async throws(StoreProblem) -> Bool {
        try await database.perform(.writes) { connection throws(StoreProblem) in
            let known = try connection.statement("SELECT hash FROM configuration WHERE name = 'models'", doing: "compare configurations")
            let old = try known.step() ? known.text(0) : nil
            known.reset()
            if old != hash { try Self.write(hash, to: connection) }
            return old != nil && old != hash
        }
    }

    /// Waits until what was saved before is written, or found impossible to write.
    public func flush() async { await database.flush() }

    // MARK: Writing

    private func retry(isNew: Bool) {
        let isDirty = state.withLock { state in
            if isNew { state.isDirty = state.isDirty || !state.latest.isEmpty || state.configuration != nil }
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
            settled: { problem in
                guard problem != nil else { return }
                self.state.withLock { state in
                    // The job may not have run at all.
                    state.isScheduled = false
                    state.isDirty = true
                }
            })
        if !database.submit(job, urgent: true) { state.withLock { $0.isScheduled = false } }
    }

    /// The whole set: it changes a few times in the life of a configuration.
    private func write(to connection: Connection) throws(StoreProblem) {
        let (known, configuration) = state.withLock { state in
            state.isScheduled = false
            state.isDirty = false
            return (state.latest, state.configuration)
        }
        let doing = "store what routes need"
        try connection.statement("DELETE FROM capabilities", doing: doing).run()
        for row in known {
            let statement = try connection.statement(
                "INSERT OR REPLACE INTO capabilities (model, repair, since, receipt, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)", doing: doing
            )
            try statement.bind(row.model.description, at: 1)
            try statement.bind(row.repair.code, at: 2)
            try statement.bind(row.since.milliseconds, at: 3)
            try statement.bind(row.receipt.rawValue, at: 4)
            try statement.bind(row.fingerprint, at: 5)
            try statement.run()
        }
        if let configuration { try Self.write(configuration, to: connection) }
    }

    private static func write(_ hash: String, to connection: Connection) throws(StoreProblem) {
        let statement = try connection.statement(
            "INSERT OR REPLACE INTO configuration (name, hash) VALUES ('models', ?1)", doing: "remember the configuration")
        try statement.bind(hash, at: 1)
        try statement.run()
    }
}

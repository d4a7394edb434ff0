// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Telemetry

/// Keeps what no rule knew, once per provider, status and shape of the wording, off the path of requests: `append` takes a lock
/// and returns; redacting, folding and writing are done on the database's thread. A burst beyond `waiting` is lost, since more of
/// the same teaches nothing.
public final class SampleStore: Sendable {
    public struct Limits: Hashable, Sendable {
        /// Samples that wait to be written at most.
        public var waiting = 128
        /// Samples that are kept at most; the ones not seen for longest go first.
        public var kept = 1_000

        public init() {}
    }

    private struct Waiting {
        var sample: FailureSample
        var redact: @Sendable (String) -> String
    }

    private struct State {
        var waiting: [Waiting] = []
        /// Taken by the job that runs now, which may have to do it again.
        var underWay: [Waiting] = []
        var isScheduled = false
    }

    private let database: Database
    private let limits: Limits
    private let state = Mutex(State())

    public init(database: Database, limits: Limits = Limits()) {
        self.database = database
        self.limits = limits
    }

    /// Hands a sample over. Never waits.
    ///
    /// - Parameters:
    ///   - sample: `body` as it came, bounded by the caller.
    ///   - redact: Makes it fit to be kept: one line of at most 1 KB, without secrets. Called on another thread.
    public func append(_ sample: FailureSample, redact: @escaping @Sendable (String) -> String) {
        let schedules = state.withLock { state in
            if state.waiting.count < limits.waiting { state.waiting.append(Waiting(sample: sample, redact: redact)) }
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard schedules else { return }
        let job = Job(
            effect: .writes, run: { connection throws(StoreProblem) in try self.write(to: connection) },
            settled: { problem in self.settled(problem) })
        if !database.submit(job, urgent: false) { state.withLock { $0.isScheduled = false } }
    }

    /// Waits until what was appended before is written, or lost.
    public func flush() async { await database.flush() }

    // MARK: Reading

    /// Those seen last first.
    ///
    /// - Parameters:
    ///   - provider: Only of this one; `nil`: of all.
    ///   - limit: 1 to 1,000; what lies outside counts as the nearer end.
    /// - Throws: why the database cannot be read.
    public func samples(of provider: ProviderID? = nil, limit: Int = 20) async throws(StoreProblem) -> [FailureSample] {
        try await database.perform(.reads) { connection throws(StoreProblem) in
            let condition = provider == nil ? "" : "WHERE provider = ?2 "
            let statement = try connection.statement(
                "SELECT provider, model, status, body, count, first_at, last_at, receipt FROM samples \(condition)"
                    + "ORDER BY last_at DESC, shape LIMIT ?1", doing: Self.reading)
            defer { statement.reset() }
            try statement.bind(Int64(min(max(limit, 1), 1_000)), at: 1)
            if let provider { try statement.bind(provider.rawValue, at: 2) }
            var found: [FailureSample] = []
            while try statement.step() { found.append(Self.sample(statement)) }
            return found
        }
    }

    private static func sample(_ row: Statement) -> FailureSample {
        let status = Int(row.integer(2))
        return FailureSample(
            provider: ProviderID(rawValue: row.text(0)), model: row.text(1), status: status == 0 ? nil : status, body: row.text(3),
            count: Int(row.integer(4)), firstAt: Timestamp(milliseconds: row.integer(5)), lastAt: Timestamp(milliseconds: row.integer(6)),
            receipt: ReceiptID(rawValue: row.text(7)))
    }

    // MARK: Forgetting

    /// Forgets what was not seen since `time`.
    ///
    /// - Returns: How many were forgotten.
    @discardableResult
    public func prune(before time: Timestamp) async throws(StoreProblem) -> Int {
        try await database.perform(.writes) { connection throws(StoreProblem) in
            let statement = try connection.statement("DELETE FROM samples WHERE last_at < ?1", doing: "forget old samples")
            try statement.bind(time.milliseconds, at: 1)
            try statement.run()
            return connection.changes
        }
    }

    // MARK: Writing

    private func write(to connection: Connection) throws(StoreProblem) {
        let batch = state.withLock { state in
            if state.underWay.isEmpty {
                swap(&state.underWay, &state.waiting)
                state.isScheduled = false
            }
            return state.underWay
        }
        let doing = "store a sample"
        let statement = try connection.statement(Self.insertion, doing: doing)
        for waiting in batch {
            let sample = waiting.sample
            let body = waiting.redact(sample.body)
            try statement.bind(sample.provider.rawValue, at: 1)
            try statement.bind(Int64(sample.status ?? 0), at: 2)
            try statement.bind(SampleShape.of(body), at: 3)
            try statement.bind(sample.model, at: 4)
            try statement.bind(body, at: 5)
            try statement.bind(sample.lastAt.milliseconds, at: 6)
            try statement.bind(sample.receipt.rawValue, at: 7)
            try statement.run()
        }
        let bound = try connection.statement(Self.bounding, doing: doing)
        try bound.bind(Int64(limits.kept), at: 1)
        try bound.run()
    }

    private func settled(_ problem: StoreProblem?) {
        state.withLock { state in
            state.underWay = []
            // The job may not have run at all.
            if problem != nil { state.isScheduled = false }
        }
    }

    private static let reading = "read samples"

    private static let insertion = """
        INSERT INTO samples (provider, status, shape, model, body, count, first_at, last_at, receipt)
        VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, ?7)
        ON CONFLICT (provider, status, shape) DO UPDATE SET
            model = ?4, body = ?5, count = count + 1, last_at = max(last_at, ?6), receipt = ?7
        """

    private static let bounding = """
        DELETE FROM samples WHERE rowid IN (SELECT rowid FROM samples ORDER BY last_at DESC, rowid DESC LIMIT -1 OFFSET ?1)
        """
}

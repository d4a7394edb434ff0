// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Telemetry

/// Keeps receipts, off the path of requests: `append` takes a lock and returns. They are encoded and written in batches on
/// the database's thread. What comes faster than the disk takes it, or while it takes nothing, is lost and counted.
public final class ReceiptStore: Sendable {
    public struct Limits: Hashable, Sendable {
        /// Receipts that wait at most.
        public var waiting = 10_000
        /// Bytes of memory that they may take, roughly.
        public var waitingBytes = 16 << 20
        /// So many are written at once, without waiting for more.
        public var batch = 500
        /// How long a query may look; it answers with what it has found by then.
        public var queryTime: Duration = .seconds(2)

        public init() {}
    }

    private struct State {
        var waiting: [Receipt] = []
        var waitingBytes = 0
        /// Taken by the job that runs now, which may have to do it again.
        var underWay: [Receipt] = []
        var isScheduled = false
        var lost = 0
        /// What of `lost` was said in the log.
        var lostSaid = 0
        var isDropping = false
    }

    private let database: Database
    private let limits: Limits
    private let log: Logger
    private let state = Mutex(State())

    public init(database: Database, limits: Limits = Limits(), log: Logger) {
        self.database = database
        self.limits = limits
        self.log = log
        database.whenRetrying { [weak self] _ in self?.retry() }
    }

    /// Receipts lost since the start: dropped because too many waited, or not written.
    public var lost: Int { state.withLock { $0.lost } }

    /// Hands a receipt over. Never waits.
    public func append(_ receipt: Receipt) {
        let bytes = receipt.roughBytes
        let (schedules, hurries, begins) = state.withLock { state in
            guard state.waiting.count < limits.waiting, state.waitingBytes + bytes <= limits.waitingBytes else {
                state.lost += 1
                let begins = !state.isDropping
                state.isDropping = true
                return (!state.isScheduled, false, begins)
            }
            state.waiting.append(receipt)
            state.waitingBytes += bytes
            return (!state.isScheduled, state.waiting.count == limits.batch, false)
        }
        if begins { log.warning("Receipts come faster than they can be stored; some are lost") }
        if schedules { schedule() }
        if hurries { database.hurry() }
    }

    /// Waits until what was appended before is written, or lost.
    public func flush() async {
        schedule()
        await database.flush()
    }

    // MARK: Reading

    /// - Throws: why the database cannot be read.
    public func receipts(matching query: ReceiptQuery) async throws(StoreProblem) -> [StoredReceipt] {
        let time = limits.queryTime
        return try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement(query.sql, doing: "read receipts")
            defer { statement.reset() }
            try query.bind(to: statement)
            var found: [StoredReceipt] = []
            _ = try connection.limited(to: time) { () throws(StoreProblem) in
                while try statement.step() {
                    found.append(StoredReceipt(id: ReceiptID(rawValue: statement.text(0)), json: statement.bytes(1)))
                }
            }
            return found
        }
    }

    /// - Returns: `nil` if there is none with this id, or no more.
    public func receipt(_ id: ReceiptID) async throws(StoreProblem) -> StoredReceipt? {
        try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement("SELECT body FROM receipts WHERE id = ?1", doing: "read receipts")
            defer { statement.reset() }
            try statement.bind(id.rawValue, at: 1)
            return try statement.step() ? StoredReceipt(id: id, json: statement.bytes(0)) : nil
        }
    }

    /// The receipt of the request that began last.
    public func last() async throws(StoreProblem) -> StoredReceipt? { try await receipts(matching: ReceiptQuery(limit: 1)).first }

    // MARK: Forgetting

    /// Forgets the receipts of requests that began before `time`, and the oldest of more than `keeping`. In steps of a thousand
    /// rows, between which others may write.
    ///
    /// - Returns: How many were forgotten.
    @discardableResult
    public func prune(before time: Timestamp, keeping: Int = 1_000_000) async throws(StoreProblem) -> Int {
        var forgotten = 0
        while true {
            let count = try await database.perform(.writes) { connection throws(StoreProblem) in
                let statement = try connection.statement(Self.pruning, doing: "forget old receipts")
                try statement.bind(time.milliseconds, at: 1)
                try statement.bind(Int64(max(keeping, 0)), at: 2)
                try statement.run()
                return connection.changes
            }
            forgotten += count
            if count < 1_000 { return forgotten }
        }
    }

    private static let pruning = """
        DELETE FROM receipts WHERE number IN (
            SELECT number FROM receipts
            WHERE started_at < ?1 OR number <= (SELECT max(number) FROM receipts) - ?2
            ORDER BY number LIMIT 1000)
        """

    // MARK: Writing

    private func retry() {
        if state.withLock({ !$0.waiting.isEmpty }) { schedule() }
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
        // Refused: the next receipt tries again.
        if !database.submit(job, urgent: false) { state.withLock { $0.isScheduled = false } }
    }

    private func write(to connection: Connection) throws(StoreProblem) {
        let batch = state.withLock { state in
            if state.underWay.isEmpty {
                swap(&state.underWay, &state.waiting)
                state.waitingBytes = 0
                state.isScheduled = false
            }
            return state.underWay
        }
        let statement = try connection.statement(
            "INSERT OR REPLACE INTO receipts (id, started_at, failed, model, answered_by, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            doing: "store receipts")
        var json = CompactJSON()
        for receipt in batch {
            json.restart()
            json.whole(receipt)
            try statement.bind(receipt.facts.id.rawValue, at: 1)
            try statement.bind(receipt.facts.startedAt.milliseconds, at: 2)
            try statement.bind(Int64(receipt.outcome?.isFailure == true ? 1 : 0), at: 3)
            try statement.bind(receipt.facts.requestedModel, at: 4)
            try statement.bind(receipt.answeredBy?.description, at: 5)
            try json.withBytes { bytes throws(StoreProblem) in try statement.bind(bytes, at: 6) }
            try statement.run()
        }
    }

    private func settled(_ problem: StoreProblem?) {
        let said = state.withLock { state -> Int in
            defer { state.underWay = [] }
            guard problem == nil else {
                state.lost += state.underWay.count
                // The job may not have run at all: its receipts wait on.
                state.isScheduled = false
                return 0
            }
            state.isDropping = false
            defer { state.lostSaid = state.lost }
            return state.lost - state.lostSaid
        }
        if said > 0 { log.warning("Receipts were lost", ["count": .int(said)]) }
    }
}

extension Receipt {
    /// Who answered, or had begun to.
    fileprivate var answeredBy: ModelRef? {
        switch outcome {
        case .answered(let attempt, _), .failed(let attempt):
            attempts.indices.contains(attempt) ? attempts[attempt].candidate.model : nil
        case .refused, .passedOn, .cancelled, nil: nil
        }
    }

    /// Its memory, near enough for a bound: fixed parts and the texts that upstreams can make long.
    fileprivate var roughBytes: Int {
        var bytes = 512 + facts.requestedModel.utf8.count + skipped.count * 256
        for attempt in attempts { bytes += 512 + (attempt.failure?.message?.utf8.count ?? 0) }
        return bytes
    }
}

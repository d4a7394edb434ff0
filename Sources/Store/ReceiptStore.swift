// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Telemetry

/// Keeps receipts, off the path of requests: `append` encodes one to a few bytes and returns; they are written in batches on the
/// database's thread. What comes faster than the disk takes it, or while it takes nothing, is lost and counted.
public final class ReceiptStore: Sendable {
    public struct Limits: Hashable, Sendable {
        /// Receipts that wait at most.
        public var waiting = 10_000
        /// Bytes of memory, beyond which no more wait.
        public var waitingBytes = 16 << 20
        /// So many are written at once, without waiting for more.
        public var batch = 500
        /// How long a query may look; it answers with what it has found by then.
        public var queryTime: Duration = .seconds(2)
        /// Bytes of the database, beyond which the oldest receipts are forgotten before their time.
        public var storedBytes = 1 << 30

        public init() {}
    }

    private struct State {
        var waiting = ReceiptBatch()
        /// Taken by the job that runs now, which may have to do it again.
        var underWay = ReceiptBatch()
        var shapes = KnownShapes()
        var isScheduled = false
        var lost = 0
        /// What of `lost` was said in the log.
        var lostSaid = 0
        var isDropping = false

        mutating func add(_ receipt: borrowing Receipt) {
            let id = receipt.facts.id.bits
            if let id, let shape = shapes.shape(of: receipt, at: ReceiptNumber.wanted(by: id)), waiting.add(receipt, id, like: shape) {
                return
            }
            var json = CompactJSON()
            json.whole(receipt)
            let number = id.map { ReceiptNumber.wanted(by: $0) } ?? ReceiptNumber.first(at: receipt.facts.startedAt)
            waiting.add(whole: json, at: number, isFailure: receipt.outcome?.isFailure == true)
        }
    }

    private let database: Database
    private let limits: Limits
    private let log: Logger
    private let table: ReceiptTable
    private let state = Mutex(State())

    public init(database: Database, limits: Limits = Limits(), log: Logger) {
        self.database = database
        self.limits = limits
        self.log = log
        table = ReceiptTable(limit: limits.storedBytes)
        database.whenRetrying { [weak self] _ in self?.retry() }
    }

    /// Receipts lost since the start: dropped because too many waited, or not written.
    public var lost: Int { state.withLock { $0.lost } }

    /// Hands a receipt over. Never waits.
    public func append(_ receipt: Receipt) {
        let (schedules, hurries, begins) = state.withLock { state in
            guard state.waiting.count < limits.waiting, state.waiting.size < limits.waitingBytes else {
                state.lost += 1
                let begins = !state.isDropping
                state.isDropping = true
                return (!state.isScheduled, false, begins)
            }
            state.add(receipt)
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
            var rows = ReceiptRows(connection, matching: query)
            return try rows.receipts(within: time)
        }
    }

    /// What `body` makes of receipts, on the database's thread, for what takes time.
    func understood<Value: Sendable>(
        matching query: ReceiptQuery, _ body: @escaping @Sendable ([StoredReceipt]) -> Value
    ) async throws(StoreProblem) -> Value {
        let time = limits.queryTime
        return try await database.perform(.reads) { connection throws(StoreProblem) in
            var rows = ReceiptRows(connection, matching: query)
            return body(try rows.receipts(within: time))
        }
    }

    /// - Returns: `nil` if there is none with this id, or no more.
    public func receipt(_ id: ReceiptID) async throws(StoreProblem) -> StoredReceipt? {
        try await database.perform(.reads) { connection throws(StoreProblem) in
            var rows = ReceiptRows(connection)
            return try rows.receipt(id)
        }
    }

    /// The receipt of the request that began last.
    public func last() async throws(StoreProblem) -> StoredReceipt? { try await receipts(matching: ReceiptQuery(limit: 1)).first }

    // MARK: Forgetting

    /// Forgets the receipts of requests that began before `time`, in steps between which others may write.
    ///
    /// - Returns: How many were forgotten.
    @discardableResult
    public func prune(before time: Timestamp) async throws(StoreProblem) -> Int {
        let number = ReceiptNumber.first(at: time)
        var forgotten = 0
        while true {
            let count = try await database.perform(.writes) { connection throws(StoreProblem) in
                try ReceiptTable.forget(before: number, in: connection)
            }
            forgotten += count
            if count < ReceiptTable.step { return forgotten }
        }
    }

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
                state.isScheduled = false
            }
            return state.underWay
        }
        try table.write(batch, to: connection)
    }

    private func settled(_ problem: StoreProblem?) {
        let said = state.withLock { state -> Int in
            defer { state.underWay.removeAll() }
            guard problem == nil else {
                table.forgetShapes()
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

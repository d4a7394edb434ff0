// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Telemetry

/// Keeps replies of the Responses API: who made each, and what was asked and answered, so that a conversation can go on elsewhere.
///
/// In a file of its own, which is made with the first reply: what was said is in no other file of ours. `keep` never waits; what is kept
/// can be found by whoever asks after it.
public final class ResponseStore: Sendable {
    public struct Limits: Hashable, Sendable {
        /// Bytes of one request's input with its reply; of larger ones only the maker is kept.
        public var contentBytes = 8 << 20
        /// Bytes of all of them; the oldest go first.
        public var storedBytes = 512 << 20
        /// Bytes that wait to be written at most; what comes then is not kept.
        public var waitingBytes = 64 << 20
        /// Replies that a conversation is followed back through, and bytes of what was said in them.
        public var ancestors = 1_000
        public var historyBytes = 32 << 20

        public init() {}
    }

    /// Days for which it is remembered who made a reply: as long as OpenAI keeps it itself (docs/wire/openai-responses.md).
    public static let makerDays = 30

    private struct State {
        var database: Database?
        var waitingBytes = 0
        var isDropping = false
        /// Bytes in the file; `nil` until somebody has counted.
        var storedBytes: Int?
        var isAwaited: (@Sendable () -> Bool)?
    }

    private let path: String
    private let limits: Limits
    private let log: Logger
    private let state = Mutex(State())

    /// - Parameter path: Of the file, in a folder that is there.
    public init(path: String, limits: Limits = Limits(), log: Logger) {
        self.path = path
        self.limits = limits
        self.log = log
    }

    private var database: Database {
        state.withLock { state in
            if let database = state.database { return database }
            let database = Database(path: path, schema: .responses, log: log)
            state.database = database
            return database
        }
    }

    /// Hands a reply over. A second one of the same id takes the place of the first.
    public func keep(_ response: KeptResponse) {
        var response = response
        if let content = response.content, content.count > limits.contentBytes { response.content = nil }
        let size = Self.size(response)
        let (isTaken, begins) = state.withLock { state in
            guard state.waitingBytes + size <= limits.waitingBytes else {
                defer { state.isDropping = true }
                return (false, !state.isDropping)
            }
            state.waitingBytes += size
            return (true, false)
        }
        if begins { log.warning("Responses come faster than they can be stored; some cannot be gone on from") }
        guard isTaken else { return }
        let kept = response
        let job = Job(
            effect: .writes, run: { connection throws(StoreProblem) in try self.write(kept, size, to: connection) },
            settled: { problem in
                self.state.withLock { state in
                    state.waitingBytes -= size
                    // A job that failed may have counted what is not there.
                    if problem == nil { state.isDropping = false } else { state.storedBytes = nil }
                }
            })
        if !database.submit(job, urgent: false) { state.withLock { $0.waitingBytes -= size } }
    }

    /// Has what is not found looked for again, for a second at most, as long as another process may be about to write it.
    public func awaits(another isWriting: @escaping @Sendable () -> Bool) { state.withLock { $0.isAwaited = isWriting } }

    private func found<Value>(_ look: () async throws(StoreProblem) -> Value?) async throws(StoreProblem) -> Value? {
        for _ in 0..<20 {
            if let value = try await look() { return value }
            guard let isAwaited = state.withLock({ $0.isAwaited }), isAwaited() else { return nil }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    /// - Returns: `nil` if there is none of this id, or no more.
    /// - Throws: why the file cannot be read.
    public func response(_ id: String) async throws(StoreProblem) -> KeptResponse? {
        try await found { () async throws(StoreProblem) in try await stored(id) }
    }

    private func stored(_ id: String) async throws(StoreProblem) -> KeptResponse? {
        try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement(
                "SELECT \(Self.columns) FROM responses WHERE id = ?1", doing: Self.reading)
            defer { statement.reset() }
            try statement.bind(id, at: 1)
            return try statement.step() ? Self.response(statement) : nil
        }
    }

    /// The conversation that a reply ends, oldest first, the reply itself last.
    ///
    /// - Returns: `nil` if part of it is not kept, or it is larger than `limits` allow.
    /// - Throws: why the file cannot be read.
    public func conversation(endingWith id: String) async throws(StoreProblem) -> [KeptResponse]? {
        // The last one is the one that may still be on its way.
        guard try await response(id) != nil else { return nil }
        let limits = limits
        return try await database.perform(.reads) { connection throws(StoreProblem) in
            let statement = try connection.statement(
                "SELECT \(Self.columns) FROM responses WHERE id = ?1", doing: Self.reading)
            defer { statement.reset() }
            var line: [KeptResponse] = []
            var next: String? = id
            var bytes = 0
            while let id = next {
                try statement.bind(id, at: 1)
                guard line.count < limits.ancestors, try statement.step(), let response = Self.response(statement),
                    let content = response.content
                else { return nil }
                bytes += content.count
                guard bytes <= limits.historyBytes else { return nil }
                line.append(response)
                next = response.previous
                statement.reset()
            }
            return line.reversed()
        }
    }

    /// - Returns: Whether there was one.
    @discardableResult
    public func remove(_ id: String) async throws(StoreProblem) -> Bool {
        try await database.perform(.writes) { connection throws(StoreProblem) in
            let statement = try connection.statement("DELETE FROM responses WHERE id = ?1", doing: "forget a response")
            try statement.bind(id, at: 1)
            try statement.run()
            return connection.changes > 0
        }
    }

    /// Forgets what was said in replies made before `contents`, and replies made before `makers` wholly.
    ///
    /// - Returns: How many were forgotten wholly.
    @discardableResult
    public func prune(contentsBefore contents: Timestamp, makersBefore makers: Timestamp) async throws(StoreProblem) -> Int {
        // Nothing is made only to be looked through.
        guard state.withLock({ $0.database != nil }) || DatabaseFile(path: path, limits: .init()).identity != nil else { return 0 }
        return try await database.perform(.writes) { connection throws(StoreProblem) in
            let emptied = try connection.statement(
                "UPDATE responses SET input = NULL, reply = NULL, bytes = 128 WHERE made_at < ?1 AND input IS NOT NULL", doing: Self.pruning
            )
            try emptied.bind(contents.milliseconds, at: 1)
            try emptied.run()
            let removed = try connection.statement("DELETE FROM responses WHERE made_at < ?1", doing: Self.pruning)
            try removed.bind(makers.milliseconds, at: 1)
            try removed.run()
            let count = connection.changes
            self.state.withLock { $0.storedBytes = nil }
            return count
        }
    }

    /// Does what is still waiting, then closes the file.
    public func close() {
        state.withLock { $0.database }?.close()
    }

    // MARK: On the database's thread

    private func write(_ response: KeptResponse, _ size: Int, to connection: Connection) throws(StoreProblem) {
        let statement = try connection.statement(
            """
            INSERT OR REPLACE INTO responses (id, made_at, model, credential, wire, previous, bytes, input, reply)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """, doing: Self.writing)
        try statement.bind(response.id, at: 1)
        try statement.bind(response.madeAt.milliseconds, at: 2)
        try statement.bind(response.model.description, at: 3)
        try statement.bind(response.credential.rawValue, at: 4)
        try statement.bind(response.wire, at: 5)
        try statement.bind(response.previous, at: 6)
        try statement.bind(Int64(size), at: 7)
        if let content = response.content {
            try statement.bind(content.input, at: 8)
            try statement.bind(content.reply, at: 9)
        }
        try statement.run()
        let known = state.withLock { $0.storedBytes }
        var stored = if let known { known + size } else { try Self.count(in: connection) }
        if stored > limits.storedBytes {
            // To nine tenths, so that this is not done for each.
            try Self.shrink(to: limits.storedBytes / 10 * 9, in: connection)
            stored = try Self.count(in: connection)
        }
        state.withLock { $0.storedBytes = stored }
    }

    private static func count(in connection: Connection) throws(StoreProblem) -> Int {
        let statement = try connection.statement("SELECT coalesce(sum(bytes), 0) FROM responses", doing: writing)
        defer { statement.reset() }
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    private static func shrink(to bytes: Int, in connection: Connection) throws(StoreProblem) {
        let statement = try connection.statement(
            """
            DELETE FROM responses WHERE number IN (
                SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY made_at DESC, number DESC) AS newer FROM responses)
                WHERE newer > ?1)
            """, doing: writing)
        try statement.bind(Int64(bytes), at: 1)
        try statement.run()
    }

    /// With what a row takes beside what was said.
    private static func size(_ response: KeptResponse) -> Int {
        (response.content?.count ?? 0) + response.id.utf8.count + response.credential.rawValue.utf8.count + 128
    }

    private static func response(_ row: Statement) -> KeptResponse? {
        guard let model = BlockJSON.model(row.text(2)) else { return nil }
        var response = KeptResponse(
            id: row.text(0), madeAt: Timestamp(milliseconds: row.integer(1)), model: model,
            credential: CredentialID(rawValue: row.text(3)), wire: row.text(4), previous: row.isNull(5) ? nil : row.text(5))
        if !row.isNull(6), !row.isNull(7) { response.content = KeptResponse.Content(input: row.bytes(6), reply: row.bytes(7)) }
        return response
    }

    private static let columns = "id, made_at, model, credential, wire, previous, input, reply"
    private static let reading = "read responses"
    private static let writing = "store responses"
    private static let pruning = "forget old responses"
}

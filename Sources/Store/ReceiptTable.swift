// SPDX-License-Identifier: Apache-2.0
import Failover

/// Puts receipts into their table and takes the oldest out.
///
/// `@unchecked Sendable`: every member is touched on the database's thread only.
final class ReceiptTable: @unchecked Sendable {
    /// Bytes of the database, beyond which the oldest receipts go.
    private let limit: Int
    /// Numbers of shapes that are known to be in the database of `connection`.
    private var shapes: Set<Int64> = []
    private var latestShape: ReceiptShape?
    private weak var connection: Connection?
    private var sinceLook = 0

    /// Receipts that go in one step.
    static let step = 1_000

    init(limit: Int) { self.limit = limit }

    /// Writes receipts in the transaction under way, and makes room if there are too many.
    func write(_ batch: ReceiptBatch, to connection: Connection) throws(StoreProblem) {
        if self.connection !== connection { forgetShapes() }
        self.connection = connection
        let insert = try connection.statement(
            "INSERT OR IGNORE INTO receipts (number, failed, shape, body) VALUES (?1, ?2, ?3, ?4)", doing: Self.writing)
        var start = 0
        for row in batch.rows {
            if let shape = row.shape { try write(shape, to: connection) }
            var number = row.number
            // Another of the same millisecond may stand there; there is room for more than can come in one.
            for _ in 0..<ReceiptNumber.places {
                try insert.bind(number, at: 1)
                try insert.bind(row.isFailure ? 1 : nil, at: 2)
                try insert.bind(row.shape?.number, at: 3)
                try batch.bytes.span.bytes.extracting(start..<row.end).withUnsafeBytes { bytes throws(StoreProblem) in
                    try insert.bind(borrowing: bytes, at: 4)
                    try insert.run()
                }
                if connection.changes > 0 { break }
                number = ReceiptNumber.next(after: number)
            }
            start = row.end
        }
        sinceLook += batch.count
        if sinceLook >= Self.step { try makeRoom(in: connection) }
    }

    /// A transaction was rolled back: what was written in it is not there.
    func forgetShapes() {
        shapes = []
        latestShape = nil
    }

    /// Writes a shape unless it is there.
    private func write(_ shape: ReceiptShape, to connection: Connection) throws(StoreProblem) {
        guard latestShape !== shape else { return }
        latestShape = shape
        guard !shapes.contains(shape.number) else { return }
        let insert = try connection.statement("INSERT OR IGNORE INTO shapes (number, body) VALUES (?1, ?2)", doing: Self.writing)
        try insert.bind(shape.number, at: 1)
        try insert.bind(ReceiptJSON.bytes(shape.receipt), at: 2)
        try insert.run()
        if shapes.count >= 4_096 { shapes = [] }
        shapes.insert(shape.number)
    }

    // MARK: Forgetting

    /// Forgets up to `step` receipts of requests that began before `number`, the oldest first, and shapes that none refers to now.
    ///
    /// - Returns: How many receipts.
    static func forget(before number: Int64, in connection: Connection) throws(StoreProblem) -> Int {
        let oldest = try connection.statement(
            "DELETE FROM receipts WHERE number IN (SELECT number FROM receipts WHERE number < ?1 ORDER BY number LIMIT ?2)",
            doing: forgetting)
        try oldest.bind(number, at: 1)
        try oldest.bind(Int64(step), at: 2)
        try oldest.run()
        let count = connection.changes
        let unused = try connection.statement(
            "DELETE FROM shapes WHERE number < (SELECT min(number) FROM receipts) - ?1", doing: forgetting)
        try unused.bind(ReceiptNumber.first(at: .zero + KnownShapes.time), at: 1)
        try unused.run()
        return count
    }

    /// Keeps the database within its limit. In few steps at a time: it will be looked at again soon.
    private func makeRoom(in connection: Connection) throws(StoreProblem) {
        sinceLook = 0
        let size = try connection.statement(
            """
            SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
            """, doing: Self.forgetting)
        for _ in 0..<4 {
            defer { size.reset() }
            guard try size.step(), size.integer(0) > limit else { return }
            size.reset()
            if try Self.forget(before: .max, in: connection) == 0 { return }
        }
    }

    private static let writing = "store receipts"
    private static let forgetting = "forget old receipts"
}

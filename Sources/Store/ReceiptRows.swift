// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Rows of the receipts' table, back as receipts. For one query: shapes that it meets are read once.
struct ReceiptRows {
    private struct Shape {
        let shape: ReceiptShape
        /// Whether the query wants receipts of this shape, as far as the shape can tell.
        let isWanted: Bool
    }

    private let connection: Connection
    private let query: ReceiptQuery
    private var shapes: [Int64: Shape?] = [:]

    init(_ connection: Connection, matching query: ReceiptQuery = ReceiptQuery()) {
        self.connection = connection
        self.query = query
    }

    /// Newest first, as far as `time` suffices.
    mutating func receipts(within time: Duration) throws(StoreProblem) -> [StoredReceipt] {
        var range = ReceiptNumber.first(at: query.since ?? .zero)..<Int64.max
        if let before = query.before {
            guard let number = try number(of: before), number >= range.lowerBound else { return [] }
            range = range.lowerBound..<number
        }
        let statement = try connection.statement(query.sql, doing: Self.doing)
        defer { statement.reset() }
        try query.bind(to: statement, range)
        var found: [StoredReceipt] = []
        let limit = min(max(query.limit, 1), 1_000)
        _ = try connection.limited(to: time) { () throws(StoreProblem) in
            while found.count < limit, try statement.step() {
                if let receipt = try receipt(at: statement) { found.append(receipt) }
            }
        }
        return found
    }

    mutating func receipt(_ id: ReceiptID) throws(StoreProblem) -> StoredReceipt? {
        guard let number = try number(of: id) else { return nil }
        let statement = try connection.statement("SELECT number, shape, body FROM receipts WHERE number = ?1", doing: Self.doing)
        defer { statement.reset() }
        try statement.bind(number, at: 1)
        return try statement.step() ? try receipt(at: statement) : nil
    }

    /// Where a receipt stands: somewhere in its millisecond.
    private func number(of id: ReceiptID) throws(StoreProblem) -> Int64? {
        guard let bits = id.bits else { return nil }
        let statement = try connection.statement(
            "SELECT number, shape, body FROM receipts WHERE number >= ?1 AND number < ?2", doing: Self.doing)
        defer { statement.reset() }
        let first = ReceiptNumber.first(at: bits.time)
        try statement.bind(first, at: 1)
        try statement.bind(first + ReceiptNumber.places, at: 2)
        while try statement.step() {
            let number = statement.integer(0)
            let body = statement.bytes(2)
            let own = statement.isNull(1) ? Self.id(inWhole: body) : ReceiptNumbers.id(body, number: number)
            if own == id { return number }
        }
        return nil
    }

    /// It is the first member, which saves parsing the others.
    private static func id(inWhole json: [UInt8]) -> ReceiptID? {
        let before = Array(#"{"id":""#.utf8)
        let text = json.dropFirst(before.count).prefix { $0 != UInt8(ascii: "\"") }
        return json.starts(with: before) ? ReceiptID(rawValue: String(decoding: text, as: UTF8.self)) : nil
    }

    private mutating func receipt(at row: Statement) throws(StoreProblem) -> StoredReceipt? {
        let body = row.bytes(2)
        guard !row.isNull(1) else {
            guard let id = Self.id(inWhole: body), !query.asksForContent || query.matches(ReceiptJSON.value(body)) else { return nil }
            return StoredReceipt(id: id, json: body)
        }
        guard let shape = try shape(row.integer(1)), shape.isWanted,
            let receipt = ReceiptNumbers.read(body, number: row.integer(0), like: shape.shape),
            query.session == nil || query.session == receipt.facts.session
        else { return nil }
        return StoredReceipt(id: receipt.facts.id, json: ReceiptJSON.bytes(receipt))
    }

    private mutating func shape(_ number: Int64) throws(StoreProblem) -> Shape? {
        if let known = shapes[number] { return known }
        let statement = try connection.statement("SELECT body FROM shapes WHERE number = ?1", doing: Self.doing)
        defer { statement.reset() }
        try statement.bind(number, at: 1)
        var found: Shape?
        if try statement.step() {
            let value = ReceiptJSON.value(statement.bytes(0))
            var query = query
            // Is none of the shape's business.
            query.session = nil
            found = ReceiptJSON.read(value).map { Shape(shape: ReceiptShape(number: number, blank: $0), isWanted: query.matches(value)) }
        }
        shapes[number] = .some(found)
        return found
    }

    private static let doing = "read receipts"
}

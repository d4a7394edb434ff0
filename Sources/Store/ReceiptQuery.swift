// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Which receipts are wanted, newest first.
public struct ReceiptQuery: Hashable, Sendable {
    /// 1 to 1,000; what lies outside counts as the nearer end.
    public var limit: Int
    /// Only requests whose client did not get an answer; those it gave up itself are not among them.
    public var failedOnly: Bool
    /// Only requests that asked for this name or were answered by this model ref; `nil`: all.
    public var model: String?
    /// Only requests that began then or later.
    public var since: Timestamp?
    /// Only requests older than this receipt: the next page. One that is not there has none after it.
    public var before: ReceiptID?

    public init(limit: Int = 20, failedOnly: Bool = false, model: String? = nil, since: Timestamp? = nil, before: ReceiptID? = nil) {
        self.limit = limit
        self.failedOnly = failedOnly
        self.model = model
        self.since = since
        self.before = before
    }

    /// Parameters: ?1 limit, ?2 since, ?3 model, ?4 before.
    var sql: String {
        var sql = "SELECT id, body FROM receipts WHERE started_at >= ?2"
        if failedOnly { sql += " AND failed" }
        if model != nil { sql += " AND (model = ?3 OR answered_by = ?3)" }
        if before != nil { sql += " AND (started_at, number) < (SELECT started_at, number FROM receipts WHERE id = ?4)" }
        return sql + " ORDER BY started_at DESC, number DESC LIMIT ?1"
    }

    func bind(to statement: Statement) throws(StoreProblem) {
        try statement.bind(Int64(min(max(limit, 1), 1_000)), at: 1)
        try statement.bind(since?.milliseconds ?? Int64.min, at: 2)
        if let model { try statement.bind(model, at: 3) }
        if let before { try statement.bind(before.rawValue, at: 4) }
    }
}

/// A receipt as it was kept.
public struct StoredReceipt: Hashable, Sendable {
    public var id: ReceiptID
    /// `ReceiptJSON.whole`, compact: ready to be sent to the owner.
    public var json: [UInt8]

    public var value: JSONValue { ReceiptJSON.value(json) }

    /// `nil` for one that another version wrote with words that this one does not know.
    public var receipt: Receipt? { ReceiptJSON.read(value) }
}

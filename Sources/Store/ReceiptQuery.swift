// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Which receipts are wanted, newest first. What is `nil` does not matter.
public struct ReceiptQuery: Hashable, Sendable {
    /// 1 to 1,000; what lies outside counts as the nearer end.
    public var limit: Int
    /// Only requests whose client did not get an answer; those it gave up itself are not among them.
    public var failedOnly: Bool
    /// Only requests that asked for this name or tried this model, written as `provider/model` or without its provider.
    public var model: String?
    /// Only requests with an attempt on this credential.
    public var credential: CredentialID?
    public var agent: AgentID?
    public var session: SessionID?
    /// Only requests with an attempt that failed for this reason, whoever answered in the end.
    public var reason: Reason?
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

    /// Whether what a receipt says matters, beside when the request came and whether it failed.
    public var asksForContent: Bool { !texts.isEmpty }

    func matches(_ receipt: JSONValue) -> Bool {
        func isTried(_ fits: (JSONValue) -> Bool) -> Bool { receipt["attempts"]?.array?.contains(where: fits) == true }
        if let model, receipt["requested_model"]?.string != model {
            guard isTried({ $0["model"]?.string.map { $0 == model || $0.hasSuffix("/" + model) } == true }) else { return false }
        }
        if let credential, !isTried({ $0["credential"]?.string == credential.rawValue }) { return false }
        if let agent, receipt["agent"]?.string != agent.rawValue { return false }
        if let session, receipt["session"]?.string != session.rawValue { return false }
        if let reason, !isTried({ $0["failure"]?["reason"]?.string == reason.rawValue }) { return false }
        return true
    }

    // MARK: SQL

    /// A receipt that was written whole has each of these somewhere at the end of a text, or it does not match.
    private var texts: [String] {
        [model, credential?.rawValue, agent?.rawValue, session?.rawValue, reason?.rawValue].compactMap { $0 }
    }

    /// Columns: number, shape, body. Parameters: ?1 and ?2 the range of numbers, then the ends of `texts`.
    ///
    /// Looking through all rows is cheap, newest first: most have a few bytes only, and those with more are parsed only if they have
    /// the bytes of what is looked for.
    var sql: String {
        var sql = "SELECT number, shape, body FROM receipts WHERE number >= ?1 AND number < ?2"
        if failedOnly { sql += " AND failed = 1" }
        for index in texts.indices { sql += " AND (shape IS NOT NULL OR instr(body, ?\(index + 3)))" }
        return sql + " ORDER BY number DESC"
    }

    func bind(to statement: Statement, _ range: Range<Int64>) throws(StoreProblem) {
        try statement.bind(range.lowerBound, at: 1)
        try statement.bind(range.upperBound, at: 2)
        for (index, text) in texts.enumerated() {
            var json = CompactJSON()
            json.element(text)
            try statement.bind(Array(json.bytes.dropFirst()), at: Int32(index + 3))
        }
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

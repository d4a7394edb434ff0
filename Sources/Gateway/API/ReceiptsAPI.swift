// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Store
import Transport

/// `GET /api/receipts` and `GET /api/receipts/{id}`.
struct ReceiptsAPI {
    let store: ReceiptStore?

    /// Query: `limit` (1 to 1000, 50), `failed` (`true`: only requests with a failed attempt or none at all), `model`, `since`
    /// (milliseconds since 1970).
    func list(_ head: RequestHead) async -> HTTPAnswer {
        func value(_ name: String) -> String? { PercentEncoding.value(of: name, in: head.query) }
        func wrong(_ name: String, _ expected: String) -> HTTPAnswer {
            ErrorReply.answer(WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_query", param: name), head: head)
        }
        var query = ReceiptQuery(limit: 50)
        if let text = value("limit") {
            guard let limit = Int(text), (1...1000).contains(limit) else { return wrong("limit", "a whole number from 1 to 1000") }
            query.limit = limit
        }
        if let text = value("failed") {
            guard ["true", "false", "1", "0", ""].contains(text) else { return wrong("failed", "true or false") }
            query.failedOnly = text != "false" && text != "0"
        }
        query.model = value("model").flatMap { $0.isEmpty ? nil : $0 }
        if let text = value("since") {
            guard let milliseconds = Int64(text), milliseconds >= 0 else { return wrong("since", "milliseconds since 1970") }
            query.since = Timestamp(milliseconds: milliseconds)
        }
        do throws(StoreProblem) {
            let receipts = try await store?.receipts(matching: query) ?? []
            return .json(
                bytes: Array(#"{"receipts":["#.utf8) + receipts.map(\.json).joined(separator: [UInt8(ascii: ",")]) + Array("]}".utf8))
        } catch {
            return Self.unreadable(head)
        }
    }

    func one(_ id: String, _ head: RequestHead) async -> HTTPAnswer {
        do throws(StoreProblem) {
            if let receipt = try await store?.receipt(ReceiptID(rawValue: id)) { return .json(bytes: receipt.json) }
        } catch {
            return Self.unreadable(head)
        }
        return ErrorReply.answer(
            WireError(
                status: 404, message: "There is no receipt \(String(id.prefix(64))). Receipts are kept for receipts.keepDays days.",
                code: "unknown_receipt", param: "id"), head: head)
    }

    /// The log has the reason; a client has no use for it.
    private static func unreadable(_ head: RequestHead) -> HTTPAnswer {
        ErrorReply.answer(
            WireError(
                status: 503, message: "Receipts cannot be read at the moment. Requests are served all the same.", code: "store_unavailable"),
            head: head)
    }
}

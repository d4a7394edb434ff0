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

    /// What a query may name.
    private static let names = ["limit", "failed", "model", "credential", "reason", "agent", "session", "since", "before"]

    /// Query: `limit` (1 to 1000, 50), `failed` (`true`: only requests whose client did not get an answer), `model`, `credential`,
    /// `reason`, `agent`, `session` (as `ReceiptQuery` has them), `since` (milliseconds since 1970), `before` (a receipt's id: only older ones than it, so that pages follow each other).
    func list(_ head: RequestHead) async -> HTTPAnswer {
        func value(_ name: String) -> String? { PercentEncoding.value(of: name, in: head.query) }
        func wrong(_ name: String, _ expected: String) -> HTTPAnswer {
            ErrorReply.answer(WireError(status: 400, message: "\(name) takes \(expected).", code: "invalid_query", param: name))
        }
        guard let given = PercentEncoding.names(in: head.query) else { return wrong("the query", "percent-encoded UTF-8") }
        if let unknown = given.first(where: { !Self.names.contains($0) }) {
            let message = "\(unknown.prefix(64)) is nothing that receipts are asked by; these are: \(Self.names.joined(separator: ", "))."
            return ErrorReply.answer(WireError(status: 400, message: message, code: "invalid_query", param: String(unknown.prefix(64))))
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
        func text(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
        query.model = text("model")
        query.credential = text("credential").map { CredentialID(rawValue: $0) }
        query.agent = text("agent").map { AgentID(rawValue: $0.lowercased()) }
        query.session = text("session").map { SessionID(rawValue: $0) }
        if let word = text("reason") {
            guard let reason = Reason(rawValue: word) else {
                return wrong("reason", "one of \(Reason.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            query.reason = reason
        }
        if let text = value("since") {
            guard let milliseconds = Int64(text), milliseconds >= 0 else { return wrong("since", "milliseconds since 1970") }
            query.since = Timestamp(milliseconds: milliseconds)
        }
        if let text = value("before") {
            let id = ReceiptID(rawValue: text)
            guard await isKept(id) else { return wrong("before", "the id of a receipt that is kept") }
            query.before = id
        }
        do throws(StoreProblem) {
            let receipts = try await store?.receipts(matching: query) ?? []
            return .json(
                bytes: Array(#"{"receipts":["#.utf8) + receipts.map(\.json).joined(separator: [UInt8(ascii: ",")]) + Array("]}".utf8))
        } catch {
            return Self.unreadable
        }
    }

    /// A store that cannot be read says so when the list is asked for.
    private func isKept(_ id: ReceiptID) async -> Bool {
        guard let store else { return false }
        do throws(StoreProblem) { return try await store.receipt(id) != nil } catch { return true }
    }

    func one(_ id: String) async -> HTTPAnswer {
        do throws(StoreProblem) {
            if let receipt = try await store?.receipt(ReceiptID(rawValue: id)) { return .json(bytes: receipt.json) }
        } catch {
            return Self.unreadable
        }
        return ErrorReply.answer(
            WireError(
                status: 404, message: "There is no receipt \(String(id.prefix(64))). Receipts are kept for receipts.keepDays days.",
                code: "unknown_receipt", param: "id"))
    }

    /// The log has the reason; a client has no use for it.
    private static var unreadable: HTTPAnswer {
        ErrorReply.answer(
            WireError(
                status: 503, message: "Receipts cannot be read at the moment. Requests are served all the same.", code: "store_unavailable")
        )
    }
}

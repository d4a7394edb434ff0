// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Store

/// Receipts from the running gateway, or from its store when none runs.
struct ReceiptsReader: Sendable {
    typealias Source = KeptState.Source

    private let kept: KeptState
    private var client: GatewayClient { kept.client }

    init(for context: CommandContext) { kept = KeptState(for: context) }

    /// Newest first.
    func receipts(matching query: ReceiptQuery) async throws(CommandFailure) -> (receipts: [JSONValue], source: Source) {
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/receipts?" + Self.text(of: query), holding: "receipts")
            return (answer["receipts"]?.array ?? [], .gateway(url: client.address.url))
        } catch {
            trouble = error
        }
        let stored = try await fromStore(after: trouble) { store throws(StoreProblem) in try await store.receipts(matching: query) }
        guard let stored else { return ([], .nothing) }
        return (stored.map(\.value), .store(path: kept.database))
    }

    /// - Returns: `nil` when there is no such receipt.
    func receipt(_ id: String) async throws(CommandFailure) -> JSONValue? {
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            return try client.get("/api/receipts/" + id, holding: "attempts")
        } catch {
            if case .refused(404, _) = error { return nil }
            trouble = error
        }
        return try await fromStore(after: trouble) { store throws(StoreProblem) in
            try await store.receipt(ReceiptID(rawValue: id)).map { [$0] } ?? []
        }?.first?.value
    }

    /// What the store says, if the trouble is that no gateway runs here. `nil`: there is no store either.
    private func fromStore(
        after trouble: GatewayClient.Trouble, _ ask: (ReceiptStore) async throws(StoreProblem) -> [StoredReceipt]
    ) async throws(CommandFailure) -> [StoredReceipt]? {
        try await kept.read(after: trouble) { file throws(StoreProblem) in
            try await ask(ReceiptStore(database: file, log: .silent))
        }
    }

    static func text(of query: ReceiptQuery) -> String {
        var parts = ["limit=\(query.limit)"]
        if query.failedOnly { parts.append("failed=true") }
        let texts: [(String, String?)] = [
            ("model", query.model), ("credential", query.credential?.rawValue), ("reason", query.reason?.rawValue),
            ("agent", query.agent?.rawValue), ("session", query.session?.rawValue), ("before", query.before?.rawValue),
        ]
        for (name, text) in texts {
            if let text { parts.append("\(name)=\(percentEncoded(text))") }
        }
        if let since = query.since { parts.append("since=\(since.milliseconds)") }
        return parts.joined(separator: "&")
    }

    /// All but the unreserved characters (RFC 3986 §2.3) as `%XX`.
    static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

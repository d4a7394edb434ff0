// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Store
import Telemetry

/// Receipts from the running gateway, or from its store when none runs.
struct ReceiptsReader: Sendable {
    /// Who answered.
    enum Source: Hashable, Sendable {
        case gateway(url: String)
        case store(path: String)
        /// Neither runs a gateway nor has one ever kept anything here.
        case nothing

        var code: String {
            switch self {
            case .gateway: "gateway"
            case .store: "store"
            case .nothing: "none"
            }
        }
    }

    var client: GatewayClient
    /// Path of the SQLite file.
    var database: String
    var output: Output

    init(for context: CommandContext) {
        client = GatewayClient(for: context)
        database = ConfigLocation.find(for: context).stateFolder + "/understudy.sqlite"
        output = context.output
    }

    /// Newest first.
    func receipts(matching query: ReceiptQuery) async throws(CommandFailure) -> (receipts: [JSONValue], source: Source) {
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/receipts?" + Self.text(of: query))
            return (answer["receipts"]?.array ?? [], .gateway(url: client.address.url))
        } catch {
            trouble = error
        }
        let kept = try await fromStore(after: trouble) { store throws(StoreProblem) in try await store.receipts(matching: query) }
        guard let kept else { return ([], .nothing) }
        return (kept.map(\.value), .store(path: database))
    }

    /// - Returns: `nil` when there is no such receipt.
    func receipt(_ id: String) async throws(CommandFailure) -> JSONValue? {
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            return try client.get("/api/receipts/" + id)
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
        guard case .unreachable = trouble, !client.address.isRemote else { throw client.failure(trouble) }
        guard HostFacts.exists(database) else { return nil }
        output.note("No gateway runs; this is what it kept in \(database).")
        let file = Database(path: database, access: .reading, log: .silent)
        defer { file.close() }
        do throws(StoreProblem) {
            return try await ask(ReceiptStore(database: file, log: .silent))
        } catch {
            throw CommandFailure(.failed, error.description)
        }
    }

    static func text(of query: ReceiptQuery) -> String {
        var parts = ["limit=\(query.limit)"]
        if query.failedOnly { parts.append("failed=true") }
        if let model = query.model { parts.append("model=" + percentEncoded(model)) }
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

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What an upstream said that no rule knows: material for a rule to come.
public struct FailureSample: Hashable, Sendable {
    public var provider: ProviderID
    /// The model that was asked last when it was said.
    public var model: String
    public var status: Int?
    /// The upstream's words, redacted, one line of at most 1 KB.
    public var body: String
    /// How often something of this shape was said.
    public var count: Int
    public var firstAt: Timestamp
    public var lastAt: Timestamp
    /// The request that met it last.
    public var receipt: ReceiptID

    public init(
        provider: ProviderID, model: String, status: Int?, body: String, count: Int = 1, firstAt: Timestamp, lastAt: Timestamp,
        receipt: ReceiptID
    ) {
        self.provider = provider
        self.model = model
        self.status = status
        self.body = body
        self.count = count
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.receipt = receipt
    }

    /// As `GET /api/failures` has it (docs/api.md).
    public var json: JSONValue {
        [
            "provider": .string(provider.rawValue), "model": .string(model), "status": status.map { .number(JSONNumber($0)) } ?? .null,
            "body": .string(body), "count": .number(JSONNumber(count)), "first_at": .number(JSONNumber(Int(firstAt.milliseconds))),
            "last_at": .number(JSONNumber(Int(lastAt.milliseconds))), "receipt": .string(receipt.rawValue),
        ]
    }

    /// - Returns: `nil` unless every member has the type it should.
    public init?(_ json: JSONValue) {
        guard let provider = json["provider"]?.string, let model = json["model"]?.string, let body = json["body"]?.string,
            let count = json["count"]?.int, let first = json.time("first_at"), let last = json.time("last_at"),
            let receipt = json["receipt"]?.string
        else { return nil }
        self.init(
            provider: ProviderID(rawValue: provider), model: model, status: json["status"]?.int, body: body, count: count, firstAt: first,
            lastAt: last, receipt: ReceiptID(rawValue: receipt))
    }
}

/// What two errors have in common that say the same of different requests.
enum SampleShape {
    private static let limit = 240

    /// Words alone, in lower case, with `#` for every word that has a digit in it or looks like chance, so that ids, counts, times and names of
    /// models fold into one.
    static func of(_ body: String) -> String {
        var shape = ""
        for word in body.utf8.prefix(1024).split(whereSeparator: { !isWord($0) }) where shape.utf8.count < limit {
            if !shape.isEmpty { shape += " " }
            shape += isChance(word) ? "#" : String(decoding: word.map { isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
        return shape
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isChance(_ word: Substring.UTF8View) -> Bool {
        if word.contains(where: isDigit) || word.count > 40 { return true }
        guard word.count >= 16 else { return false }
        return zip(word, word.dropFirst()).contains { before, after in (0x61...0x7A).contains(before) && isUpper(after) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// A receipt's own values, without what its shape holds: some 40 bytes in place of 700.
///
/// In this order: a byte that says which of the optional values there are; 10 bytes of chance of the id (its time is in the row's
/// number, and the request began then); the values as variable-length integers, seven bits a byte, the lowest first, signed ones
/// zigzag; the session's text to the end.
enum ReceiptNumbers {
    private struct Presence: OptionSet {
        let rawValue: UInt8
        static let session = Presence(rawValue: 1)
        static let firstToken = Presence(rawValue: 2)
        static let inputTokens = Presence(rawValue: 4)
        static let outputTokens = Presence(rawValue: 8)
        static let cachedTokens = Presence(rawValue: 16)
        static let cacheWriteTokens = Presence(rawValue: 32)
        static let reasoningTokens = Presence(rawValue: 64)
    }

    /// Writes the values of a receipt that has a shape.
    ///
    /// - Returns: `false` if one of them cannot be said so, such as a duration of centuries.
    static func append(_ receipt: Receipt, _ id: ReceiptID.Bits, to bytes: inout [UInt8]) -> Bool {
        guard let endedAt = receipt.endedAt, id.time == receipt.facts.startedAt, receipt.attempts.count == 1 else { return false }
        return append(receipt.attempts[0], of: receipt.facts, endedAt, id, to: &bytes)
    }

    private static func append(
        _ attempt: borrowing Attempt, of facts: borrowing RequestFacts, _ endedAt: Timestamp, _ id: ReceiptID.Bits, to bytes: inout [UInt8]
    ) -> Bool {
        guard let duration = attempt.duration.exactNanoseconds else { return false }
        var firstToken: Int64?
        if let time = attempt.timeToFirstToken {
            guard let exact = time.exactNanoseconds else { return false }
            firstToken = exact
        }
        var presence: Presence = []
        if facts.session != nil { presence.insert(.session) }
        if firstToken != nil { presence.insert(.firstToken) }
        if attempt.usage?.inputTokens != nil { presence.insert(.inputTokens) }
        if attempt.usage?.outputTokens != nil { presence.insert(.outputTokens) }
        if attempt.usage?.cachedTokens != nil { presence.insert(.cachedTokens) }
        if attempt.usage?.cacheWriteTokens != nil { presence.insert(.cacheWriteTokens) }
        if attempt.usage?.reasoningTokens != nil { presence.insert(.reasoningTokens) }
        bytes.append(presence.rawValue)
        append(id.high, count: 2, to: &bytes)
        append(id.low, count: 8, to: &bytes)
        let startedAt = facts.startedAt.milliseconds
        append(endedAt.milliseconds &- startedAt, to: &bytes)
        append(attempt.startedAt.milliseconds &- startedAt, to: &bytes)
        append(duration, to: &bytes)
        append(Int64(facts.estimatedTokens), to: &bytes)
        append(Int64(facts.activeRequests), to: &bytes)
        if let firstToken { append(firstToken, to: &bytes) }
        if let count = attempt.usage?.inputTokens { append(Int64(count), to: &bytes) }
        if let count = attempt.usage?.outputTokens { append(Int64(count), to: &bytes) }
        if let count = attempt.usage?.cachedTokens { append(Int64(count), to: &bytes) }
        if let count = attempt.usage?.cacheWriteTokens { append(Int64(count), to: &bytes) }
        if let count = attempt.usage?.reasoningTokens { append(Int64(count), to: &bytes) }
        if let session = facts.session { bytes.append(contentsOf: session.rawValue.utf8) }
        return true
    }

    /// The receipt of a row.
    ///
    /// - Returns: `nil` for bytes that `append` cannot have written for such a shape.
    static func read(_ bytes: [UInt8], number: Int64, like shape: ReceiptShape) -> Receipt? {
        var receipt = shape.receipt
        var reader = Reader(bytes: bytes)
        guard receipt.attempts.count == 1, let first = reader.byte(), let id = id(bytes, number: number),
            let length = reader.signed(), let attemptAfter = reader.signed(), let duration = reader.signed(),
            let estimatedTokens = reader.signed(), let activeRequests = reader.signed()
        else { return nil }
        let presence = Presence(rawValue: first)
        let startedAt = ReceiptNumber.time(of: number)
        receipt.facts.id = id
        receipt.facts.startedAt = startedAt
        receipt.facts.deadline.milliseconds &+= startedAt.milliseconds
        receipt.facts.estimatedTokens = Int(estimatedTokens)
        receipt.facts.activeRequests = Int(activeRequests)
        receipt.endedAt = Timestamp(milliseconds: startedAt.milliseconds &+ length)
        receipt.attempts[0].startedAt = Timestamp(milliseconds: startedAt.milliseconds &+ attemptAfter)
        receipt.attempts[0].duration = .nanoseconds(duration)
        if presence.contains(.firstToken) {
            guard let time = reader.signed() else { return nil }
            receipt.attempts[0].timeToFirstToken = .nanoseconds(time)
        }
        for (flag, member) in counts where presence.contains(flag) {
            guard let count = reader.signed() else { return nil }
            receipt.attempts[0].usage?[keyPath: member] = Int(count)
        }
        if presence.contains(.session) { receipt.facts.session = SessionID(rawValue: reader.rest) }
        return receipt
    }

    private static var counts: [(Presence, WritableKeyPath<Usage, Int?>)] {
        [
            (.inputTokens, \.inputTokens), (.outputTokens, \.outputTokens), (.cachedTokens, \.cachedTokens),
            (.cacheWriteTokens, \.cacheWriteTokens), (.reasoningTokens, \.reasoningTokens),
        ]
    }

    /// The id of the receipt in a row; `nil` for bytes that are too few.
    static func id(_ bytes: [UInt8], number: Int64) -> ReceiptID? {
        guard bytes.count > 11 else { return nil }
        let high = bytes[1..<3].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = bytes[3..<11].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return ReceiptID(.init(high: UInt64(ReceiptNumber.time(of: number).milliseconds) << 16 | high, low: low))
    }

    // MARK: Bytes

    /// The lowest `count` bytes of a number, the highest first.
    private static func append(_ value: UInt64, count: Int, to bytes: inout [UInt8]) {
        for place in stride(from: (count - 1) * 8, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> place)) }
    }

    private static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private struct Reader {
        let bytes: [UInt8]
        /// Behind the first byte and the id.
        var place = 11

        func byte() -> UInt8? { bytes.first }

        mutating func signed() -> Int64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), through: 63, by: 7) {
                guard place < bytes.count else { return nil }
                let byte = bytes[place]
                place += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            }
            return nil
        }

        var rest: String { String(decoding: bytes[place...], as: UTF8.self) }
    }
}

extension Duration {
    /// `nil` beyond 292 years, and where it has parts of nanoseconds.
    fileprivate var exactNanoseconds: Int64? {
        let (seconds, attoseconds) = components
        let (nanoseconds, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let (whole, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isStillTooMuch) = whole.addingReportingOverflow(nanoseconds)
        return isTooMuch || isStillTooMuch || rest != 0 ? nil : sum
    }
}

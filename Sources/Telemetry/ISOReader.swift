// SPDX-License-Identifier: Apache-2.0

/// Reads one time of ISO 8601 from bytes: `2026-11-21T02:04:05.678Z`, the fraction and the zone as programs write them.
struct ISOReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() -> Int64? {
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), take("T") || take(" "),
            let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let fraction = take(".") ? thousandths() : 0
        guard let fraction, let zone = zone() else { return nil }
        let days = LogTime.days(year: year, month: month, day: day)
        return ((days * 24 + hour) * 60 + minute - zone) * 60_000 + second * 1000 + fraction
    }

    /// Minutes east of UTC. No zone at all is taken as UTC.
    private mutating func zone() -> Int64? {
        if place == bytes.count { return 0 }
        if take("Z") { return place == bytes.count ? 0 : nil }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2), take(":") || true, let minutes = number(2), place == bytes.count else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func thousandths() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while place < bytes.count, let digit = digit(bytes[place]) {
            if count < 3 { value = value * 10 + digit }
            count += 1
            place += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<max(3, count) { value *= 10 }
        return value
    }

    private mutating func number(_ digits: Int) -> Int64? {
        guard place + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = digit(bytes[place]) else { return nil }
            value = value * 10 + digit
            place += 1
        }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private func digit(_ byte: UInt8) -> Int64? { byte >= 0x30 && byte <= 0x39 ? Int64(byte - 0x30) : nil }
}

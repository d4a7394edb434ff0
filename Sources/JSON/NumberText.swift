// SPDX-License-Identifier: Apache-2.0

/// What a number's text is worth. RFC 8259 §6 sets no bounds; these readings do.
enum NumberText {
    /// Characters of a number that is read at all. A double takes no more than 767 digits to settle.
    static let longest = 1024

    /// The whole number written in `range`: see `JSONSlice.int`.
    static func int(in bytes: RawSpan, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        guard position < range.upperBound, range.count <= longest else { return nil }
        let negative = bytes.byte(position) == Byte.minus
        if negative { position += 1 }
        guard position < range.upperBound else { return nil }
        // Gathered below zero, where `Int` reaches one further.
        var value = 0
        while position < range.upperBound {
            let byte = bytes.byte(position)
            guard Byte.isDigit(byte) else { return whole(double(bytes.text(in: range))) }
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowedAgain) = tenfold.subtractingReportingOverflow(Int(byte - Byte.zero))
            if overflowed || overflowedAgain { return whole(double(bytes.text(in: range))) }
            value = next
            position += 1
        }
        if negative { return value }
        return value == Int.min ? nil : -value
    }

    /// The nearest double. `nil`: not a number's text, or beyond the doubles.
    static func double(_ text: String) -> Double? {
        guard text.utf8.count <= longest, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func whole(_ value: Double?) -> Int? {
        guard let value, abs(value) <= 0x1p53 else { return nil }
        return Int(exactly: value)
    }
}

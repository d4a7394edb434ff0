// SPDX-License-Identifier: Apache-2.0

extension JSONText {
    /// Appends a string that is a piece of a longer text, as UTF-8. A surrogate pair whose halves stand in two pieces is one character.
    ///
    /// - Parameter half: 0, or the first half of a pair with which the piece before ended; takes the one with which this ends. Whoever
    ///   has no more pieces appends U+FFFD for it.
    public static func append(piece: JSONSlice, in bytes: RawSpan, half: inout UInt16, to output: inout [UInt8]) {
        guard piece.kind == .string, piece.end <= bytes.byteCount else { return }
        var range = piece.start + 1..<piece.end - 1
        if half != 0, !range.isEmpty {
            if let second = unit(at: range.lowerBound, in: range, bytes), UTF16.isTrailSurrogate(second) {
                let value = 0x10000 + (UInt32(half & 0x3FF) << 10) + UInt32(second & 0x3FF)
                if let scalar = Unicode.Scalar(value) { output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
                range = range.lowerBound + escapeLength..<range.upperBound
            } else {
                output.append(contentsOf: UTF8.encodedReplacementCharacter)
            }
            half = 0
        }
        if let last = unit(at: range.upperBound - escapeLength, in: range, bytes), UTF16.isLeadSurrogate(last),
            isEscape(at: range.upperBound - escapeLength, in: range, bytes)
        {
            half = last
            range = range.lowerBound..<range.upperBound - escapeLength
        }
        append(range, in: bytes, into: &output)
    }

    /// Bytes of `\u` and four digits.
    private static let escapeLength = 6

    /// The code unit of a `\u` escape.
    private static func unit(at position: Int, in range: Range<Int>, _ bytes: RawSpan) -> UInt16? {
        guard position >= range.lowerBound, position + escapeLength <= range.upperBound, bytes.byte(position) == Byte.backslash,
            bytes.byte(position + 1) == UInt8(ascii: "u")
        else { return nil }
        var value: UInt16 = 0
        for place in position + 2..<position + escapeLength {
            guard let digit = Character(Unicode.Scalar(bytes.byte(place))).hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// Whether the backslash at `position` is not itself escaped.
    private static func isEscape(at position: Int, in range: Range<Int>, _ bytes: RawSpan) -> Bool {
        var before = position
        while before > range.lowerBound, bytes.byte(before - 1) == Byte.backslash { before -= 1 }
        return (position - before).isMultiple(of: 2)
    }
}

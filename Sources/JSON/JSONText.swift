// SPDX-License-Identifier: Apache-2.0

/// Reads what stands between the quotes of a validated string or member name.
///
/// Escapes are those of RFC 8259 §7. A `\u` escape of half a surrogate pair alone reads as U+FFFD.
public enum JSONText {
    /// The text in `range`, unescaped.
    public static func string(_ range: Range<Int>, in bytes: RawSpan) -> String {
        guard range.upperBound <= bytes.byteCount, let first = bytes.backslash(in: range) else { return bytes.text(in: range) }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        unescape(range, first, in: bytes, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the text in `range` reads `wanted`. Allocates nothing, and is inlined into the modules that look for names, where
    /// it mostly ends at the first byte.
    @inlinable
    @inline(__always)
    public static func equals(_ range: Range<Int>, _ wanted: StaticString, in bytes: RawSpan) -> Bool {
        // An escape is never shorter than the UTF-8 of what it stands for.
        guard range.count >= wanted.utf8CodeUnitCount, range.upperBound <= bytes.byteCount else { return false }
        return wanted.withUTF8Buffer { equals(range, $0, in: bytes) }
    }

    /// As `equals`, for text that is not known when this is compiled.
    public static func reads(_ range: Range<Int>, _ wanted: String, in bytes: RawSpan) -> Bool {
        var wanted = wanted
        guard range.count >= wanted.utf8.count, range.upperBound <= bytes.byteCount else { return false }
        return wanted.withUTF8 { equals(range, $0, in: bytes) }
    }

    /// - Parameter wanted: Not longer than `range`.
    @inlinable
    @inline(__always)
    static func equals(_ range: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>, in bytes: RawSpan) -> Bool {
        guard range.lowerBound >= 0 else { return false }
        for offset in 0..<wanted.count {
            // Inside: `wanted` is not longer than `range`, which ends inside the span.
            let byte = bytes.unsafeLoad(fromUncheckedByteOffset: range.lowerBound &+ offset, as: UInt8.self)
            if byte == UInt8(ascii: "\\") { return equalsEscaped(range, wanted, in: bytes) }
            if byte != wanted[offset] { return false }
        }
        return range.count == wanted.count
    }

    /// Appends the text in `range` as UTF-8.
    static func append(_ range: Range<Int>, in bytes: RawSpan, into output: inout [UInt8]) {
        guard let first = bytes.backslash(in: range) else {
            return bytes.extracting(range).withUnsafeBytes { output.append(contentsOf: $0) }
        }
        unescape(range, first, in: bytes, into: &output)
    }

    @inline(never)
    @usableFromInline
    static func equalsEscaped(_ range: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>, in bytes: RawSpan) -> Bool {
        var position = range.lowerBound
        var matched = 0
        while position < range.upperBound {
            let byte = bytes.byte(position)
            if byte == Byte.backslash {
                let scalar = escape(at: &position, limit: range.upperBound, in: bytes)
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    guard matched < wanted.count, wanted[matched] == unit else { return false }
                    matched += 1
                }
            } else {
                guard matched < wanted.count, wanted[matched] == byte else { return false }
                matched += 1
                position += 1
            }
        }
        return matched == wanted.count
    }

    private static func unescape(_ range: Range<Int>, _ first: Int, in bytes: RawSpan, into output: inout [UInt8]) {
        var plain = range.lowerBound
        var next: Int? = first
        while let backslash = next {
            bytes.extracting(plain..<backslash).withUnsafeBytes { output.append(contentsOf: $0) }
            plain = backslash
            let scalar = escape(at: &plain, limit: range.upperBound, in: bytes)
            output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            next = bytes.backslash(in: plain..<range.upperBound)
        }
        bytes.extracting(plain..<range.upperBound).withUnsafeBytes { output.append(contentsOf: $0) }
    }

    /// Reads the escape whose backslash is at `position`, and goes past it; both halves of a surrogate pair are one.
    private static func escape(at position: inout Int, limit: Int, in bytes: RawSpan) -> Unicode.Scalar {
        guard position + 1 < limit else {
            position = limit
            return "\u{FFFD}"
        }
        let letter = bytes.byte(position + 1)
        guard letter == 0x75 else {
            position += 2
            switch letter {
            case 0x62: return "\u{8}"
            case 0x66: return "\u{C}"
            case 0x6E: return "\n"
            case 0x72: return "\r"
            case 0x74: return "\t"
            default: return Unicode.Scalar(letter)
            }
        }
        guard let unit = codeUnit(at: position, limit: limit, in: bytes) else {
            position = limit
            return "\u{FFFD}"
        }
        position += 6
        if unit & 0xFC00 == 0xD800, let low = codeUnit(at: position, limit: limit, in: bytes), low & 0xFC00 == 0xDC00 {
            position += 6
            return Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    /// The UTF-16 code unit of the `\uXXXX` at `position`. `nil`: there is none.
    private static func codeUnit(at position: Int, limit: Int, in bytes: RawSpan) -> UInt32? {
        guard position + 6 <= limit, bytes.byte(position) == Byte.backslash, bytes.byte(position + 1) == 0x75 else { return nil }
        var unit: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = Byte.hexValue(bytes.byte(position + offset)) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }
}

extension RawSpan {
    /// The first backslash in `range`, which is inside the span.
    @inline(__always)
    func backslash(in range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position < range.upperBound {
            if range.upperBound - position >= 8 {
                let found = word(position).backslashes
                if found == 0 {
                    position += 8
                    continue
                }
                return position + found.trailingZeroBitCount >> 3
            }
            if byte(position) == Byte.backslash { return position }
            position += 1
        }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Which bytes may stand where in a message head (RFC 9110 §5.5 and §5.6.2, RFC 3986 §2), and how to look at many at once.
enum FieldBytes {
    /// `tchar`: what names, methods and codings are made of.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool { isMember(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

    /// `field-vchar`, space and tab: every byte but the other control characters.
    @inline(__always)
    static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    /// What a request target may hold: visible ASCII without `"`, `#`, `<`, `>`, `\` and `` ` ``. Browsers send `^`, `{`, `|` and
    /// `}` unescaped, so these are let through.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { isMember(byte, 0xAFFF_FFF2_0000_0000, 0x7FFF_FFFE_EFFF_FFFF) }

    /// What `Host` may hold: a name or address, brackets, percent escapes and a port; no user, path or list.
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool { isMember(byte, 0x07FF_6020_0000_0000, 0x47FF_FFFE_AFFF_FFFE) }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// Membership in a set of ASCII, given as two bit masks: bytes 0 to 63, bytes 64 to 127.
    @inline(__always)
    private static func isMember(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        byte < 0x80 && ((byte < 0x40 ? low : high) >> UInt64(byte & 0x3F)) & 1 != 0
    }
}

extension RawSpan {
    /// The byte at `offset`; checked.
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    private func word(_ offset: Int) -> UInt64 { UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)) }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }

    /// Not zero exactly if one of the eight bytes of `word` is `byte`; the lowest bit that is set lies in the first that is.
    @inline(__always)
    private static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & tops
    }

    /// Where the first `wanted` in `range` stands.
    func first(_ wanted: UInt8, in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            let found = Self.matches(word(offset), wanted)
            if found != 0 { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < range.upperBound {
            if byte(offset) == wanted { return offset }
            offset += 1
        }
        return nil
    }

    /// Where the first carriage return or line feed in `range` stands.
    func firstLineEnd(in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            let word = word(offset)
            let found = Self.matches(word, 0x0D) | Self.matches(word, 0x0A)
            if found != 0 { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < range.upperBound {
            let byte = byte(offset)
            if byte == 0x0A || byte == 0x0D { return offset }
            offset += 1
        }
        return nil
    }

    /// Whether every byte of `range` may stand in a field value.
    func isValue(_ range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            let word = word(offset)
            // A byte below 0x20 or equal to 0x7F, or a tab, which then has to be told apart.
            if (word &- Self.ones &* 0x20) & ~word & Self.tops | Self.matches(word, 0x7F) != 0 {
                for index in offset..<(offset + 8) where !FieldBytes.isValue(byte(index)) { return false }
            }
            offset += 8
        }
        while offset < range.upperBound {
            if !FieldBytes.isValue(byte(offset)) { return false }
            offset += 1
        }
        return true
    }

    /// Whether `range` reads as `text`, whatever the case of its ASCII letters.
    func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { equals(range, $0) }
    }

    /// Whether `range` reads as `text`, whatever the case of its ASCII letters.
    func equals(_ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard range.count == text.count else { return false }
        var offset = range.lowerBound
        for wanted in text {
            guard FieldBytes.lower(byte(offset)) == FieldBytes.lower(wanted) else { return false }
            offset += 1
        }
        return true
    }

    /// `range` without the spaces and tabs around it (`OWS`, RFC 9110 §5.6.3).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, FieldBytes.isBlank(byte(start)) { start += 1 }
        while end > start, FieldBytes.isBlank(byte(end - 1)) { end -= 1 }
        return start..<end
    }

    /// The text in `range`; what is not UTF-8 is replaced.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The bytes that JSON and JSON5 give a meaning.
enum Byte {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let apostrophe: UInt8 = 0x27
    static let asterisk: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let point: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let nine: UInt8 = 0x39
    static let colon: UInt8 = 0x3A
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let openBrace: UInt8 = 0x7B
    static let closeBrace: UInt8 = 0x7D

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    /// The value of a hexadecimal digit, 0...15.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }
}

extension RawSpan {
    /// The byte at `position`. Traps outside the span: a bug of ours, never a document's doing.
    @inline(__always)
    func byte(_ position: Int) -> UInt8 { unsafeLoad(fromByteOffset: position, as: UInt8.self) }

    /// The eight bytes from `position` on, the first in the lowest bits. Traps unless all eight are inside the span.
    @inline(__always)
    func word(_ position: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// Whether U+2028 or U+2029 stands at `position`.
    @inline(__always)
    func isLineSeparator(at position: Int) -> Bool {
        byte(position) == 0xE2 && position + 2 < byteCount && byte(position + 1) == 0x80 && byte(position + 2) & 0xFE == 0xA8
    }

    /// The bytes in `range` as text. Bytes that are not UTF-8 become U+FFFD; a validated document has none.
    func text(in range: Range<Int>) -> String {
        extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// How many bytes, 1...4, the UTF-8 sequence at `position` has. Zero: it is not one (RFC 3629 §4: overlong forms,
    /// surrogates, above U+10FFFF, cut off).
    @inline(__always)
    func sequenceLength(at position: Int) -> Int {
        let left = byteCount - position
        guard left > 0 else { return 0 }
        let first = byte(position)
        if first < 0x80 { return 1 }
        guard first >= 0xC2, first <= 0xF4, left >= 2 else { return 0 }
        let second = byte(position + 1)
        guard second & 0xC0 == 0x80 else { return 0 }
        if first < 0xE0 { return 2 }
        guard left >= 3, byte(position + 2) & 0xC0 == 0x80 else { return 0 }
        if first < 0xF0 {
            if first == 0xE0, second < 0xA0 { return 0 }
            if first == 0xED, second > 0x9F { return 0 }
            return 3
        }
        if first == 0xF0, second < 0x90 { return 0 }
        if first == 0xF4, second > 0x8F { return 0 }
        guard left >= 4, byte(position + 3) & 0xC0 == 0x80 else { return 0 }
        return 4
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Bytes, words and characters of a document.
extension RawSpan {
    /// The byte at `position`. Traps outside the span: a bug of ours, never a document's doing.
    @inline(__always)
    func byte(_ position: Int) -> UInt8 { unsafeLoad(fromByteOffset: position, as: UInt8.self) }

    /// The eight bytes from `position` on, the first in the lowest bits. Traps unless all eight are inside the span.
    @inline(__always)
    func word(_ position: Int) -> UInt64 {
        UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// `byte`, for hot loops: the caller has just compared `position` with `byteCount` and it is not negative.
    @inline(__always)
    func provenByte(_ position: Int) -> UInt8 {
        assert(position >= 0 && position < byteCount)
        return unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    }

    /// `word`, for hot loops: the caller has just found eight bytes or more from `position` on, which is not negative.
    @inline(__always)
    func provenWord(_ position: Int) -> UInt64 {
        assert(position >= 0 && byteCount - position >= 8)
        return UInt64(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
    }

    /// The sixteen bytes from `position` on, for hot loops: the caller has just found that many there; `position` is not negative.
    @inline(__always)
    func provenBlock(_ position: Int) -> SIMD16<Int8> {
        assert(position >= 0 && byteCount - position >= 16)
        return unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: SIMD16<Int8>.self)
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

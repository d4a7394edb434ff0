// SPDX-License-Identifier: Apache-2.0

/// Eight bytes of a normalised text, looked at together. Answers have the highest bit of each byte that they are about.
struct EightBytes {
    /// The first byte lowest; zeros beyond the end.
    let bytes: UInt64

    static let all: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    init(_ text: Span<UInt8>, at start: Int) {
        if start >= 0, text.count - start >= 8 {
            bytes = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self))
        } else {
            bytes = EightBytes.last(text, from: start)
        }
    }

    @inline(never)
    private static func last(_ text: Span<UInt8>, from start: Int) -> UInt64 {
        var bytes: UInt64 = 0
        for place in start..<max(start, text.count) { bytes |= UInt64(text[place]) << UInt64((place - start) * 8) }
        return bytes
    }

    /// Which bytes do not stand within a word: they begin one, or stand between words.
    ///
    /// - Parameter wasWord: Whether the byte before is part of a word; then, whether the last one is.
    @inline(__always)
    func wordStarts(after wasWord: inout Bool) -> UInt64 {
        let isWord = within(0x61, 0x7A) | within(0x30, 0x39)
        let isAfterWord = isWord << 8 | (wasWord ? 0x80 : 0)
        wasWord = isWord >> 63 != 0
        return EightBytes.all & ~(isWord & isAfterWord)
    }

    /// Which bytes are from `first` to `last`, both below 0x80.
    @inline(__always)
    private func within(_ first: UInt64, _ last: UInt64) -> UInt64 {
        let each: UInt64 = 0x0101_0101_0101_0101
        let low = bytes & ~EightBytes.all
        // The highest bit says whether the lower seven are as large; nothing is carried over into the next byte.
        return (low &+ (0x80 - first) &* each) & ~(low &+ (0x7F - last) &* each) & ~bytes & EightBytes.all
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Counts characters (Unicode scalars) against bytes of UTF-8: Google places citations in bytes, everybody else in characters.
///
/// Nothing is kept while all text is ASCII; after that a bit per byte, up to a megabyte of text.
struct GoogleOffsets: Sendable {
    private var bytes = 0
    /// Bytes before the first that is not ASCII.
    private var plain = 0
    /// From there on, a bit per byte: set where a character begins.
    private var starts: [UInt64] = []

    private static let limit = 1 << 20

    mutating func append(_ text: String) {
        for byte in text.utf8 {
            if starts.isEmpty, byte < 0x80 {
                plain += 1
            } else {
                let place = bytes - plain
                if place < GoogleOffsets.limit {
                    if place & 63 == 0 { starts.append(0) }
                    if byte & 0xC0 != 0x80 { starts[place >> 6] |= 1 << UInt64(place & 63) }
                }
            }
            bytes += 1
        }
    }

    /// The character at a byte.
    func character(atByte byte: Int) -> Int {
        guard byte > plain else { return max(byte, 0) }
        var (count, left) = (plain, min(byte - plain, starts.count << 6))
        for word in starts {
            if left >= 64 {
                count += word.nonzeroBitCount
                left -= 64
            } else {
                return count + (word & ((1 << UInt64(left)) &- 1)).nonzeroBitCount
            }
        }
        return count
    }

    /// The byte at which a character begins; the end for one behind it.
    func byte(atCharacter character: Int) -> Int {
        guard character > plain else { return max(character, 0) }
        var left = character - plain
        for (place, word) in starts.enumerated() {
            let count = word.nonzeroBitCount
            if left >= count {
                left -= count
                continue
            }
            var rest = word
            for _ in 0..<left { rest &= rest &- 1 }
            return plain + place << 6 + rest.trailingZeroBitCount
        }
        return bytes
    }
}

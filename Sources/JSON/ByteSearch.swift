// SPDX-License-Identifier: Apache-2.0

/// Eight bytes looked at as one integer, the first byte in the lowest bits. Each result has the top bit set of the first
/// byte that answers; the bits above it mean nothing, as a borrow may have run through them.
extension UInt64 {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }

    /// Bytes that end or interrupt the plain run of a JSON string: `"`, `\`, below 0x20, above 0x7F. Zero: none.
    @inline(__always)
    var specialInString: UInt64 {
        let quotes = self ^ 0x2222_2222_2222_2222
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        let found =
            ((quotes &- Self.ones) & ~quotes) | ((backslashes &- Self.ones) & ~backslashes)
            | ((self &- 0x2020_2020_2020_2020) & ~self) | self
        return found & Self.tops
    }

    /// `"` and `\` alone. Zero: none.
    @inline(__always)
    var quoteOrBackslash: UInt64 {
        let quotes = self ^ 0x2222_2222_2222_2222
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        return (((quotes &- Self.ones) & ~quotes) | ((backslashes &- Self.ones) & ~backslashes)) & Self.tops
    }

    /// `\` alone. Zero: none.
    @inline(__always)
    var backslashes: UInt64 {
        let backslashes = self ^ 0x5C5C_5C5C_5C5C_5C5C
        return (backslashes &- Self.ones) & ~backslashes & Self.tops
    }
}

/// Ways through a document already found valid. All stay inside `limit`, whatever the bytes are.
extension RawSpan {
    /// The first position that is not JSON white space.
    @inline(__always)
    func spaceEnd(from start: Int, limit: Int) -> Int {
        var position = start
        while position < limit {
            let byte = byte(position)
            guard byte == Byte.space || byte == Byte.lineFeed || byte == Byte.carriageReturn || byte == Byte.tab else { break }
            position += 1
            while position <= limit - 8, word(position) == 0x2020_2020_2020_2020 { position += 8 }
        }
        return position
    }

    /// The position after the closing quote of the string whose opening quote is at `start`.
    @inline(__always)
    func stringEnd(from start: Int, limit: Int) -> Int {
        var position = start + 1
        while position < limit {
            if position <= limit - 8 {
                let found = word(position).quoteOrBackslash
                if found == 0 {
                    position += 8
                    continue
                }
                position += found.trailingZeroBitCount >> 3
            }
            let byte = byte(position)
            if byte == Byte.quote { return position + 1 }
            position += byte == Byte.backslash ? 2 : 1
        }
        return limit
    }

    /// The position after the value that begins at `start`.
    func valueEnd(from start: Int, limit: Int) -> Int {
        guard start < limit else { return limit }
        switch byte(start) {
        case Byte.quote: return stringEnd(from: start, limit: limit)
        case Byte.openBrace, Byte.openBracket: return containerEnd(from: start, limit: limit)
        default:
            var position = start
            while position < limit {
                switch byte(position) {
                case Byte.comma, Byte.closeBrace, Byte.closeBracket, Byte.space, Byte.tab, Byte.lineFeed, Byte.carriageReturn:
                    return position
                default: position += 1
                }
            }
            return limit
        }
    }

    private func containerEnd(from start: Int, limit: Int) -> Int {
        var depth = 0
        var position = start
        while position < limit {
            switch byte(position) {
            case Byte.quote:
                position = stringEnd(from: position, limit: limit)
                continue
            case Byte.openBrace, Byte.openBracket: depth += 1
            case Byte.closeBrace, Byte.closeBracket:
                depth -= 1
                if depth == 0 { return position + 1 }
            default: break
            }
            position += 1
        }
        return limit
    }
}

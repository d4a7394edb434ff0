// SPDX-License-Identifier: Apache-2.0

/// Ways through a document that the scanner has accepted, fast because they believe its grammar, and safe because they do not
/// rely on it: a position is read only below `limit`.
///
/// `start` is never negative and `limit` at most `byteCount`; so what `provenByte`, `provenWord` and `provenBlock` ask is
/// there. The result is at most `limit`.
extension RawSpan {
    /// The first position that is not JSON white space.
    @inline(__always)
    func spaceEnd(from start: Int, limit: Int) -> Int {
        var position = start
        while position < limit {
            let byte = provenByte(position)
            guard byte == Byte.space || byte == Byte.lineFeed || byte == Byte.carriageReturn || byte == Byte.tab else { break }
            position += 1
            while limit - position >= 8, provenWord(position) == 0x2020_2020_2020_2020 { position += 8 }
        }
        return position
    }

    /// The position after the closing quote of the string whose opening quote is at `start`.
    @inline(__always)
    func stringEnd(from start: Int, limit: Int) -> Int {
        var position = start + 1
        while position < limit {
            if limit - position >= 16 {
                guard let place = provenBlock(position).quoteOrBackslash.first else {
                    position += 16
                    while limit - position >= 32,
                        (provenBlock(position).quoteOrBackslash .| provenBlock(position + 16).quoteOrBackslash).isEmpty
                    {
                        position += 32
                    }
                    continue
                }
                position += place
            }
            let byte = provenByte(position)
            if byte == Byte.quote { return position + 1 }
            position += byte == Byte.backslash ? 2 : 1
        }
        return limit
    }

    /// The position after the value that begins at `start`.
    func valueEnd(from start: Int, limit: Int) -> Int {
        guard start < limit else { return limit }
        switch provenByte(start) {
        case Byte.quote: return stringEnd(from: start, limit: limit)
        case Byte.openBrace, Byte.openBracket: return containerEnd(from: start, limit: limit)
        default:
            // A number or a literal: it goes on until white space, a comma or a closing bracket of either kind.
            var position = start
            while position < limit {
                let byte = provenByte(position)
                if byte <= Byte.space || byte == Byte.comma || byte | 0x20 == Byte.closeBrace { break }
                position &+= 1
            }
            return position
        }
    }

    private func containerEnd(from start: Int, limit: Int) -> Int {
        var depth = 0
        var position = start
        while position < limit {
            let byte = provenByte(position)
            if byte == Byte.quote {
                position = stringEnd(from: position, limit: limit)
                continue
            }
            // Brackets differ from braces in one bit.
            if byte | 0x20 == Byte.openBrace {
                depth += 1
            } else if byte | 0x20 == Byte.closeBrace {
                depth -= 1
                if depth == 0 { return position + 1 }
            }
            position &+= 1
        }
        return limit
    }
}

// SPDX-License-Identifier: Apache-2.0

/// White space and comments (JSON5 1.0.0 §7 and §8).
extension JSON5Reader {
    mutating func skipSpace() throws(JSONProblem) {
        while let byte = peek() {
            switch byte {
            case 0x09...0x0D, Byte.space: position += 1
            case Byte.slash where peek(1) == Byte.slash: skipLine()
            case Byte.slash where peek(1) == Byte.asterisk: try skipBlock()
            case 0x23: throw problem("# does not begin a comment here; // does", at: position)
            case 0x80...:
                guard let (scalar, length) = scalar(at: position), Self.isSpace(scalar) else { return }
                position += length
            default: return
            }
        }
    }

    /// To the end of the line; the line's end itself is white space.
    private mutating func skipLine() {
        while position < bytes.count {
            if lineEnd(at: position) > 0 { return }
            position += 1
        }
    }

    private mutating func skipBlock() throws(JSONProblem) {
        let start = position
        position += 2
        while let byte = peek() {
            if byte == Byte.asterisk, peek(1) == Byte.slash {
                position += 2
                return
            }
            position += 1
        }
        throw problem("the comment that begins here is never closed", at: start)
    }

    /// How many bytes the line terminator at `offset` has, CR LF being one. Zero: there is none.
    func lineEnd(at offset: Int) -> Int {
        switch bytes[offset] {
        case Byte.lineFeed: 1
        case Byte.carriageReturn: offset + 1 < bytes.count && bytes[offset + 1] == Byte.lineFeed ? 2 : 1
        case 0xE2: bytes.span.bytes.isLineSeparator(at: offset) ? 3 : 0
        default: 0
        }
    }

    /// Beyond ASCII: no-break space, byte order mark, line and paragraph separators, and Unicode's space separators.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2029}": true
        default: scalar.properties.generalCategory == .spaceSeparator
        }
    }
}

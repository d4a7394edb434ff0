// SPDX-License-Identifier: Apache-2.0

/// Where and why a document was refused. `message` is a sentence for people without its full stop, such as
/// "a comma or } should follow here", and quotes nothing but member names.
public struct JSONProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes before the place. Equal to the document's size where something is missing at its end.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// From 1, in characters (Unicode scalars). A tab counts as one.
    public var column: Int
    public var message: String

    init(_ message: String, at offset: Int, in bytes: RawSpan) {
        let place = TextPosition(of: offset, in: bytes)
        self.offset = offset
        self.line = place.line
        self.column = place.column
        self.message = message
    }

    public var description: String { "line \(line), column \(column): \(message)" }
}

/// A place as an editor shows it.
struct TextPosition: Hashable, Sendable {
    /// From 1. LF, CR, CR LF, U+2028 and U+2029 end a line, as JSON5 1.0.0 §10.1 has it; in JSON the last two are rare enough
    /// for one rule to do.
    var line = 1
    /// From 1, in Unicode scalars.
    var column = 1

    /// Counts from the document's start, so it costs a pass over `offset` bytes: for problems, not for every value.
    init(of offset: Int, in bytes: RawSpan) {
        let end = min(offset, bytes.byteCount)
        var position = 0
        while position < end {
            let byte = bytes.byte(position)
            if byte == Byte.lineFeed || bytes.isLineSeparator(at: position) {
                line += 1
                column = 1
                position += byte == Byte.lineFeed ? 1 : 3
                continue
            }
            if byte == Byte.carriageReturn {
                let paired = position + 1 < bytes.byteCount && bytes.byte(position + 1) == Byte.lineFeed
                if !paired {
                    line += 1
                    column = 1
                }
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            position += 1
        }
    }
}

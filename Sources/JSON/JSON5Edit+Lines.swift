// SPDX-License-Identifier: Apache-2.0

/// Lines, commas and comments around values.
extension JSON5Edit {
    static func isBlank(_ byte: UInt8) -> Bool { byte == Byte.space || byte == Byte.tab }

    func reader(at position: Int) -> JSON5Reader {
        var reader = JSON5Reader(bytes, limits: limits)
        reader.position = position
        return reader
    }

    /// Where the line of `position` begins. Lines end as editors see them: with LF or CR.
    func lineStart(of position: Int) -> Int {
        var start = position
        while start > 0, bytes[start - 1] != Byte.lineFeed, bytes[start - 1] != Byte.carriageReturn { start -= 1 }
        return start
    }

    /// The blanks that the line of `position` begins with.
    func lineIndent(at position: Int) -> String {
        String(decoding: bytes[lineStart(of: position)...].prefix(while: Self.isBlank), as: UTF8.self)
    }

    /// The blanks before a member or element, if it begins its line.
    func ownIndent(_ node: JSON5Node) -> String? {
        let indent = bytes[lineStart(of: node.start)..<node.start]
        return indent.allSatisfy(Self.isBlank) ? String(decoding: indent, as: UTF8.self) : nil
    }

    func hasLineEnd(from start: Int, to end: Int) -> Bool {
        guard start < end else { return false }
        let reader = reader(at: start)
        return (start..<end).contains { reader.lineEnd(at: $0) > 0 }
    }

    /// The first comma from `position` on that stands in no comment.
    func comma(after position: Int, before end: Int) -> Int? {
        var reader = reader(at: position)
        guard (try? reader.skipSpace()) != nil, reader.position < end, reader.peek() == Byte.comma else { return nil }
        return reader.position
    }

    /// The end of the last comment between two places with nothing else than comments and space between them, and commas.
    func lastComment(from start: Int, to end: Int) -> Int? {
        var position = start
        var last: Int?
        while position < end {
            if let comment = commentEnd(at: position) {
                last = comment
                position = comment
            } else {
                position += 1
            }
        }
        return last
    }

    /// Where the comment that begins at `position` ends; a line's before the line's end. `nil`: none begins there.
    func commentEnd(at position: Int) -> Int? {
        let reader = reader(at: position)
        guard reader.peek() == Byte.slash else { return nil }
        var end = position + 2
        if reader.peek(1) == Byte.slash {
            while end < bytes.count, reader.lineEnd(at: end) == 0 { end += 1 }
            return end
        }
        guard reader.peek(1) == Byte.asterisk else { return nil }
        while end + 1 < bytes.count, bytes[end] != Byte.asterisk || bytes[end + 1] != Byte.slash { end += 1 }
        return end + 2
    }

    /// What follows on the line of `position`, within `limit`.
    ///
    /// - Returns: `end`: behind the comments on it. `next`: behind the line's end. `isWholeLine`: nothing but space and comments follows.
    func restOfLine(from position: Int, before limit: Int) -> (end: Int, next: Int, isWholeLine: Bool) {
        var place = position
        var end = position
        while place < limit {
            if Self.isBlank(bytes[place]) {
                place += 1
            } else if let comment = commentEnd(at: place) {
                place = comment
                end = comment
            } else {
                let length = reader(at: place).lineEnd(at: place)
                return (end, place + length, length > 0)
            }
        }
        return (end, place, false)
    }
}

extension JSON5Reader {
    /// Whether a line ends here, or the file.
    var atLineEnd: Bool { position >= bytes.count || lineEnd(at: position) > 0 }
}

// SPDX-License-Identifier: Apache-2.0

/// A line that opens or closes a block of code (CommonMark 0.31.2, §4.5), at any depth of indentation, since blocks stand in lists too.
struct Fence: Hashable, Sendable {
    /// ``` or ~~~.
    var mark: UInt8
    var length: Int
    /// What stands behind the mark, such as `swift`, without white space at its ends.
    var info: [UInt8]

    /// - Parameter line: Without its end.
    init?(line: ArraySlice<UInt8>) {
        let text = line.drop(while: Condensing.isSpace)
        guard let mark = text.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        self.mark = mark
        length = text.prefix { $0 == mark }.count
        guard length >= 3 else { return nil }
        var rest = text.dropFirst(length).drop(while: Condensing.isSpace)
        while let last = rest.last, Condensing.isSpace(last) { rest.removeLast() }
        if mark == UInt8(ascii: "`"), rest.contains(mark) { return nil }
        info = Array(rest)
    }

    /// The fence that is open at the end of `text`, of which the line is over that opened it.
    static func open(at text: ArraySlice<UInt8>) -> Fence? {
        var open: Fence?
        var start = text.startIndex
        while let end = text[start...].firstIndex(of: SeamSpace.newline) {
            if let fence = Fence(line: text[start..<end]) {
                if let opened = open {
                    if fence.closes(opened) { open = nil }
                } else {
                    open = fence
                }
            }
            start = end + 1
        }
        // A last line without its end may have closed it.
        if let opened = open, let fence = Fence(line: text[start...]), fence.closes(opened) { open = nil }
        return open
    }

    func closes(_ other: Fence) -> Bool { info.isEmpty && mark == other.mark && length >= other.length }

    /// What a line means that a candidate begins with, while `self` is open.
    enum Again: Hashable, Sendable { case no, maybe, sure }

    /// An information string says that it opens. Without one it is a closing fence, if the opening one had any; else both are alike.
    func opened(again other: Fence) -> Again {
        guard other.mark == mark else { return .no }
        if !other.info.isEmpty { return .sure }
        return info.isEmpty && other.length == length ? .maybe : .no
    }
}

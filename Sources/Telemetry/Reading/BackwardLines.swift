// SPDX-License-Identifier: Apache-2.0

/// The lines of a file from its end, read in blocks.
struct BackwardLines {
    private let file: LogBytes
    /// Behind the last line that has its line feed.
    let wholeEnd: Int
    /// Bytes of the file from `blockStart` on, up to the line that was given last.
    private var block: [UInt8] = []
    private var blockStart: Int
    /// Where, in `block`, the next line's line feed stands behind its last byte.
    private var end = 0
    /// What is known of the next line, which begins further to the front, behind `block`.
    private var rest: [UInt8] = []
    private var isDone: Bool

    init(_ file: LogBytes) {
        self.file = file
        var searched = file.size
        var found = 0
        while searched > 0, found == 0 {
            let start = max(0, searched - LogReader.block)
            let bytes = file.bytes(from: start, count: searched - start)
            if let feed = bytes.lastIndex(of: 0x0A) { found = start + feed + 1 }
            searched = start
        }
        wholeEnd = found
        blockStart = max(0, found - 1)
        isDone = found == 0
    }

    /// The next line to the front and where it begins; `nil` at the file's begin.
    mutating func next() -> (start: Int, line: [UInt8])? {
        while !isDone {
            if let feed = block[..<end].lastIndex(of: 0x0A) {
                let line = Array(block[(feed + 1)..<end]) + rest
                (end, rest) = (feed, [])
                return (blockStart + feed + 1, line)
            }
            rest = Array((block[..<end] + rest).suffix(LogReader.longestLine))
            guard blockStart > 0 else {
                isDone = true
                return (0, rest)
            }
            let start = max(0, blockStart - LogReader.block)
            block = file.bytes(from: start, count: blockStart - start)
            (blockStart, end) = (start, block.count)
        }
        return nil
    }
}

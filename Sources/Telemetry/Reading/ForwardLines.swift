// SPDX-License-Identifier: Apache-2.0

/// The lines of a file from a place on, read in blocks.
struct ForwardLines {
    private let file: LogBytes
    /// Nothing is written to it any more, so that a last line without its line feed is one.
    private let isWhole: Bool
    private var block: [UInt8] = []
    private var used = 0
    /// Behind the last line that was given.
    private(set) var offset: Int

    init(_ file: LogBytes, from offset: Int, isWhole: Bool) {
        self.file = file
        self.isWhole = isWhole
        self.offset = offset
    }

    /// `nil` where no line has its line feed.
    mutating func next() -> [UInt8]? {
        var searched = used
        while true {
            if let feed = block[searched...].firstIndex(of: 0x0A) {
                let line = Array(block[used..<feed].suffix(LogReader.longestLine))
                offset += feed + 1 - used
                used = feed + 1
                return line
            }
            if used > 0 {
                block.removeFirst(used)
                used = 0
            }
            searched = block.count
            let more = file.bytes(from: offset + block.count, count: LogReader.block)
            if more.isEmpty {
                guard isWhole, !block.isEmpty else { return nil }
                defer { (block, used) = ([], 0) }
                offset += block.count
                return Array(block.suffix(LogReader.longestLine))
            }
            block += more
            if block.count > LogReader.longestLine, !more.contains(0x0A) {
                offset += block.count - LogReader.longestLine
                block.removeFirst(block.count - LogReader.longestLine)
            }
        }
    }
}

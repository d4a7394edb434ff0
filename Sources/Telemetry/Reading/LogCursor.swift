// SPDX-License-Identifier: Apache-2.0

/// How far a log has been read: a place in one file, which keeps its meaning when the file is put aside.
public struct LogCursor: Hashable, Sendable {
    /// The file's number on its device; 0: there was none yet.
    public var file: UInt64
    /// Bytes of it that have been read, whole lines.
    public var offset: Int
    /// Of its first bytes, at most 64 and no more than `offset`, so that another file under its number is told from it.
    var mark: UInt64
    /// Of the last line that was read: milliseconds since 1970.
    var time: Int64

    static let markBytes = 64

    /// Before the first line of a log that is not there yet.
    public static let start = LogCursor(file: 0, offset: 0, mark: 0, time: 0)

    init(file: UInt64, offset: Int, mark: UInt64, time: Int64) {
        self.file = file
        self.offset = offset
        self.mark = mark
        self.time = time
    }

    init(_ bytes: LogBytes, offset: Int, time: Int64) {
        self.init(file: bytes.file, offset: offset, mark: bytes.mark(of: min(offset, Self.markBytes)), time: time)
    }

    /// What `text` wrote; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, text.utf8.count <= 80, let file = UInt64(parts[0], radix: 16), let offset = Int(parts[1], radix: 16),
            let mark = UInt64(parts[2], radix: 16), let time = Int64(parts[3], radix: 16), offset >= 0, time >= 0
        else { return nil }
        self.init(file: file, offset: offset, mark: mark, time: time)
    }

    /// For a query or a program: letters, digits and dots.
    public var text: String {
        [String(file, radix: 16), String(offset, radix: 16), String(mark, radix: 16), String(max(0, time), radix: 16)]
            .joined(separator: ".")
    }

    /// Whether `bytes` is the file that was read, however it is called by now.
    func isOf(_ bytes: LogBytes) -> Bool {
        bytes.file == file && (bytes.size < offset || bytes.mark(of: min(offset, Self.markBytes)) == mark)
    }
}

// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes of standard input or of a file, read as they come. Blocks the caller.
struct InputSource: ~Copyable {
    /// One line, or what could not be one.
    enum Line {
        /// Without its line feed and a carriage return before it.
        case line([UInt8])
        /// Longer than the limit: skipped whole.
        case tooLong
    }

    private let descriptor: Int32
    private let isOwn: Bool
    private var buffer: [UInt8] = []
    private var position = 0
    private var hasEnded = false
    /// What kept the rest from being read.
    private(set) var problem: String?

    /// - Parameter path: `nil` or `-`: standard input.
    init(path: String?) throws(CommandFailure) {
        guard let path, path != "-" else {
            (descriptor, isOwn) = (STDIN_FILENO, false)
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else {
            throw CommandFailure(.failed, "\(SafeText.line(path)) cannot be read: \(String(cString: strerror(errno)))")
        }
        (descriptor, isOwn) = (opened, true)
    }

    deinit { if isOwn { close(descriptor) } }

    /// Whether something was read that `line` has not given out yet. `false` says that the next line may have to be waited for.
    var hasMore: Bool { position < buffer.count }

    /// Whether a person would have to type it.
    static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether somebody hands something over: a file, or a pipe into which something comes in time. A pipe that nobody writes to
    /// and nobody closes is what a supervisor gives its programs.
    static func isHandedOver(within milliseconds: Int32) -> Bool {
        var facts = stat()
        guard fstat(STDIN_FILENO, &facts) == 0 else { return false }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return facts.st_size > 0
        case S_IFIFO, S_IFSOCK:
            var interest = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            return poll(&interest, 1, milliseconds) == 1 && interest.revents & Int16(POLLIN) != 0
        default: return false
        }
    }

    /// The next line, the last one also without a line feed; `nil` at the end. Empty lines are lines.
    mutating func line(limit: Int) -> Line? {
        var scanned = position
        var isTooLong = false
        while true {
            if let end = buffer[scanned...].firstIndex(of: 0x0A) {
                defer { position = end + 1 }
                return isTooLong || end - position > limit ? .tooLong : .line(Self.trimmed(buffer[position..<end]))
            }
            if buffer.count - position > limit {
                isTooLong = true
                position = buffer.count
            }
            if position > 0 {
                buffer.removeSubrange(..<position)
                position = 0
            }
            scanned = buffer.count
            if !fill() {
                defer { (buffer, position) = ([], 0) }
                if isTooLong { return .tooLong }
                return buffer.isEmpty ? nil : .line(Self.trimmed(buffer[...]))
            }
        }
    }

    /// All of it.
    ///
    /// - Returns: `nil` where it is more than `limit` bytes.
    mutating func all(limit: Int) -> [UInt8]? {
        while buffer.count <= limit, fill() {}
        return buffer.count <= limit ? buffer : nil
    }

    /// - Returns: `false` at the end, or where no more can be read.
    private mutating func fill() -> Bool {
        guard !hasEnded else { return false }
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { piece -> Int in
                let count = read(descriptor, piece.baseAddress, piece.count)
                if count > 0 { buffer.append(contentsOf: piece[..<count]) }
                return count
            }
            if count > 0 { return true }
            if count < 0, errno == EINTR { continue }
            if count < 0 { problem = String(cString: strerror(errno)) }
            hasEnded = true
            return false
        }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] { Array(line.last == 0x0D ? line.dropLast() : line) }
}

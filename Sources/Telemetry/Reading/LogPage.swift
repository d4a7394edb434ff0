// SPDX-License-Identifier: Apache-2.0

/// What is asked of a log.
public struct LogQuery: Hashable, Sendable {
    public var filter: LogFilter
    /// Lines.
    public var limit: Int
    /// Bytes of lines.
    public var maxBytes: Int
    /// Bytes that are looked through for lines that fit; `nil`: all there are.
    public var scanBytes: Int?

    public init(filter: LogFilter = LogFilter(), limit: Int = 200, maxBytes: Int = 250_000, scanBytes: Int? = nil) {
        self.filter = filter
        self.limit = limit
        self.maxBytes = maxBytes
        self.scanBytes = scanBytes
    }
}

/// Lines of a log, and how to go on.
public struct LogPage: Sendable {
    /// What stands before the first of the lines and was not given.
    public struct Omission: Hashable, Sendable {
        public enum Cause: String, Hashable, Sendable {
            /// As many lines as were asked for.
            case limit
            /// As many bytes.
            case maxBytes
            /// As many bytes were looked through as may be.
            case scan
        }

        public var cause: Cause
        /// Bytes of older lines, of which any may fit or none.
        public var bytes: Int

        public init(cause: Cause, bytes: Int) {
            self.cause = cause
            self.bytes = bytes
        }
    }

    /// Why lines may be missing between the cursor and the first of these.
    public enum Reset: String, Hashable, Sendable {
        /// The file that was read has been put aside and deleted since.
        case rotated
        /// Somebody cut the file off.
        case truncated
    }

    /// The newest file's path, also where it is not there yet.
    public var file: String
    /// Its bytes.
    public var size: Int
    /// Oldest first, without line feeds.
    public var lines: [[UInt8]] = []
    /// Where the next lines are asked for.
    public var cursor: LogCursor
    public var omitted: Omission?
    public var reset: Reset?
    /// There are more lines behind these: ask again at once.
    public var hasMore = false

    public init(file: String, size: Int, cursor: LogCursor) {
        self.file = file
        self.size = size
        self.cursor = cursor
    }
}

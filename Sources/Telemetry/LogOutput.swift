// SPDX-License-Identifier: Apache-2.0

/// A place where log lines end up.
public struct LogOutput: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
        /// An open descriptor, which stays open; 2 is stderr.
        case descriptor(Int32)
        /// A file of mode 0600, made if it is missing, and put aside as the rotation says.
        case file(path: String, LogRotation)
    }

    public var target: Target
    public var format: LogFormat

    public init(_ target: Target, _ format: LogFormat) {
        self.target = target
        self.format = format
    }

    /// Stderr: text for a person at a terminal, JSON lines for whatever else collects it.
    ///
    /// - Parameter format: What the settings ask for; `nil` leaves the choice to what stderr is.
    public static func standardError(_ format: LogFormat? = nil) -> LogOutput {
        LogOutput(.descriptor(2), format ?? (LogFile.isTerminal(2) ? .text : .json))
    }

    public static func file(_ path: String, _ format: LogFormat = .json, maxBytes: Int = 100 << 20, archives: Int = 5) -> LogOutput {
        LogOutput(.file(path: path, LogRotation(maxBytes: maxBytes, archives: archives)), format)
    }
}

/// When a log file is put aside, and what becomes of those that were: `path` becomes `path.1`, the former `path.1` becomes `path.2`, and
/// so on.
public struct LogRotation: Hashable, Sendable {
    /// It is put aside before it would grow beyond them.
    public var maxBytes: Int
    /// How many are kept beside the file itself.
    public var archives: Int
    /// Milliseconds since its first line after which it is put aside; `nil`: it may become as old as it will.
    public var maxAge: Int64?
    /// Milliseconds since the last line of one that was put aside, after which it is deleted; `nil`: only their number counts.
    public var keepAge: Int64?

    public init(maxBytes: Int = 100 << 20, archives: Int = 5, maxAge: Int64? = nil, keepAge: Int64? = nil) {
        self.maxBytes = maxBytes
        self.archives = archives
        self.maxAge = maxAge
        self.keepAge = keepAge
    }
}

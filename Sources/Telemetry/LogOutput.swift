// SPDX-License-Identifier: Apache-2.0

/// A place where log lines end up.
public struct LogOutput: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
        /// An open descriptor, which stays open; 2 is stderr.
        case descriptor(Int32)
        /// A file of mode 0600, made if it is missing. Before it would grow beyond `maxBytes` it becomes `path.1`, the former `path.1`
        /// becomes `path.2`, and so on; `archives` of them are kept.
        case file(path: String, maxBytes: Int, archives: Int)
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
        LogOutput(.file(path: path, maxBytes: maxBytes, archives: archives), format)
    }
}

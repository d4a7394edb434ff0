// SPDX-License-Identifier: Apache-2.0

/// `logging`: what is logged, where, and how it looks.
public struct LoggingSettings: Hashable, Sendable {
    public var level: Level = .info
    /// As written; `nil`: the one in the state folder.
    public var file: String?
    /// `logging.file` is `none`: standard error only.
    public var hasNoFile: Bool { file == "none" }
    public var style: Style = .text
    /// The size at which the file is put aside and a new one begun.
    public var maxFileBytes = 100 << 20
    /// Hours after which it is put aside, whatever its size; 0: never.
    public var maxFileAgeHours = 168
    /// How many files that were put aside are kept.
    public var keepFiles = 5
    /// Days after which one that was put aside is deleted; 0: only their number counts.
    public var keepDays = 30

    public init() {}

    /// From the most to the least talkative. OpenClaw's `trace` is `debug` here, its `warn` `warning`, its `fatal` `error`.
    public enum Level: String, Hashable, Sendable, CaseIterable {
        case debug, info, notice, warning, error
        case silent

        /// A level by its own name or OpenClaw's.
        init?(named name: String) {
            switch name {
            case "trace": self = .debug
            case "warn": self = .warning
            case "fatal": self = .error
            default: self.init(rawValue: name)
            }
        }

        static let names = ["trace", "debug", "info", "notice", "warn", "warning", "error", "fatal", "silent"]
    }

    /// `logging.consoleStyle`
    public enum Style: String, Hashable, Sendable {
        /// For people: OpenClaw's `pretty` and `compact`.
        case text
        /// A JSON object a line.
        case json
    }
}

/// `responses`
public struct ResponseSettings: Hashable, Sendable {
    /// Days after which what was said in replies of the Responses API is forgotten; 0: it is not kept at all.
    public var keepDays = 30

    public init() {}
}

/// `receipts`
public struct ReceiptSettings: Hashable, Sendable {
    /// Days after which a receipt is forgotten.
    public var keepDays = 7

    public init() {}
}

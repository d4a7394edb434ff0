// SPDX-License-Identifier: Apache-2.0

/// How much a log line matters, and to whom.
public enum LogLevel: String, Hashable, Sendable, CaseIterable {
    /// One line per attempt, for whoever looks for a fault.
    case debug
    /// What a reader of the log wants to know of an ordinary day: started, stopped, listening.
    case info
    /// What an operator asks later: a failover, a block, a reload.
    case notice
    /// Something is amiss and was got around.
    case warning
    /// Someone must act.
    case error

    /// 0 for `debug` to 4 for `error`.
    var rank: UInt8 {
        switch self {
        case .debug: 0
        case .info: 1
        case .notice: 2
        case .warning: 3
        case .error: 4
        }
    }
}

extension LogLevel: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

// SPDX-License-Identifier: Apache-2.0

/// What the process says to the shell when it ends. Numbers of 64 and above are those of BSD's `sysexits.h`.
public enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
    case fine = 0
    /// The thing asked about failed, is down, or does not exist.
    case failed = 1
    /// It works, but not for long: something is about to expire.
    case degraded = 2
    /// The command line itself is wrong.
    case usage = 64
    /// A gateway that had to answer could not be reached.
    case unreachable = 69
    /// A bug of ours, said in words instead of a trap.
    case internalFault = 70
    /// What was printed could not be written, for instance to a full disk.
    case outputLost = 74
    /// The configuration or a file it needs is not usable.
    case configuration = 78
    /// Somebody pressed Ctrl-C: what a shell says of a program that SIGINT ended.
    case interrupted = 130

    /// How help describes it where a command has nothing more precise to say.
    var meaning: String {
        switch self {
        case .fine: "fine"
        case .failed: "what was asked about failed or does not exist"
        case .degraded: "it works, but something expires soon"
        case .usage: "the command line is wrong"
        case .unreachable: "the gateway cannot be reached"
        case .internalFault: "a fault of this program"
        case .outputLost: "the output could not be written"
        case .configuration: "the configuration cannot be used"
        case .interrupted: "stopped by Ctrl-C"
        }
    }
}

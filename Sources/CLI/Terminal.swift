// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is known about where output goes: how wide it is and whether it shows colour.
struct Terminal: Hashable, Sendable {
    /// Columns of standard output, from 20 to 1000. `nil`: not a terminal, nothing has to fit.
    var width: Int?
    var colour: Bool
    var errorColour: Bool

    /// Whether a person looks at standard output.
    var isInteractive: Bool { width != nil }

    /// What a file or pipe gets.
    static let plain = Terminal(width: nil, colour: false, errorColour: false)

    /// - Parameter wantsColour: `--color` or `--no-color`; `nil` decides by terminal, `NO_COLOR` (https://no-color.org: any value but the
    ///   empty one turns colour off) and `TERM=dumb`.
    static func detect(environment: [String: String], wantsColour: Bool?) -> Terminal {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return decide(
            columns: isTerminal ? columns(of: STDOUT_FILENO) : nil, isTerminal: isTerminal, errorIsTerminal: isatty(STDERR_FILENO) == 1,
            environment: environment, wantsColour: wantsColour)
    }

    /// The pure part of `detect`. `columns` is what the kernel says, 0 or `nil` when it does not know.
    static func decide(
        columns: Int?, isTerminal: Bool, errorIsTerminal: Bool, environment: [String: String], wantsColour: Bool?
    ) -> Terminal {
        let quiet = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        var width: Int?
        if isTerminal {
            let told = environment["COLUMNS"].flatMap { Int($0) } ?? 0
            let found = columns.flatMap { $0 > 0 ? $0 : nil } ?? (told > 0 ? told : 80)
            width = min(max(found, 20), 1000)
        }
        return Terminal(
            width: width, colour: wantsColour ?? (isTerminal && !quiet), errorColour: wantsColour ?? (errorIsTerminal && !quiet))
    }

    #if os(Linux)
        private static let askForSize = UInt(TIOCGWINSZ)
    #else
        /// `TIOCGWINSZ` of macOS's <sys/ttycom.h>, a macro that Swift does not import.
        private static let askForSize: UInt = 0x4008_7468
    #endif

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, askForSize, &size) == 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// How a piece of text stands out. Meaning never hangs on it alone: without colour the words still say everything.
enum Style: Hashable, Sendable {
    case plain, strong, faint, good, warning, bad

    /// `text` between the escape sequences of ECMA-48 §8.3.117 (SGR), or as it is.
    func paint(_ text: String, colour: Bool) -> String {
        guard colour, !text.isEmpty, let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .warning: "33"
        case .bad: "31"
        }
    }
}

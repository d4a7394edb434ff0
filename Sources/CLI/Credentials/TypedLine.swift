// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lines that a person types. What is asked goes to the terminal itself, so that standard output stays the answer's.
enum TypedLine {
    /// Whether somebody can be asked: standard input is a terminal.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 }
    /// Whether somebody may see what is asked, also where nothing can be typed.
    static var isSeen: Bool { canAsk || isatty(STDERR_FILENO) == 1 }

    /// Writes to standard error if that is a terminal, else to the one that standard input is.
    static func show(_ text: String) {
        let place = isatty(STDERR_FILENO) == 1 ? STDERR_FILENO : STDIN_FILENO
        var rest = Array(SafeText.clean(text, colour: false).utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(place, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// A line as the terminal shows it, without its line feed; `nil` at the end of input (Ctrl-D).
    static func shown(limit: Int) -> String? {
        var bytes: [UInt8] = []
        while let byte = nextByte() {
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            if bytes.count < limit { bytes.append(byte) }
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// A line that the terminal does not show, of any length up to `limit` bytes; what comes beyond is dropped but for one byte, by which
    /// the caller sees that it was too long. `nil` at the end of input.
    ///
    /// The terminal's line editing is off meanwhile, since it would cut long tokens at 4096 bytes: rubout, Ctrl-U and Ctrl-W work here.
    ///
    /// - Parameter prompt: Shown once the terminal is quiet, so that nobody can answer too early for that.
    /// - Throws: `.failed` where the terminal cannot be kept from showing it; `.interrupted` for Ctrl-C.
    static func hidden(_ prompt: String, limit: Int) throws(CommandFailure) -> String? {
        guard let quiet = QuietTerminal() else {
            throw CommandFailure(.failed, "this terminal cannot be kept from showing what is typed; hand it over on standard input")
        }
        defer {
            quiet.restore()
            show("\n")
        }
        show(prompt)
        var bytes: [UInt8] = []
        while let byte = nextByte() {
            switch byte {
            case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self)
            case 0x03: throw CommandFailure(.interrupted, "stopped; nothing was changed")
            case 0x04: if bytes.isEmpty { return nil }
            case 0x08, 0x7F: if !bytes.isEmpty { bytes.removeLast() }
            case 0x15: bytes = []
            case 0x17: while let last = bytes.popLast(), last != 0x20 {}
            default: if bytes.count <= limit { bytes.append(byte) }
            }
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }
}

/// A terminal that shows nothing of what is typed, until `restore`; also if a signal ends the process before.
private struct QuietTerminal {
    private let before: termios

    /// `nil` if the terminal does not go quiet, which is looked at rather than believed.
    init?() {
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
        before = mode
        Self.saved.withLock { $0 = mode }
        for number in Self.signals { signal(number, Self.restoreAndEnd) }
        mode.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        mode.c_iflag &= ~tcflag_t(IXON)
        Self.set(&mode.c_cc, VMIN, 1)
        Self.set(&mode.c_cc, VTIME, 0)
        var after = termios()
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode) == 0, tcgetattr(STDIN_FILENO, &after) == 0,
            after.c_lflag & tcflag_t(ECHO) == 0
        else {
            restore()
            return nil
        }
    }

    func restore() {
        var mode = before
        // What was pasted behind the line feed belongs to nobody: it must not appear at the shell's prompt.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode)
        for number in Self.signals { signal(number, SIG_DFL) }
        Self.saved.withLock { $0 = nil }
    }

    private static let signals = [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
    private static let saved = Mutex<termios?>(nil)

    /// `tcsetattr` may be called in a handler (POSIX.1-2017, 2.4.3); the lock is tried only, as the thread that holds it may be the one
    /// that was stopped.
    private static let restoreAndEnd: @convention(c) (Int32) -> Void = { number in
        if var mode = saved.withLockIfAvailable({ $0 }) ?? nil { tcsetattr(STDIN_FILENO, TCSANOW, &mode) }
        signal(number, SIG_DFL)
        raise(number)
    }

    /// `c_cc` is a tuple to Swift.
    private static func set<Characters>(_ characters: inout Characters, _ place: Int32, _ value: UInt8) {
        withUnsafeMutableBytes(of: &characters) { $0[Int(place)] = value }
    }
}

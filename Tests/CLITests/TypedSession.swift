// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestSupport
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The built program at a terminal that a test types at. What it prints on either stream comes out as a person would see it.
final class TypedSession: Sendable {
    let home: TemporaryHome
    private let terminal: Int32
    private let process: pid_t
    private let seen = Mutex<[UInt8]>([])

    init(_ words: [String], home: TemporaryHome, environment: [String: String] = [:]) throws {
        self.home = home
        let (terminal, path) = try Self.open()
        self.terminal = terminal
        let binary = try BuiltBinary().path
        let variables = ["HOME": home.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "COLUMNS": "100"]
            .merging(environment) {
                $1
            }
        let theirs = Descriptor(owning: systemOpen(path))
        process = try ChildProcess.start(
            binary, arguments: [binary] + words, environment: variables.map { "\($0.key)=\($0.value)" },
            descriptors: [theirs.raw, theirs.raw, theirs.raw], group: .same
        ).processID
        _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
    }

    /// A new terminal: our end, and the path of the program's.
    private static func open() throws -> (terminal: Int32, path: String) {
        #if canImport(Glibc)
            // Glibc's module leaves `posix_openpt` out: what it does, by ioctl_tty(2).
            let terminal = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
            var (unlocked, number) = (Int32(0), UInt32(0))
            guard terminal >= 0, ioctl(terminal, 0x4004_5431, &unlocked) == 0, ioctl(terminal, 0x8004_5430, &number) == 0 else {
                throw BuiltBinary.Problem("no terminal: errno \(errno)")
            }
            return (terminal, "/dev/pts/\(number)")
        #else
            let terminal = posix_openpt(O_RDWR | O_NOCTTY)
            guard terminal >= 0, grantpt(terminal) == 0, unlockpt(terminal) == 0, let name = ptsname(terminal) else {
                throw BuiltBinary.Problem("no terminal: errno \(errno)")
            }
            return (terminal, String(cString: name))
        #endif
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(terminal)
    }

    /// All that the terminal showed until now, typed characters too where they are shown.
    var screen: String {
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(terminal, &piece, piece.count)
            guard count > 0 else { break }
            seen.withLock { $0 += piece[..<count] }
        }
        return seen.withLock { String(decoding: $0, as: UTF8.self) }
    }

    func shows(_ text: String) async throws {
        guard await eventually({ self.screen.contains(text) }) else {
            throw BuiltBinary.Problem("the terminal never showed \"\(text)\", but:\n\(screen)")
        }
    }

    /// Whether what is typed is shown; asked of the terminal itself.
    var isShowing: Bool {
        var mode = termios()
        return tcgetattr(terminal, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Types as fast as the terminal takes it.
    func type(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            guard errno == EAGAIN else { return }
            var room = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
            guard poll(&room, 1, 10_000) == 1 else { return }
        }
    }

    func signal(_ number: Int32) { kill(process, number) }

    /// Waits for the end: the exit status, or the signal's number below zero.
    func status() async throws -> Int32 {
        let ended = Mutex<Int32?>(nil)
        guard
            await eventually({
                _ = self.screen
                return ended.withLock { ended in
                    var status: Int32 = 0
                    if ended == nil, waitpid(self.process, &status, WNOHANG) == self.process {
                        ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
                    }
                    return ended != nil
                }
            })
        else { throw BuiltBinary.Problem("it has not ended:\n\(screen)") }
        return ended.withLock { $0 ?? 0 }
    }
}

private func systemOpen(_ path: String) -> Int32 { open(path, O_RDWR | O_NOCTTY | O_CLOEXEC) }

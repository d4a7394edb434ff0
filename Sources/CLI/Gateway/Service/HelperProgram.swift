// SPDX-License-Identifier: Apache-2.0
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program of the system's that a command asks, such as `systemctl`.
struct HelperProgram: Sendable {
    var path: String
    var environment: [String: String]

    struct Answer: Hashable, Sendable {
        var status: Int32
        /// Standard output and standard error together, 64 KB at most.
        var text: String
        var isFine: Bool { status == 0 }
    }

    /// - Returns: `nil` if `PATH` does not lead to it.
    static func find(_ name: String, environment: [String: String]) -> HelperProgram? {
        for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return HelperProgram(path: path, environment: environment) }
        }
        return nil
    }

    /// Runs it to its end, and kills it after `limit`.
    func run(_ arguments: [String], within limit: Duration = .seconds(30)) -> Answer {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return Answer(status: 1, text: "pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = Descriptor(owning: ends[0])
        let child: ChildProcess
        do throws(SystemError) {
            let writing = Descriptor(owning: ends[1])
            let empty = Descriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC))
            child = try ChildProcess.start(
                path, arguments: [path] + arguments, environment: environment.map { "\($0.key)=\($0.value)" },
                descriptors: [empty.raw, writing.raw, writing.raw], group: .own)
        } catch {
            return Answer(status: 1, text: error.description)
        }
        let text = Self.read(reading.raw, by: .now + limit, else: child)
        switch child.wait() {
        case .exited(let status): return Answer(status: status, text: text)
        case .signalled(let number): return Answer(status: 128 + number, text: text + "it did not end in time")
        }
    }

    private static func read(_ raw: Int32, by end: ContinuousClock.Instant, else child: ChildProcess) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var waiting = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
            let left = (end - .now).milliseconds
            guard left > 0, poll(&waiting, 1, Int32(clamping: left)) > 0 else {
                child.signal(SIGKILL)
                break
            }
            let count = Descriptor.uninterrupted { systemRead(raw, &buffer, buffer.count) }
            guard count > 0 else { break }
            if bytes.count < 64 << 10 { bytes += buffer[..<count] }
        }
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}

private func systemRead(_ raw: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(raw, buffer, count) }

// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes to one output: a descriptor of somebody else, or a file that is rotated by size and age. Lives on the writer's thread.
///
/// What cannot be written is counted in lines, and the count is written as soon as anything can be again.
final class LogFile {
    private let output: LogOutput
    /// `nil`: the file is not open.
    private var descriptor: Int32?
    private var size = 0
    /// When its first line was written.
    private var begun: Int64 = 0
    private var identity = (device: UInt64(0), file: UInt64(0))
    /// Records that this output has not got since the last line that it has.
    private var missing = 0
    /// The last line was cut in the middle.
    private var isTorn = false
    private let clock: () -> Int64

    init(_ output: LogOutput, clock: @escaping () -> Int64) {
        self.output = output
        self.clock = clock
        if case .descriptor(let descriptor) = output.target { self.descriptor = descriptor }
    }

    deinit { closeFile() }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Writes whole lines, and after them how many were dropped.
    func write(_ lines: [UInt8], dropped: Int) {
        if !lines.isEmpty {
            let gap = missing
            let bytes = (isTorn ? [0x0A] : []) + report(gap) + lines
            if put(bytes) {
                missing = 0
            } else {
                missing = gap + lines.count { $0 == 0x0A }
            }
        }
        guard dropped > 0 else { return }
        missing += dropped
        if put((isTorn ? [0x0A] : []) + report(missing)) { missing = 0 }
    }

    /// The line that says how many are missing; nothing if none is.
    private func report(_ missing: Int) -> [UInt8] {
        guard missing > 0 else { return [] }
        var line: [UInt8] = []
        let record = LogRecord(
            milliseconds: clock(), level: .warning, label: "log", message: "Log lines dropped", fields: ["lines": .int(missing)])
        output.format.append(record, to: &line)
        return line
    }

    private func put(_ bytes: [UInt8]) -> Bool {
        if case .file(let path, let rotation) = output.target {
            if descriptor != nil, !isStill(path) { closeFile() }
            if descriptor == nil { open(path) }
            if descriptor != nil, size > 0, size + bytes.count > rotation.maxBytes || isOld(rotation) {
                closeFile()
                rotate(path, rotation)
                open(path)
            }
        }
        guard let descriptor else { return false }
        let written = bytes.withUnsafeBytes { Self.writeAll($0, to: descriptor) }
        size += written
        if written > 0 { isTorn = bytes[written - 1] != 0x0A }
        return written == bytes.count
    }

    /// How many bytes went out; fewer than all after an error. A descriptor that does not block is waited for.
    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
        var done = 0
        while done < bytes.count {
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            #else
                let count = Darwin.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            #endif
            if count > 0 {
                done += count
            } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return done
    }

    // MARK: Files

    private func open(_ path: String) {
        #if canImport(Glibc)
            let opened = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
        #else
            let opened = Darwin.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
        #endif
        guard opened >= 0 else { return }
        var facts = stat()
        guard fstat(opened, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return
        }
        fchmod(opened, 0o600)
        descriptor = opened
        size = Int(facts.st_size)
        begun = size == 0 ? clock() : LogFile.firstTime(path) ?? clock()
        identity = Self.identity(facts)
    }

    private func isOld(_ rotation: LogRotation) -> Bool { rotation.maxAge.map { clock() - begun >= $0 } ?? false }

    /// The time of the file's first line; `nil` where it tells none.
    private static func firstTime(_ path: String) -> Int64? {
        LogBytes(path: path).flatMap { LogLine.time(in: $0.bytes(from: 0, count: 256)[...]) }
    }

    private func closeFile() {
        guard case .file = output.target, let descriptor else { return }
        close(descriptor)
        self.descriptor = nil
    }

    /// Whether `path` still names the open file; someone may have moved or deleted it. Another process may write to it too, or have cut
    /// it off.
    private func isStill(_ path: String) -> Bool {
        var facts = stat()
        guard stat(path, &facts) == 0, Self.identity(facts) == identity else { return false }
        size = Int(facts.st_size)
        return true
    }

    private static func identity(_ facts: stat) -> (device: UInt64, file: UInt64) {
        (UInt64(truncatingIfNeeded: facts.st_dev), UInt64(truncatingIfNeeded: facts.st_ino))
    }

    private func rotate(_ path: String, _ rotation: LogRotation) {
        guard rotation.archives > 0 else {
            unlink(path)
            return
        }
        for number in stride(from: rotation.archives - 1, through: 1, by: -1) { rename("\(path).\(number)", "\(path).\(number + 1)") }
        rename(path, "\(path).1")
        guard let keepAge = rotation.keepAge else { return }
        for number in 1...rotation.archives {
            var facts = stat()
            let archive = "\(path).\(number)"
            if stat(archive, &facts) == 0, clock() - LogBytes.changed(facts) > keepAge { unlink(archive) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct PlaceProblem: Error { var what: String }

/// A folder that goes away with its value.
final class TemporaryFolder: Sendable {
    private let root: String

    init() throws {
        var template = Array("/tmp/understudy-log-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PlaceProblem(what: "mkdtemp: \(errno)") }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["a.log", "b.log", "log", "log.1", "log.2", "log.3", "log.4", "log.5", "log.6", "moved", "fifo", "missing/log"] {
            unlink(path(name))
        }
        for name in ["missing", "folder"] { rmdir(path(name)) }
        rmdir(root)
    }

    func path(_ name: String) -> String { root + "/" + name }

    func has(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    func mode(_ name: String) -> mode_t {
        var facts = stat()
        return stat(path(name), &facts) == 0 ? facts.st_mode & 0o777 : 0
    }

    func put(_ name: String, _ text: String, mode: mode_t) throws {
        let descriptor = open(path(name), O_WRONLY | O_CREAT, mode)
        guard descriptor >= 0 else { throw PlaceProblem(what: "open: \(errno)") }
        defer { close(descriptor) }
        guard write(descriptor, text, text.utf8.count) == text.utf8.count else { throw PlaceProblem(what: "write: \(errno)") }
        fchmod(descriptor, mode)
    }

    /// The file's text; empty if it is not there.
    func text(_ name: String) -> String {
        let descriptor = open(path(name), O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A pipe whose reader may take its time.
final class Pipe {
    private var readEnd: Int32
    let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw PlaceProblem(what: "pipe: \(errno)") }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        closeReadEnd()
        close(writeEnd)
    }

    func closeReadEnd() {
        if readEnd >= 0 { close(readEnd) }
        readEnd = -1
    }

    /// Waits for some text.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        #if canImport(Glibc)
            let count = Glibc.read(readEnd, &buffer, buffer.count)
        #else
            let count = Darwin.read(readEnd, &buffer, buffer.count)
        #endif
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }

    /// Reads until `isDone`, and then what is left.
    func readAll(until isDone: () -> Bool, into text: inout String) -> Bool {
        for _ in 0..<100_000 {
            let done = isDone()
            while isReadable { text += read() }
            if done { return true }
        }
        return false
    }

    private var isReadable: Bool {
        var ready = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, 0) == 1
    }
}

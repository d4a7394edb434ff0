// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An empty home folder that goes away, with all that was written below it, when nobody holds it any more.
public final class TemporaryHome: Sendable {
    /// Absolute, symbolic links resolved, without a slash at its end.
    public let path: String

    public init() throws(BuiltBinary.Problem) {
        var base = "/tmp"
        if let told = getenv("TMPDIR") { base = String(cString: told) }
        guard let template = strdup(base + "/understudy-test-XXXXXX") else { throw BuiltBinary.Problem("out of memory") }
        defer { free(template) }
        guard mkdtemp(template) != nil, let real = realpath(template, nil) else {
            throw BuiltBinary.Problem("no folder could be made in \(base): errno \(errno)")
        }
        defer { free(real) }
        path = String(cString: real)
    }

    deinit { Self.remove(path) }

    /// Writes a file below the home folder, with the folders it needs.
    public func write(_ text: String, to relativePath: String, mode: mode_t = 0o600) throws(BuiltBinary.Problem) {
        let full = path + "/" + relativePath
        var folder = path
        for part in relativePath.split(separator: "/").dropLast() {
            folder += "/" + part
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw BuiltBinary.Problem("mkdir \(folder): errno \(errno)") }
        }
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw BuiltBinary.Problem("open \(full): errno \(errno)") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { unistdWrite(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BuiltBinary.Problem("write \(full): errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// A file's text, or `nil` if there is none.
    public func read(_ relativePath: String) -> String? {
        let descriptor = open(path + "/" + relativePath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { unistdRead(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        // A test may have made a folder that cannot be entered.
        chmod(path, 0o700)
        if let folder = opendir(path) {
            defer { closedir(folder) }
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
        }
        rmdir(path)
    }
}

func unistdRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(descriptor, buffer, count) }
func unistdWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, buffer, count) }

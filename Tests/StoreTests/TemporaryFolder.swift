// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of its own for one test, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        guard let template = strdup("/tmp/understudy-store-XXXXXX"), mkdtemp(template) != nil else {
            preconditionFailure("no temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(cString: template)
        free(template)
    }

    deinit { Self.remove(path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Names in the folder, sorted.
    var names: [String] { Self.names(in: path) }

    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) {
        let file = open(self(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
        precondition(file >= 0)
        _ = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
        close(file)
    }

    func bytes(of name: String) -> [UInt8]? {
        let file = open(self(name), O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: size(of: name))
        let count = bytes.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
        return count == bytes.count ? bytes : nil
    }

    func mode(of name: String) -> mode_t {
        var status = stat()
        return stat(self(name), &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    func size(of name: String) -> Int {
        var status = stat()
        return stat(self(name), &status) == 0 ? Int(status.st_size) : 0
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

/// The superuser is refused nothing, so tests about permissions need somebody else.
let isSuperuser = geteuid() == 0

private func systemRead(_ file: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(file, target, count) }
private func systemWrite(_ file: Int32, _ source: UnsafeRawPointer?, _ count: Int) -> Int { write(file, source, count) }

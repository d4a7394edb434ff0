// SPDX-License-Identifier: Apache-2.0
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a report says of the machine and its files.
enum Machine {
    /// Such as `Debian GNU/Linux 12 (bookworm), Linux 6.1.0-28-amd64 x86_64`.
    static var system: String {
        var names = utsname()
        guard uname(&names) == 0 else { return Version.platform }
        let kernel = "\(text(names.sysname)) \(text(names.release)) \(text(names.machine))"
        return distribution.map { "\($0), \(kernel)" } ?? kernel
    }

    /// `PRETTY_NAME` of os-release(5).
    private static var distribution: String? {
        guard let bytes = try? AtomicFile.read("/etc/os-release", limit: 64 << 10) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            let name = line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" && $0 != "'" }
            return name.isEmpty ? nil : String(name.prefix(80))
        }
        return nil
    }

    /// A C array that Swift sees as a tuple.
    private static func text<Tuple>(_ tuple: Tuple) -> String {
        withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Bytes that this user may still write where `path` is; `nil`: it cannot be found out.
    static func freeBytes(at path: String) -> Int? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        let (bytes, overflow) = Int(facts.f_bavail).multipliedReportingOverflow(by: Int(facts.f_frsize))
        return overflow ? .max : bytes
    }

    struct File: Hashable, Sendable {
        var bytes: Int
        /// The permission bits.
        var mode: UInt32
        var isFolder: Bool
        var isOwn: Bool
        /// Milliseconds since 1970 at which it was last written to.
        var changedAt: Int64
    }

    /// `nil`: there is nothing, or it may not be looked at.
    static func file(_ path: String) -> File? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        #if canImport(Glibc)
            let changed = facts.st_mtim
        #else
            let changed = facts.st_mtimespec
        #endif
        return File(
            bytes: Int(facts.st_size), mode: UInt32(facts.st_mode) & 0o7777, isFolder: facts.st_mode & S_IFMT == S_IFDIR,
            isOwn: facts.st_uid == geteuid(), changedAt: Int64(changed.tv_sec) * 1000 + Int64(changed.tv_nsec) / 1_000_000)
    }

    /// The names in a folder, sorted; empty where there is none. At most 10,000.
    static func names(in folder: String) -> [String] {
        guard let open = opendir(folder) else { return [] }
        defer { closedir(open) }
        var names: [String] = []
        while names.count < 10_000, let entry = readdir(open) {
            let name = text(entry.pointee.d_name)
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// `12 MB`, with a digit behind the point where it is small.
    static func size(_ bytes: Int) -> String {
        var value = Double(max(0, bytes))
        var unit = 0
        let units = ["bytes", "KB", "MB", "GB", "TB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        if unit == 0 || value >= 100 { return "\(Int(value)) \(units[unit])" }
        let tenths = Int(value * 10)
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}

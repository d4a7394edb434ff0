// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process that listens on a port of this machine.
public struct PortHolder: Hashable, Sendable {
    public var processID: Int32
    /// The program's name, as the system's tools show it.
    public var name: String

    /// Looks through the processes that this user may look into. Reads many small files: not for a loop.
    ///
    /// - Returns: `nil`: nobody listens there, or the system does not say who. macOS does not.
    public static func find(port: UInt16) -> PortHolder? {
        #if canImport(Glibc)
            let sockets = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeners(on: port, in: text(of: $0)) })
            guard !sockets.isEmpty, let processes = opendir("/proc") else { return nil }
            defer { closedir(processes) }
            while let entry = readdir(processes) {
                guard let process = Int32(name(of: entry)), holds(process, sockets) else { continue }
                let name = text(of: "/proc/\(process)/comm").split(whereSeparator: \.isNewline).first.map(String.init)
                return PortHolder(processID: process, name: name ?? "?")
            }
        #endif
        return nil
    }

    /// The sockets, such as `socket:[1234]`, of a table in proc(5)'s form that listen on `port`.
    static func listeners(on port: UInt16, in table: String) -> [String] {
        table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            // Field 4 is the state, 0A: listening; field 10 the inode.
            guard fields.count > 9, fields[3] == "0A", let colon = fields[1].lastIndex(of: ":"),
                UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return "socket:[\(fields[9])]"
        }
    }

    #if canImport(Glibc)
        private static func holds(_ process: Int32, _ sockets: Set<String>) -> Bool {
            guard let folder = opendir("/proc/\(process)/fd") else { return false }
            defer { closedir(folder) }
            var buffer = [CChar](repeating: 0, count: 64)
            while let entry = readdir(folder) {
                let count = readlink("/proc/\(process)/fd/\(name(of: entry))", &buffer, buffer.count)
                guard count > 0 else { continue }
                if sockets.contains(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)) { return true }
            }
            return false
        }

        private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
            withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
        }

        /// 4 MB at most.
        private static func text(of path: String) -> String {
            let raw = open(path, O_RDONLY | O_CLOEXEC)
            guard raw >= 0 else { return "" }
            let file = Descriptor(owning: raw)
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while bytes.count < 4 << 20 {
                let count = Descriptor.uninterrupted { read(file.raw, &buffer, buffer.count) }
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    #endif
}

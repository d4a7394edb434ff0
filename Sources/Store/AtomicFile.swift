// SPDX-License-Identifier: Apache-2.0
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Small files that are old or new, never half, whenever the power fails. Calls block; keep them off the event loops.
public enum AtomicFile {
    /// Puts `bytes` in the place of `path`. A link is followed, so that the file it names is replaced and not the link.
    ///
    /// - Throws: when the folder is missing, full or not writable. The old file is untouched then.
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(StoreProblem) {
        let target = place(of: path)
        let draft = try draft(bytes, beside: target, mode: mode)
        guard rename(draft, target) == 0 else {
            let code = errno
            unlink(draft)
            throw StoreProblem(errno: code, doing: "replace", path: target)
        }
        syncFolder(of: target)
    }

    /// Writes `bytes` to `path` unless something is there already, also if another process does the same at this moment.
    ///
    /// - Returns: `false` if something was there; it is untouched.
    public static func create(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o600) throws(StoreProblem) -> Bool {
        let draft = try draft(bytes, beside: path, mode: mode)
        defer { unlink(draft) }
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw StoreProblem(errno: errno, doing: "create", path: path)
        }
        syncFolder(of: path)
        return true
    }

    /// The bytes of a regular file, links followed.
    ///
    /// - Parameter limit: The most bytes taken.
    /// - Returns: `nil` if there is no such file.
    /// - Throws: `.wrongType` for a folder, pipe or device, `.tooLarge` beyond `limit`, else what the system said.
    public static func read(_ path: String, limit: Int = 1 << 20) throws(StoreProblem) -> [UInt8]? {
        // Not to wait for the writer of a pipe that stands in the file's place.
        let raw = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreProblem(errno: errno, doing: "read", path: path)
        }
        let file = Descriptor(owning: raw)
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw StoreProblem(errno: errno, doing: "read", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreProblem(.wrongType, doing: "read", path: path, reason: "it is not a file")
        }
        guard Int(status.st_size) <= limit else { throw tooLarge(path, limit) }
        return try contents(of: file, sized: Int(status.st_size), path: path, limit: limit)
    }

    /// Makes a folder (0700) and its missing parents, unless it is there.
    ///
    /// - Parameters:
    ///   - path: Absolute.
    ///   - doing: What for, as the error says it.
    public static func makeFolder(_ path: String, doing: String = "make the folder") throws(StoreProblem) {
        var end = path.utf8.startIndex
        while end != path.utf8.endIndex {
            end = path.utf8[path.utf8.index(after: end)...].firstIndex(of: UInt8(ascii: "/")) ?? path.utf8.endIndex
            if mkdir(String(path[..<end]), 0o700) != 0, errno != EEXIST, errno != EISDIR {
                let code = errno
                // A parent that is there may refuse the attempt (read-only, not ours) without standing in the way.
                guard end != path.utf8.endIndex, access(String(path[..<end]), F_OK) == 0 else {
                    throw StoreProblem(errno: code, doing: doing, path: path)
                }
            }
        }
    }

    /// Whether `name` is that of a file which was being written: it stays where the process was killed meanwhile.
    public static func isDraft(_ name: String) -> Bool {
        guard name.hasSuffix(draftEnding), let dot = name.dropLast(draftEnding.count).lastIndex(of: ".") else { return false }
        let digits = name[name.index(after: dot)...].dropLast(draftEnding.count).utf8
        return digits.count == 2 * draftBytes
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Of the random part of a draft's name.
    private static let draftBytes = 6
    private static let draftEnding = ".new"

    /// Removes what writers of `path` that were killed half-way have left beside it, which may hold secrets.
    ///
    /// For whoever holds the file's lock: what somebody is writing now looks the same.
    public static func removeDrafts(of path: String) {
        let target = place(of: path)
        guard let folder = opendir(folder(of: target)) else { return }
        defer { closedir(folder) }
        let start = "\(name(of: target))."
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name.hasPrefix(start), isDraft(name), name.utf8.count == start.utf8.count + 2 * draftBytes + draftEnding.utf8.count else {
                continue
            }
            unlink("\(Self.folder(of: target))/\(name)")
        }
    }

    /// Where `path` leads through links, its own or its folder's: one file has one place. `path` itself where not even the folder is there.
    public static func place(of path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard let real = realpath(folder(of: path), nil) else { return path }
        defer { free(real) }
        let folder = String(cString: real)
        return folder == "/" ? "/\(name(of: path))" : "\(folder)/\(name(of: path))"
    }

    // MARK: Parts

    private static func contents(
        of file: borrowing Descriptor, sized size: Int, path: String, limit: Int
    ) throws(StoreProblem) -> [UInt8] {
        // One byte more than expected, to notice a file that grows.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var filled = 0
        let raw = file.raw
        while true {
            let count = bytes.withUnsafeMutableBytes { target in
                Descriptor.uninterrupted { systemRead(raw, target.baseAddress.map { $0 + filled }, target.count - filled) }
            }
            guard count >= 0 else { throw StoreProblem(errno: errno, doing: "read", path: path) }
            if count == 0 { break }
            filled += count
            if filled > limit { throw tooLarge(path, limit) }
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Writes `bytes` to a new file in the folder of `path` and onto the disk.
    ///
    /// - Returns: The new file's path. Nothing is left behind when this throws.
    private static func draft(_ bytes: [UInt8], beside path: String, mode: UInt32) throws(StoreProblem) -> String {
        let draft = "\(path).\(Digest.hex(Digest.randomBytes(draftBytes)))\(draftEnding)"
        let raw = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
        guard raw >= 0 else { throw StoreProblem(errno: errno, doing: "write", path: path) }
        let file = Descriptor(owning: raw)
        // The mode that was asked for, whatever the umask.
        guard fchmod(file.raw, mode_t(mode)) == 0, writeAll(bytes, to: file.raw), fsync(file.raw) == 0 else {
            let code = errno
            unlink(draft)
            throw StoreProblem(errno: code, doing: "write", path: path)
        }
        return draft
    }

    private static func writeAll(_ bytes: [UInt8], to raw: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { source in
                Descriptor.uninterrupted { systemWrite(raw, source.baseAddress.map { $0 + written }, source.count - written) }
            }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Makes a new name survive a power cut. Some file systems cannot; the file itself is on the disk by then.
    private static func syncFolder(of path: String) {
        let raw = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { return }
        let folder = Descriptor(owning: raw)
        _ = fsync(folder.raw)
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> StoreProblem {
        StoreProblem(.tooLarge, doing: "read", path: path, reason: "it has more than \(limit) bytes")
    }

    /// The folder part of `path`: `/a` of `/a/b`, `.` of `b`.
    public static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of `path`: `b` of `/a/b`.
    private static func name(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }
}

@inline(__always) private func systemRead(_ raw: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(raw, target, count)
}

@inline(__always) private func systemWrite(_ raw: Int32, _ source: UnsafeRawPointer?, _ count: Int) -> Int {
    write(raw, source, count)
}

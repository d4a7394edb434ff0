// SPDX-License-Identifier: Apache-2.0
import Failover

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The one folder that Understudy writes to, and which of its files is where.
public struct StateFolder: Hashable, Sendable {
    /// Absolute, without a slash at the end.
    public let path: String

    /// - Parameter path: Absolute; `~` is not expanded here.
    /// - Throws: `.wrongType` for a path that is relative or holds a zero byte.
    public init(path: String) throws(StoreProblem) {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else {
            throw StoreProblem(.wrongType, doing: "use the state folder", path: path, reason: "the path must be absolute")
        }
        var trimmed = path[...]
        while trimmed.utf8.count > 1, trimmed.utf8.last == UInt8(ascii: "/") { trimmed.removeLast() }
        self.path = String(trimmed)
    }

    /// Receipts and the health ledger (SQLite).
    public var database: String { path + "/understudy.sqlite" }

    /// Replies that clients may go on from (SQLite); made when there is one.
    public var responses: String { path + "/responses.sqlite" }

    /// The bearer token that clients show, made at the first start.
    public var tokenFile: String { path + "/gateway.token" }

    /// Held by the gateway that runs on this folder.
    public var lockFile: String { path + "/gateway.lock" }

    /// The token kept here; `nil` before the first start.
    ///
    /// - Throws: `.rejected` for a file that holds none, since whoever emptied it may not want a new one made.
    public func token() throws(StoreProblem) -> String? {
        guard let bytes = try AtomicFile.read(tokenFile, limit: 4096) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).split { $0 == "\n" || $0 == "\r" || $0 == " " || $0 == "\t" }.first
        guard let text, text.utf8.count >= 16 else {
            throw StoreProblem(
                .rejected, doing: "take the gateway's token from", path: tokenFile,
                reason: "it holds no token of 16 characters or more; remove it, and the next start makes a new one")
        }
        return String(text)
    }

    /// Puts the token's file to 0600.
    ///
    /// - Returns: Whether others could read or change it until now.
    public func closeTokenFile() -> Bool {
        var status = stat()
        guard stat(tokenFile, &status) == 0, status.st_mode & 0o077 != 0 else { return false }
        return chmod(tokenFile, 0o600) == 0
    }

    /// Values for `${VAR}` and keys by environment name.
    public var environmentFile: String { path + "/.env" }

    /// OpenClaw's place for an agent's `auth-profiles.json` and `models.json`.
    public func agentFolder(_ agent: AgentID) -> String { "\(path)/agents/\(agent)/agent" }

    /// Makes the folder if it is missing (0700, also its missing parents) and proves that it can be used.
    ///
    /// A folder that is there already keeps its mode unless it is empty or already ours: a mistyped path must not
    /// close `/etc` to everybody. Our files are 0600 in either case.
    ///
    /// - Returns: A warning in words if others can enter the folder, else `nil`.
    /// - Throws: in words a person can act on: a file in its place, a link to nowhere, another owner, no permission, read-only.
    public func ensure() throws(StoreProblem) -> String? {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw problem(errno) }
            var link = stat()
            if lstat(path, &link) == 0 { throw problem(.wrongType, "it is a link to a place that does not exist") }
            try AtomicFile.makeFolder(path, doing: "use the state folder")
            guard stat(path, &status) == 0 else { throw problem(errno) }
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw problem(.wrongType, "it is not a folder") }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw problem(errno) }
        return try tightened(status)
    }

    /// Looks after the mode of a folder that others may enter.
    private func tightened(_ status: stat) throws(StoreProblem) -> String? {
        guard status.st_mode & 0o077 != 0 else { return nil }
        if status.st_uid == geteuid(), isOursOrEmpty {
            guard chmod(path, 0o700) == 0 else { throw problem(errno) }
            return nil
        }
        return "Others on this machine can look into the state folder; chmod 700 \(path) keeps them out"
    }

    private var isOursOrEmpty: Bool {
        if access(database, F_OK) == 0 || access(tokenFile, F_OK) == 0 { return true }
        guard let folder = opendir(path) else { return false }
        defer { closedir(folder) }
        var names = 0
        // A folder has `.` and `..`; a third name is somebody's.
        while readdir(folder) != nil, names < 3 { names += 1 }
        return names < 3
    }

    private func problem(_ code: Int32) -> StoreProblem {
        StoreProblem(errno: code, doing: "use the state folder", path: path)
    }

    private func problem(_ kind: StoreProblem.Kind, _ reason: String) -> StoreProblem {
        StoreProblem(kind, doing: "use the state folder", path: path, reason: reason)
    }
}

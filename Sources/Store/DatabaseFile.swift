// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import CSQLite
import Transport

/// A database file: how it is opened, judged sound, and set aside when it is not.
struct DatabaseFile: Sendable {
    let path: String
    var schema = Schema.gateway
    let limits: Database.Limits

    /// Which file a path named when it was opened. Another process may put another file there later.
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var inode: UInt64
    }

    /// An open database of the present schema.
    struct Opened {
        var connection: Connection
        var identity: Identity?
        /// Where a damaged file went, if this opening met one.
        var setAside: String?
    }

    var identity: Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Opens, checks and brings up to date; makes the file (0600) if it is missing. A damaged file is set aside and a new one
    /// begun. Under a lock across processes, so that two gateways cannot set each other's new file aside.
    func openOwning() throws(StoreProblem) -> Opened {
        let lock = FileLock(path: path + ".lock", patience: limits.busyTimeout)
        defer { withExtendedLifetime(lock) {} }
        let found = identity
        do throws(StoreProblem) {
            return Opened(connection: try openSound(), identity: identity, setAside: nil)
        } catch {
            // Without the lock another process may have begun a new file meanwhile.
            guard error.kind == .damaged, identity == found else { throw error }
            let place = try setAside()
            return Opened(connection: try openSound(), identity: identity, setAside: place)
        }
    }

    /// Opens for reading beside a gateway that may be running. Changes and sets aside nothing.
    func openReading() throws(StoreProblem) -> Opened {
        guard access(path, F_OK) == 0 else { throw StoreProblem(errno: errno, doing: Connection.opening, path: path) }
        let connection = try Connection(path: path, writable: false, busyTimeout: limits.busyTimeout)
        try connection.execute("PRAGMA query_only = 1", doing: Connection.opening)
        try Migrations.requireCurrent(connection, schema)
        return Opened(connection: connection, identity: identity, setAside: nil)
    }

    /// Sets a file aside that turned out to be damaged while it was open as `opened`.
    ///
    /// - Returns: Its new path; `nil` if another file stands at the path by now, which is left alone.
    func setAside(ifStill opened: Identity?) throws(StoreProblem) -> String? {
        let lock = FileLock(path: path + ".lock", patience: limits.busyTimeout)
        defer { withExtendedLifetime(lock) {} }
        guard let opened, identity == opened else { return nil }
        return try setAside()
    }

    private func openSound() throws(StoreProblem) -> Connection {
        try makePrivate()
        let connection = try Connection(path: path, writable: true, busyTimeout: limits.busyTimeout)
        // When the file is damaged, closing must leave everything as it was found.
        connection.keepWriteAheadLogOnClose(true)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", doing: Connection.opening)
        // Bounds: the log's size after a checkpoint, and the page cache, both in small part of what SQLite takes by itself.
        try connection.execute(
            "PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -1024", doing: Connection.opening)
        if let pages = limits.maxPages {
            try connection.execute("PRAGMA max_page_count = \(pages)", doing: Connection.opening)
        }
        // A large file is not read whole at each start: what the check does not reach is found when it is used.
        var verdict: String?
        _ = try connection.limited(to: limits.checkTime) { () throws(StoreProblem) in
            verdict = try connection.scalar("PRAGMA quick_check(1)", doing: "check the database")
        }
        if let verdict, verdict != "ok" {
            throw StoreProblem(.damaged, doing: "check the database", path: path, reason: "its pages do not fit together")
        }
        try Migrations.run(on: connection, schema)
        connection.keepWriteAheadLogOnClose(false)
        return connection
    }

    /// SQLite gives a new file the mode that the umask leaves, and -wal and -shm the mode of the file.
    private func makePrivate() throws(StoreProblem) {
        // Only a missing file is opened here: closing any descriptor of a file drops all locks this process has on it.
        let raw = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if raw >= 0 {
            _ = Descriptor(owning: raw)
            return
        }
        guard errno == EEXIST else { throw StoreProblem(errno: errno, doing: Connection.opening, path: path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw StoreProblem(errno: errno, doing: Connection.opening, path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreProblem(.wrongType, doing: Connection.opening, path: path, reason: "it is not a file")
        }
        // Not our file: the mode is its owner's business, and opening it will say whether it can be used.
        if status.st_mode & 0o077 != 0 { _ = chmod(path, 0o600) }
    }

    /// Renames the database with its -wal and -shm to `<path>.corrupt-<UTC time>`; SQLite can still open the three together.
    private func setAside() throws(StoreProblem) -> String {
        let base = "\(path).corrupt-\(Self.utcTime())"
        var place = base
        var number = 2
        while access(place, F_OK) == 0 {
            place = "\(base)-\(number)"
            number += 1
        }
        // The database last: a log left behind after a crash in between would be played into the new file.
        for suffix in ["-wal", "-shm", ""] where rename(path + suffix, place + suffix) != 0 && errno != ENOENT {
            throw StoreProblem(errno: errno, doing: "set aside", path: path)
        }
        return place
    }

    /// Such as `20261121T020400Z`: ISO 8601, basic format.
    private static func utcTime() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func padded(_ value: Int32, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        return "\(date)T\(padded(parts.tm_hour, 2))\(padded(parts.tm_min, 2))\(padded(parts.tm_sec, 2))Z"
    }
}

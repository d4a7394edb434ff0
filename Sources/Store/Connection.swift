// SPDX-License-Identifier: Apache-2.0
import CSQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One open SQLite connection, made, used and closed on one thread. `Database` owns the only ones.
final class Connection {
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// - Parameters:
    ///   - writable: Else nothing is ever written, not even a missing file.
    ///   - busyTimeout: How long a statement waits for another process's lock.
    convenience init(path: String, writable: Bool, busyTimeout: Duration) throws(StoreProblem) {
        let access = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        try self.init(name: path, path: path, access: access, busyTimeout: busyTimeout)
    }

    /// Opens another program's file for reading.
    ///
    /// - Parameter isAtRest: Nobody changes it now: it is read without a lock.
    convenience init(reading path: String, isAtRest: Bool) throws(StoreProblem) {
        let name = "file:" + Self.percentEncoded(path) + "?mode=ro" + (isAtRest ? "&immutable=1" : "")
        try self.init(name: name, path: path, access: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, busyTimeout: .seconds(1))
    }

    /// What a URI has to say otherwise (RFC 3986 §2.1).
    private static func percentEncoded(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return path.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    private init(name: String, path: String, access: Int32, busyTimeout: Duration) throws(StoreProblem) {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(name, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            // Even a failed open hands out something to close; what it has to say is in the code.
            let systemCode = handle.map { sqlite3_system_errno($0) } ?? 0
            sqlite3_close_v2(handle)
            guard systemCode == 0 else { throw StoreProblem(errno: systemCode, doing: Self.opening, path: path) }
            throw StoreProblem(sqlite: code, doing: Self.opening, path: path)
        }
        self.handle = handle
        self.path = path
        let (seconds, attoseconds) = busyTimeout.components
        let milliseconds = min(seconds, 3_600) * 1_000 + attoseconds / 1_000_000_000_000_000
        let result = sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
        guard result == SQLITE_OK else { throw StoreProblem(sqlite: result, doing: Self.opening, path: path) }
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(handle)
    }

    static let opening = "open the database"

    /// What was prepared for `sql` before, else prepared now.
    ///
    /// - Parameter sql: One of our constants; each is kept for good.
    func statement(_ sql: String, doing: String) throws(StoreProblem) -> Statement {
        if let statement = statements[sql] { return statement }
        let statement = try Statement(sql, on: handle, doing: doing, path: path)
        statements[sql] = statement
        return statement
    }

    /// Runs statements without parameters and results, separated by semicolons.
    func execute(_ sql: String, doing: String) throws(StoreProblem) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw StoreProblem(sqlite: code, doing: doing, path: path) }
    }

    /// The first column of the first row; `nil` without a row.
    func scalar(_ sql: String, doing: String) throws(StoreProblem) -> String? {
        let statement = try Statement(sql, on: handle, doing: doing, path: path)
        return try statement.step() ? statement.text(0) : nil
    }

    /// Whether `BEGIN` is in force. SQLite itself rolls back after some errors (https://www.sqlite.org/lang_transaction.html).
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that the latest statement changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Runs `body` for at most `limit`.
    ///
    /// - Returns: Whether it ended by itself; `false` if the time was up.
    func limited(to limit: Duration, _ body: () throws(StoreProblem) -> Void) throws(StoreProblem) -> Bool {
        final class Deadline { var end = ContinuousClock.now }
        let deadline = Deadline()
        deadline.end += limit
        var interrupted = false
        let context = Unmanaged.passUnretained(deadline).toOpaque()
        sqlite3_progress_handler(
            handle, 2_000,
            { context in
                guard let context else { return 0 }
                return ContinuousClock.now > Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().end ? 1 : 0
            }, context)
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        let result = Result { () throws(StoreProblem) in try body() }
        withExtendedLifetime(deadline) { interrupted = ContinuousClock.now > deadline.end }
        if case .failure(let problem) = result, !(interrupted && problem.kind == .system) { throw problem }
        if case .failure = result { return false }
        return true
    }

    /// Whether closing leaves the -wal file as it is, as evidence, instead of working it into the database.
    func keepWriteAheadLogOnClose(_ keep: Bool) { _ = csqlite_keep_wal_on_close(handle, keep ? 1 : 0) }
}

// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A prepared statement of one connection, used on that connection's thread only. A class and not `~Copyable`, since the
/// connection keeps it in a dictionary; finalized once, in `deinit`.
final class Statement {
    private let handle: OpaquePointer
    private let path: String
    private let doing: String

    /// - Parameter doing: What this statement is for, in words for a `StoreProblem`.
    init(_ sql: String, on database: OpaquePointer, doing: String, path: String) throws(StoreProblem) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw StoreProblem(sqlite: code, doing: doing, path: path) }
        self.handle = handle
        self.path = path
        self.doing = doing
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Parameters, counted from 1. What is not bound is NULL.

    func bind(_ value: Int64, at index: Int32) throws(StoreProblem) { try check(sqlite3_bind_int64(handle, index, value)) }

    func bind(_ value: Int64?, at index: Int32) throws(StoreProblem) {
        guard let value else { return try check(sqlite3_bind_null(handle, index)) }
        try bind(value, at: index)
    }

    /// The bytes are copied at once. An empty text is not NULL.
    func bind(_ text: String, at index: Int32) throws(StoreProblem) {
        var text = text
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                sqlite3_bind_text64(
                    handle, index, chars.baseAddress, UInt64(chars.count), csqlite_transient(), UInt8(SQLITE_UTF8))
            }
        }
        try check(code)
    }

    func bind(_ text: String?, at index: Int32) throws(StoreProblem) {
        guard let text else { return try check(sqlite3_bind_null(handle, index)) }
        try bind(text, at: index)
    }

    /// The bytes are copied at once. No bytes are an empty blob, not NULL.
    func bind(_ bytes: [UInt8], at index: Int32) throws(StoreProblem) {
        let result = bytes.withUnsafeBytes { source in Result { () throws(StoreProblem) in try bind(source, at: index) } }
        try result.get()
    }

    /// As `bind(_: [UInt8])`, without an array.
    func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws(StoreProblem) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), csqlite_transient()))
    }

    /// As above, but not copied: the bytes have to stay where they are until `run` has returned.
    func bind(borrowing bytes: UnsafeRawBufferPointer, at index: Int32) throws(StoreProblem) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil))
    }

    // MARK: Rows

    /// Goes to the next row.
    ///
    /// - Returns: `false` at the end; the statement can be bound anew then. After a problem too.
    func step() throws(StoreProblem) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        reset()
        if code == SQLITE_DONE { return false }
        throw StoreProblem(sqlite: code, doing: doing, path: path)
    }

    /// Runs a statement that has no rows to read.
    func run() throws(StoreProblem) {
        while try step() {}
    }

    /// Makes the statement ready for other parameters, and ends the read that a half-read result keeps open.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // MARK: Columns of the present row, counted from 0

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Invalid UTF-8 is repaired.
    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    private func check(_ code: Int32) throws(StoreProblem) {
        guard code != SQLITE_OK else { return }
        throw StoreProblem(sqlite: code, doing: doing, path: path)
    }
}

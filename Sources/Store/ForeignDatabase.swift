// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Another program's SQLite file, of which one text is read. Nothing is written, not even the files that SQLite puts beside one that it
/// opens. Blocks the caller.
public enum ForeignDatabase {
    /// A text in a table of names and texts.
    public struct Cell: Hashable, Sendable {
        var table: String
        var keyColumn: String
        var key: String
        var textColumn: String

        /// - Parameters: Words of ours, with letters and `_`, and a dot in `key`.
        public init(table: String, keyColumn: String, key: String, textColumn: String) {
            (self.table, self.keyColumn, self.key, self.textColumn) = (table, keyColumn, key, textColumn)
        }
    }

    /// The text of the first cell that is there.
    ///
    /// - Parameter limit: The most bytes of it.
    /// - Returns: `nil`: there is no such file, or none of the tables and rows.
    /// - Throws: What SQLite said, and `.tooLarge`.
    public static func text(of cells: [Cell], in path: String, limit: Int) throws(StoreProblem) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreProblem(.wrongType, doing: "read", path: path, reason: "it is not a file")
        }
        let connection = try Connection(reading: path, isAtRest: isAtRest(path))
        for cell in cells {
            let known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '\(cell.table)'"
            guard try connection.scalar(known, doing: "read") != nil else { continue }
            let rows = "FROM \(cell.table) WHERE \(cell.keyColumn) = '\(cell.key)'"
            guard
                let bytes = try connection.scalar("SELECT length(CAST(\(cell.textColumn) AS BLOB)) \(rows)", doing: "read").flatMap({
                    Int($0)
                })
            else { continue }
            guard bytes <= limit else {
                throw StoreProblem(.tooLarge, doing: "read", path: path, reason: "it has more than \(limit) bytes in \(cell.table)")
            }
            return try connection.scalar("SELECT \(cell.textColumn) \(rows)", doing: "read")
        }
        return nil
    }

    /// Whether nobody is in the middle of a change: then it can be read without a lock (https://www.sqlite.org/uri.html, `immutable`),
    /// which would be a file of ours beside it.
    private static func isAtRest(_ path: String) -> Bool {
        ["-wal", "-journal"].allSatisfy { suffix in
            var status = stat()
            return stat(path + suffix, &status) != 0 || status.st_size == 0
        }
    }
}

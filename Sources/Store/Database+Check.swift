// SPDX-License-Identifier: Apache-2.0

extension Database {
    /// Looks whether a database's pages fit together, beside a gateway that may be using it. Blocks; changes nothing.
    ///
    /// - Parameter limit: A larger file is checked in part.
    /// - Returns: What is wrong, in SQLite's words; `nil`: nothing that was found.
    /// - Throws: It cannot be opened or read.
    public static func check(_ path: String, limit: Duration) throws(StoreProblem) -> String? {
        let connection = try Connection(path: path, writable: false, busyTimeout: .seconds(1))
        var verdict: String?
        do throws(StoreProblem) {
            _ = try connection.limited(to: limit) { () throws(StoreProblem) in
                verdict = try connection.scalar("PRAGMA quick_check(1)", doing: "check the database")
            }
        } catch {
            guard error.kind == .damaged else { throw error }
            return error.reason
        }
        return verdict == "ok" ? nil : verdict
    }

    /// Opens a file of the state folder as the gateway does, and closes it: a damaged one is set aside and a new one begun. Blocks.
    public static func beginAnew(_ path: String, in folder: StateFolder) {
        Database(path: path, schema: path == folder.responses ? .responses : .gateway, log: .silent).close()
    }
}

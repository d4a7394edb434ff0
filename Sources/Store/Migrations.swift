// SPDX-License-Identifier: Apache-2.0

/// A file's schema, as numbered steps. `PRAGMA user_version` holds the number of steps a file has been through. A released step
/// is never edited; another one follows.
struct Schema: Sendable {
    /// Step n leads from version n to version n + 1.
    let steps: [String]

    /// Receipts, the health ledger and what else the gateway knows.
    static let gateway = Schema(steps: Migrations.steps)
    /// Replies that clients may go on from. A file of its own, since it holds what was said.
    static let responses = Schema(steps: [
        // 0 → 1: who made which reply, and what was asked and answered; both are missing where only the first is kept.
        """
        CREATE TABLE responses (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            made_at INTEGER NOT NULL,
            model TEXT NOT NULL,
            credential TEXT NOT NULL,
            wire TEXT NOT NULL,
            previous TEXT,
            bytes INTEGER NOT NULL,
            input BLOB,
            reply BLOB
        ) STRICT;
        CREATE INDEX responses_by_time ON responses (made_at, bytes);
        """
    ])

    var current: Int { steps.count }
}

enum Migrations {
    /// Step n leads from version n to version n + 1.
    static let steps: [String] = [
        // 0 → 1: receipts in the order they ended; the health ledger, a row per scope; by hash, which secret each credential had.
        """
        CREATE TABLE receipts (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            started_at INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            model TEXT NOT NULL,
            answered_by TEXT,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX receipts_by_start ON receipts (started_at);
        CREATE INDEX failed_receipts_by_start ON receipts (started_at) WHERE failed;
        CREATE TABLE blocks (
            scope TEXT PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE secrets (
            credential TEXT PRIMARY KEY,
            hash TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        // 1 → 2: errors that no rule knew (`status` 0: none), one of each shape; what routes are known to need; what is paused; by hash, which
        // configuration the rest was learned under. Receipts by the time they began, in one b-tree (`ReceiptNumber`); what many
        // of them have in common, once (`ReceiptShape`).
        """
        CREATE TABLE samples (
            provider TEXT NOT NULL,
            status INTEGER NOT NULL,
            shape TEXT NOT NULL,
            model TEXT NOT NULL,
            body TEXT NOT NULL,
            count INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            receipt TEXT NOT NULL,
            UNIQUE (provider, status, shape)
        ) STRICT;
        CREATE INDEX samples_by_time ON samples (last_at);
        CREATE TABLE pauses (
            credential TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            until INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE capabilities (
            model TEXT NOT NULL,
            repair TEXT NOT NULL,
            since INTEGER NOT NULL,
            receipt TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            PRIMARY KEY (model, repair)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE configuration (
            name TEXT PRIMARY KEY,
            hash TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE receipts RENAME TO receipts_of_1;
        CREATE TABLE receipts (
            number INTEGER PRIMARY KEY,
            failed INTEGER,
            shape INTEGER,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE shapes (
            number INTEGER PRIMARY KEY,
            body BLOB NOT NULL
        ) STRICT;
        INSERT OR IGNORE INTO receipts (number, failed, body)
            SELECT (min(max(started_at, 0), 281474976710655) << 15)
                + row_number() OVER (PARTITION BY started_at ORDER BY number) - 1, iif(failed, 1, NULL), body
            FROM receipts_of_1 ORDER BY started_at;
        DROP TABLE receipts_of_1;
        CREATE INDEX failed_receipts ON receipts (failed) WHERE failed = 1;
        """,
    ]

    static var current: Int { Schema.gateway.current }

    static func version(of connection: Connection) throws(StoreProblem) -> Int {
        Int(try connection.scalar("PRAGMA user_version", doing: doing) ?? "") ?? 0
    }

    /// Brings a file from its version to `target`, each step in a transaction of its own: a crash between two leaves a
    /// version that the next start goes on from.
    ///
    /// - Throws: `.schema` if a newer program wrote the file.
    static func run(on connection: Connection, _ schema: Schema = .gateway, to target: Int? = nil) throws(StoreProblem) {
        let target = target ?? schema.current
        while true {
            let version = try version(of: connection)
            guard version <= target else { throw tooNew(version, schema, connection.path) }
            guard version < target else { return }
            try connection.execute("BEGIN IMMEDIATE", doing: doing)
            do throws(StoreProblem) {
                // Another process may have taken this step while we waited for the lock.
                if try Self.version(of: connection) == version {
                    try connection.execute(schema.steps[version], doing: doing)
                    try connection.execute("PRAGMA user_version = \(version + 1)", doing: doing)
                }
                try connection.execute("COMMIT", doing: doing)
            } catch {
                if connection.isInTransaction { try? connection.execute("ROLLBACK", doing: doing) }
                throw error
            }
        }
    }

    /// A reader changes nothing, so it takes only files of its own version.
    static func requireCurrent(_ connection: Connection, _ schema: Schema = .gateway) throws(StoreProblem) {
        let version = try version(of: connection)
        guard version <= schema.current else { throw tooNew(version, schema, connection.path) }
        guard version == schema.current else {
            throw StoreProblem(
                .schema, doing: "read the database", path: connection.path,
                reason: "an older understudy wrote it; start the gateway once to bring it up to date")
        }
    }

    private static let doing = "update the database"

    private static func tooNew(_ version: Int, _ schema: Schema, _ path: String) -> StoreProblem {
        StoreProblem(
            .schema, doing: "read the database", path: path,
            reason: "a newer understudy wrote it (schema \(version), this one knows \(schema.current))")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Store

@Suite struct `The schema` {
    let folder = TemporaryFolder()

    func connection() throws -> Connection {
        try Connection(path: folder("store.sqlite"), writable: true, busyTimeout: .seconds(1))
    }

    @Test(arguments: 0..<Migrations.current)
    func `goes from each version to the next`(version: Int) throws {
        let connection = try connection()
        try Migrations.run(on: connection, to: version)
        #expect(try Migrations.version(of: connection) == version)
        try Migrations.run(on: connection, to: version + 1)
        #expect(try Migrations.version(of: connection) == version + 1)
        #expect(try connection.scalar("PRAGMA integrity_check", doing: "test") == "ok")
    }

    @Test func `is the same however it came about`() throws {
        let connection = try connection()
        try Migrations.run(on: connection)
        try Migrations.run(on: connection)
        let tables = try connection.scalar(
            "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name)",
            doing: "test")
        #expect(
            tables
                == "blocks capabilities configuration failed_receipts_by_start receipts receipts_by_start samples samples_by_time secrets")
    }

    @Test func `stays at its version when a step fails`() throws {
        let connection = try connection()
        try connection.execute("CREATE TABLE blocks (in_the_way INTEGER)", doing: "test")
        #expect(throws: StoreProblem.self) { try Migrations.run(on: connection) }
        #expect(try Migrations.version(of: connection) == 0)
        #expect(!connection.isInTransaction)
        #expect(try connection.scalar("SELECT count(*) FROM sqlite_schema", doing: "test") == "1")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry
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
        #expect(tables == "blocks capabilities configuration failed_receipts pauses receipts samples samples_by_time secrets shapes")
    }

    @Test func `brings receipts of version 1 along, in their order`() async throws {
        var old: [Receipt] = (0..<3_000).map { Samples.plain($0, model: $0 % 7 == 0 ? "rare" : "default", failed: $0 % 3 == 0) }
        // Several of one millisecond, and one whose clock stood before 1970.
        for number in 3_000..<3_010 { old.append(Samples.plain(number, startedAt: 1_763_690_010_000)) }
        do {
            let connection = try connection()
            try Migrations.run(on: connection, to: 1)
            let insert = try connection.statement(
                "INSERT INTO receipts (id, started_at, failed, model, answered_by, body) VALUES (?1, ?2, ?3, ?4, NULL, ?5)", doing: "test")
            for receipt in old {
                try insert.bind(receipt.facts.id.rawValue, at: 1)
                try insert.bind(receipt.facts.startedAt.milliseconds, at: 2)
                try insert.bind(receipt.outcome?.isFailure == true ? 1 : 0, at: 3)
                try insert.bind(receipt.facts.requestedModel, at: 4)
                try insert.bind(ReceiptJSON.bytes(receipt), at: 5)
                try insert.run()
            }
            try connection.execute("INSERT INTO receipts VALUES (NULL, 'odd', -5, 0, 'm', NULL, x'7b7d')", doing: "test")
        }
        let database = Database(path: folder("store.sqlite"), log: .silent)
        let store = ReceiptStore(database: database, log: .silent)
        var found: [Receipt] = []
        var query = ReceiptQuery(limit: 1_000)
        while case let page = try await store.receipts(matching: query), !page.isEmpty {
            found += page.compactMap(\.receipt)
            query.before = page.last?.id
        }
        #expect(found == old.reversed())
        #expect(try await store.receipt(old[17].facts.id)?.receipt == old[17])
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000, failedOnly: true)).count == 1_000)
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000, model: "rare")).count == 429)
        #expect(try await store.prune(before: Timestamp(milliseconds: 1_763_690_010_000)) == 3_001)
        database.close()
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

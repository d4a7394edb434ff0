// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `The table of receipts` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func database(_ change: (inout Database.Limits) -> Void = { _ in }) -> Database {
        var limits = Database.Limits()
        limits.retry = .milliseconds(1)
        change(&limits)
        return Database(path: folder("store.sqlite"), limits: limits, log: lines.logger)
    }

    func scalar(_ sql: String, in database: Database) async throws -> String? {
        try await database.perform(.reads) { connection throws(StoreProblem) in try connection.scalar(sql, doing: "test") }
    }

    @Test func `holds answered requests in a few bytes each, and gives them back as they were`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        let receipts = (0..<1_000).map { number -> Receipt in
            let session: SessionID? = number % 5 == 0 ? SessionID(rawValue: "session \(number)") : nil
            return Samples.answered(number, model: number % 3 == 0 ? "default" : "other", session: session)
        }
        for receipt in receipts { store.append(receipt) }
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000)).map(\.receipt) == receipts.reversed())
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000)).map(\.json) == receipts.reversed().map(ReceiptJSON.bytes))
        for receipt in receipts.prefix(50) { #expect(try await store.receipt(receipt.facts.id)?.receipt == receipt) }
        #expect(try await scalar("SELECT count(*) FROM shapes", in: database) == "2")
        #expect(try #require(Int(try await scalar("SELECT max(length(body)) FROM receipts", in: database) ?? "")) < 50)
        database.close()
    }

    @Test func `has room for all of one millisecond, whatever place they want`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        let at: Int64 = 1_763_690_000_000
        // All want the first place, but for one at the last, behind which comes the first.
        var receipts = (0..<300).map { $0 % 2 == 0 ? Samples.plain($0, startedAt: at) : Samples.answered($0, startedAt: at) }
        let last = ReceiptID(.init(high: UInt64(at) << 16 | 0xFFFF, low: 7))
        for index in 0..<2 {
            var receipt = Samples.answered(index, startedAt: at)
            receipt.facts.id = index == 0 ? last : ReceiptID(.init(high: UInt64(at) << 16 | 0xFFFF, low: 8))
            receipts.append(receipt)
        }
        for receipt in receipts { store.append(receipt) }
        for receipt in receipts { #expect(try await store.receipt(receipt.facts.id)?.receipt == receipt) }
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000)).count == 302)
        #expect(try await store.receipt(ReceiptID(.init(high: UInt64(at) << 16, low: 12345))) == nil)
        var pages: [ReceiptID] = []
        var query = ReceiptQuery(limit: 100)
        while case let page = try await store.receipts(matching: query), !page.isEmpty {
            pages += page.map(\.id)
            query.before = page.last?.id
        }
        #expect(pages.count == 302)
        #expect(Set(pages) == Set(receipts.map(\.facts.id)))
        database.close()
    }

    @Test func `finds by everything that a request was about, in whole rows and in short ones`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 0..<40 {
            var receipt = number % 2 == 0 ? Samples.plain(number) : Samples.answered(number)
            receipt.facts.agent = number % 4 < 2 ? "main" : "writer"
            receipt.facts.session = number % 10 < 2 ? "say \"hello\"" : nil
            if number % 8 == 0 { receipt.facts.requestedModel = "anthropic/opus" }
            store.append(receipt)
        }
        func found(_ change: (inout ReceiptQuery) -> Void) async throws -> [Int] {
            var query = ReceiptQuery(limit: 1_000)
            change(&query)
            return try await store.receipts(matching: query).compactMap { Int($0.id.rawValue.dropFirst(10)) }
        }
        func all(where fits: (Int) -> Bool) -> [Int] { (0..<40).filter(fits).reversed() }
        #expect(try await found { $0.model = "anthropic/opus" } == all { _ in true })
        #expect(try await found { $0.model = "opus" } == all { _ in true })
        #expect(try await found { $0.model = "pus" } == [])
        #expect(try await found { $0.model = "default" } == all { $0 % 8 != 0 })
        #expect(try await found { $0.model = "openrouter/anthropic/claude:free" } == all { $0 % 2 == 0 })
        #expect(try await found { $0.model = "anthropic/claude:free" } == all { $0 % 2 == 0 })
        #expect(try await found { $0.credential = "anthropic:work" } == all { _ in true })
        #expect(try await found { $0.credential = Samples.nested.credential } == all { $0 % 2 == 0 })
        // It is in effects alone.
        #expect(try await found { $0.credential = "openrouter:a" } == [])
        #expect(try await found { $0.agent = "writer" } == all { $0 % 4 >= 2 })
        #expect(try await found { $0.session = "say \"hello\"" } == all { $0 % 10 < 2 })
        #expect(try await found { $0.session = "hello" } == [])
        #expect(try await found { $0.reason = .billing } == all { $0 % 2 == 0 })
        #expect(try await found { $0.reason = .timeout } == [])
        #expect(
            try await found {
                $0.agent = "main"
                $0.session = "say \"hello\""
                $0.reason = .billing
                $0.model = "default"
            } == all { $0 % 4 < 2 && $0 % 10 < 2 && $0 % 2 == 0 && $0 % 8 != 0 })
        database.close()
    }

    @Test func `forgets the oldest when there are too many, and shapes that none refers to`() async throws {
        let database = database()
        var limits = ReceiptStore.Limits()
        limits.storedBytes = 400 << 10
        let store = ReceiptStore(database: database, limits: limits, log: lines.logger)
        // A day and a half apart, in which nobody uses the first shape any more.
        store.append(Samples.answered(0))
        store.append(Samples.answered(1))
        for number in 0..<8_000 {
            store.append(Samples.plain(number, startedAt: 1_763_690_000_000 + 130_000_000 + Int64(number)))
            if number % 500 == 0 { await store.flush() }
        }
        await store.flush()
        let kept = try #require(Int(try await scalar("SELECT count(*) FROM receipts", in: database) ?? ""))
        #expect(kept > 200 && kept < 2_500)
        #expect(try await store.last()?.id == Samples.id(7_999, at: 1_763_690_000_000 + 130_007_999))
        #expect(try await scalar("SELECT count(*) FROM shapes", in: database) == "0")
        #expect(store.lost == 0)
        database.close()
    }

    @Test func `writes its shapes anew into a new file, and after a write that failed`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 0..<3 { store.append(Samples.answered(number)) }
        await store.flush()
        for suffix in ["", "-wal", "-shm"] { unlink(folder("store.sqlite") + suffix) }
        for number in 3..<6 { store.append(Samples.answered(number)) }
        #expect(try await store.receipts(matching: ReceiptQuery()).map(\.receipt) == (3..<6).reversed().map { Samples.answered($0) })
        try await database.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute(
                "DELETE FROM shapes; CREATE TEMP TRIGGER no BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, ''); END", doing: "test")
        }
        store.append(Samples.answered(6))
        await store.flush()
        #expect(store.lost == 1)
        try await database.perform(.writes) { connection throws(StoreProblem) in try connection.execute("DROP TRIGGER no", doing: "test") }
        store.append(Samples.answered(7))
        #expect(try await store.last()?.receipt == Samples.answered(7))
        database.close()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `The receipt store` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func database(_ change: (inout Database.Limits) -> Void = { _ in }) -> Database {
        var limits = Database.Limits()
        limits.retry = .milliseconds(1)
        change(&limits)
        return Database(path: folder("store.sqlite"), limits: limits, log: lines.logger)
    }

    func ids(_ stored: [StoredReceipt]) -> [Int] { stored.compactMap { Int($0.id.rawValue.dropFirst(10)) } }

    @Test func `gives back what it was given, at once and after a restart`() async throws {
        var database = database()
        var store = ReceiptStore(database: database, log: lines.logger)
        var everything = Samples.everything
        everything.outcome = .failed(attempt: 0)
        store.append(everything)
        #expect(try await store.receipt(everything.facts.id)?.receipt == everything)
        #expect(try await store.receipt("unknown") == nil)
        database.close()
        database = self.database()
        store = ReceiptStore(database: database, log: lines.logger)
        #expect(try await store.last()?.receipt == everything)
        #expect(try await store.last()?.json == ReceiptJSON.bytes(everything))
        database.close()
    }

    @Test func `answers queries, newest first, in pages`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 1...30 {
            store.append(Samples.plain(number, model: number % 5 == 0 ? "rare" : "default", failed: number % 3 == 0))
        }
        let start = Samples.plain(0).facts.startedAt.milliseconds
        let cases: [(ReceiptQuery, [Int])] = [
            (ReceiptQuery(limit: 3), [30, 29, 28]),
            (ReceiptQuery(limit: 3, before: Samples.plain(28).facts.id), [27, 26, 25]),
            (ReceiptQuery(failedOnly: true), [30, 27, 24, 21, 18, 15, 12, 9, 6, 3]),
            (ReceiptQuery(model: "rare"), [30, 25, 20, 15, 10, 5]),
            (ReceiptQuery(failedOnly: true, model: "rare"), [30, 15]),
            (ReceiptQuery(model: "anthropic/opus", since: Timestamp(milliseconds: start + 27)), [30, 29, 28, 27]),
            (ReceiptQuery(since: Timestamp(milliseconds: start + 29)), [30, 29]),
            (ReceiptQuery(limit: 0), [30]),
            (ReceiptQuery(limit: -5), [30]),
            (ReceiptQuery(model: "x' OR '1'='1"), []),
            (ReceiptQuery(before: "unknown"), []),
            (ReceiptQuery(limit: .max, since: Timestamp(milliseconds: .max)), []),
        ]
        for (query, wanted) in cases { #expect(ids(try await store.receipts(matching: query)) == wanted, "\(query)") }
        #expect(try await store.receipts(matching: ReceiptQuery(limit: .max)).count == 30)
        database.close()
    }

    @Test func `forgets what is too old`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 1...2_500 { store.append(Samples.plain(number)) }
        await store.flush()
        let start = Samples.plain(0).facts.startedAt.milliseconds
        #expect(try await store.prune(before: Timestamp(milliseconds: start + 2_101)) == 2_100)
        #expect(try await store.prune(before: Timestamp(milliseconds: start + 2_101)) == 0)
        #expect(ids(try await store.receipts(matching: ReceiptQuery(limit: 1_000))) == Array((2_101...2_500).reversed()))
        database.close()
    }

    @Test func `drops what comes too fast, counts it, and says so once`() async throws {
        let database = database { $0.batchDelay = .seconds(60) }
        try await database.add("open")
        var limits = ReceiptStore.Limits()
        limits.waiting = 50
        let store = ReceiptStore(database: database, limits: limits, log: lines.logger)
        for number in 0..<200 { store.append(Samples.plain(number)) }
        #expect(store.lost == 150)
        await store.flush()
        #expect(try await store.receipts(matching: ReceiptQuery(limit: 1_000)).count == 50)
        store.append(Samples.plain(999))
        #expect(ids(try await store.receipts(matching: ReceiptQuery(limit: 1))) == [999])
        #expect(lines.messages == ["Receipts come faster than they can be stored; some are lost", "Receipts were lost"])
        #expect(lines.all.last?.fields["count"] == 150)
        database.close()
    }

    @Test func `holds no more bytes than it may`() async throws {
        let database = database { $0.batchDelay = .seconds(60) }
        try await database.add("open")
        var limits = ReceiptStore.Limits()
        limits.waitingBytes = 100_000
        let store = ReceiptStore(database: database, limits: limits, log: lines.logger)
        var large = Samples.plain(1)
        large.attempts[0].failure?.message = String(repeating: "x", count: 40_000)
        for _ in 0..<5 { store.append(large) }
        #expect(store.lost == 2)
        database.close()
    }

    @Test func `takes receipts from many threads while others read`() async throws {
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        await store.flush()
        let reader = Database(path: folder("store.sqlite"), access: .reading, log: lines.logger)
        let readable = ReceiptStore(database: reader, log: lines.logger)
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask { for number in 0..<500 { store.append(Samples.plain(task * 500 + number)) } }
            }
            group.addTask {
                var seen = 0
                for _ in 0..<50 {
                    let count = (try? await readable.receipts(matching: ReceiptQuery(limit: 1_000)).count) ?? -1
                    #expect(count >= min(seen, 1_000))
                    seen = count
                }
            }
        }
        await store.flush()
        #expect(store.lost == 0)
        let last = try await readable.receipts(matching: ReceiptQuery(limit: 1_000))
        #expect(ids(last) == Array((1_000..<2_000).reversed()))
        reader.close()
        database.close()
    }

    @Test func `loses receipts while the disk is full, and tells how many when there is room`() async throws {
        let database = database { $0.maxPages = 30 }
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 0..<400 {
            store.append(Samples.plain(number))
            if number % 10 == 0 { await store.flush() }
        }
        await store.flush()
        #expect(store.lost > 100)
        let kept = try await store.receipts(matching: ReceiptQuery(limit: 1_000)).count
        #expect(kept + store.lost == 400)
        try await store.prune(before: .distantFuture)
        store.append(Samples.plain(999))
        #expect(ids(try await store.receipts(matching: ReceiptQuery())) == [999])
        // A small batch may still fit where a larger one did not, so that the trouble may end more than once.
        #expect(lines.messages.first == "Storing failed; requests go on")
        #expect(Set(lines.messages) == ["Storing failed; requests go on", "Storing works again", "Receipts were lost"])
        let counts = lines.all.filter { $0.message.description == "Receipts were lost" }.map { $0.fields["count"] }
        let told = counts.reduce(into: 0) { sum, count in if case .int(let lost)? = count { sum += lost } }
        #expect(told == store.lost)
        database.close()
    }

    @Test func `keeps receipts for a database that cannot be opened yet`() async throws {
        mkdir(folder("store.sqlite"), 0o700)
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        for number in 0..<10 { store.append(Samples.plain(number)) }
        await store.flush()
        rmdir(folder("store.sqlite"))
        while database.health != .working { await store.flush() }
        await store.flush()
        #expect(ids(try await store.receipts(matching: ReceiptQuery())) == Array((0..<10).reversed()))
        #expect(store.lost == 0)
        database.close()
    }

    @Test func `begins anew in the middle of a batch when the file turns out to be damaged`() async throws {
        var database = database()
        var store = ReceiptStore(database: database, log: lines.logger)
        for number in 0..<3_000 { store.append(Samples.plain(number)) }
        database.close()
        database = self.database { $0.checkTime = .zero }
        store = ReceiptStore(database: database, log: lines.logger)
        await store.flush()
        let size = folder.size(of: "store.sqlite")
        let file = open(folder("store.sqlite"), O_WRONLY)
        let garbage = [UInt8](repeating: 0xA5, count: size - 4_096)
        #expect(garbage.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 4_096) } == garbage.count)
        close(file)
        for number in 5_000..<5_010 { store.append(Samples.plain(number)) }
        await store.flush()
        #expect(ids(try await store.receipts(matching: ReceiptQuery(limit: 100))) == Array((5_000..<5_010).reversed()))
        #expect(store.lost == 0)
        database.close()
    }

    @Test func `keeps finished receipts when its process is killed`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder("store.sqlite") as String] in
            let lines = Lines()
            let database = Database(path: path, log: lines.logger)
            let store = ReceiptStore(database: database, log: lines.logger)
            for number in 0..<100 { store.append(Samples.plain(number)) }
            await store.flush()
            for number in 100..<1_000 { store.append(Samples.plain(number)) }
            kill(getpid(), SIGKILL)
        }
        let database = database()
        let store = ReceiptStore(database: database, log: lines.logger)
        let found = Set(ids(try await store.receipts(matching: ReceiptQuery(limit: 1_000))))
        #expect(found.isSuperset(of: 0..<100))
        #expect(lines.messages == [])
        database.close()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A table to write rows into, beside the store's own.
extension Database {
    func add(_ text: String) async throws(StoreProblem) {
        try await perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT UNIQUE) STRICT", doing: "test")
            let statement = try connection.statement("INSERT INTO notes VALUES (?1)", doing: "test")
            try statement.bind(text, at: 1)
            try statement.run()
        }
    }

    var count: Int? {
        get async {
            try? await perform(.reads) { connection throws(StoreProblem) in
                Int(try connection.scalar("SELECT count(*) FROM notes", doing: "test") ?? "") ?? -1
            }
        }
    }
}

@Suite struct `A database` {
    let folder = TemporaryFolder()
    let lines = Lines()
    var path: String { folder("store.sqlite") }

    func database(_ access: Database.Access = .owning, _ change: (inout Database.Limits) -> Void = { _ in }) -> Database {
        var limits = Database.Limits()
        limits.retry = .milliseconds(1)
        limits.busyTimeout = .milliseconds(200)
        change(&limits)
        return Database(path: path, access: access, limits: limits, log: lines.logger)
    }

    @Test func `is begun when there is none, for its owner only, and keeps what was written`() async throws {
        let first = database()
        try await first.add("one")
        #expect(first.health == .working)
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "store.sqlite.lock"] {
            #expect(folder.mode(of: name) == 0o600, "\(name)")
        }
        first.close()
        #expect(first.health == .closed)
        #expect(folder.names == ["store.sqlite", "store.sqlite.lock"])
        let second = database()
        #expect(await second.count == 1)
        second.close()
        #expect(lines.messages == [])
    }

    @Test func `closes its file to others`() async throws {
        folder.write([], to: "store.sqlite", mode: 0o644)
        chmod(path, 0o644)
        let database = database()
        try await database.add("one")
        #expect(folder.mode(of: "store.sqlite") == 0o600)
        database.close()
    }

    @Test func `refuses what comes after it was closed, and may be closed twice`() async throws {
        let database = database()
        database.close()
        database.close()
        let problem = await #expect(throws: StoreProblem.self) { try await database.add("late") }
        #expect(problem?.kind == .refused)
    }

    @Test func `does what was asked before it closes`() async throws {
        let first = database()
        try await first.add("zero")
        for number in 0..<100 {
            #expect(first.submit(adding("\(number)"), urgent: false))
        }
        first.close()
        let second = database()
        #expect(await second.count == 101)
        second.close()
    }

    @Test func `takes many writes in one transaction, and rolls back only the one that is refused`() async throws {
        let database = database { $0.batchDelay = .seconds(60) }
        try await database.add("taken")
        let outcomes = Mutex<[StoreProblem.Kind?]>([])
        for text in ["a", "taken", "b"] {
            var job = adding(text)
            job.settled = { problem in outcomes.withLock { $0.append(problem?.kind) } }
            #expect(database.submit(job, urgent: false))
        }
        await database.flush()
        #expect(outcomes.withLock { $0 } == [nil, .rejected, nil])
        #expect(await database.count == 3)
        #expect(database.health == .working)
        database.close()
    }

    @Test func `refuses jobs beyond its bound instead of growing`() async throws {
        let database = database { ($0.waitingJobs, $0.batchDelay) = (8, .seconds(60)) }
        await database.flush()
        let taken = (0..<20).filter { database.submit(adding("\($0)"), urgent: false) }
        #expect(taken.count == 8)
        database.hurry()
        database.close()
    }

    private func adding(_ text: String) -> Job {
        Job(
            effect: .writes,
            run: { connection throws(StoreProblem) in
                try connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT UNIQUE) STRICT", doing: "test")
                let statement = try connection.statement("INSERT INTO notes VALUES (?1)", doing: "test")
                try statement.bind(text, at: 1)
                try statement.run()
            }, settled: { _ in })
    }

    // MARK: Damage

    @Test(arguments: ["garbage", "text", "half", "page"])
    func `that is damaged is set aside with all its bytes, and a new one begun`(damage: String) async throws {
        let first = database()
        for number in 0..<40 { try await first.add(String(repeating: "row \(number) ", count: 200)) }
        first.close()
        var bytes = try #require(folder.bytes(of: "store.sqlite"))
        #expect(bytes.count > 20_000)
        switch damage {
        case "garbage": bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
        case "text": bytes = Array("{\"profiles\": {}}".utf8)
        case "half": bytes.removeLast(bytes.count / 2)
        default: for index in 8_192..<min(16_384, bytes.count) { bytes[index] = 0xA5 }
        }
        folder.write(bytes, to: "store.sqlite")
        folder.write([1, 2, 3], to: "store.sqlite-wal")

        let second = database()
        try await second.add("new")
        #expect(await second.count == 1)
        second.close()
        let aside = folder.names.filter { $0.contains(".corrupt-") }
        #expect(aside.count >= 2)
        let main = try #require(aside.first { $0.hasSuffix("Z") })
        #expect(folder.bytes(of: main) == bytes)
        #expect(folder.bytes(of: main + "-wal") == [1, 2, 3])
        #expect(lines.messages == ["Damaged database set aside; a new one is begun"])
        #expect(lines.all.first?.fields["set_aside"] == .string(folder(main)))
    }

    @Test func `that turns out to be damaged while in use is set aside, and the write is done in the new one`() async throws {
        let first = database()
        for number in 0..<400 { try await first.add(String(repeating: "row \(number) ", count: 1_000)) }
        first.close()
        let second = database { $0.checkTime = .zero }
        await second.flush()
        // Larger than the page cache, so that most of it is read from the file again.
        let size = folder.size(of: "store.sqlite")
        #expect(size > 2_000_000)
        let file = open(path, O_WRONLY)
        let garbage = [UInt8](repeating: 0xA5, count: size - 4_096)
        #expect(garbage.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 4_096) } == garbage.count)
        close(file)
        try await second.add("new")
        #expect(await second.count == 1)
        #expect(second.health == .working)
        second.close()
        #expect(folder.names.contains { $0.contains(".corrupt-") })
    }

    @Test func `that was deleted or replaced under it is begun anew`() async throws {
        let database = database()
        let told = Mutex<[Bool]>([])
        database.whenRetrying { isNew in told.withLock { $0.append(isNew) } }
        try await database.add("one")
        for name in folder.names where name.hasPrefix("store.sqlite") && !name.hasSuffix(".lock") { unlink(folder(name)) }
        try await database.add("two")
        #expect(await database.count == 1)
        #expect(told.withLock { $0 } == [true])
        database.close()
    }

    // MARK: No room, no permission

    @Test func `that is full loses what comes, says so once, and goes on when there is room`() async throws {
        let database = database { $0.maxPages = 24 }
        var lost = 0
        for number in 0..<60 {
            do { try await database.add(String(repeating: "row \(number) ", count: 300)) } catch {
                #expect(error.kind == .full)
                lost += 1
            }
        }
        #expect(lost > 10)
        guard case .failing(let problem) = database.health else {
            Issue.record("not failing: \(database.health)")
            return
        }
        #expect(problem.kind == .full)
        #expect(!problem.description.contains("row"))
        let kept = try #require(await database.count)
        #expect(kept + lost == 60)
        try await database.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("DELETE FROM notes", doing: "test")
        }
        try await database.add("room")
        #expect(database.health == .working)
        database.close()
        #expect(lines.messages == ["Storing failed; requests go on", "Storing works again"])
    }

    @Test func `that cannot be opened refuses in words until it can`() async throws {
        mkdir(path, 0o700)
        let database = database()
        let problem = await #expect(throws: StoreProblem.self) { try await database.add("one") }
        #expect(problem?.kind == .wrongType)
        #expect(problem?.description.contains(path) == true)
        rmdir(path)
        while database.health != .working { await database.flush() }
        try await database.add("again")
        #expect(await database.count == 1)
        database.close()
        #expect(lines.messages == ["Storing failed; requests go on", "Storing works again"])
    }

    @Test func `of a newer program is left alone`() async throws {
        let first = database()
        try await first.add("one")
        try await first.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("PRAGMA user_version = 999", doing: "test")
        }
        first.close()
        let before = folder.bytes(of: "store.sqlite")
        for access in [Database.Access.owning, .reading] {
            let second = database(access)
            let problem = await #expect(throws: StoreProblem.self) { _ = try await second.perform(.reads) { _ in } }
            #expect(problem?.kind == .schema)
            #expect(problem?.description.contains("newer understudy") == true)
            second.close()
        }
        #expect(folder.bytes(of: "store.sqlite") == before)
    }

    // MARK: Several at once

    @Test func `is read by another while it is written`() async throws {
        let writer = database()
        try await writer.add("first")
        let reader = database(.reading)
        var seen = 0
        for number in 0..<100 {
            try await writer.add("\(number)")
            let count = try #require(await reader.count)
            #expect(count == number + 2)
            seen = count
        }
        #expect(seen == 101)
        await #expect(throws: StoreProblem.self) { try await reader.add("not by a reader") }
        reader.close()
        writer.close()
    }

    @Test func `that nobody writes is read all the same`() async throws {
        let writer = database()
        try await writer.add("first")
        writer.close()
        let before = folder.bytes(of: "store.sqlite")
        let reader = database(.reading)
        #expect(await reader.count == 1)
        reader.close()
        #expect(folder.bytes(of: "store.sqlite") == before)
    }

    @Test func `that is missing is not made by a reader`() async throws {
        let reader = database(.reading)
        let problem = await #expect(throws: StoreProblem.self) { _ = try await reader.perform(.reads) { _ in } }
        #expect(problem?.kind == .missing)
        reader.close()
        #expect(folder.names == [])
    }

    @Test func `is opened by many at once, also when it is damaged`() async throws {
        folder.write(Array("not a database, but long enough to be looked at".utf8), to: "store.sqlite")
        let databases = (0..<8).map { _ in database { $0.busyTimeout = .seconds(10) } }
        for (number, database) in databases.enumerated() { try await database.add("\(number)") }
        #expect(await databases[0].count == 8)
        for database in databases { database.close() }
        #expect(folder.names.filter { $0.contains(".corrupt-") }.count == 1)
    }

    @Test func `keeps what was committed when its process is killed`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder("store.sqlite") as String] in
            let database = Database(path: path, log: Lines().logger)
            for number in 0..<50 { try await database.add("\(number)") }
            // In the middle of the next batch.
            _ = database.submit(
                Job(
                    effect: .writes,
                    run: { connection throws(StoreProblem) in
                        try connection.execute("INSERT INTO notes VALUES ('half')", doing: "test")
                        kill(getpid(), SIGKILL)
                    }, settled: { _ in }), urgent: true)
            await database.flush()
        }
        let database = database()
        #expect(await database.count == 50)
        database.close()
        #expect(!folder.names.contains { $0.contains(".corrupt-") })
    }
}

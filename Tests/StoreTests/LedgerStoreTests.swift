// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct `The ledger store` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func database(_ change: (inout Database.Limits) -> Void = { _ in }) -> Database {
        var limits = Database.Limits()
        limits.retry = .milliseconds(1)
        change(&limits)
        return Database(path: folder("store.sqlite"), limits: limits, log: lines.logger)
    }

    @Test func `keeps every kind of block over a restart`() async throws {
        let first = database()
        let store = LedgerStore(database: first)
        #expect(try await store.load() == [])
        store.save(Samples.blocks)
        #expect(Set(try await store.load()) == Set(Samples.blocks))
        first.close()
        let second = database()
        let blocks = try await LedgerStore(database: second).load()
        #expect(Set(blocks) == Set(Samples.blocks))
        // What the ledger makes of it: the leases of a process that is gone are void.
        let ledger = HealthLedger(restoring: blocks, now: Timestamp(milliseconds: 2_000))
        #expect(ledger.blocks.count == 4)
        #expect(ledger.blocks.allSatisfy { $0.lease == nil })
        second.close()
    }

    @Test func `keeps what is paused over a restart, beside blocks that nobody touched`() async throws {
        let first = database()
        let store = LedgerStore(database: first)
        store.save(Samples.blocks)
        await store.flush()
        first.close()
        let pauses = [
            Pause(credential: "a:b/c d", since: Timestamp(milliseconds: 1)),
            Pause(credential: "z", since: Timestamp(milliseconds: 2), until: Timestamp(milliseconds: 3)),
        ]
        let second = database()
        let other = LedgerStore(database: second)
        #expect(try await other.loadPauses() == [])
        other.save(pauses: pauses)
        #expect(try await other.loadPauses() == pauses)
        #expect(Set(try await other.load()) == Set(Samples.blocks))
        second.close()
        let third = database()
        let last = LedgerStore(database: third)
        #expect(try await last.loadPauses() == pauses)
        last.save([])
        #expect(try await last.loadPauses() == pauses)
        last.save(pauses: [])
        #expect(try await last.loadPauses() == [])
        third.close()
    }

    @Test func `holds the last set that was saved`() async throws {
        let database = database()
        let store = LedgerStore(database: database)
        var changed = Samples.blocks
        for step in 0..<200 {
            for index in changed.indices { changed[index].step = step }
            store.save(step % 2 == 0 ? changed : Array(changed.dropLast()))
        }
        #expect(Set(try await store.load()) == Set(changed.dropLast()))
        store.save([])
        #expect(try await store.load() == [])
        database.close()
    }

    @Test func `takes the place of what another process left`() async throws {
        let first = database()
        LedgerStore(database: first).save(Samples.blocks)
        first.close()
        let second = database()
        let store = LedgerStore(database: second)
        store.save([Samples.blocks[0]])
        #expect(try await store.load() == [Samples.blocks[0]])
        second.close()
    }

    @Test func `leaves out a row that cannot be read`() async throws {
        let database = database()
        let store = LedgerStore(database: database)
        store.save(Samples.blocks)
        await store.flush()
        try await database.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("UPDATE blocks SET body = x'7B7D' WHERE scope LIKE '%endpoint%'", doing: "test")
        }
        #expect(try await store.load().count == 3)
        database.close()
    }

    @Test func `writes what it could not write before as soon as it can`() async throws {
        mkdir(folder("store.sqlite"), 0o700)
        let database = database()
        let store = LedgerStore(database: database)
        store.save(Samples.blocks)
        await store.flush()
        await #expect(throws: StoreProblem.self) { _ = try await store.load() }
        rmdir(folder("store.sqlite"))
        while database.health != .working { await store.flush() }
        await store.flush()
        #expect(Set(try await store.load()) == Set(Samples.blocks))
        database.close()
    }

    @Test func `fills a new file when the old one was deleted or damaged`() async throws {
        let database = database()
        let store = LedgerStore(database: database)
        store.save(Samples.blocks)
        await store.flush()
        for name in folder.names where name.hasPrefix("store.sqlite") && !name.hasSuffix(".lock") { unlink(folder(name)) }
        await store.flush()
        await store.flush()
        #expect(Set(try await store.load()) == Set(Samples.blocks))
        database.close()
    }

    @Test func `is there after kill -9, without any wait`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder("store.sqlite") as String] in
            let database = Database(path: path, log: Lines().logger)
            let store = LedgerStore(database: database)
            store.save(Samples.blocks)
            await store.flush()
            kill(getpid(), SIGKILL)
        }
        let database = database()
        #expect(Set(try await LedgerStore(database: database).load()) == Set(Samples.blocks))
        database.close()
    }

    @Test func `knows which credentials have a new secret since it saw them last`() async throws {
        let first = database()
        let store = LedgerStore(database: first)
        #expect(try await store.renewSecretHashes(["a": "1", "b": "1"]) == [])
        #expect(try await store.renewSecretHashes(["a": "1", "b": "2", "c": "1"]) == ["b"])
        first.close()
        let second = database()
        #expect(try await LedgerStore(database: second).renewSecretHashes(["a": "9", "b": "2"]) == ["a"])
        second.close()
    }
}

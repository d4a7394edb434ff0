// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

@Suite struct `The store of what routes need` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func database(_ change: (inout Database.Limits) -> Void = { _ in }) -> Database {
        var limits = Database.Limits()
        limits.retry = .milliseconds(1)
        change(&limits)
        return Database(path: folder("store.sqlite"), limits: limits, log: lines.logger)
    }

    /// Every repair, at models of any spelling.
    static let everything = Samples.repairs.enumerated().map { index, repair in
        KnownRepair(
            model: index % 2 == 0 ? Samples.nested.model : Samples.opus.model, repair: repair, since: Timestamp(milliseconds: Int64(index)),
            receipt: ReceiptID(rawValue: "01R\(index)"), fingerprint: "f\(index)")
    }

    @Test func `keeps every kind of repair over a restart`() async throws {
        let first = database()
        let store = CapabilityStore(database: first)
        #expect(try await store.load() == [])
        store.save(Array(Self.everything.reversed()))
        #expect(try await store.load() == Self.everything)
        first.close()
        let second = database()
        #expect(try await CapabilityStore(database: second).load() == Self.everything)
        second.close()
    }

    @Test func `holds what was saved last, and nothing of what was there before`() async throws {
        let database = database()
        let store = CapabilityStore(database: database)
        for count in [6, 2, 4, 0, 1] { store.save(Array(Self.everything.prefix(count))) }
        #expect(try await store.load() == Array(Self.everything.prefix(1)))
        database.close()
    }

    @Test func `tells of another configuration once, also over a restart`() async throws {
        let first = database()
        let store = CapabilityStore(database: first)
        #expect(try await !store.renewConfiguration("a"), "what was not known has not changed")
        #expect(try await !store.renewConfiguration("a"))
        #expect(try await store.renewConfiguration("b"))
        store.save([], configuration: "c")
        await store.flush()
        first.close()
        let second = database()
        #expect(try await !CapabilityStore(database: second).renewConfiguration("c"))
        #expect(try await CapabilityStore(database: second).renewConfiguration("a"))
        second.close()
    }

    @Test func `leaves out rows that it cannot read`() async throws {
        let database = database()
        let store = CapabilityStore(database: database)
        store.save(Array(Self.everything.prefix(2)))
        await store.flush()
        try await database.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("UPDATE capabilities SET repair = 'mend:it' WHERE receipt = '01R0'", doing: "test")
            try connection.execute("INSERT INTO capabilities VALUES ('no-slash', 'drop:seed', 1, 'r', 'f')", doing: "test")
        }
        #expect(try await store.load() == [Self.everything[1]])
        database.close()
    }

    @Test func `is read back from what the gateway tells of it`() {
        for known in Self.everything {
            var told = known
            told.fingerprint = ""
            #expect(KnownRepairJSON.read(KnownRepairJSON.value(known)) == told)
        }
        #expect(KnownRepairJSON.read(["model": "a/b", "repair": "mend:it", "since": 1, "receipt": "r"]) == nil)
        #expect(KnownRepairJSON.read(["model": "a/b", "repair": "drop:seed", "receipt": "r"]) == nil)
        #expect(KnownRepairJSON.read([]) == nil)
    }
}

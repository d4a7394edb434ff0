// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Store

@Suite struct `The store of unknown errors` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func database() -> Database { Database(path: folder("store.sqlite"), log: lines.logger) }

    static func sample(_ body: String, provider: String = "acme", status: Int? = 400, at: Int64 = 1, receipt: String = "01R")
        -> FailureSample
    {
        FailureSample(
            provider: ProviderID(rawValue: provider), model: "m", status: status, body: body, firstAt: Timestamp(milliseconds: at),
            lastAt: Timestamp(milliseconds: at), receipt: ReceiptID(rawValue: receipt))
    }

    @Test(
        arguments: [
            ("The frobnicator 17 is stuck (req_8f3a)", "the frobnicator 99 is stuck (req_01bc)", true),
            (#"{"error":{"message":"Odd thing","id":"9a8b7c6d"}}"#, #"{"error":{"message":"odd thing","id":"11112222"}}"#, true),
            ("Odd thing with gpt-5.4", "Odd thing with gpt-4.1", true),
            ("Token aBcDeFgHiJkLmNoPq is odd", "Token zYxWvUtSrQpOnMlKj is odd", true),
            ("   Odd   thing\n", "odd thing", true),
            ("Odd thing", "Even thing", false),
            ("", "Odd", false),
            ("变得奇怪", "变得正常", false),
        ])
    func `folds what differs from request to request and nothing else`(one: String, other: String, isSame: Bool) {
        #expect((SampleShape.of(one) == SampleShape.of(other)) == isSame, "\(SampleShape.of(one)) · \(SampleShape.of(other))")
    }

    @Test func `keeps one of a shape, provider and status, with a count, over a restart`() async throws {
        let first = database()
        let store = SampleStore(database: first)
        for number in 1...5 { store.append(Self.sample("Odd \(number)", at: Int64(number), receipt: "01R\(number)")) { $0 } }
        store.append(Self.sample("Odd 1", status: nil, at: 3)) { $0 }
        store.append(Self.sample("Odd 1", provider: "other", at: 9)) { $0 }
        await store.flush()
        first.close()
        let second = database()
        let kept = try await SampleStore(database: second).samples()
        #expect(kept.map(\.provider) == ["other", "acme", "acme"], "newest first")
        #expect(kept.map(\.count) == [1, 5, 1])
        #expect(kept.map(\.status) == [400, 400, nil])
        #expect(kept[1].body == "Odd 5" && kept[1].receipt == "01R5", "the last one is shown")
        #expect(kept[1].firstAt.milliseconds == 1 && kept[1].lastAt.milliseconds == 5)
        #expect(kept.allSatisfy { FailureSample($0.json) == $0 })
        #expect(try await SampleStore(database: second).samples(of: "other").count == 1)
        #expect(try await SampleStore(database: second).samples(limit: 2).count == 2)
        second.close()
    }

    @Test func `keeps what was redacted, and folds that`() async throws {
        let database = database()
        let store = SampleStore(database: database)
        store.append(Self.sample("Key sk-1 is odd")) { _ in "Key <secret> is odd" }
        store.append(Self.sample("Key zz is odd")) { _ in "Key <secret> is odd" }
        await store.flush()
        let kept = try await store.samples()
        #expect(kept.map(\.body) == ["Key <secret> is odd"] && kept.map(\.count) == [2])
        database.close()
    }

    @Test func `loses the one not seen for longest when it is full, and what is too old`() async throws {
        let database = database()
        var limits = SampleStore.Limits()
        limits.kept = 3
        let store = SampleStore(database: database, limits: limits)
        for (number, word) in ["one", "two", "three", "four", "five"].enumerated() {
            store.append(Self.sample(word, at: Int64(number))) { $0 }
            await store.flush()
        }
        #expect(try await store.samples().map(\.body) == ["five", "four", "three"])
        store.append(Self.sample("three", at: 9)) { $0 }
        await store.flush()
        store.append(Self.sample("six", at: 10)) { $0 }
        await store.flush()
        #expect(try await store.samples().map(\.body) == ["six", "three", "five"])
        #expect(try await store.prune(before: Timestamp(milliseconds: 10)) == 2)
        #expect(try await store.samples().map(\.body) == ["six"])
        database.close()
    }

    @Test func `takes no more at once than it can hold, and never waits`() async throws {
        let database = database()
        let store = SampleStore(database: database)
        for number in 0..<10_000 { store.append(Self.sample("odd", at: Int64(number))) { $0 } }
        await store.flush()
        let kept = try await store.samples()
        #expect(kept.count == 1)
        #expect((1...10_000).contains(try #require(kept.first).count))
        database.close()
    }
}

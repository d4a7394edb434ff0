// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry
import Testing

@testable import Store

@Suite struct `The store of responses` {
    let folder = TemporaryFolder()
    let lines = Lines()

    func store(_ limits: ResponseStore.Limits = .init()) -> ResponseStore {
        ResponseStore(path: folder("responses.sqlite"), limits: limits, log: lines.logger)
    }

    static func response(_ id: String, after previous: String? = nil, at: Int64 = 1, words: Int? = 10) -> KeptResponse {
        KeptResponse(
            id: id, madeAt: Timestamp(milliseconds: at), model: ModelRef(provider: "openai", model: "org/gpt"),
            credential: "openai:me@a.example",
            wire: "openai-responses", previous: previous,
            content: words.map { KeptResponse.Content(input: Array("[\"\(id)\"]".utf8), reply: [UInt8](repeating: 0x78, count: $0)) })
    }

    @Test func `finds what was kept, at once and after a restart`() async throws {
        let first = store()
        let kept = [Self.response("resp_1"), Self.response("resp_2", after: "resp_1"), Self.response("resp_3", words: nil)]
        for response in kept {
            first.keep(response)
            #expect(try await first.response(response.id) == response)
        }
        #expect(try await first.response("resp_4") == nil)
        first.close()
        let second = store()
        for response in kept { #expect(try await second.response(response.id) == response) }
        second.close()
    }

    @Test func `makes no file before there is something to keep`() async throws {
        let store = store()
        #expect(try await store.prune(contentsBefore: .distantFuture, makersBefore: .distantFuture) == 0)
        store.close()
        #expect(folder.names == [])
    }

    @Test func `follows a conversation to its beginning, or says that it cannot`() async throws {
        var limits = ResponseStore.Limits()
        limits.ancestors = 5
        limits.historyBytes = 200
        let store = store(limits)
        for (id, previous) in [("a", nil), ("b", "a"), ("c", "b"), ("elsewhere", "gone"), ("loop1", "loop2"), ("loop2", "loop1")] {
            store.keep(Self.response(id, after: previous))
        }
        store.keep(Self.response("large", after: "c", words: 190))
        store.keep(Self.response("silent", words: nil))
        store.keep(Self.response("after-silent", after: "silent"))
        #expect(try await store.conversation(endingWith: "c")?.map(\.id) == ["a", "b", "c"])
        #expect(try await store.conversation(endingWith: "a")?.map(\.id) == ["a"])
        for id in ["elsewhere", "loop1", "large", "silent", "after-silent", "nobody"] {
            #expect(try await store.conversation(endingWith: id) == nil, "\(id)")
        }
        store.close()
    }

    @Test func `forgets what was said before who made it`() async throws {
        let store = store()
        for (id, at) in [("old", 1), ("middle", 5), ("new", 9)] { store.keep(Self.response(id, at: Int64(at))) }
        #expect(try await store.prune(contentsBefore: Timestamp(milliseconds: 6), makersBefore: Timestamp(milliseconds: 3)) == 1)
        #expect(try await store.response("old") == nil)
        let middle = try #require(try await store.response("middle"))
        #expect(middle.content == nil && middle.credential == "openai:me@a.example")
        #expect(try await store.response("new")?.content != nil)
        #expect(try await store.remove("new"))
        #expect(try await !store.remove("new"))
        #expect(try await store.response("new") == nil)
        store.close()
    }

    @Test func `keeps of what is too large only who made it, and of too much only the newest`() async throws {
        var limits = ResponseStore.Limits()
        limits.contentBytes = 1_000
        limits.storedBytes = 10_000
        let store = store(limits)
        store.keep(Self.response("large", words: 1_001))
        let large = try #require(try await store.response("large"))
        #expect(large.content == nil)
        for number in 0..<50 { store.keep(Self.response("resp_\(number)", at: Int64(number), words: 900)) }
        #expect(try await store.response("resp_49")?.content != nil)
        #expect(try await store.response("resp_0") == nil)
        var count = 0
        for number in 0..<50 where try await store.response("resp_\(number)") != nil { count += 1 }
        #expect((5...10).contains(count), "\(count)")
        // A second of the same id takes the place of the first.
        store.keep(Self.response("resp_49", at: 60, words: nil))
        #expect(try await store.response("resp_49")?.content == nil)
        store.close()
    }

    @Test func `drops what comes faster than it is written, and says so once`() async throws {
        var limits = ResponseStore.Limits()
        limits.waitingBytes = 4_000
        let store = store(limits)
        for number in 0..<2_000 { store.keep(Self.response("resp_\(number)", words: 900)) }
        #expect(try await store.response("resp_0") != nil)
        store.keep(Self.response("later"))
        #expect(try await store.response("later") != nil)
        store.close()
    }

    @Test func `is a file of its own, for its owner alone`() async throws {
        let store = store()
        store.keep(Self.response("resp_1"))
        _ = try await store.response("resp_1")
        #expect(folder.mode(of: "responses.sqlite") == 0o600)
        let connection = try Connection(path: folder("responses.sqlite"), writable: false, busyTimeout: .seconds(1))
        let tables = try connection.scalar("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table'", doing: "test")
        #expect(tables == "responses")
        store.close()
    }
}

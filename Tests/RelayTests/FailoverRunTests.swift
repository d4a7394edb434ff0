// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import Rehearsal
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// One request's way down its chain, against upstreams on real sockets.
@Suite(.timeLimit(.minutes(5))) struct `A run` {
    static let refuses: @Sendable (AskedRequest) -> Script = { _ in Script([.answer(status: 402, headers: [:], body: [])]) }
    static let answers: @Sendable (AskedRequest) -> Script = { .says("The show goes on.", to: $0, pace: .zero) }

    static func models(_ run: FailoverRun) -> [String] { run.receipt.attempts.map { "\($0.candidate.model)" } }

    @Test func `asks every key of a model before it asks the next model`() async throws {
        let played = try await PlayedRelay([("one", ["a", "b"], Self.refuses), ("two", ["c", "d"], Self.refuses)])
        let run = try await played.ask()
        #expect(played.upstream(0).asked.map(\.key) == ["a", "b"])
        #expect(played.upstream(1).asked.map(\.key) == ["c", "d"])
        guard case .refused(let refusal) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(refusal.shouldRetry == false)
        #expect(run.receipt.attempts.allSatisfy { $0.failure?.reason == .billing })
        #expect(played.relay.gate.inFlight == 0)
    }

    @Test func `looks at a blocked key when its time is over, alone, while the others pass by`() async throws {
        let round = Counter()
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { asked in
                    // Out of money, then silent, then paid.
                    switch round.next() {
                    case 0: Self.refuses(asked)
                    case 1: Script([.stall])
                    default: .says("Paid at last.", to: asked, pace: .zero)
                    }
                }
            ), ("two", ["b"], Self.answers),
        ])
        _ = try await played.ask()
        _ = try await played.ask()
        #expect(played.upstream(0).asked.count == 1, "blocked for a minute")
        played.advance(by: .seconds(90))
        let sink = CollectingSink()
        async let looking = played.ask(sink, stream: true)
        #expect(await eventually { played.upstream(0).asked.count == 2 })
        for _ in 0..<3 { #expect(Self.models(try await played.ask()) == ["two/m"]) }
        // It leaves without a verdict, so the next one looks.
        await played.onLoop { sink.leave() }
        guard case .halfOpen? = try await looking.receipt.attempts.first?.mode else { return #expect(Bool(false), "a look at the block") }
        let next = try await played.ask()
        guard case .halfOpen? = next.receipt.attempts.first?.mode else { return #expect(Bool(false), "another look") }
        #expect(Self.models(next) == ["one/m"])
        #expect(played.relay.ledger.ledger.blocks.isEmpty, "and the key is free")
        #expect(Self.models(try await played.ask(stream: true)) == ["one/m"])
    }

    @Test func `that began with a secret that was replaced holds nothing against the new one`() async throws {
        let reload = Mutex<(@Sendable () -> Void)?>(nil)
        let played = try await PlayedRelay([
            (
                "one", ["old"],
                { asked in
                    if asked.key == "new" { return Self.answers(asked) }
                    // While it was under way, its owner has made a new key.
                    reload.withLock { $0 }?()
                    return .refuses(401, "Incorrect API key provided.", code: "invalid_api_key")
                }
            ), ("two", ["b"], Self.answers),
        ])
        let relay = played.relay
        reload.withLock { reload in
            reload = {
                var settings = relay.snapshot.settings
                settings.environment["ONE_API_KEYS"] = Secret("new")
                let pool = CredentialPool.load(PoolSources(settings: settings, folders: [], home: "/nowhere"), now: relay.now())
                relay.replace(RelaySnapshot(settings: settings, pool: pool))
                relay.ledger.configurationChanged(renewed: ["one:ONE_API_KEYS.1"])
            }
        }
        #expect(Self.models(try await played.ask()) == ["one/m", "two/m"])
        #expect(relay.ledger.ledger.blocks.isEmpty)
        #expect(Self.models(try await played.ask()) == ["one/m"])
    }

    @Test func `whose client leaves ends at once, blocks nothing and gives its look back`() async throws {
        let played = try await PlayedRelay([("one", ["a"], { _ in Script([.stall]) }), ("two", ["b"], Self.answers)])
        let sink = CollectingSink()
        async let asking = played.ask(sink, stream: true)
        #expect(await eventually { played.upstream(0).asked.count == 1 })
        await played.onLoop { sink.leave() }
        let run = try await asking
        guard case .cancelled = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(run.receipt.attempts.map { $0.failure?.reason } == [.cancelled])
        #expect(run.receipt.outcome == .cancelled)
        #expect(await eventually { played.upstream(0).abandoned == 1 })
        #expect(played.relay.ledger.ledger.isEmpty && played.relay.gate.inFlight == 0)
        #expect(played.upstream(1).asked.isEmpty && sink.count == 0)
    }

    @Test func `ends at its deadline though the wall clock may not show it yet`() async throws {
        // The wall clock of this relay stands still.
        let played = try await PlayedRelay([("one", ["a"], { _ in Script([.stall]) }), ("two", ["b"], Self.answers)])
        let run = try await played.ask(timeout: .milliseconds(50))
        guard case .refused(let refusal) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(refusal.code == "deadline_exceeded" && refusal.status == 503)
        #expect(run.receipt.attempts.map { $0.failure?.fault } == [.requestDeadline])
        #expect(played.upstream(1).asked.isEmpty && played.relay.ledger.ledger.isEmpty)
    }

    @Test func `is refused where too many are under way, and counts for nothing`() async throws {
        let played = try await PlayedRelay([("one", ["a"], { _ in Script([.stall]) })], requests: 1)
        let sink = CollectingSink()
        async let first = played.ask(sink)
        #expect(await eventually { played.relay.gate.inFlight == 1 && played.upstream(0).asked.count == 1 })
        let second = try await played.ask()
        guard case .refused(.busy) = second.result else { return #expect(Bool(false), "\(second.result)") }
        #expect(second.receipt.attempts.isEmpty)
        await played.onLoop { sink.leave() }
        _ = try await first
        #expect(played.relay.gate.inFlight == 0)
    }

    @Test func `holds an upstream back for a client that does not read`() async throws {
        let event = Array(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(String(repeating: "x", count: 10_000))\"}}]}\n\n".utf8)
        let events = 3000
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { _ in
                    Script(
                        [.begin(status: 200, headers: Script.eventStream)] + Array(repeating: .bytes(event), count: events)
                            + [.bytes(Script.event("m", delta: [:], finish: "stop")), .bytes(Script.done), .end])
                }
            )
        ])
        let sink = CollectingSink(isSlow: true)
        async let asking = played.ask(sink, stream: true)
        var most = 0
        var rounds = 0
        // Each time somebody waits for the client, look how much has piled up, then take it.
        while sink.count < event.count * events {
            guard await eventually({ sink.isAwaited || sink.count >= event.count * events }) else { break }
            most = max(most, sink.pendingBytes)
            rounds += 1
            await played.onLoop { sink.drain() }
        }
        let run = try await asking
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.hasSuffix("data: [DONE]\n\n"))
        #expect(sink.count > event.count * events && rounds > 10)
        #expect(most < 2 << 20, "\(most) bytes at most were kept of 30 MB")
    }
}

/// Something that happens once.
final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// Counts what happens.
final class Counter: Sendable {
    private let value = Mutex(0)
    /// 0 at first.
    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}

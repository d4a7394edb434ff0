// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// Requests to a key that has just recovered, against upstreams on real sockets.
@Suite(.timeLimit(.minutes(5))) struct `A run to what has just come back` {
    @Test func `is one of few, and gives its place back when its client leaves`() async throws {
        let round = Counter()
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { asked in
                    // Out of money; paid; two that are silent; then all is well.
                    switch round.next() {
                    case 0: `A run`.refuses(asked)
                    case 2, 3: Script([.stall])
                    default: .says("Paid at last.", to: asked, pace: .zero)
                    }
                }
            ), ("two", ["b"], `A run`.answers),
        ])
        _ = try await played.ask()
        played.advance(by: .seconds(90))
        #expect(`A run`.models(try await played.ask()) == ["one/m"])
        let sinks = [CollectingSink(), CollectingSink()]
        async let first = played.ask(sinks[0], stream: true)
        async let second = played.ask(sinks[1], stream: true)
        #expect(await eventually { played.upstream(0).asked.count == 4 })
        let passing = try await played.ask()
        #expect(`A run`.models(passing) == ["two/m"])
        #expect(passing.receipt.skipped.map(\.reason) == [.returning])
        await played.onLoop { sinks[0].leave() }
        guard case .returning? = try await first.receipt.attempts.first?.mode else { return #expect(Bool(false), "one of few") }
        #expect(`A run`.models(try await played.ask()) == ["one/m"])
        await played.onLoop { sinks[1].leave() }
        _ = try await second
        for _ in 0..<4 { #expect(`A run`.models(try await played.ask(stream: true)) == ["one/m"]) }
        #expect(played.relay.ledger.ledger.isEmpty, "each answer has doubled its load, until it was free")
    }

    @Test func `holds its look as long as it may wait for a first token`() async throws {
        let round = Counter()
        let played = try await PlayedRelay([
            ("one", ["a"], { asked in round.next() == 0 ? `A run`.refuses(asked) : .says("Paid at last.", to: asked, pace: .zero) })
        ])
        _ = try await played.ask()
        played.advance(by: .seconds(90))
        let run = try await played.ask(stream: true)
        // Nobody else is there, so that a minute is waited instead of twelve seconds.
        let attempt = try #require(run.receipt.attempts.first)
        guard case .halfOpen(let lease) = attempt.mode else { return #expect(Bool(false), "a look") }
        #expect(lease.endsAt - attempt.startedAt >= .seconds(65))
        #expect(played.relay.ledger.ledger.blocks.isEmpty)
    }
}

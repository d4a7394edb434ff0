// SPDX-License-Identifier: Apache-2.0
import Failover
import Rehearsal
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// Many requests at once, when a provider that was down may be well again. Real sockets; the wall clock is set.
@Suite(.timeLimit(.minutes(5))) struct `A provider that was down for a minute` {
    /// What the first provider is at, and how many ask it.
    private final class Down: Sendable {
        let isDown = Atomic<Bool>(true)
        let asked = Atomic<Int>(0)
        let pace: Duration

        init(pace: Duration) { self.pace = pace }

        func play(_ asked: AskedRequest) -> Script {
            self.asked.add(1, ordering: .relaxed)
            if isDown.load(ordering: .relaxed) { return .refuses(503, "The service is unavailable.") }
            let script = Script.says("Well again.", to: asked, pace: .zero)
            return Script([.wait(pace)] + script.acts)
        }

        func takeAsked() -> Int { asked.exchange(0, ordering: .relaxed) }
    }

    /// A minute in which a request comes every two seconds.
    private static func flapped(_ down: Down) async throws -> PlayedRelay {
        let played = try await PlayedRelay([("one", ["a"], { down.play($0) }), ("two", ["b"], `A run`.answers)])
        for _ in 0..<30 {
            #expect(`A run`.models(try await played.ask(session: "s")).last == "two/m")
            played.advance(by: .seconds(2))
        }
        #expect(down.takeAsked() < 40, "most pass it by")
        down.isDown.store(false, ordering: .relaxed)
        return played
    }

    private static func untilItsWindowEnds(_ played: PlayedRelay) {
        let now = played.relay.now()
        let end = played.relay.ledger.ledger.blocks.map(\.until).max() ?? now
        if end > now { played.advance(by: end - now) }
        played.advance(by: .milliseconds(1))
    }

    @Test func `serves the next request after its window, at most 6 s later, and its sessions again`() async throws {
        let down = Down(pace: .zero)
        let played = try await Self.flapped(down)
        let wellAt = played.relay.now()
        Self.untilItsWindowEnds(played)
        #expect(played.relay.now() - wellAt <= .seconds(6))
        for session: SessionID in ["s", "s", "new"] { #expect(`A run`.models(try await played.ask(session: session)) == ["one/m"]) }
    }

    @Test(arguments: [false, true])
    func `is looked at by one of fifty requests that come at once:`(isWell: Bool) async throws {
        let down = Down(pace: .seconds(2))
        let played = try await Self.flapped(down)
        if !isWell { down.isDown.store(true, ordering: .relaxed) }
        Self.untilItsWindowEnds(played)
        let runs = try await withThrowingTaskGroup { group in
            for number in 0..<50 {
                group.addTask { try await played.ask(stream: number % 2 == 0, session: SessionID(rawValue: "s\(number)")) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let looks = runs.flatMap(\.receipt.attempts).filter { if case .halfOpen = $0.mode { true } else { false } }
        #expect(looks.count == 1 && looks.allSatisfy { $0.candidate.model.provider == "one" })
        #expect(runs.allSatisfy { if case .answered = $0.receipt.outcome { true } else { false } })
        // A look takes two seconds, and all others have gone by then. One in vain is repeated once.
        #expect(down.takeAsked() <= (isWell ? 1 : 2))
        #expect(runs.count { `A run`.models($0).last == "two/m" } == (isWell ? 49 : 50))
        if !isWell { down.isDown.store(false, ordering: .relaxed) }
        Self.untilItsWindowEnds(played)
        #expect(`A run`.models(try await played.ask()) == ["one/m"])
    }
}

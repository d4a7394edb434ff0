// SPDX-License-Identifier: Apache-2.0
import Rehearsal
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A wait for a candidate` {
    @Test func `is over when it is over, though the wall's clock is behind`() async throws {
        let calls = Atomic(0)
        let played = try await PlayedRelay([
            (
                "a", ["k1"],
                { asked in
                    calls.add(1, ordering: .relaxed).newValue == 1
                        ? .refuses(asked, .rateLimited(retryAfter: 1)) : .says("The lead is back.", to: asked, pace: .zero)
                }
            )
        ])
        // The clock of this stage stands still, as the machine's may be some milliseconds behind a timer.
        let run = try await played.ask()
        #expect(run.receipt.waits == [.seconds(1)])
        #expect(run.receipt.attempts.map(\.failure?.reason) == [.rateLimit, nil])
        #expect(calls.load(ordering: .relaxed) == 2)
    }
}

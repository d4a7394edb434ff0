// SPDX-License-Identifier: Apache-2.0
import Oracle
import Simulation
import Testing

/// Each invariant is seen to fail: an engine that breaks it, and nothing else, is caught by it and by nothing else.
@Suite struct `The oracle catches an engine` {
    private func expect<Broken: Engine>(
        _ engine: Broken.Type, in world: World = Self.long, isCaughtBy invariant: Invariant?,
        _ location: SourceLocation = #_sourceLocation
    ) {
        var found: [Invariant: String] = [:]
        for seed in UInt64(1)...12 {
            for violation in Simulator.play(world, seed: seed, requests: 2000, as: engine).violations {
                found[violation.invariant] = "\(violation.what), seed \(seed), request \(violation.request)"
            }
        }
        #expect(Set(found.keys) == Set(invariant.map { [$0] } ?? []), "\(found)", sourceLocation: location)
    }

    /// Many models and keys that fail often.
    private static let long = World("long") { world in
        world.providers = 3...5
        world.credentials = 3...4
        world.fallbacks = 5...9
        world.hasSteady = false
        world.poisoned = 0.02
        world.slow = 0
        (world.clock, world.keys, world.restarts, world.reloads, world.pauses) = (nil, nil, nil, nil, nil)
    }

    @Test func `that calls what is blocked`() { expect(CallsTheBlocked.self, isCaughtBy: .lease) }

    @Test func `that ends a chain early`() { expect(EndsAtMoney.self, isCaughtBy: .end) }

    @Test func `that passes by in silence`() {
        var world = Self.long
        // Of a session's credential, too, nothing would be said.
        world.sessions = 0
        expect(SkipsSilently.self, in: world, isCaughtBy: .named)
    }

    @Test func `that knows no bound`() { expect(NeverGivesUp.self, isCaughtBy: .bounded) }

    @Test func `that widens on one request's word`() { expect(WidensAlone.self, isCaughtBy: .widening) }

    @Test func `that makes open windows longer`() { expect(LengthensWindows.self, isCaughtBy: .window) }

    @Test func `that comes back late`() { expect(ForgetsToComeBack.self, isCaughtBy: .recovery) }

    @Test func `that forgets its sessions`() { expect(ForgetsSessions.self, isCaughtBy: .session) }

    @Test func `that blocks longer than its tables`() { expect(BlocksTooLong.self, isCaughtBy: .tables) }

    @Test func `that takes chance from elsewhere`() {
        let world = Self.long
        let traces = (0..<2).map { _ in Simulator.play(world, seed: 1, requests: 2000, as: RollsDice.self) }
        #expect(traces[0].trace != traces[1].trace)
        #expect(traces.allSatisfy { $0.violations.isEmpty })
    }

    @Test func `or none, where it is the real one`() { expect(RealEngine.self, isCaughtBy: nil) }
}

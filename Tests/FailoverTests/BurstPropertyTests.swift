// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// Many requests at once on one ledger, while candidates go down and come back: what each attempt may rely on, whatever happens.
@Suite struct `With many requests at once` {
    /// An attempt under way.
    struct Open {
        var receipt: Receipt
        var index: Int
        var mode: AttemptMode
        var startedAt: Timestamp
        var endsAt: Timestamp
    }

    struct World {
        var stage = Stage([("a/A", "k1"), ("a/A", "k2"), ("a/B", "k1"), ("b/B", "k3"), ("c/C", "k4")])
        var open: [Open] = []
        /// When each candidate works again.
        var downUntil: [Timestamp]
        var reasons: [Reason] = [.timeout, .overloaded, .serverError, .rateLimit, .billing, .auth, .malformed, .unknown, .network]
        var random: SeededRandom
        var attempts = 0
        var looks = 0
        var few = 0

        init(seed: UInt64) {
            random = SeededRandom(seed: seed)
            downUntil = Array(repeating: .at(0), count: stage.chain.links.count)
            stage.policy = .standard
        }

        /// Takes a request on to its next attempt, if it has one.
        mutating func goOn(_ given: Receipt) {
            var receipt = given
            let before = stage.ledger
            switch stage.policy.advance(chain: stage.chain, receipt: &receipt, ledger: &stage.ledger, now: stage.now) {
            case .attempt(let index, let mode):
                check(index, mode, before)
                attempts += 1
                let length = Duration.milliseconds(Int64.random(in: 50...20_000, using: &random))
                open.append(Open(receipt: receipt, index: index, mode: mode, startedAt: stage.now, endsAt: stage.now + length))
            case .wait(let length, let index):
                receipt.waits.append(length)
                // It is no attempt, but comes back like one.
                open.append(Open(receipt: receipt, index: -1 - index, mode: .normal, startedAt: stage.now, endsAt: stage.now + length))
            case .answer, .refuse, .stop: break
            }
        }

        /// No call to a blocked scope without a lease, and one look at a scope at a time.
        mutating func check(_ index: Int, _ mode: AttemptMode, _ before: HealthLedger) {
            let block = before.block(on: stage.chain.links[index].candidate, at: stage.now)
            if mode == .early {
                #expect(block?.providerReset == false && block?.reason != .authPermanent)
            } else {
                #expect(block == nil)
            }
            switch mode {
            case .halfOpen(let lease):
                looks += 1
                for other in open {
                    guard case .halfOpen(let held) = other.mode, held.endsAt > stage.now, other.endsAt > stage.now else { continue }
                    // Of the same window: one that has been found well or ill since is another.
                    let stillHeld = held.keys.filter { key in before.blocks.contains { $0.key == key && $0.lease == held } }
                    #expect(Set(stillHeld).isDisjoint(with: lease.keys))
                }
            case .returning(let lease):
                few += 1
                #expect(!lease.keys.isEmpty)
            case .normal, .quickRepeat, .early: break
            }
        }

        mutating func end(_ attempt: Open) {
            guard attempt.index >= 0 else { return goOn(attempt.receipt) }
            var receipt = attempt.receipt
            let candidate = stage.chain.links[attempt.index].candidate
            var done = Attempt(candidate: candidate, mode: attempt.mode, startedAt: attempt.startedAt)
            done.duration = stage.now - attempt.startedAt
            if Int.random(in: 0..<20, using: &random) == 0 {
                stage.ledger.giveBack(attempt.mode, of: candidate, now: stage.now)
                return
            }
            let before = stage.ledger.blocks
            if attempt.startedAt < downUntil[attempt.index] {
                var failure = Failure.plain(reasons.randomElement(using: &random) ?? .unknown)
                if failure.reason == .network { failure.fault = .refused }
                if Int.random(in: 0..<4, using: &random) == 0 { failure.reset = .seconds(Int.random(in: 1...90, using: &random)) }
                done.failure = failure
                done.effect = stage.ledger.record(
                    failure, of: candidate, attemptStartedAt: attempt.startedAt, receipt: receipt, mode: attempt.mode, policy: stage.policy,
                    now: stage.now, using: &random)
                checkWindows(before, attempt)
                receipt.attempts.append(done)
                return goOn(receipt)
            }
            if Bool.random(using: &random) {
                _ = stage.ledger.succeeded(
                    candidate, attemptStartedAt: attempt.startedAt, mode: attempt.mode, now: stage.now, endIsProven: false)
            }
            _ = stage.ledger.succeeded(candidate, attemptStartedAt: attempt.startedAt, mode: attempt.mode, now: stage.now)
        }

        /// No failure moves a window that opened after its attempt began, nor any that is open, but to a later end.
        func checkWindows(_ before: [Block], _ attempt: Open) {
            for old in before where old.since >= attempt.startedAt && old.isOpen(at: stage.now) {
                let new = stage.ledger.blocks.first { $0.key == old.key }
                // Our own network's trouble takes endpoints' blocks away.
                if new == nil && old.reason == .network { continue }
                #expect(new?.until == old.until && new?.step == old.step)
            }
        }

        mutating func play(_ requests: Int) {
            for number in 0..<requests {
                stage.now = stage.now + .milliseconds(Int64.random(in: 0...1500, using: &random))
                while let next = open.indices.min(by: { open[$0].endsAt < open[$1].endsAt }), open[next].endsAt <= stage.now {
                    end(open.remove(at: next))
                }
                if number % 12 == 0, let place = [0, 0, 1, 2, 3, 4].randomElement(using: &random) {
                    downUntil[place] = stage.now + .seconds(Int.random(in: 1...60, using: &random))
                }
                goOn(Receipt(facts: stage.facts { $0.activeRequests = 20 }))
            }
            while let next = open.indices.min(by: { open[$0].endsAt < open[$1].endsAt }) {
                stage.now = max(stage.now, open[next].endsAt)
                end(open.remove(at: next))
            }
        }
    }

    @Test(arguments: UInt64(0)..<60)
    func `no call is made to a blocked scope without a lease, no window is moved by what began before it, and nothing is left over`(
        seed: UInt64
    ) {
        var world = World(seed: seed)
        world.play(400)
        #expect(world.attempts > 100)
        #expect(world.stage.ledger.blocks.allSatisfy { $0.lease(at: world.stage.now) == nil })
        _ = world.stage.ledger.succeeded(
            Candidate("z/Z", credential: "z"), attemptStartedAt: world.stage.now, mode: .normal, now: world.stage.now)
        world.stage.ledger.prune(now: world.stage.now + .seconds(26 * 3600))
        #expect(world.stage.ledger.isEmpty)
    }

    @Test func `there are looks, and returns, to be judged`() {
        let worlds = (UInt64(0)..<20).map { seed in
            var world = World(seed: seed)
            world.play(400)
            return world
        }
        #expect(worlds.count { $0.looks > 5 } > 10 && worlds.count { $0.few > 5 } > 10)
    }

    @Test func `what recovers has all of its load back within minutes`() {
        var world = World(seed: 7)
        world.play(300)
        // From now on everybody works.
        world.downUntil = world.downUntil.map { _ in .at(0) }
        world.stage.now = world.stage.now + .seconds(1800)
        for _ in 0..<200 {
            world.stage.now = world.stage.now + .milliseconds(500)
            world.stage.play { _, _ in nil }
        }
        let first = world.stage.chain.links[0].candidate.description
        #expect(world.stage.play { _, _ in nil }.asked == [first])
        #expect(world.stage.ledger.returning(at: world.stage.now).allSatisfy { !$0.key.covers(world.stage.chain.links[0].candidate) })
    }
}

// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import Transport

@Suite struct `A timer wheel` {
    @Test(arguments: UInt64(0)..<40) func `fires every timer once, never early and at most one slot late`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var now = Int64.random(in: 0...1_000_000, using: &random)
        var wheel = TimerWheel(now: now)
        var deadlines: [ObjectIdentifier: Int64] = [:]
        var timers: [LoopTimer] = []
        for _ in 0..<200 {
            let timer = LoopTimer()
            // Up to several turns of the wheel ahead.
            let deadline = now + Int64.random(in: 0...60_000, using: &random)
            wheel.arm(timer, at: deadline)
            deadlines[ObjectIdentifier(timer)] = deadline
            timers.append(timer)
        }
        for timer in timers where Bool.random(using: &random) {
            wheel.disarm(timer)
            deadlines[ObjectIdentifier(timer)] = nil
        }
        #expect(wheel.count == deadlines.count)
        while let delay = wheel.delay(from: now) {
            now += max(1, delay)
            for timer in wheel.expired(at: now) {
                let deadline = deadlines.removeValue(forKey: ObjectIdentifier(timer))
                #expect(deadline != nil, "fired twice, or after it was disarmed")
                #expect(now >= deadline ?? .max)
                #expect(now - (deadline ?? 0) <= 32)
                #expect(!timer.isArmed)
            }
        }
        #expect(deadlines.isEmpty)
        #expect(wheel.count == 0)
    }

    @Test func `catches up after a long pause`() {
        var wheel = TimerWheel(now: 0)
        let timers = (1...50).map { _ in LoopTimer() }
        for (index, timer) in timers.enumerated() { wheel.arm(timer, at: Int64(index) * 1000) }
        #expect(wheel.expired(at: 10_000_000).count == 50)
        #expect(wheel.delay(from: 10_000_000) == nil)
    }

    @Test func `moves a timer that is armed again`() {
        var wheel = TimerWheel(now: 0)
        let timer = LoopTimer()
        wheel.arm(timer, at: 100)
        wheel.arm(timer, at: 5000)
        #expect(wheel.count == 1)
        #expect(wheel.expired(at: 1000).isEmpty)
        #expect(wheel.expired(at: 5016).count == 1)
    }
}

@Suite(.timeLimit(.minutes(5))) struct `Timers of a loop` {
    @Test func `that run out together may still disarm and move each other`() async throws {
        let loops = try EventLoopGroup(count: 1)
        let loop = loops.loops[0]
        let fired: [String] = await withCheckedContinuation { done in
            loop.execute {
                var fired: [String] = []
                let (first, second, end) = (LoopTimer(), LoopTimer(), LoopTimer())
                // Of two timers of one slot either may come first: whichever does stops the other.
                first.fire = {
                    fired.append("first")
                    loop.disarm(second)
                }
                second.fire = {
                    fired.append("second")
                    loop.arm(first, after: 10_000)
                }
                end.fire = { done.resume(returning: fired) }
                loop.arm(first, after: 5)
                loop.arm(second, after: 5)
                loop.arm(end, after: 60)
            }
        }
        #expect(fired.count == 1)
        loops.stop()
    }
}

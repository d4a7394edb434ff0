// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import TestSupport
import Testing

@Suite struct `Times to the first token` {
    static let now = Timestamp(milliseconds: 1_767_225_600_000)

    static func times(_ milliseconds: [Int64], at now: Timestamp = now) -> FirstTokenTimes {
        var times = FirstTokenTimes()
        for time in milliseconds { times.add(.milliseconds(time), at: now) }
        return times
    }

    @Test(
        arguments: [
            (Array(repeating: Int64(100), count: 19), nil),
            (Array(repeating: 100, count: 20), 100),
            // One of twenty may be slow, two may not.
            (Array(repeating: 100, count: 19) + [9000], 100),
            (Array(repeating: 100, count: 18) + [9000, 9000], 9000),
            (Array(1...40), 38),
            (Array((1...40).reversed()), 38),
            // The newest forty count.
            (Array(repeating: 9000, count: 500) + Array(repeating: 100, count: 40), 100),
            (Array(repeating: 100, count: 40) + Array(repeating: 700, count: 3), 700),
            (Array(repeating: 0, count: 40), 0),
            (Array(repeating: -5, count: 40), 0),
            (Array(repeating: .max, count: 40), 2_000_000_807),
        ] as [([Int64], Int64?)])
    func `that 19 of 20 kept follow from twenty or more, the newest forty`(given: [Int64], expected: Int64?) {
        let times = Self.times(given)
        #expect(times.percentile95(at: Self.now) == expected.map { .milliseconds($0) })
        #expect(times.count == min(given.count, FirstTokenTimes.capacity))
    }

    @Test(arguments: UInt64(0)..<50)
    func `are those of a plain sort, in whichever order they came`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let given = (0..<Int.random(in: 20...200, using: &random)).map { _ in Int64.random(in: 0...50, using: &random) }
        let sorted = given.suffix(FirstTokenTimes.capacity).sorted()
        let place = Int((Double(sorted.count) * 0.95).rounded(.up)) - 1
        #expect(Self.times(given).percentile95(at: Self.now) == .milliseconds(sorted[place]))
    }

    @Test func `say nothing of tomorrow`() {
        var times = Self.times(Array(repeating: 100, count: 40))
        let soon = Self.now + FirstTokenTimes.memory
        #expect(times.percentile95(at: soon) == .milliseconds(100))
        let late = soon + .milliseconds(1)
        #expect(times.isForgotten(at: late) && times.percentile95(at: late) == nil)
        times.add(.milliseconds(7), at: late)
        #expect(times.count == 1 && !times.isForgotten(at: late))
    }

    /// The limit that follows, and who is said to have set it; `nil`: the configured one holds.
    @Test(
        arguments: [
            (1200, nil, 3600, "learned: p95 1.2 s × 3"),
            (1250, nil, 3750, "learned: p95 1.3 s × 3"),
            (2000, nil, 6000, "learned: p95 2 s × 3"),
            (40, nil, 1000, "learned: p95 0.04 s × 3, at least 1 s"),
            (999, 10_000, 10_000, "learned: p95 1 s × 3, at least 10 s"),
            (3999, nil, 11_997, "learned: p95 4 s × 3"),
            (4000, nil, nil, ""),
            (60_000, nil, nil, ""),
            (40, 12_000, nil, ""),
        ] as [(Int64, Int64?, Int64?, String)])
    func `make a limit of three times as much, within the bounds that are configured`(
        usual: Int64, least: Int64?, expected: Int64?, setBy: String
    ) {
        var written = TimeLimits()
        written.learnedLeast = .milliseconds(least ?? 1000)
        let limits = TimeLimits.Resolved.standard.narrowed(by: written, setBy: "test")
        let learned = limits.learnedFirstToken(from: Self.times(Array(repeating: usual, count: 20)), at: Self.now)
        #expect(learned == expected.map { TimeLimits.Resolved.Limit(.milliseconds($0), setBy: setBy) })
    }

    @Test func `make no limit where that is turned off, or too few came`() {
        let many = Self.times(Array(repeating: 10, count: 20))
        #expect(TimeLimits.Resolved.standard.learnedFirstToken(from: many, at: Self.now) != nil)
        #expect(TimeLimits.Resolved.standard.learnedFirstToken(from: Self.times([10, 10]), at: Self.now) == nil)
        var off = TimeLimits()
        off.learns = false
        #expect(TimeLimits.Resolved.standard.narrowed(by: off, setBy: "test").learnedFirstToken(from: many, at: Self.now) == nil)
    }

    @Test(arguments: [
        (0, PromptSize.under1k), (999, .under1k), (1000, .under4k), (15_999, .under16k), (63_999, .under64k), (64_000, .under256k),
        (256_000, .larger), (.max, .larger), (-1, .under1k),
    ])
    func `are apart by the prompt's size`(tokens: Int, size: PromptSize) {
        #expect(PromptSize(tokens: tokens) == size)
        if tokens >= 0 { #expect(size.begin <= tokens && tokens < size.end ?? .max || tokens == .max) }
    }

    @Test func `leave no size between two`() {
        for (one, next) in zip(PromptSize.allCases, PromptSize.allCases.dropFirst()) { #expect(one.end == next.begin) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): the same seed gives the same world.
public struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func happens(_ share: Double) -> Bool { share > 0 && self.share() < share }

    mutating func int(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    /// Milliseconds between `mean`/16 and `mean`·3, more often short than long.
    mutating func around(_ mean: Int64) -> Int64 {
        let share = self.share()
        return max(1, mean / 16 + Int64(Double(mean) * 2.8 * share * share))
    }
}

/// FNV-1a (RFC 9923) over what happens, so that two runs can be compared without keeping them.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: UInt64) { hash = (hash ^ number) &* 0x100_0000_01B3 ^ (hash >> 29) }
    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
}

// SPDX-License-Identifier: Apache-2.0

/// A second candidate beside one that is late: whichever speaks first is the answer.
extension Policy {
    /// Who is started beside the attempt of `chain.links[index]`: another credential of the same model, else whoever comes next. Only one
    /// that is free: what has just come back, or is looked at, is for requests that have nobody else.
    ///
    /// - Parameter receipt: With the attempts that are over; the one under way is not in it.
    /// - Returns: A place in the chain; `nil`: nobody is.
    public func second(chain: Chain, beside index: Int, receipt: Receipt, ledger: HealthLedger, now: Timestamp) -> Int? {
        guard receipt.attempts.count + 1 < maxAttempts, now < receipt.facts.deadline else { return nil }
        let model = chain.links[index].candidate.model
        var other: Int?
        for place in chain.links.indices where place != index {
            guard isReady(place, chain, receipt, ledger, now) else { continue }
            if chain.links[place].candidate.model == model { return place }
            if other == nil { other = place }
        }
        return other
    }

    /// Whether a failure is the client's to know, so that nobody else need be waited for.
    public func isFinal(_ failure: Failure, of attempt: Attempt, _ facts: RequestFacts) -> Bool { endsRequest(failure, of: attempt, facts) }
}

extension Attempt {
    /// Another candidate, started beside it, spoke first: it was given up, and proves nothing.
    public var isHedged: Bool { failure?.rule == Failure.hedged.rule }
}

extension Failure {
    /// Of an attempt that was given up since another one spoke first.
    public static let hedged = Failure(reason: .cancelled, scope: nil, rule: "hedged")
}

extension HealthLedger {
    /// Whether an attempt looks if a model that took too long is well again: nobody should have to wait for that.
    public func looksAfterTimeout(_ mode: AttemptMode) -> Bool {
        guard case .halfOpen(let lease) = mode else { return false }
        return lease.keys.contains { key in entries[key.mark].map { $0.key == key && $0.reason == .timeout } ?? false }
    }
}

/// How many requests had a second candidate started beside the first, of the latest ones: never more than their share.
public struct HedgeBudget: Hashable, Sendable {
    /// One bit for each request, newest over oldest.
    private var bits: [UInt64] = []
    private var place = 0
    private var hedged = 0
    public private(set) var requests = 0

    /// Requests that count.
    public static let window = 1024

    public init() {}

    /// A request that might be hedged has begun.
    public mutating func began() {
        if bits.isEmpty { bits = Array(repeating: 0, count: Self.window / 64) }
        place = (place + 1) % Self.window
        if isSet(place) { hedged -= 1 }
        bits[place / 64] &= ~(1 << UInt64(place % 64))
        requests = min(requests + 1, Self.window)
    }

    /// Takes one hedge for the newest request that has none.
    ///
    /// - Parameter percent: Of requests, 0 to 100.
    /// - Returns: `false` if that would be more than the share.
    public mutating func take(percent: Int) -> Bool {
        guard requests > 0, (hedged + 1) * 100 <= requests * percent else { return false }
        var free = place
        while isSet(free) { free = (free + Self.window - 1) % Self.window }
        bits[free / 64] |= 1 << UInt64(free % 64)
        hedged += 1
        return true
    }

    private func isSet(_ place: Int) -> Bool { bits[place / 64] & (1 << UInt64(place % 64)) != 0 }
}

// SPDX-License-Identifier: Apache-2.0

/// Repeats of a failed attempt on the same candidate, at once: for failures that often pass within a second. Counted per
/// endpoint, since a provider that is going down must not be asked twice as often.
struct QuickRepeats: Hashable, Sendable {
    private struct Count: Hashable, Sendable {
        var second: Int64
        var begun: Int
    }

    private var counts: [EndpointID: Count] = [:]

    /// Repeats per second and endpoint that the share does not forbid. Envoy's retry budget has the same floor
    /// (`min_retry_concurrency`, 3).
    static let floor = 3

    /// Whether this failure is to be followed by a repeat.
    ///
    /// - Parameters:
    ///   - earlier: The request's attempts before the one that failed.
    ///   - mode: Of the one that failed. A repeat is not repeated, and who looks at a block has seen enough.
    static func isDue(
        after failure: Failure, of candidate: Candidate, mode: AttemptMode, earlier: some Collection<Attempt>, policy: Policy,
        facts: RequestFacts, ledger: HealthLedger, now: Timestamp
    ) -> Bool {
        guard mode == .normal, earlier.count + 1 < policy.maxAttempts, now < facts.deadline else { return false }
        // Who says when to come back means it.
        guard failure.reset == nil, !earlier.contains(where: { $0.candidate == candidate && $0.failure?.reason != .format })
        else { return false }
        switch failure.reason.answers.again {
        case .quickly: break
        case .onFreshConnection: guard case .reset(reused: true)? = failure.fault else { return false }
        case .no, .afterRepair, .afterRefresh: return false
        }
        return ledger.standing(of: candidate, at: now) == .free && ledger.repeats.hasRoom(at: candidate.endpoint, policy, facts, now)
    }

    mutating func begin(at endpoint: EndpointID, now: Timestamp) {
        let second = now.milliseconds / 1000
        var count = counts[endpoint] ?? Count(second: second, begun: 0)
        if count.second != second { count = Count(second: second, begun: 0) }
        count.begun += 1
        counts[endpoint] = count
    }

    mutating func prune(now: Timestamp) {
        counts = counts.filter { $0.value.second == now.milliseconds / 1000 }
    }

    private func hasRoom(at endpoint: EndpointID, _ policy: Policy, _ facts: RequestFacts, _ now: Timestamp) -> Bool {
        guard let count = counts[endpoint], count.second == now.milliseconds / 1000 else { return true }
        return count.begun < max(QuickRepeats.floor, Int(Double(facts.activeRequests) * policy.quickRepeatShare))
    }
}

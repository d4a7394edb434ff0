// SPDX-License-Identifier: Apache-2.0

/// Repeats of a failed attempt on the same candidate, at once: for failures that often pass within a second. Counted per endpoint
/// while they are under way, since a provider that is going down must not be asked twice as often.
struct QuickRepeats: Hashable, Sendable {
    private struct Repeat: Hashable, Sendable {
        var holder: ReceiptID
        /// From then on it is not counted, whoever made it.
        var endsAt: Timestamp
    }

    /// By the endpoint's mark.
    private var underWay: [UInt64: [Repeat]] = [:]
    /// Attempts under way, by the endpoint's mark; empty where nobody counts them.
    private var attempts: [UInt64: Int] = [:]

    /// Repeats at once at an endpoint that the share does not forbid. Envoy's retry budget has the same floor
    /// (`min_retry_concurrency`, 3).
    static let floor = 3

    var isEmpty: Bool { underWay.isEmpty }

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
        return ledger.standing(of: candidate, at: now) == .free && ledger.repeats.hasRoom(at: candidate, policy, facts, now)
    }

    /// Notes a repeat that comes, or keeps the note that was made when it was decided.
    mutating func take(at candidate: Candidate, for holder: ReceiptID, until endsAt: Timestamp, now: Timestamp) {
        var here = underWay[candidate.marks.endpoint] ?? []
        here.removeAll { !Lease.isHeld(until: $0.endsAt, at: now) || $0.holder == holder }
        here.append(Repeat(holder: holder, endsAt: endsAt))
        underWay[candidate.marks.endpoint] = here
    }

    /// One has ended. Which of them makes no difference.
    mutating func giveBack(at candidate: Candidate) {
        guard var here = underWay[candidate.marks.endpoint], !here.isEmpty else { return }
        here.removeFirst()
        underWay[candidate.marks.endpoint] = here.isEmpty ? nil : here
    }

    mutating func prune(now: Timestamp) {
        underWay = underWay.compactMapValues { all in
            let left = all.filter { Lease.isHeld(until: $0.endsAt, at: now) }
            return left.isEmpty ? nil : left
        }
    }

    private func hasRoom(at candidate: Candidate, _ policy: Policy, _ facts: RequestFacts, _ now: Timestamp) -> Bool {
        guard let here = underWay[candidate.marks.endpoint] else { return true }
        let held = here.filter { Lease.isHeld(until: $0.endsAt, at: now) }
        if held.contains(where: { $0.holder == facts.id }) { return true }
        let active = attempts[candidate.marks.endpoint] ?? facts.activeRequests
        return held.count < max(QuickRepeats.floor, Int(Double(active) * policy.quickRepeatShare))
    }

    // MARK: Attempts under way

    fileprivate mutating func began(at candidate: Candidate) { attempts[candidate.marks.endpoint, default: 0] += 1 }

    fileprivate mutating func ended(at candidate: Candidate) {
        guard let index = attempts.index(forKey: candidate.marks.endpoint) else { return }
        attempts.values[index] -= 1
        // A handful of endpoints may stay with a zero; more are forgotten.
        if attempts.values[index] <= 0 && attempts.count > 64 { attempts.remove(at: index) }
    }
}

extension HealthLedger {
    /// Counts an attempt that is under way from now on. Whoever counts them calls `ended` for each, however it ends; who never does
    /// leaves the share of quick repeats to `RequestFacts.activeRequests`.
    public mutating func began(_ candidate: Candidate) { repeats.began(at: candidate) }

    public mutating func ended(_ candidate: Candidate) { repeats.ended(at: candidate) }
}

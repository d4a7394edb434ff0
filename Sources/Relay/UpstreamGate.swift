// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How many requests may be under way at once. One more is refused at once with 503: to wait in a queue would only make the
/// client's own timeout the judge.
public final class UpstreamGate: Sendable {
    private let limit: Int
    private let active = Atomic<Int>(0)

    public init(limit: Int) { self.limit = limit }

    public var inFlight: Int { active.load(ordering: .relaxed) }

    /// `false` when the limit is reached; else `leave` must follow.
    func enter() -> Bool {
        if active.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { active.subtract(1, ordering: .relaxed) }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization

/// How many of this process's requests were hedged.
final class SharedHedgeBudget: Sendable {
    private let budget = Mutex(HedgeBudget())

    /// A request that might be hedged has begun.
    func began() { budget.withLock { $0.began() } }

    /// - Parameter percent: The share of requests that may be hedged.
    /// - Returns: `false` if one more would be too many.
    func take(percent: Int) -> Bool { budget.withLock { $0.take(percent: percent) } }
}

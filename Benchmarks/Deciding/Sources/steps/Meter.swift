// SPDX-License-Identifier: Apache-2.0
import CAllocations
import Glibc

/// What one call of something costs.
struct Cost {
    /// Of the CPU, in the fastest of many batches: other programs only ever make one slower.
    var nanoseconds: Double
    /// Blocks of memory asked for.
    var allocations: Double

    /// - Parameters:
    ///   - batches: The fastest counts.
    ///   - calls: In a batch.
    ///   - prepared: A fresh state for each call; making it is not measured.
    static func of<State>(batches: Int = 60, calls: Int = 500, prepared: () -> State, _ body: (inout State) -> Void) -> Cost {
        var best = Double.infinity
        var blocks = 0.0
        for _ in 0..<batches {
            var states = (0..<calls).map { _ in prepared() }
            let (began, before) = (now(), CAllocations.allocations())
            for index in states.indices { body(&states[index]) }
            let (ended, after) = (now(), CAllocations.allocations())
            best = min(best, Double(ended - began) / Double(calls))
            blocks = Double(after - before) / Double(calls)
        }
        return Cost(nanoseconds: best, allocations: blocks)
    }

    /// CPU time of this thread, in nanoseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

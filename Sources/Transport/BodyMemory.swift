// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How much memory the bodies of unfinished requests may take together, over all loops.
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    var inUse: Int { used.load(ordering: .relaxed) }

    /// A share that is given back when it is let go.
    func share() -> Share { Share(of: self) }

    /// What one request holds. Confined to its connection's loop, and released wherever the last holder is.
    final class Share: @unchecked Sendable {
        private let memory: BodyMemory
        private var bytes = 0

        fileprivate init(of memory: BodyMemory) { self.memory = memory }

        deinit {
            if bytes > 0 { memory.used.subtract(bytes, ordering: .relaxed) }
        }

        /// Whether `count` bytes could be kept now. Nothing is set aside for a body that is announced: it may never come.
        func fits(_ count: Int) -> Bool { memory.inUse - bytes + count <= memory.limit }

        /// Grows to `count` bytes. `false`, and no change, when that is over the limit.
        func grow(to count: Int) -> Bool {
            guard count > bytes else { return true }
            let more = count - bytes
            if memory.used.add(more, ordering: .relaxed).newValue > memory.limit {
                memory.used.subtract(more, ordering: .relaxed)
                return false
            }
            bytes = count
            return true
        }
    }
}

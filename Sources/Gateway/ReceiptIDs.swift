// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Transport

/// Makes receipt ids. Asks the system for chance by the page, not for each id: that would be two system calls a request.
final class ReceiptIDs: Sendable {
    private struct Chance: RandomNumberGenerator {
        private var words: [UInt64] = []

        mutating func next() -> UInt64 {
            if words.isEmpty {
                let bytes = Digest.randomBytes(4096)
                words = stride(from: 0, to: bytes.count, by: 8).map { start in bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }
                }
            }
            return words.removeLast()
        }
    }

    private let chance = Mutex(Chance())

    func make(at now: Timestamp) -> ReceiptID { chance.withLock { ReceiptID.make(at: now, using: &$0) } }
}

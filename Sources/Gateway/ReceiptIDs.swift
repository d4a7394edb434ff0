// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization
import Transport

/// Makes receipt ids, each one sorting behind those before it, also within a millisecond. Asks the system for chance by the page, not for each id: that would be two system calls a request.
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

    private struct State {
        var chance = Chance()
        var last = ReceiptID.Bits(high: 0, low: 0)
    }

    private let state = Mutex(State())

    func make(at now: Timestamp) -> ReceiptID {
        state.withLock { state in
            let milliseconds = UInt64(clamping: now.milliseconds) & 0xFFFF_FFFF_FFFF
            var high = milliseconds << 16
            let following = state.last.high + 2
            if state.last.high >> 16 == milliseconds, following >> 16 == milliseconds {
                high = following
            } else {
                // Half of what chance may be, so that there is room behind it. By twos: `ReceiptNumber` looks at 15 bits of it.
                high |= state.chance.next() & 0x7FFF
            }
            state.last = ReceiptID.Bits(high: high, low: state.chance.next())
            return ReceiptID(state.last)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What differs between two states of a ledger: for another process that has one of its own.
public struct LedgerChange: Hashable, Sendable {
    /// New ones, and new states of old ones.
    public var blocks: [Block]
    /// As they were when they were lifted.
    public var lifted: [Block]

    public init(blocks: [Block] = [], lifted: [Block] = []) {
        self.blocks = blocks
        self.lifted = lifted
    }

    init(from before: [Block], to after: [Block]) {
        let old = Dictionary(before.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        let new = Set(after.map(\.key))
        blocks = after.filter { old[$0.key] != $0 }
        lifted = before.filter { !new.contains($0.key) }
    }

    var isEmpty: Bool { blocks.isEmpty && lifted.isEmpty }

    /// A block that the other process has opened since stays.
    func apply(to ledger: inout HealthLedger, now: Timestamp) {
        for block in lifted {
            guard let own = ledger.unorderedBlocks.first(where: { $0.key == block.key }), own.since <= block.since else { continue }
            ledger.clear(own.key)
        }
        ledger.merge(blocks, now: now)
    }
}

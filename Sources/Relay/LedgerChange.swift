// SPDX-License-Identifier: Apache-2.0
import Failover

/// What differs between two states of a ledger: for another process that has one of its own.
public struct LedgerChange: Hashable, Sendable {
    /// New ones, and new states of old ones.
    public var blocks: [Block]
    /// As they were when they were lifted.
    public var lifted: [Block]
    /// By the owner: new ones, and new ends of old ones.
    public var paused: [Pause]
    public var resumed: [CredentialID]

    public init(blocks: [Block] = [], lifted: [Block] = [], paused: [Pause] = [], resumed: [CredentialID] = []) {
        self.blocks = blocks
        self.lifted = lifted
        self.paused = paused
        self.resumed = resumed
    }

    init(from before: [Block], to after: [Block]) {
        let old = Dictionary(before.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        let new = Set(after.map(\.key))
        self.init(blocks: after.filter { old[$0.key] != $0 }, lifted: before.filter { !new.contains($0.key) })
    }

    mutating func note(_ before: [Pause], _ after: [Pause]) {
        paused = after.filter { !before.contains($0) }
        let kept = Set(after.map(\.credential))
        resumed = before.map(\.credential).filter { !kept.contains($0) }
    }

    var isEmpty: Bool { blocks.isEmpty && lifted.isEmpty && !decides }

    /// Whether it holds a decision of the owner's.
    var decides: Bool { !paused.isEmpty || !resumed.isEmpty }

    /// A block that the other process has opened since stays.
    func apply(to ledger: inout HealthLedger, now: Timestamp) {
        for block in lifted {
            guard let own = ledger.unorderedBlocks.first(where: { $0.key == block.key }), own.since <= block.since else { continue }
            ledger.clear(own.key)
        }
        ledger.merge(blocks, now: now)
        for credential in resumed { ledger.resume(credential, at: now) }
        for pause in paused { ledger.pause(pause.credential, at: now, until: pause.until) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What is blocked, on which scope, why, until when.
///
/// A value: whoever shares it puts it behind a lock. `HealthLedger+Record.swift` has what failures do to it,
/// `HealthLedger+Success.swift` what successes do, `HalfOpen.swift` how a block that has ended is looked at.
public struct HealthLedger: Hashable, Sendable {
    /// By `ScopeKey.mark`. Ended ones stay until a success or `prune` removes them: they remember the ladder's step.
    private(set) var entries: [UInt64: Block] = [:]
    /// The last success within a wider scope that failures of narrower ones could block. A failure before it proves nothing.
    var proofs: [UInt64: Timestamp] = [:]
    /// What its owner has taken out of use (`HealthLedger+Pause.swift`).
    var paused: [CredentialID: Pause] = [:]
    /// By `ScopeKey.mark`: what has just come back (`Return.swift`).
    var returns: [UInt64: Return] = [:]
    var network = NetworkTrouble()
    var repeats = QuickRepeats()

    /// Blocks at most. Model names can come from clients, so their number needs a bound.
    static let limit = 10_000

    public init() {}

    /// A ledger as it was kept. Leases are void: their holders are gone. What has had no failure for `failureWindow` is left out.
    public init(
        restoring blocks: [Block], pauses: [Pause] = [], now: Timestamp, failureWindow: Duration = Policy.standard.failureWindow
    ) {
        merge(blocks, now: now)
        restore(pauses, now: now)
        prune(now: now, failureWindow: failureWindow)
    }

    /// Whether there is nothing to look up and nothing that a success could change.
    public var isEmpty: Bool { entries.isEmpty && returns.isEmpty && network.isQuiet && repeats.isEmpty }

    /// All blocks, open and half open, those that end first before the others.
    public var blocks: [Block] {
        entries.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }.map(\.value)
    }

    /// The same in no order: for who keeps them all at each change.
    public var unorderedBlocks: [Block] { Array(entries.values) }

    /// The block that keeps `candidate` from being used by just any request: the one that ends last, or one that has ended and is
    /// being looked at under a lease.
    public func block(on candidate: Candidate, at now: Timestamp) -> Block? {
        if entries.isEmpty { return nil }
        var last: Block?
        for place in 0..<ScopeMarks.count {
            guard let block = entry(place, of: candidate), block.isOpen(at: now) || block.lease(at: now) != nil else { continue }
            // One that has ended may name a later end, of a clock that has been set back since.
            let isLater = last.map { ($0.isOpen(at: now) ? 1 : 0, $0.until) <= (block.isOpen(at: now) ? 1 : 0, block.until) } ?? true
            if isLater { last = block }
        }
        return last
    }

    // MARK: Changes from outside

    /// Forgets all that is held against a credential, with any model: its secret is new, or its owner says so.
    public mutating func clear(credential: CredentialID) {
        remove { $0.key.concerns(credential) }
        returns = returns.filter { !$0.value.key.concerns(credential) }
    }

    /// Forgets one block.
    public mutating func clear(_ key: ScopeKey) {
        remove { $0.key == key }
        returns[key.mark] = nil
    }

    /// Forgets which models were not found: the configuration has changed.
    public mutating func clearModels() { remove { $0.reason == .modelNotFound } }

    /// Forgets everything but what its owner has paused, and what is under way.
    public mutating func clearAll() {
        var clean = HealthLedger()
        (clean.paused, clean.repeats) = (paused, repeats)
        self = clean
    }

    /// Takes over blocks that another process, or this one in an earlier life, has kept. Of two on one scope the one that ends
    /// last stays, unless it was written by a clock that has been set back since.
    public mutating func merge(_ blocks: [Block], now: Timestamp) {
        for var block in blocks {
            block.lease = nil
            if let own = entries[block.key.mark], own.key == block.key,
                own.isOpen(at: now) && !block.isOpen(at: now) || own.isOpen(at: now) == block.isOpen(at: now) && own.until >= block.until
            {
                continue
            }
            insert(block, now: now)
        }
    }

    /// Drops blocks that ended more than `failureWindow` ago, so that their ladders begin anew, and what else is over.
    public mutating func prune(now: Timestamp, failureWindow: Duration = Policy.standard.failureWindow) {
        // A block of another clock may say that it ends in a year, and has ended as well.
        remove { !$0.isOpen(at: now) && (now - $0.until > failureWindow || $0.since - now > failureWindow) }
        pruneProofs()
        if !returns.isEmpty { returns = returns.filter { !$0.value.isOver(at: now) } }
        repeats.prune(now: now)
        if !paused.isEmpty { paused = paused.filter { !$0.value.isOver(at: now) } }
    }

    // MARK: Entries

    func entry(_ scope: Scope, of candidate: Candidate) -> Block? { entry(candidate.marks[scope], covering: candidate) }

    /// - Parameter place: Of the scope, 0 to 3, in the order of `Scope.allCases`.
    func entry(_ place: Int, of candidate: Candidate) -> Block? { entry(candidate.marks[place], covering: candidate) }

    private func entry(_ mark: UInt64, covering candidate: Candidate) -> Block? {
        guard let index = entries.index(forKey: mark), entries.values[index].key.covers(candidate) else { return nil }
        return entries.values[index]
    }

    mutating func insert(_ block: Block, now: Timestamp) {
        let mark = block.key.mark
        if entries.count >= HealthLedger.limit && entries[mark] == nil {
            // The least is lost with what has ended, or ends first.
            prune(now: now, failureWindow: .zero)
            if entries.count >= HealthLedger.limit, let first = entries.min(by: { $0.value.until < $1.value.until }) {
                entries[first.key] = nil
            }
        }
        entries[mark] = block
        returns[mark] = nil
        noteWitness(block.key, block.reason)
    }

    mutating func remove(_ key: ScopeKey) { entries[key.mark] = nil }

    /// Notes that a window of the candidate, if this is one, has seen an early try in this quarter of it.
    mutating func markEarlyTry(_ mark: UInt64, of candidate: Candidate, at now: Timestamp) {
        guard let index = entries.index(forKey: mark), entries.values[index].key.covers(candidate) else { return }
        if entries.values[index].isOpen(at: now) { entries.values[index].earlyQuarter = entries.values[index].quarter(at: now) }
    }

    /// Changes a block in its place.
    mutating func update(_ key: ScopeKey, _ change: (inout Block) -> Void) {
        guard let index = entries.index(forKey: key.mark), entries.values[index].key == key else { return }
        change(&entries.values[index])
    }

    private mutating func remove(_ isObsolete: (Block) -> Bool) {
        guard entries.values.contains(where: isObsolete) else { return }
        entries = entries.filter { !isObsolete($0.value) }
    }
}

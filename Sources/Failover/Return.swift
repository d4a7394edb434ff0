// SPDX-License-Identifier: Apache-2.0

/// A scope that answers again after a block, and gets its load back step by step: two attempts at once after the look that found it
/// well, then twice as many with each success, until it is free.
///
/// It belongs to this process and this evening: it is not stored, and is over when nothing has been heard for a minute.
public struct Return: Hashable, Sendable {
    public var key: ScopeKey
    /// Of the block that has ended.
    public var reason: Reason
    /// Attempts at once, 2 to `widest`. More than these pass by while another candidate is ready.
    public private(set) var width = 2
    /// When the attempt began that found it well: what began earlier and fails later says nothing any more.
    let provenFrom: Timestamp
    private var heardAt: Timestamp
    private var slots: [Slot] = []

    private struct Slot: Hashable, Sendable {
        var lease: LeaseMark
        var hasAnswered: Bool
    }

    /// Beyond that many at once a scope is free.
    public static let widest = 16
    /// Without an attempt or an answer for so long it is free, too.
    static let memory = Duration.seconds(60)
    /// More need not be remembered: the scope is crowded, and their successes add nothing.
    private static let slotLimit = 2 * widest

    init(of block: Block, provenFrom: Timestamp, now: Timestamp) {
        key = block.key
        reason = block.reason
        self.provenFrom = provenFrom
        heardAt = now
    }

    func isOver(at now: Timestamp) -> Bool {
        let silence = (now - heardAt).wholeMilliseconds
        guard silence > Return.memory.wholeMilliseconds || silence < -Return.memory.wholeMilliseconds else { return false }
        return !slots.contains { $0.lease.isHeld(at: now) }
    }

    func hasRoom(at now: Timestamp) -> Bool { slots.count < width || slots.count { $0.lease.isHeld(at: now) } < width }

    mutating func take(_ lease: LeaseMark, hasAnswered: Bool = false, now: Timestamp) {
        slots.removeAll { !$0.lease.isHeld(at: now) }
        heardAt = now
        if slots.count < Return.slotLimit { slots.append(Slot(lease: lease, hasAnswered: hasAnswered)) }
    }

    mutating func giveBack(_ lease: LeaseMark) { slots.removeAll { $0.lease == lease } }

    /// An attempt that holds a slot has answered: counts once.
    ///
    /// - Returns: Whether the scope is free now.
    mutating func answered(_ lease: LeaseMark, now: Timestamp) -> Bool {
        guard let place = slots.firstIndex(where: { $0.lease == lease && !$0.hasAnswered }) else { return false }
        slots[place].hasAnswered = true
        heardAt = now
        width *= 2
        return width > Return.widest
    }
}

/// Who holds a lease, and until when.
struct LeaseMark: Hashable, Sendable {
    var holder: ReceiptID
    var endsAt: Timestamp

    init(_ lease: Lease) {
        holder = lease.holder
        endsAt = lease.endsAt
    }

    func isHeld(at now: Timestamp) -> Bool { Lease.isHeld(until: endsAt, at: now) }
}

extension HealthLedger {
    /// Scopes that get their load back, in no order.
    public func returning(at now: Timestamp) -> [Return] { returns.values.filter { !$0.isOver(at: now) } }

    func returning(_ mark: UInt64, of candidate: Candidate, at now: Timestamp) -> Return? {
        guard let index = returns.index(forKey: mark) else { return nil }
        let found = returns.values[index]
        return found.key.covers(candidate) && !found.isOver(at: now) ? found : nil
    }

    /// Whether an attempt of `candidate` would be one more than a scope of it takes now; `nil`: none of them is just returning.
    func isCrowded(_ candidate: Candidate, at now: Timestamp) -> Bool? {
        if returns.isEmpty { return nil }
        var isReturning = false
        for place in 0..<ScopeMarks.count {
            guard let index = returns.index(forKey: candidate.marks[place]), returns.values[index].key.covers(candidate),
                !returns.values[index].isOver(at: now)
            else { continue }
            if !returns.values[index].hasRoom(at: now) { return true }
            isReturning = true
        }
        return isReturning ? false : nil
    }

    /// A look, or an early try, has found `block` to be over.
    mutating func beginReturn(_ block: Block, by mode: AttemptMode, startedAt: Timestamp, now: Timestamp) {
        if returns.count >= HealthLedger.limit { returns = returns.filter { !$0.value.isOver(at: now) } }
        if returns.count >= HealthLedger.limit { return }
        var new = Return(of: block, provenFrom: startedAt, now: now)
        // A lease that was not for this block would not give the slot back.
        if let lease = mode.lease, lease.keys.contains(block.key) { new.take(LeaseMark(lease), hasAnswered: true, now: now) }
        returns[block.key.mark] = new
    }

    /// An attempt that took a slot has answered. For `malformed` only the end of its reply counts.
    mutating func widenReturns(_ lease: Lease, now: Timestamp, endIsProven: Bool) {
        if returns.isEmpty { return }
        for key in lease.keys {
            let mark = key.mark
            guard let found = returns[mark], found.key == key, endIsProven || found.reason != .malformed else { continue }
            if returns[mark]?.answered(LeaseMark(lease), now: now) == true { returns[mark] = nil }
        }
    }

    /// Whether a failure of an attempt that began at `startedAt` is old news: a later attempt has found the scope well.
    func isOutdated(_ key: ScopeKey, startedAt: Timestamp, at now: Timestamp) -> Bool {
        if returns.isEmpty { return false }
        guard let found = returns[key.mark], found.key == key, !found.isOver(at: now) else { return false }
        return startedAt < found.provenFrom
    }
}

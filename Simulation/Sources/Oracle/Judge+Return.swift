// SPDX-License-Identifier: Apache-2.0

/// A scope that answers again after a block: two attempts at once, then twice as many with each success, until it is free.
struct Return: Sendable {
    var reason: Reason
    var width = 2
    /// When the attempt began that found it well.
    var provenFrom: Int64
    var heardAt: Int64
    var slots: [Slot] = []
    /// The clock was set since: whether it is over, or was and is forgotten, cannot be told.
    var isVague = false

    struct Slot: Sendable {
        var request: Int
        var endsAt: Int64
        var hasAnswered: Bool
    }

    static let widest = 16
    static let memory: Int64 = 60_000

    func isHeld(_ slot: Slot, _ now: Int64) -> Bool { now < slot.endsAt && slot.endsAt - now <= Judge.longestLease }

    /// Nothing was heard of it for a minute, and nobody is at it.
    func isOver(_ now: Int64) -> Bool {
        abs(now - heardAt) > Return.memory && !slots.contains { isHeld($0, now) }
    }

    func isCrowded(_ now: Int64) -> Bool { slots.count { isHeld($0, now) } >= width }
}

extension Judge {
    /// Of the scopes of a candidate that are just returning: whether one has as many requests as it takes; `nil`: there are none.
    func crowd(_ candidate: Candidate, _ now: Int64) -> Bool? {
        if returns.isEmpty { return nil }
        var crowd: Bool?
        for scope in Candidate.scopes {
            guard let found = returns[candidate.key(scope)], !found.isOver(now) else { continue }
            crowd = (crowd ?? false) || found.isCrowded(now)
        }
        return crowd
    }

    func hasVagueReturn(_ candidate: Candidate) -> Bool {
        !returns.isEmpty && Candidate.scopes.contains { returns[candidate.key($0)]?.isVague ?? false }
    }

    /// A look, or an early try, has found a block to be over.
    mutating func beginReturn(_ key: Key, _ window: Window, _ slot: Int, _ tried: Tried, _ now: Int64) {
        if case .normal = tried.mode { return }
        var new = Return(reason: window.reason, provenFrom: tried.startedAt, heardAt: now)
        if let endsAt = tried.mode.lease, tried.looks.contains(key) {
            new.slots = [Return.Slot(request: requests[slot].facts.number, endsAt: endsAt, hasAnswered: true)]
        }
        returns[key] = new
    }

    mutating func takeSlots(_ slot: Int, _ candidate: Candidate, _ endsAt: Int64, _ now: Int64) {
        for scope in Candidate.scopes {
            // One that is over may not be so by tomorrow's clock.
            guard let found = returns[candidate.key(scope)], !found.isOver(now) else { continue }
            returns[candidate.key(scope)]?.slots.removeAll { !found.isHeld($0, now) }
            returns[candidate.key(scope)]?.heardAt = now
            returns[candidate.key(scope)]?.slots.append(
                Return.Slot(request: requests[slot].facts.number, endsAt: endsAt, hasAnswered: false))
        }
    }

    /// An attempt that holds a slot has answered: counts once, and for malformed replies only when the end is proven.
    mutating func widenReturns(_ slot: Int, _ candidate: Candidate, endIsProven: Bool, _ now: Int64) {
        let number = requests[slot].facts.number
        for scope in Candidate.scopes {
            let key = candidate.key(scope)
            guard let found = returns[key], endIsProven || found.reason != .malformed,
                let place = found.slots.firstIndex(where: { $0.request == number && !$0.hasAnswered })
            else { continue }
            returns[key]?.slots[place].hasAnswered = true
            returns[key]?.heardAt = now
            returns[key]?.width *= 2
            if found.width * 2 > Return.widest { returns[key] = nil }
        }
    }

    /// The attempt under way may take longer to speak than was thought, and what it holds lasts as long.
    public mutating func extended(_ slot: Int, endsAt: Int64, limit: Int64, at now: Int64) {
        guard let place = requests[slot].attempts.indices.last else { return }
        let candidate = requests[slot].links[requests[slot].attempts[place].link].candidate
        let number = requests[slot].facts.number
        if endsAt > now + limit + Judge.leaseSlack { object(.recovery, slot, "holds a lease for \(endsAt - now) ms") }
        switch requests[slot].attempts[place].mode {
        case .halfOpen: requests[slot].attempts[place].mode = .halfOpen(endsAt: endsAt)
        case .returning: requests[slot].attempts[place].mode = .returning(endsAt: endsAt)
        case .normal, .quickRepeat, .early: return
        }
        for scope in Candidate.scopes {
            let key = candidate.key(scope)
            if windows[key]?.lease?.request == number { windows[key]?.lease?.endsAt = endsAt }
            if let held = returns[key]?.slots.firstIndex(where: { $0.request == number }) { returns[key]?.slots[held].endsAt = endsAt }
        }
    }
}

extension Mode {
    /// Until when it holds what it holds.
    var lease: Int64? {
        switch self {
        case .halfOpen(let endsAt), .returning(let endsAt): endsAt
        case .normal, .quickRepeat, .early: nil
        }
    }
}

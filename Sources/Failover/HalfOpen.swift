// SPDX-License-Identifier: Apache-2.0

/// How a candidate stands at one moment, for one request.
enum Standing: Hashable, Sendable {
    case free
    /// It has just come back, and takes one more.
    case returning
    /// It has just come back, and has as many as it takes now: used if nobody else is ready.
    case crowded
    /// Its blocks have ended and nobody is looking: whoever takes the lease may try it.
    case halfOpen
    /// Its blocks have ended and another request is looking.
    case leased
    /// A window is open.
    case blocked
    /// Its owner has taken it out of use.
    case paused

    /// Whether a request may go to it now.
    var isOpen: Bool {
        switch self {
        case .free, .returning, .crowded, .halfOpen: true
        case .leased, .blocked, .paused: false
        }
    }
}

extension HealthLedger {
    /// Four look-ups by number, and none at all in an empty ledger.
    func standing(of candidate: Candidate, at now: Timestamp) -> Standing {
        if pause(of: candidate.credential, at: now) != nil { return .paused }
        if entries.isEmpty && returns.isEmpty { return .free }
        var standing = Standing.free
        for place in 0..<ScopeMarks.count {
            guard let index = entries.index(forKey: candidate.marks[place]), entries.values[index].key.covers(candidate) else { continue }
            if entries.values[index].isOpen(at: now) { return .blocked }
            if entries.values[index].lease(at: now) != nil {
                standing = .leased
            } else if standing == .free {
                standing = .halfOpen
            }
        }
        if standing == .leased { return .leased }
        return switch isCrowded(candidate, at: now) {
        case nil: standing
        case true?: .crowded
        case false?: standing == .halfOpen ? .halfOpen : .returning
        }
    }

    /// Takes the lease on all ended blocks of a candidate, and a slot at each scope of it that has just come back.
    ///
    /// - Parameter endsAt: Cut at an hour from now.
    mutating func takeLease(on candidate: Candidate, for holder: ReceiptID, until endsAt: Timestamp, now: Timestamp) -> AttemptMode {
        var lease = Lease(holder: holder, endsAt: min(endsAt, now + Lease.longest), keys: [])
        for place in 0..<ScopeMarks.count {
            if let block = entry(place, of: candidate) { lease.keys.append(block.key) }
        }
        let looks = !lease.keys.isEmpty
        for place in 0..<ScopeMarks.count {
            guard let found = returning(candidate.marks[place], of: candidate, at: now) else { continue }
            lease.keys.append(found.key)
        }
        if lease.keys.isEmpty { return .normal }
        hold(lease, now: now)
        return looks ? .halfOpen(lease) : .returning(lease)
    }

    private mutating func hold(_ lease: Lease, now: Timestamp) {
        for key in lease.keys {
            update(key) { $0.lease = lease }
            if returns[key.mark]?.key == key { returns[key.mark]?.take(LeaseMark(lease), now: now) }
        }
    }

    /// Lets what an attempt holds last as long as that attempt may take to speak.
    ///
    /// - Returns: What it holds from now on; `mode` itself where it holds nothing, or nothing any more.
    public mutating func extend(_ mode: AttemptMode, until endsAt: Timestamp, now: Timestamp) -> AttemptMode {
        guard let old = mode.lease, endsAt > old.endsAt else { return mode }
        var new = old
        new.endsAt = min(endsAt, now + Lease.longest)
        let isHeld = old.keys.contains { key in
            (entries[key.mark].map { $0.key == key && $0.lease == old } ?? false) || returns[key.mark]?.key == key
        }
        guard isHeld else { return mode }
        giveBack(old, now: now)
        hold(new, now: now)
        return if case .halfOpen = mode { .halfOpen(new) } else { .returning(new) }
    }

    /// Gives a lease back without a verdict: the request was cancelled, or failed for a reason that proves nothing here.
    public mutating func giveBack(_ lease: Lease, now: Timestamp) {
        for key in lease.keys {
            update(key) { if $0.lease == lease { $0.lease = nil } }
            if !returns.isEmpty, returns[key.mark]?.key == key { returns[key.mark]?.giveBack(LeaseMark(lease)) }
        }
    }

    /// Gives back whatever an attempt holds, without a verdict. Every end of an attempt does, this is for those that say nothing.
    public mutating func giveBack(_ mode: AttemptMode, of candidate: Candidate, now: Timestamp) {
        if mode == .quickRepeat { repeats.giveBack(at: candidate) }
        if let lease = mode.lease { giveBack(lease, now: now) }
    }

    /// Marks an early try of a blocked candidate, if there may be one.
    ///
    /// - Returns: Whether each window in its way is without a provider's own word, may end by itself, was not opened by this very
    ///   request, and has seen no early try in this quarter of it.
    mutating func takeEarlyTry(of candidate: Candidate, for request: ReceiptID, at now: Timestamp) -> Bool {
        if pause(of: candidate.credential, at: now) != nil { return false }
        var isBlocked = false
        for place in 0..<ScopeMarks.count {
            guard let index = entries.index(forKey: candidate.marks[place]), entries.values[index].key.covers(candidate) else { continue }
            guard entries.values[index].isOpen(at: now) else {
                // Somebody is looking at this one already.
                if entries.values[index].lease(at: now) != nil { return false }
                continue
            }
            guard entries.values[index].takesEarlyTry(of: request, at: now) else { return false }
            isBlocked = true
        }
        guard isBlocked else { return false }
        for place in 0..<ScopeMarks.count { markEarlyTry(candidate.marks[place], of: candidate, at: now) }
        return true
    }
}

extension Block {
    /// Whether a request may try before this window has ended.
    fileprivate func takesEarlyTry(of request: ReceiptID, at now: Timestamp) -> Bool {
        guard length == .ladder, reason != .authPermanent, evidence.receipt != request else { return false }
        return earlyQuarter.map { $0 < quarter(at: now) } ?? true
    }

    /// Which quarter of its window `now` is in, 0 to 3.
    func quarter(at now: Timestamp) -> Int {
        let length = max(1, (until - since).wholeMilliseconds)
        let passed = max(0, (now - since).wholeMilliseconds)
        return Int(min(3, passed / max(1, length / 4)))
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How a candidate stands at one moment, for one request.
enum Standing: Hashable, Sendable {
    case free
    /// Its blocks have ended and nobody is looking: whoever takes the lease may try it.
    case halfOpen
    /// Its blocks have ended and another request is looking.
    case leased
    /// A window is open.
    case blocked
    /// Its owner has taken it out of use.
    case paused
}

extension HealthLedger {
    /// Four look-ups by number, and none at all in an empty ledger.
    func standing(of candidate: Candidate, at now: Timestamp) -> Standing {
        if pause(of: candidate.credential, at: now) != nil { return .paused }
        if entries.isEmpty { return .free }
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
        return standing
    }

    /// Takes the lease on all ended blocks of a candidate that stands `halfOpen`.
    mutating func takeLease(on candidate: Candidate, for holder: ReceiptID, until endsAt: Timestamp) -> Lease {
        let keys = Scope.allCases.compactMap { entry($0, of: candidate)?.key }
        let lease = Lease(holder: holder, endsAt: endsAt, keys: keys)
        for key in keys { update(key) { $0.lease = lease } }
        return lease
    }

    /// Gives a lease back without a verdict: the request was cancelled, or failed for a reason that proves nothing here.
    public mutating func giveBack(_ lease: Lease, now: Timestamp) {
        for key in lease.keys { update(key) { if $0.lease == lease { $0.lease = nil } } }
    }

    /// Marks an early try of a blocked candidate, if there may be one.
    ///
    /// - Returns: Whether each window in its way is without a provider's own word, may end by itself, was not opened by this very
    ///   request, and has seen no early try in this quarter of it.
    mutating func takeEarlyTry(of candidate: Candidate, for request: ReceiptID, at now: Timestamp) -> Bool {
        if pause(of: candidate.credential, at: now) != nil { return false }
        var keys: [ScopeKey] = []
        for scope in Scope.allCases {
            guard let block = entry(scope, of: candidate) else { continue }
            guard block.isOpen(at: now) else {
                // Somebody is looking at this one already.
                if block.lease(at: now) != nil { return false }
                continue
            }
            guard block.length == .ladder, block.evidence.receipt != request else { return false }
            if let last = block.earlyQuarter, last >= block.quarter(at: now) { return false }
            keys.append(block.key)
        }
        for key in keys { update(key) { $0.earlyQuarter = $0.quarter(at: now) } }
        return !keys.isEmpty
    }
}

extension Block {
    /// Which quarter of its window `now` is in, 0 to 3.
    func quarter(at now: Timestamp) -> Int {
        let length = max(1, (until - since).wholeMilliseconds)
        let passed = max(0, (now - since).wholeMilliseconds)
        return Int(min(3, passed / max(1, length / 4)))
    }
}

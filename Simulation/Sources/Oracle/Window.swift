// SPDX-License-Identifier: Apache-2.0

/// What is known of a block from outside. Its end is between two moments: some windows open without being told of.
struct Window: Sendable {
    var reason: Reason
    var since: Int64
    /// Before it, it is open for sure.
    var earliest: Int64
    /// From it on, it has ended for sure.
    var latest: Int64
    /// The highest step of the ladder that this window can be.
    var step = 0
    /// A ladder's step, and not the provider's word or for ever.
    var byLadder: Bool
    /// The request that opened it.
    var opener: Int
    /// Who looks whether it is over, and until when.
    var lease: (request: Int, endsAt: Int64)?
    /// When requests tried within it.
    var earlyTries: [Int64] = []
    /// It opened without being told of, or one before it is still open: which of the two cannot be told.
    var isVague = false
    /// It was made longer after it had opened, so its quarters are not those that earlier tries were counted in.
    var isStretched = false

    /// A window that begins more than a minute from now is of a clock that has been set back.
    func isOfAnotherClock(_ now: Int64) -> Bool { since - now > 60_000 }
    func isSurelyOpen(_ now: Int64) -> Bool { now < earliest && !isOfAnotherClock(now) }
    func mayBeOpen(_ now: Int64) -> Bool { now < latest && (isVague || !isOfAnotherClock(now)) }

    func isLeased(_ now: Int64) -> Bool {
        lease.map { now < $0.endsAt && $0.endsAt - now <= Judge.longestLease } ?? false
    }

    /// One early try per quarter of a window. Quarters of whole milliseconds: a few of them are forgiven.
    func mayBeTriedEarly(_ now: Int64) -> Bool {
        guard byLadder else { return false }
        guard let last = earlyTries.last else { return true }
        if earliest != latest || isStretched || isVague { return true }
        return quarter(now + 8) > quarter(last)
    }

    func mustBeTriedEarly(_ now: Int64) -> Bool {
        guard byLadder, earliest == latest, !isStretched, !isVague else { return false }
        guard let last = earlyTries.last else { return true }
        return quarter(now - 8) > quarter(last + 8)
    }

    private func quarter(_ now: Int64) -> Int64 { min(3, max(0, now - since) * 4 / max(1, latest - since)) }
}

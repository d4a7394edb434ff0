// SPDX-License-Identifier: Apache-2.0

extension Judge {
    /// The attempt under way has failed, and the ledger says what it made of it.
    public mutating func failed(_ slot: Int, _ failed: Failed, effects: [Effect], at now: Int64) {
        guard let place = requests[slot].attempts.indices.last else { return }
        giveBack(slot)
        let tried = requests[slot].attempts[place]
        requests[slot].attempts[place].repairIsNew = isNewRepair(failed, slot, place)
        requests[slot].attempts[place].failed = failed
        let candidate = requests[slot].links[tried.link].candidate
        let row = failed.reason.row
        guard let scope = failed.scope, row.family != nil else {
            if !effects.isEmpty { object(.tables, slot, "\(failed.reason) blocks something") }
            return
        }
        if requests[slot].oldSecrets.contains(candidate.credential) {
            if effects.isEmpty { return }
            object(.recovery, slot, "holds a failure of the old secret against the new one")
        }
        // A later attempt has found it well.
        if effects.isEmpty, let found = returns[candidate.key(scope)], tried.startedAt < found.provenFrom, !found.isOver(now) { return }
        if failed.reason == .network { return network(slot, failed, candidate, tried.startedAt, effects, now) }
        if effects.isEmpty {
            requests[slot].awaitsRepeat = (failed, now)
            return
        }
        if scope == .credential && row.blocks == .credentialModel { hidden(slot, failed, candidate, tried.startedAt, now) }
        if effects.first?.key != candidate.key(scope) {
            object(.tables, slot, "\(failed.reason) does not block \(candidate.key(scope).text)")
        }
        for effect in effects { apply(effect, slot, failed, candidate, tried.startedAt, tried.looks, now) }
    }

    /// A failure without a mark is to be followed by a quick repeat.
    mutating func settleRepeat(_ slot: Int, _ decision: Decision?) {
        guard let (failed, now) = requests[slot].awaitsRepeat else { return }
        requests[slot].awaitsRepeat = nil
        if case .attempt(_, .quickRepeat)? = decision { return }
        if failed.reason == .network {
            let endpoint = requests[slot].attempts.last.map { requests[slot].links[$0.link].candidate.endpoint } ?? -1
            let (times, isAlone) = sighted(endpoint, now)
            if times == 1 && isAlone && !failed.certain { return }
        }
        object(.tables, slot, "\(failed.reason) left no mark, and no repeat follows it")
    }

    /// The attempt failed after the client had part of it: nothing comes after.
    public mutating func broke(_ slot: Int) { settleRepeat(slot, nil) }

    /// Whether a repair is asked for that neither this attempt had nor an earlier one of the model has asked for.
    private func isNewRepair(_ failed: Failed, _ slot: Int, _ place: Int) -> Bool {
        guard failed.reason == .format, let repair = failed.repair, failed.repairs & (1 << UInt64(repair)) == 0, !failed.committed else {
            return false
        }
        let request = requests[slot]
        let model = request.links[request.attempts[place].link].candidate.model
        return !request.attempts[..<place].contains { earlier in
            request.links[earlier.link].candidate.model == model && earlier.failed?.repair.map { $0 | 1 == repair | 1 } ?? false
        }
    }

    // MARK: Windows

    private mutating func apply(
        _ effect: Effect, _ slot: Int, _ failed: Failed, _ candidate: Candidate, _ startedAt: Int64, _ held: [Key], _ now: Int64
    ) {
        switch effect.kind {
        case .unchanged:
            if windows[effect.key] == nil { object(.tables, slot, "nothing is blocked at \(effect.key.text), and nothing blocks it") }
        case .blocked(let until, let byLadder), .widened(let until, let byLadder):
            let row = failed.reason.row
            let isWide = effect.key.scope != failed.scope && !held.contains(effect.key)
            if isWide { checkWitness(effect.key, slot, failed, candidate, now) }
            open(effect.key, slot, failed, row, startedAt, until, byLadder, now)
        case .cleared, .narrowed, .ownNetwork: object(.tables, slot, "\(failed.reason) frees \(effect.key.text)")
        }
    }

    mutating func open(
        _ key: Key, _ slot: Int, _ failed: Failed, _ row: Row, _ startedAt: Int64, _ until: Int64, _ byLadder: Bool, _ now: Int64
    ) {
        var step = 0
        if let old = windows[key] {
            let isOtherClock = !old.isSurelyOpen(now) && now < old.latest
            if startedAt <= old.since && !isOtherClock && !old.isVague {
                object(
                    .window, slot,
                    "a failure that began at \(startedAt - now) ms changes the window at \(key.text), opened at \(old.since - now) ms")
            }
            if old.isSurelyOpen(now) {
                if old.reason.row.family == row.family {
                    object(.window, slot, "an open window at \(key.text) changes")
                } else if until <= old.earliest {
                    object(.tables, slot, "an open window at \(key.text) becomes shorter")
                }
            }
            if old.reason.row.family == row.family || old.isVague { step = old.step + 1 }
        }
        checkLength(until - now, step, byLadder, slot, failed, row)
        returns[key] = nil
        windows[key] = Window(
            reason: failed.reason, since: now, earliest: until, latest: until, step: step, byLadder: byLadder && row.family != .secret,
            opener: requests[slot].facts.number)
    }

    private mutating func checkLength(_ length: Int64, _ step: Int, _ byLadder: Bool, _ slot: Int, _ failed: Failed, _ row: Row) {
        guard let family = row.family, !family.steps.isEmpty else { return }
        let bounds: ClosedRange<Int64>
        if let reset = failed.reset {
            let exact = min(max(reset, 1000), family.cap * 1000)
            bounds = exact...exact
        } else {
            let highest = family.steps[min(step, family.steps.count - 1)]
            bounds = family.steps[0] * 900 - 1...highest * 1100 + 1
        }
        if !bounds.contains(length) { object(.tables, slot, "\(failed.reason) blocks for \(length) ms, and not \(bounds)") }
    }

    /// Money of the whole account: if the credential answers for another model, this one stays blocked. The ledger does not tell.
    private mutating func hidden(_ slot: Int, _ failed: Failed, _ candidate: Candidate, _ startedAt: Int64, _ now: Int64) {
        let key = candidate.key(.credentialModel)
        guard let family = failed.reason.row.family else { return }
        var step = 0
        var (shortest, longest) = (family.steps[0] * 900 - 1, Int64(0))
        if let old = windows[key] {
            if !old.isVague && startedAt <= old.since && !(!old.isSurelyOpen(now) && now < old.latest) { return }
            let isSame = old.reason.row.family == family || old.isVague
            if old.isSurelyOpen(now) && isSame && !old.isVague { return }
            if isSame { step = old.step + 1 }
        }
        longest = family.steps[min(step, family.steps.count - 1)] * 1100 + 1
        if let reset = failed.reset {
            shortest = min(max(reset, 1000), family.cap * 1000)
            longest = shortest
        }
        var window = Window(
            reason: failed.reason, since: now, earliest: now + shortest, latest: now + longest, step: step, byLadder: failed.reset == nil,
            opener: requests[slot].facts.number)
        if let old = windows[key], old.mayBeOpen(now) {
            // The old one is still open, or has just ended, or is of another cause and counts if it lasts longer.
            if old.isSurelyOpen(now) && window.latest <= old.earliest { return }
            window.latest = max(old.latest, window.latest)
            // Of the same cause it stays as it is, of another it stays if it lasts longer: what it is of may be unknown itself.
            let isReplacedIfShorter = old.isSurelyOpen(now) && !old.isVague
            window.earliest = isReplacedIfShorter ? max(old.earliest, min(window.earliest, old.latest)) : min(old.earliest, window.earliest)
            window.step = max(old.step, step)
            window.isVague = true
        }
        returns[key] = nil
        windows[key] = window
    }

    /// A wider scope wants a second failure that is independent of this one, and no success in between.
    private mutating func checkWitness(_ key: Key, _ slot: Int, _ failed: Failed, _ candidate: Candidate, _ now: Int64) {
        let row = failed.reason.row
        guard let wider = row.wider, key == candidate.key(wider) else {
            return object(row.promptCanCause ? .widening : .tables, slot, "\(failed.reason) blocks \(key.text)")
        }
        let proof = proofs[key] ?? .min
        let number = requests[slot].facts.number
        let agrees = windows.contains { other, window in
            guard other.scope == .credentialModel, window.reason.row.family == row.family, window.since > proof else { return false }
            if row.promptCanCause && window.opener == number { return false }
            switch wider {
            case .credential: return other.credential == candidate.credential && other.model != candidate.model
            case .providerModel: return other.model == candidate.model && other.credential != candidate.credential
            case .credentialModel, .endpoint: return false
            }
        }
        if !agrees { object(row.promptCanCause ? .widening : .tables, slot, "\(failed.reason) widens to \(key.text), and nobody agrees") }
    }
}

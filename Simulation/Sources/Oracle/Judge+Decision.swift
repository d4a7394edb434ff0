// SPDX-License-Identifier: Apache-2.0

extension Judge {
    /// The policy has decided what comes next.
    ///
    /// - Parameter skipped: Candidates that are named as passed over, by link, as far as they are new.
    public mutating func decided(_ slot: Int, _ decision: Decision, skipped: [(link: Int, why: Skip)], at now: Int64) {
        settleRepeat(slot, decision)
        for (link, why) in skipped {
            check(why, of: link, slot, decision, now)
            requests[slot].named[link] = why
        }
        switch decision {
        case .attempt(let link, let mode): attempts(slot, link, mode, now)
        case .wait(let milliseconds, let link): waits(slot, milliseconds, link)
        case .answer(let attempt): answers(slot, attempt, now)
        case .refuse: refuses(slot, now)
        case .stop:
            guard let last = requests[slot].attempts.last, last.failed.map({ $0.reason == .cancelled }) ?? true else {
                return object(.end, slot, "stops, though nobody has left")
            }
        }
    }

    // MARK: An attempt

    private mutating func attempts(_ slot: Int, _ link: Int, _ mode: Mode, _ now: Int64) {
        let request = requests[slot]
        let candidate = request.links[link].candidate
        let isEarly = if case .early = mode { true } else { false }
        if request.attempts.count >= Judge.maxAttempts { object(.bounded, slot, "begins attempt \(request.attempts.count + 1)") }
        if now >= request.facts.deadline { object(.bounded, slot, "begins an attempt after its time") }
        if let last = request.attempts.last?.failed, stops(last, request) {
            object(.end, slot, "goes on after \(last.reason)")
        }
        let again = isAgain(slot, link, mode)
        if !again {
            if !fits(request, request.links[link]) { object(.tables, slot, "tries \(link), which cannot hold it") }
            if ruledOut(request, link) { object(.tables, slot, "tries \(link), which its own failures rule out") }
        }
        checkLease(slot, candidate, mode, again, now)
        if isEarly {
            requests[slot].early += 1
            if request.early >= Judge.earlyTries { object(.bounded, slot, "early try \(request.early + 1)") }
            // Once more after a repair: under the title that it had.
            for other in request.links.indices where !again && !isOut(slot, other) {
                let stands = standing(request.links[other].candidate, now)
                guard stands.isUsable else { continue }
                object(stands.ended ? .recovery : .lease, slot, "tries \(link) early, though \(other) is ready")
                break
            }
        }
        if !again { checkPassedBy(slot, before: link, now) }
        if let endsAt = mode.lease { checkSlots(slot, link, endsAt, again, now) }
        requests[slot].attempts.append(Tried(link: link, mode: mode, startedAt: now, clock: clocks))
        if case .halfOpen = mode {
            let looks = Candidate.scopes.map(candidate.key).filter { windows[$0]?.lease?.request == request.facts.number }
            requests[slot].attempts[requests[slot].attempts.count - 1].looks = looks
        }
    }

    private mutating func checkLease(_ slot: Int, _ candidate: Candidate, _ mode: Mode, _ again: Bool, _ now: Int64) {
        let number = requests[slot].facts.number
        let stands = standing(candidate, now)
        if stands.paused { object(.lease, slot, "uses a credential that is paused") }
        switch mode {
        case .early:
            if stands.leased { object(.lease, slot, "tries early what another request looks at") }
            if !again && !mayBeEarly(slot, candidate, now, surely: false) {
                object(.lease, slot, "tries early within a window where it may not")
            }
            for scope in Candidate.scopes where !again && windows[candidate.key(scope)]?.mayBeOpen(now) == true {
                windows[candidate.key(scope)]?.earlyTries.append(now)
            }
        case .normal, .quickRepeat:
            if stands.surelyBlocked { object(.lease, slot, "calls a blocked candidate") }
            if stands.crowd != nil { object(.lease, slot, "calls without a slot what has just come back") }
            if stands.leased || stands.ended && !stands.maybeBlocked { object(.lease, slot, "calls without a lease what was blocked") }
        case .halfOpen(let endsAt):
            if stands.surelyBlocked { object(.lease, slot, "looks at a block before its window has ended") }
            if stands.leased { object(.lease, slot, "looks at a block that another request looks at") }
            if endsAt > now + min(requests[slot].facts.firstTokenLimit + Judge.leaseSlack, Judge.longestLease) {
                object(.recovery, slot, "takes a lease for too long: \(endsAt - now) ms")
            }
            for scope in Candidate.scopes {
                let key = candidate.key(scope)
                // A lease is proof that the window has ended, where that was not certain.
                if let window = windows[key], !window.isSurelyOpen(now), window.latest > now, !window.isOfAnotherClock(now) {
                    windows[key]?.latest = now
                    windows[key]?.earliest = min(window.earliest, now)
                }
                windows[key]?.lease = (number, endsAt)
            }
        case .returning:
            if stands.surelyBlocked { object(.lease, slot, "returns to what is blocked") }
            if stands.leased || stands.ended && !stands.maybeBlocked { object(.lease, slot, "calls without a lease what was blocked") }
        }
    }

    /// More than a returning scope takes go there only if nobody else is ready.
    private mutating func checkSlots(_ slot: Int, _ link: Int, _ endsAt: Int64, _ again: Bool, _ now: Int64) {
        let request = requests[slot]
        let candidate = request.links[link].candidate
        if standing(candidate, now).crowd == true && !again {
            for other in request.links.indices where other != link && !isOut(slot, other) {
                let stands = standing(request.links[other].candidate, now)
                guard stands.isUsable && !stands.mayBeCrowded else { continue }
                object(
                    stands.ended ? .recovery : .lease, slot, "crowds \(link), which has just come back, though \(other) is ready")
                break
            }
        }
        takeSlots(slot, candidate, endsAt, now)
    }

    /// Whether the same candidate is tried once more, for one of the three reasons that there are.
    private mutating func isAgain(_ slot: Int, _ link: Int, _ mode: Mode) -> Bool {
        let request = requests[slot]
        let tries = request.attempts.filter { request.links[$0.link].candidate == request.links[link].candidate }
        guard let last = request.attempts.last, !tries.isEmpty else {
            if case .quickRepeat = mode { object(.bounded, slot, "repeats what it has not tried") }
            return false
        }
        let isLast = request.links[last.link].candidate == request.links[link].candidate
        if case .quickRepeat = mode {
            let mayRepeat = last.failed.map { ($0.reason.row.quickly || $0.reason == .network && $0.reused) && $0.reset == nil } ?? false
            let repeats = tries.count { if case .quickRepeat = $0.mode { true } else { false } }
            if !isLast || !mayRepeat || repeats > 0 { object(.bounded, slot, "repeats \(link) quickly, which it may not") }
            return true
        }
        if isLast && last.repairIsNew { return true }
        let real = tries.filter { $0.failed?.reason != .format }
        if request.waits == 1 && real.count == 1 && real[0].failed?.reason == .rateLimit { return true }
        object(.bounded, slot, "tries \(link) once more without a reason")
        return true
    }

    /// Whoever comes before is tried, named, and was not ready.
    private mutating func checkPassedBy(_ slot: Int, before end: Int, _ now: Int64) {
        for link in 0..<end where !isOut(slot, link) {
            let stands = standing(requests[slot].links[link].candidate, now)
            if stands.isUsable && !stands.mayBeCrowded {
                if stands.ended {
                    object(.recovery, slot, "passes \(link) by, whose window has ended")
                } else {
                    object(.named, slot, "passes \(link) by, which is free")
                }
            }
        }
        checkNamed(slot, before: end)
    }

    /// Every link before `end` is tried or named.
    mutating func checkNamed(_ slot: Int, before end: Int) {
        let request = requests[slot]
        for link in 0..<end where request.named[link] == nil {
            let isTried = request.attempts.contains { request.links[$0.link].candidate == request.links[link].candidate }
            if !isTried { object(.named, slot, "\(link) is neither tried nor named") }
        }
    }

    // MARK: No attempt

    private mutating func waits(_ slot: Int, _ milliseconds: Int64, _ link: Int) {
        requests[slot].waits += 1
        if requests[slot].waits > 1 { object(.bounded, slot, "waits a second time") }
        if milliseconds > Judge.patience { object(.bounded, slot, "waits \(milliseconds) ms") }
        let isLimited = requests[slot].attempts.contains { $0.link == link && $0.failed?.reason == .rateLimit }
        if !isLimited { object(.bounded, slot, "waits for \(link), which has no limit that ends") }
    }

    /// Another candidate would refuse the request too.
    func stops(_ failed: Failed, _ request: Watched) -> Bool {
        if failed.committed { return true }
        switch failed.reason.row.nextModel {
        case .no: return true
        case .unlessAsWritten: return request.facts.asWritten && failed.repairs == 0 || failed.namesMember
        case .yes, .elsewhere, .larger: return false
        }
    }

    private mutating func answers(_ slot: Int, _ attempt: Int, _ now: Int64) {
        let request = requests[slot]
        guard request.attempts.indices.contains(attempt), let last = request.attempts.last?.failed else {
            return object(.end, slot, "answers with an attempt that was not made")
        }
        checkNamed(slot, before: request.links.count)
        if stops(last, request) && attempt == request.attempts.count - 1 { return }
        if !request.attempts.allSatisfy({ $0.failed?.reason.row.aboutRequest ?? false }) {
            return object(.end, slot, "answers with attempt \(attempt), which is no word on the request")
        }
        checkNobodyIsLeft(slot, now)
    }

    private mutating func refuses(_ slot: Int, _ now: Int64) {
        if let last = requests[slot].attempts.last?.failed, stops(last, requests[slot]) {
            object(.end, slot, "refuses, though \(last.reason) is the client's to know")
        }
        checkNamed(slot, before: requests[slot].links.count)
        checkNobodyIsLeft(slot, now)
    }

    private mutating func checkNobodyIsLeft(_ slot: Int, _ now: Int64) {
        let request = requests[slot]
        if request.attempts.count >= Judge.maxAttempts || now >= request.facts.deadline { return }
        if let last = request.attempts.last, last.repairIsNew, standing(request.links[last.link].candidate, now).isUsable {
            object(.end, slot, "ends, though a repair is left")
        }
        for link in request.links.indices where !isOut(slot, link) {
            let stands = standing(request.links[link].candidate, now)
            if stands.isUsable {
                if stands.ended {
                    object(.recovery, slot, "ends, though the window of \(link) has ended")
                } else {
                    object(.end, slot, "ends, though \(link) is free")
                }
            } else if stands.surelyBlocked, request.early < Judge.earlyTries,
                mayBeEarly(slot, request.links[link].candidate, now, surely: true)
            {
                object(.end, slot, "ends by reflex: \(link) may be tried early")
            }
        }
    }

    // MARK: What is said of those passed by

    private mutating func check(_ why: Skip, of link: Int, _ slot: Int, _ decision: Decision, _ now: Int64) {
        let request = requests[slot]
        let stands = standing(request.links[link].candidate, now)
        let isTrue: Bool
        switch why {
        case .blocked(let key):
            isTrue = stands.maybeBlocked && (windows[key].map { $0.mayBeOpen(now) } ?? false)
        // A crowded one may be named for the lease that this request has just taken beside it.
        case .leased: isTrue = stands.leased || stands.maybeBlocked || stands.mayBeCrowded
        case .returning: isTrue = stands.mayBeCrowded
        case .paused: isTrue = stands.paused
        case .tooSmall: isTrue = request.links[link].window.map { request.facts.tokens > $0 } ?? false
        case .noImages: isTrue = request.facts.images && !request.links[link].images
        case .noTools: isTrue = request.facts.tools && !request.links[link].tools
        case .noLargerWindow, .endpointDown, .sameModel: isTrue = ruledOut(request, link)
        case .attemptsSpent: isTrue = request.attempts.count >= Judge.maxAttempts
        case .deadlinePassed: isTrue = now >= request.facts.deadline
        case .notNeeded:
            // Who ends a chain without a reason is at fault for that.
            switch decision {
            case .answer, .refuse: isTrue = true
            case .attempt, .wait, .stop: isTrue = false
            }
        }
        if isTrue { return }
        let isOver = if case .blocked(let key) = why { windows[key].map { !$0.mayBeOpen(now) } ?? false } else { false }
        if stands.isUsable && stands.ended || isOver {
            object(.recovery, slot, "says of \(link) that it is \(why), though its window has ended")
        } else {
            object(.named, slot, "says of \(link) that it is \(why), which is not so")
        }
    }
}

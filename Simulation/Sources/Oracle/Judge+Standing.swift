// SPDX-License-Identifier: Apache-2.0

/// How a candidate stands, as far as can be known from outside.
struct Standing {
    /// A window is open, for sure.
    var surelyBlocked = false
    /// Perhaps one is.
    var maybeBlocked = false
    /// A window has ended, for sure, and nobody has looked yet whether it is over.
    var ended = false
    /// Another request looks at an ended window.
    var leased = false
    var paused = false
    /// It has just come back, and has as many requests as it takes; `nil`: it is not just coming back.
    var crowd: Bool?
    /// It may have just come back, and may have as many as it takes.
    var mayBeCrowded = false

    /// For sure nothing keeps a request away.
    var isUsable: Bool { !maybeBlocked && !leased && !paused }
}

extension Judge {
    func standing(_ candidate: Candidate, _ now: Int64) -> Standing {
        var standing = Standing()
        standing.paused = !pauses.isEmpty && pauses.contains(candidate.credential)
        standing.crowd = crowd(candidate, now)
        let isVague = hasVagueReturn(candidate)
        if isVague { standing.crowd = nil }
        standing.mayBeCrowded = isVague || standing.crowd == true
        if windows.isEmpty { return standing }
        for scope in Candidate.scopes {
            guard let window = windows[candidate.key(scope)] else { continue }
            if window.isSurelyOpen(now) { standing.surelyBlocked = true }
            if window.mayBeOpen(now) {
                standing.maybeBlocked = true
            } else {
                if window.isLeased(now) { standing.leased = true }
                // After a day without failure it may be forgotten.
                let isOld = now - window.latest >= Judge.day || window.since - now >= Judge.day
                if !isOld { standing.ended = true }
            }
        }
        return standing
    }

    /// Whether the request was at this candidate, or may not go there for what it has met or what it is.
    func isOut(_ slot: Int, _ link: Int) -> Bool {
        let request = requests[slot]
        if request.attempts.contains(where: { request.links[$0.link].candidate == request.links[link].candidate }) { return true }
        return !fits(request, request.links[link]) || ruledOut(request, link)
    }

    func fits(_ request: Watched, _ link: Link) -> Bool {
        if request.facts.images && !link.images || request.facts.tools && !link.tools { return false }
        return link.window.map { request.facts.tokens <= $0 } ?? true
    }

    /// What this request's failures say of a candidate that it has not tried.
    func ruledOut(_ request: Watched, _ place: Int) -> Bool {
        let link = request.links[place]
        return request.attempts.contains { tried in
            guard let failed = tried.failed else { return false }
            let row = failed.reason.row
            let other = request.links[tried.link]
            switch row.nextModel {
            case .elsewhere: return other.candidate.endpoint == link.candidate.endpoint
            case .larger:
                if other.candidate.model == link.candidate.model { return true }
                guard let small = other.window, let large = link.window else { return false }
                return large <= small
            case .yes, .no, .unlessAsWritten:
                // With a repair that was not made yet, another credential is asked in the mended form.
                return !row.nextCredential && !tried.repairIsNew && other.candidate.model == link.candidate.model
            }
        }
    }

    /// Whether an early try of a blocked candidate may be made, or for sure has to be where nothing else is left.
    func mayBeEarly(_ slot: Int, _ candidate: Candidate, _ now: Int64, surely: Bool) -> Bool {
        if pauses.contains(candidate.credential) { return false }
        let number = requests[slot].facts.number
        return Candidate.scopes.allSatisfy { scope in
            guard let window = windows[candidate.key(scope)] else { return true }
            if surely {
                if !window.mayBeOpen(now) { return !window.isLeased(now) }
                return window.opener != number && window.mustBeTriedEarly(now)
            }
            return !window.isSurelyOpen(now) || window.opener != number && window.mayBeTriedEarly(now)
        }
    }
}

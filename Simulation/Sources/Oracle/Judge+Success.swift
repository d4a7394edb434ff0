// SPDX-License-Identifier: Apache-2.0

extension Judge {
    /// The attempt under way speaks, or has come to its proven end.
    public mutating func succeeded(_ slot: Int, endIsProven: Bool, effects: [Effect], at now: Int64) {
        guard let last = requests[slot].attempts.last else { return }
        let candidate = requests[slot].links[last.link].candidate
        let number = requests[slot].facts.number
        troubles = [:]
        for scope in [Scope.credential, .providerModel] where last.clock == clocks {
            proofs[candidate.key(scope)] = max(proofs[candidate.key(scope)] ?? .min, last.startedAt)
        }
        widenReturns(slot, candidate, endIsProven: endIsProven, now)
        var failedItself: Reason?
        for scope in Candidate.scopes {
            let key = candidate.key(scope)
            guard let window = windows[key] else { continue }
            let speaks = last.startedAt > window.since || window.lease?.request == number
            let effect = effects.first { $0.key == key }
            let waits = window.reason == .malformed && !endIsProven
            // What ended more than a day ago may have been forgotten.
            let isOld = now - window.latest >= Judge.day
            if window.isVague && effect == nil { continue }
            guard speaks && !waits || window.isVague else {
                if effect != nil { object(.tables, slot, "frees \(key.text), though this attempt says nothing of it") }
                continue
            }
            if effect == nil && !isOld { object(.recovery, slot, "answers, and \(key.text) stays as it was") }
            windows[key] = nil
            if effect != nil { beginReturn(key, window, slot, last, now) }
            let isMoney = window.reason.row.blocks == .credentialModel
            if scope == .credentialModel {
                failedItself = window.reason
            } else if scope == .credential && isMoney {
                if failedItself == window.reason {
                    endWindows(of: candidate.credential, window.reason, now)
                } else {
                    keepWindows(of: candidate.credential, like: window)
                }
            }
        }
        for effect in effects where !Candidate.scopes.contains(where: { candidate.key($0) == effect.key }) {
            object(.tables, slot, "answers, and frees \(effect.key.text)")
        }
        if endIsProven { giveBack(slot) }
    }

    /// A model that had failed for money answers, so there is money: the others may be looked at now.
    private mutating func endWindows(of credential: Int, _ reason: Reason, _ now: Int64) {
        for (key, window) in windows where key.scope == .credentialModel && key.credential == credential && window.reason == reason {
            windows[key]?.latest = min(window.latest, now)
            windows[key]?.earliest = min(window.earliest, now)
        }
    }

    /// An answer of a free model proves no money: models that failed stay blocked for as long as their credential was.
    private mutating func keepWindows(of credential: Int, like wide: Window) {
        for (key, window) in windows where key.scope == .credentialModel && key.credential == credential && window.reason == wide.reason {
            if window.latest < wide.latest {
                windows[key]?.byLadder = wide.byLadder
                windows[key]?.isStretched = true
            }
            windows[key]?.latest = max(window.latest, wide.latest)
            windows[key]?.earliest = max(window.earliest, wide.earliest)
            windows[key]?.step = max(window.step, wide.step)
        }
    }

    /// The request has its answer, or a part of it.
    public mutating func answered(_ slot: Int, at now: Int64) {
        let request = requests[slot]
        guard let last = request.attempts.last else { return object(.end, slot, "is answered by nobody") }
        checkNamed(slot, before: last.link)
        let candidate = request.links[last.link].candidate
        guard request.facts.session >= 0 else { return }
        if let pinned = request.pins[candidate.provider], pinned != candidate.credential { checkChange(slot, from: pinned, to: candidate) }
        pins[request.facts.session, default: [:]][candidate.provider] = Pin(credential: candidate.credential, at: now)
    }

    private mutating func checkChange(_ slot: Int, from pinned: Int, to candidate: Candidate) {
        let request = requests[slot]
        let same = request.links.indices.filter {
            request.links[$0].candidate.credential == pinned && request.links[$0].candidate.model == candidate.model
        }
        // It may be gone from the chain: another agent's, another configuration's.
        guard let link = same.first else { return }
        let isTried = request.attempts.contains { $0.link == link && $0.failed != nil }
        if !isTried && request.named[link] == nil {
            object(
                .session, slot,
                "session \(request.facts.session) goes from credential \(pinned) to \(candidate.credential), and nothing says why")
        }
    }
}

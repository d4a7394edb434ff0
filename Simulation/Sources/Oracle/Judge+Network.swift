// SPDX-License-Identifier: Apache-2.0

extension Judge {
    /// One endpoint that cannot be reached is blocked; where two fail and none answers, it is our own network, and nobody is.
    mutating func network(
        _ slot: Int, _ failed: Failed, _ candidate: Candidate, _ startedAt: Int64, _ effects: [Effect], _ now: Int64
    ) {
        let key = candidate.key(.endpoint)
        guard let effect = effects.first else {
            requests[slot].awaitsRepeat = (failed, now)
            return
        }
        let (times, isAlone) = sighted(candidate.endpoint, now)
        switch effect.kind {
        case .ownNetwork:
            if isAlone { object(.tables, slot, "calls it our own network, though no other endpoint fails") }
            for endpoint in troubles.keys where windows[.endpoint(endpoint)]?.reason == .network { windows[.endpoint(endpoint)] = nil }
        case .blocked(let until, let byLadder):
            if !isAlone { object(.tables, slot, "blocks \(key.text), though other endpoints fail too") }
            if times == 1 && !failed.certain { object(.tables, slot, "blocks \(key.text) at the first failure, which may pass") }
            if effect.key != key { object(.tables, slot, "blocks \(effect.key.text) for the network") }
            open(key, slot, failed, failed.reason.row, startedAt, until, byLadder, now)
        case .unchanged: break
        case .widened, .cleared, .narrowed: object(.tables, slot, "does to \(key.text) what a network cannot")
        }
    }

    /// - Returns: How often an endpoint failed since anybody answered, and whether it is the only one.
    mutating func sighted(_ endpoint: Int, _ now: Int64) -> (times: Int, isAlone: Bool) {
        troubles = troubles.filter { now - $0.value.last <= Judge.troubleMemory && $0.value.last <= now }
        let times = (troubles[endpoint]?.count ?? 0) + 1
        troubles[endpoint] = (times, now)
        return (times, troubles.count == 1)
    }
}

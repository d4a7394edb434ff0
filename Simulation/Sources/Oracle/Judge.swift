// SPDX-License-Identifier: Apache-2.0

/// Watches requests from outside and says which invariant did not hold.
///
/// It keeps its own idea of what is blocked, made of what the ledger said it did and of what the design says must follow.
public struct Judge: Sendable {
    /// Upstream calls of a request at most.
    static let maxAttempts = 16
    static let earlyTries = 2
    static let patience: Int64 = 2000
    /// How long a network failure counts as part of the same trouble.
    static let troubleMemory: Int64 = 60_000
    static let day: Int64 = 86_400_000
    static let leaseSlack: Int64 = 5000
    static let longestLease: Int64 = 3_600_000
    static let warmth: Int64 = 300_000

    public private(set) var violations: [Violation] = []
    var windows: [Key: Window] = [:]
    var returns: [Key: Return] = [:]
    var requests: [Watched]
    /// Endpoints that could not be reached since anybody answered.
    var troubles: [Int: (count: Int, last: Int64)] = [:]
    /// The last success within a wider scope: failures before it agree on nothing any more.
    var proofs: [Key: Int64] = [:]
    /// How often the clock was set.
    var clocks = 0
    /// What served a session last, by provider.
    var pins: [Int: [Int: Pin]] = [:]
    /// Until when each paused credential is not to be used.
    var pauses: Set<Int> = []

    struct Pin: Sendable {
        var credential: Int
        var at: Int64
    }

    /// A request under way.
    struct Watched: Sendable {
        var facts = Facts(number: -1, deadline: 0, tokens: 0, images: false, tools: false, asWritten: true, firstTokenLimit: 0, session: -1)
        var links: [Link] = []
        var attempts: [Tried] = []
        var named: [Skip?] = []
        var waits = 0
        var early = 0
        /// The credentials that its session had when it came, by provider.
        var pins: [Int: Int] = [:]
        /// Credentials that have got a new secret since it came.
        var oldSecrets: Set<Int> = []
        /// The last failure left no mark, since a quick repeat is to follow.
        var awaitsRepeat: (failed: Failed, now: Int64)?
    }

    struct Tried: Sendable {
        var link: Int
        var mode: Mode
        var startedAt: Int64
        /// How often the clock had been set then.
        var clock: Int
        /// `nil`: under way, or it answered.
        var failed: Failed?
        var repairIsNew = false
        /// The ended blocks that it looks at.
        var looks: [Key] = []
    }

    /// - Parameter slots: Requests that may be under way at once.
    public init(slots: Int) { requests = Array(repeating: Watched(), count: slots) }

    /// Windows that are open, for people who look for a fault.
    public func describe(_ now: Int64) -> [String] {
        windows.sorted { $0.key.number < $1.key.number }.map { key, window in
            let end = window.latest == .max ? "for ever" : "for \(window.latest - now) ms"
            let lease = window.lease.map { ", lease of \($0.request) for \($0.endsAt - now) ms" } ?? ""
            return "\(key.text): \(window.reason) since \(now - window.since) ms, \(window.mayBeOpen(now) ? end : "ended")\(lease)"
        }
    }

    mutating func object(_ invariant: Invariant, _ slot: Int, _ what: @autoclosure () -> String) {
        if violations.count < 200 { violations.append(Violation(invariant, request: requests[slot].facts.number, what())) }
    }

    // MARK: What happens around requests

    public mutating func begins(_ slot: Int, _ facts: Facts, links: [Link], at now: Int64) {
        requests[slot].facts = facts
        requests[slot].links = links
        requests[slot].attempts.removeAll(keepingCapacity: true)
        requests[slot].named = Array(repeating: nil, count: links.count)
        requests[slot].waits = 0
        requests[slot].early = 0
        requests[slot].oldSecrets = []
        requests[slot].awaitsRepeat = nil
        let warm = (pins[facts.session] ?? [:]).filter { now >= $0.value.at && now - $0.value.at < Judge.warmth - 1000 }
        requests[slot].pins = warm.mapValues(\.credential)
    }

    /// The gateway is gone and back: leases, sightings and sessions' credentials are forgotten, blocks are not.
    public mutating func restarted() {
        for key in windows.keys { windows[key]?.lease = nil }
        returns = [:]
        troubles = [:]
        proofs = [:]
        pins = [:]
    }

    /// A changed configuration is in force, with new secrets for some credentials.
    public mutating func reloaded(renewed: [Int]) {
        func isRenewed(_ key: Key) -> Bool {
            (key.scope == .credential || key.scope == .credentialModel) && renewed.contains(key.credential)
        }
        windows = windows.filter { $0.value.reason != .modelNotFound && !isRenewed($0.key) }
        returns = returns.filter { !isRenewed($0.key) }
        if renewed.isEmpty { return }
        for slot in requests.indices { requests[slot].oldSecrets.formUnion(renewed) }
    }

    /// The request has come to its end without an answer of the policy: its client left, or the process did.
    public mutating func abandoned(_ slot: Int) {
        giveBack(slot)
        requests[slot].awaitsRepeat = nil
    }

    /// The wall clock was set. Successes of before can no longer be compared with failures of after.
    public mutating func clockSet() {
        proofs = [:]
        clocks += 1
        for key in returns.keys { returns[key]?.isVague = true }
    }

    public mutating func paused(_ credential: Int) { pauses.insert(credential) }
    public mutating func resumed(_ credential: Int) { pauses.remove(credential) }

    mutating func giveBack(_ slot: Int) {
        let number = requests[slot].facts.number
        for key in keysOfLast(slot) {
            if windows[key]?.lease?.request == number { windows[key]?.lease = nil }
            if returns[key] != nil { returns[key]?.slots.removeAll { $0.request == number } }
        }
    }

    private func keysOfLast(_ slot: Int) -> [Key] {
        guard let last = requests[slot].attempts.last else { return [] }
        let candidate = requests[slot].links[last.link].candidate
        return Candidate.scopes.map(candidate.key)
    }
}

extension Key {
    public var text: String {
        switch scope {
        case .credentialModel: "model \(model) on credential \(credential)"
        case .credential: "credential \(credential)"
        case .providerModel: "model \(model) on every credential"
        case .endpoint: "endpoint \(endpoint)"
        }
    }
}

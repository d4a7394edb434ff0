// SPDX-License-Identifier: Apache-2.0
import Failover
import Synchronization

/// Which credential served a session last at each provider, for as long as that provider's prompt cache is warm.
public final class SessionPins: Sendable {
    private struct Key: Hashable {
        var session: SessionID
        var provider: ProviderID
    }

    private struct Pin {
        var credential: CredentialID
        var usedAt: Timestamp
        var warmth: Duration

        func isWarm(at now: Timestamp) -> Bool { now - usedAt <= warmth }
    }

    /// A provider's prompt cache forgets after so long without use, unless it was asked to keep longer (docs/failover.md).
    static let warmth = Duration.seconds(300)
    private static let limit = 10_000
    /// Between two searches for cold pins among all.
    private static let pruneEvery = Duration.seconds(1)

    private struct State {
        var pins: [Key: Pin] = [:]
        var prunedAt: Timestamp?

        /// Costs a look at each pin, so that a crowd of new sessions must not have it for each of them.
        mutating func makeRoom(at now: Timestamp) {
            if let prunedAt, now >= prunedAt, now - prunedAt < SessionPins.pruneEvery { return }
            prunedAt = now
            pins = pins.filter { $0.value.isWarm(at: now) }
        }
    }

    private let state = Mutex(State())

    public init() {}

    /// What served a session last at the providers of a chain, in its order; also what is cold by now, as long as it is remembered.
    func pins(of session: SessionID, in chain: Chain) -> [SessionPin] {
        state.withLock { state in
            if state.pins.isEmpty { return [] }
            var found: [SessionPin] = []
            var last: ProviderID?
            for link in chain.links where link.candidate.model.provider != last {
                let provider = link.candidate.model.provider
                last = provider
                guard let pin = state.pins[Key(session: session, provider: provider)], !found.contains(where: { $0.provider == provider })
                else { continue }
                found.append(
                    SessionPin(provider: provider, credential: pin.credential, usedAt: pin.usedAt, warmUntil: pin.usedAt + pin.warmth))
            }
            return found
        }
    }

    /// - Parameter warmth: For how long after this use the pin counts.
    func served(_ session: SessionID, by candidate: Candidate, warmth: Duration = SessionPins.warmth, now: Timestamp) {
        state.withLock { state in
            let key = Key(session: session, provider: candidate.model.provider)
            let isKnown = state.pins[key] != nil
            if !isKnown && state.pins.count >= Self.limit { state.makeRoom(at: now) }
            // Full of warm pins: a session more goes without one, rather than memory without end.
            guard isKnown || state.pins.count < Self.limit else { return }
            state.pins[key] = Pin(credential: candidate.credential, usedAt: now, warmth: warmth)
        }
    }
}

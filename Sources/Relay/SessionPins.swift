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

    /// A pin on its way to another process.
    public struct Kept: Hashable, Sendable {
        public var session: SessionID
        public var provider: ProviderID
        public var credential: CredentialID
        public var usedAt: Timestamp
        public var warmth: Duration

        public init(session: SessionID, provider: ProviderID, credential: CredentialID, usedAt: Timestamp, warmth: Duration) {
            self.session = session
            self.provider = provider
            self.credential = credential
            self.usedAt = usedAt
            self.warmth = warmth
        }
    }

    private struct State {
        var pins: [Key: Pin] = [:]
        var prunedAt: Timestamp?
        /// Another process serves the sessions from now on, and is told of pins that this one still sets.
        var successor: (@Sendable (Kept) -> Void)?

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
            state.successor?(
                Kept(session: session, provider: key.provider, credential: candidate.credential, usedAt: now, warmth: warmth))
        }
    }

    // MARK: Handing over

    /// - Parameter successor: Told of each pin that is set from now on; called under the lock. `nil`: nobody is, any more.
    /// - Returns: The pins that were set until now.
    func handOver(to successor: (@Sendable (Kept) -> Void)?) -> [Kept] {
        state.withLock { state in
            state.successor = successor
            return state.pins.map { key, pin in
                Kept(session: key.session, provider: key.provider, credential: pin.credential, usedAt: pin.usedAt, warmth: pin.warmth)
            }
        }
    }

    /// Takes over what another process knew. Of two pins the one that was used last counts.
    func take(_ pins: [Kept]) {
        state.withLock { state in
            for pin in pins {
                let key = Key(session: pin.session, provider: pin.provider)
                let own = state.pins[key]
                guard own.map({ $0.usedAt < pin.usedAt }) ?? (state.pins.count < Self.limit) else { continue }
                state.pins[key] = Pin(credential: pin.credential, usedAt: pin.usedAt, warmth: pin.warmth)
                state.successor?(pin)
            }
        }
    }
}

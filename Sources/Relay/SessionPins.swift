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
    }

    /// A provider's prompt cache forgets after so long without use (docs/failover.md).
    static let warmth = Duration.seconds(300)
    private static let limit = 10_000

    private let pins = Mutex<[Key: Pin]>([:])

    public init() {}

    func credential(for session: SessionID, at provider: ProviderID, now: Timestamp) -> CredentialID? {
        pins.withLock { pins in
            guard let pin = pins[Key(session: session, provider: provider)], now - pin.usedAt <= Self.warmth else { return nil }
            return pin.credential
        }
    }

    func served(_ session: SessionID, by candidate: Candidate, now: Timestamp) {
        pins.withLock { pins in
            if pins.count >= Self.limit { pins = pins.filter { now - $0.value.usedAt <= Self.warmth } }
            // Full of warm pins: a session more goes without one, rather than memory without end.
            let key = Key(session: session, provider: candidate.model.provider)
            guard pins.count < Self.limit || pins[key] != nil else { return }
            pins[key] = Pin(credential: candidate.credential, usedAt: now)
        }
    }
}

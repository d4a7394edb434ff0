// SPDX-License-Identifier: Apache-2.0

/// After the commit point: whether another candidate goes on with a reply that broke off, and who. The next candidate is chosen as
/// before it; what is different is said here.
extension Policy {
    /// Whether the reply is over with this attempt, which gave the client part of it.
    func endsReply(_ failure: Failure, of attempt: Attempt) -> Bool {
        guard let part = attempt.part, part.obstacle == nil else { return true }
        return switch failure.reason {
        case .contentPolicy, .cancelled, .invalidRequest: true
        case .rateLimit, .quota, .billing, .auth, .authPermanent, .overloaded, .serverError, .timeout, .network, .modelNotFound, .format,
            .contextOverflow, .malformed, .unknown:
            false
        }
    }

    /// Where nobody else is left to go on, whoever broke off may, once: what cuts a stream is mostly the connection, and half a reply
    /// is worth more than the block that it has just caused.
    ///
    /// - Returns: Its link; `nil` if it has been asked to go on already, or what it failed with would keep it from answering.
    func goesOnItself(_ chain: Chain, _ receipt: Receipt, _ ledger: HealthLedger, _ now: Timestamp) -> Int? {
        guard let last = receipt.attempts.last(where: \.committed), receipt.hasEarlyTry else { return nil }
        switch last.failure?.reason {
        case .timeout, .network, .malformed, .serverError, .overloaded, .unknown: break
        default: return nil
        }
        guard receipt.attempts.count(where: { $0.candidate == last.candidate }) == 1,
            ledger.pause(of: last.candidate.credential, at: now) == nil
        else { return nil }
        return chain.links.firstIndex { $0.candidate == last.candidate }
    }
}

extension Receipt {
    /// The client has part of a reply: it ends whole, or in an error event, and never in a refusal.
    public var hasBegun: Bool { attempts.contains(where: \.committed) }

    /// Attempts that gave the client parts of one reply, oldest first.
    public var parts: [Attempt] { attempts.filter { $0.part.map { $0.bytes > 0 } ?? false } }
}

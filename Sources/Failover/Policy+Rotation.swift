// SPDX-License-Identifier: Apache-2.0

/// What OpenClaw's `auth.cooldowns` says of the way from one credential of a provider to the next, where it is written.
extension Policy {
    /// What is left of the time in which an overloaded provider is not asked again.
    func backoff(
        after last: Attempt, before candidate: Candidate, _ receipt: Receipt, _ facts: RequestFacts, _ now: Timestamp
    ) -> Duration? {
        guard overloadedBackoff > .zero, last.failure?.reason == .overloaded, candidate.model.provider == last.candidate.model.provider,
            // A clock that is set back again and again must not keep a request for ever.
            receipt.waits.count < maxAttempts
        else { return nil }
        let end = last.startedAt + last.duration + overloadedBackoff
        return now < end && end < facts.deadline ? min(end - now, overloadedBackoff) : nil
    }

    /// The number of other credentials that may be tried of `model`, if as many were.
    func rotationsSpent(at model: ModelRef, _ receipt: Receipt) -> Int? {
        if overloadedRotations == nil && rateLimitedRotations == nil { return nil }
        if let limit = overloadedRotations, credentials(of: model, receipt, where: { $0 == .overloaded }) > limit { return limit }
        guard let limit = rateLimitedRotations else { return nil }
        return credentials(of: model, receipt) { $0 == .rateLimit || $0 == .quota } > limit ? limit : nil
    }

    private func credentials(of model: ModelRef, _ receipt: Receipt, where counts: (Reason) -> Bool) -> Int {
        var found: [CredentialID] = []
        for attempt in receipt.attempts where attempt.candidate.model == model {
            guard let reason = attempt.failure?.reason, counts(reason), !found.contains(attempt.candidate.credential) else { continue }
            found.append(attempt.candidate.credential)
        }
        return found.count
    }
}

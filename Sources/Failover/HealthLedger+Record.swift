// SPDX-License-Identifier: Apache-2.0

extension HealthLedger {
    /// Records why an attempt failed: blocks the narrowest scope that the evidence supports, and a wider one when a second,
    /// independent failure agrees.
    ///
    /// - Parameters:
    ///   - attemptStartedAt: A window that opened then or later is not spoken against by this attempt.
    ///   - receipt: The request's, without this attempt.
    ///   - mode: A lease in it is given back.
    ///   - committed: The client has content of it, so nothing comes after this failure.
    ///   - random: For the jitter of ladders.
    /// - Returns: What changed, narrowest scope first. Empty where the failure blocks nothing, or a quick repeat is to come first.
    public mutating func record(
        _ failure: Failure, of candidate: Candidate, attemptStartedAt: Timestamp, receipt: Receipt, mode: AttemptMode,
        committed: Bool = false, policy: Policy, now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> [BlockEffect] {
        giveBack(mode, of: candidate, now: now)
        guard let scope = failure.scope, failure.reason.answers.ladder != nil else { return [] }
        if isOutdated(ScopeKey(scope, of: candidate), startedAt: attemptStartedAt, at: now) { return [] }
        let repeatComes =
            !committed
            && QuickRepeats.isDue(
                after: failure, of: candidate, mode: mode, earlier: receipt.attempts, policy: policy, facts: receipt.facts, ledger: self,
                now: now)
        if repeatComes {
            repeats.take(at: candidate, for: receipt.facts.id, until: now + receipt.facts.firstTokenLimit + policy.leaseSlack, now: now)
            return []
        }
        let report = Report(
            failure: failure, candidate: candidate, startedAt: attemptStartedAt, receipt: receipt.facts.id, policy: policy, now: now)
        if failure.reason == .network { return recordTrouble(report, using: &random) }
        var effects: [BlockEffect] = []
        if scope == .credential, failure.reason.answers.blocks == .credentialModel {
            // The account is meant, but if the credential answers for another model, this one stays blocked.
            _ = open(ScopeKey(.credentialModel, of: candidate), report, using: &random)
        }
        let narrow = open(ScopeKey(scope, of: candidate), report, using: &random)
        effects.append(narrow)
        if narrow.kind != .unchanged, let wide = widened(report) {
            let effect = open(wide, report, using: &random)
            if case .blocked(let until, let length, let setBy) = effect.kind {
                effects.append(BlockEffect(key: wide, reason: failure.reason, kind: .widened(until: until, length: length, setBy: setBy)))
            }
        }
        // Whoever looked on behalf of a wider scope and found the same, has found it for that scope too.
        for key in mode.lease?.keys ?? [] where !effects.contains(where: { $0.key == key }) {
            guard let block = entries[key.mark], block.key == key, block.reason.answers.ladder == failure.reason.answers.ladder else {
                continue
            }
            effects.append(open(key, report, using: &random))
        }
        return effects
    }

    /// One failed attempt.
    struct Report {
        var failure: Failure
        var candidate: Candidate
        var startedAt: Timestamp
        var receipt: ReceiptID
        var policy: Policy
        var now: Timestamp

        /// A provider that says at once that it is down may be asked again soon: nobody waited for it, and who is well again after a
        /// minute is not passed by for two more.
        var costNothing: Bool {
            switch failure.reason {
            case .overloaded, .serverError, .network: now - startedAt < Self.quick
            case .rateLimit, .quota, .billing, .auth, .authPermanent, .timeout, .modelNotFound, .format, .invalidRequest, .contextOverflow,
                .contentPolicy, .malformed, .unknown, .cancelled:
                false
            }
        }

        private static let quick = Duration.seconds(1)
    }

    /// Opens a window on `key`, unless one is open, or this attempt began before the last one did.
    mutating func open(_ key: ScopeKey, _ report: Report, using random: inout some RandomNumberGenerator) -> BlockEffect {
        let failure = report.failure
        let unchanged = BlockEffect(key: key, reason: failure.reason, kind: .unchanged)
        guard let ladder = failure.reason.answers.ladder else { return unchanged }
        let old = entries[key.mark].flatMap { $0.key == key ? $0 : nil }
        var step = 0
        var isOpen = false
        if let old {
            let isOfAnotherClock = !old.isOpen(at: report.now) && report.now < old.until
            if report.startedAt <= old.since && !isOfAnotherClock { return unchanged }
            isOpen = old.isOpen(at: report.now)
            let isSameLadder = old.reason.answers.ladder == ladder
            // One step of the ladder per window: an early try that fails has found nothing new.
            if isOpen && isSameLadder { return unchanged }
            if isSameLadder && report.now - old.until < report.policy.failureWindow { step = old.step + (report.costNothing ? 0 : 1) }
        }
        let window = ladder.window(step: step, failure: failure, policy: report.policy, now: report.now, using: &random)
        // Another cause, found within an open window, counts only if it lasts longer.
        if isOpen, let old, window.until <= old.until { return unchanged }
        insert(
            Block(
                key: key, reason: failure.reason, since: report.now, until: window.until, step: step,
                evidence: Block.Evidence(receipt: report.receipt, status: failure.status, rule: failure.rule), length: window.setBy),
            now: report.now)
        return BlockEffect(
            key: key, reason: failure.reason, kind: .blocked(until: window.until, length: window.length, setBy: window.setBy))
    }

    /// The wider scope that this failure and an independent one before it agree on, with no success in between.
    private func widened(_ report: Report) -> ScopeKey? {
        let answers = report.failure.reason.answers
        guard let scope = answers.widens.scope, report.failure.scope == .credentialModel else { return nil }
        let wide = ScopeKey(scope, of: report.candidate)
        let proof = proofs[wide.mark] ?? Timestamp(milliseconds: .min)
        let agrees = entries.values.contains { block in
            guard case .credentialModel(let credential, let model) = block.key, block.reason.answers.ladder == answers.ladder,
                block.since > proof, report.now - block.until < report.policy.failureWindow
            else { return false }
            switch answers.widens {
            case .no: return false
            case .secondModel: return credential == report.candidate.credential && model != report.candidate.model
            case .secondCredential: return model == report.candidate.model && credential != report.candidate.credential
            case .anotherRequest:
                // A prompt can do this: only another request's failure is independent, and only while it is fresh.
                return model == report.candidate.model && credential != report.candidate.credential
                    && block.evidence.receipt != report.receipt && report.now < block.until + (block.until - block.since)
            }
        }
        return agrees ? wide : nil
    }
}

extension Answers.Widening {
    /// What a block becomes; `nil`: it stays as it is.
    public var scope: Scope? {
        switch self {
        case .no: nil
        case .secondModel: .credential
        case .secondCredential, .anotherRequest: .providerModel
        }
    }
}

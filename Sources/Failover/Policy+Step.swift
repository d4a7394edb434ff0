// SPDX-License-Identifier: Apache-2.0

extension Policy {
    /// What to do next with a request, given what it has been through. Same arguments, same step.
    ///
    /// - Parameters:
    ///   - receipt: This request's attempts, oldest first, and its waits. The last attempt may end it.
    ///   - facts: The receipt's, or a fresher copy of them.
    ///   - ledger: What is blocked. A half-open lease, a slot at a scope that has just come back, an early try or a quick repeat is
    ///     noted in it for the attempt that is returned; nothing else changes.
    ///   - now: When to read `ledger`.
    /// - Returns: `.attempt` with a candidate that is free, if there is one. No candidate whose window is open, but for early
    ///   tries, and no candidate twice, but for a quick repeat, after a repair and after a wait.
    public func step(chain: Chain, receipt: Receipt, facts: RequestFacts, ledger: inout HealthLedger, now: Timestamp) -> Step {
        if let last = receipt.attempts.last {
            guard let failure = last.failure, failure.reason != .cancelled else { return .stop }
            if endsRequest(failure, of: last, facts) { return .answer(attempt: receipt.attempts.count - 1) }
        }
        guard receipt.attempts.count < maxAttempts, now < facts.deadline else { return end(chain, receipt, facts, ledger, now) }
        if let again = repaired(chain, receipt, facts, &ledger, now) { return again }
        if let last = receipt.attempts.last, let index = quickRepeat(of: last, chain, receipt, facts, ledger, now) {
            if let wait = backoff(after: last, before: last.candidate, receipt, facts, now) { return .wait(wait, index: index) }
            ledger.repeats.take(at: last.candidate, for: facts.id, until: now + facts.firstTokenLimit + leaseSlack, now: now)
            return .attempt(index: index, mode: .quickRepeat)
        }
        let next = next(in: chain, receipt, facts, ledger, now)
        if let last = receipt.attempts.last, next.map({ chain.links[$0.index].candidate.model != last.candidate.model }) ?? true,
            let patient = patience(for: last.candidate.model, chain, receipt, facts, &ledger, now)
        {
            return patient
        }
        if let next {
            if let last = receipt.attempts.last, last.failure?.reason == .overloaded,
                let wait = backoff(after: last, before: chain.links[next.index].candidate, receipt, facts, now)
            {
                return .wait(wait, index: next.index)
            }
            return .attempt(index: next.index, mode: mode(for: chain.links[next.index].candidate, next.standing, facts, &ledger, now))
        }
        if let index = earlyTry(chain, receipt, facts, &ledger, now) ?? goesOnItself(chain, receipt, ledger, now) {
            return .attempt(index: index, mode: .early)
        }
        return end(chain, receipt, facts, ledger, now)
    }

    /// Whether a failure is the client's to know: another candidate would refuse the request too.
    func endsRequest(_ failure: Failure, of attempt: Attempt, _ facts: RequestFacts) -> Bool {
        if attempt.committed { return endsReply(failure, of: attempt) }
        return switch failure.reason.answers.nextModel {
        case .no: true
        case .unlessAsWritten:
            // Across wires it may be our own translation that was refused, and what asks to go on with a reply is ours.
            attempt.part?.asksToGoOn != true
                && ((facts.sentAsWritten && attempt.repairs.isEmpty && attempt.crossedTo == nil) || failure.namesMember != nil)
        case .yes, .atAnotherEndpoint, .withLargerWindow: false
        }
    }

    // MARK: The next candidate

    /// The first link in order that was not tried, is not ruled out by this request's failures, holds the request, and is free. One
    /// that has just come back and has all it takes now is next only if nobody else is.
    ///
    /// - Parameter besides: A link that is left out.
    func next(
        in chain: Chain, besides: Int? = nil, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: HealthLedger, _ now: Timestamp
    ) -> (index: Int, standing: Standing)? {
        var crowded: Int?
        let rulesOut = mayRuleOut(receipt)
        for index in chain.links.indices where index != besides {
            // Most of those that are passed over are blocked, which is found out soonest.
            let standing = ledger.standing(of: chain.links[index].candidate, at: now)
            guard standing.isOpen, isEligible(chain.links[index], chain, receipt, facts, rulesOut) else { continue }
            if standing != .crowded { return (index, standing) }
            if crowded == nil { crowded = index }
        }
        return crowded.map { ($0, .crowded) }
    }

    /// - Parameter rulesOut: `mayRuleOut(receipt)`, asked once for all links.
    private func isEligible(_ link: ChainLink, _ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ rulesOut: Bool) -> Bool {
        if receipt.hasTried(link.candidate) && !receipt.wasHedged(link.candidate) { return false }
        if rulesOut && ruledOut(link, chain, receipt) != nil { return false }
        return Fit.problem(link, facts) == nil
    }

    /// Whether this request's failures say anything about candidates that were not tried. Most say nothing.
    func mayRuleOut(_ receipt: Receipt) -> Bool {
        if receipt.attempts.isEmpty { return false }
        if overloadedRotations != nil || rateLimitedRotations != nil { return true }
        for place in receipt.attempts.indices {
            guard let answers = receipt.attempts[place].failure?.reason.answers, !receipt.attempts[place].isHedged else { continue }
            if !answers.nextCredential || answers.nextModel != .yes { return true }
        }
        return false
    }

    /// What earlier failures of this request say about a candidate that was not tried.
    func ruledOut(_ link: ChainLink, _ chain: Chain, _ receipt: Receipt) -> SkipReason? {
        if let limit = rotationsSpent(at: link.candidate.model, receipt) { return .rotationsSpent(limit) }
        for place in receipt.attempts.indices {
            guard let reason = receipt.attempts[place].failure?.reason else { continue }
            let answers = reason.answers
            // Asked for each candidate that is looked at: most failures rule nobody out.
            if answers.nextCredential && answers.nextModel == .yes || receipt.attempts[place].isHedged { continue }
            let failed = receipt.attempts[place].candidate
            // An endpoint that broke off a reply had begun it: it can be reached.
            if answers.nextModel == .atAnotherEndpoint && failed.endpoint == link.candidate.endpoint && !receipt.attempts[place].committed {
                return .endpointDown(link.candidate.endpoint)
            }
            if answers.nextModel == .withLargerWindow, let small = chain.links.first(where: { $0.candidate == failed }),
                !Fit.isLarger(link, than: small)
            {
                return .noLargerWindow
            }
            if !answers.nextCredential && answers.nextModel != .atAnotherEndpoint && failed.model == link.candidate.model {
                // Siblings are sent what was repaired.
                if receipt.dueRepair(after: place) == nil { return .sameModel }
            }
        }
        return nil
    }

    /// Takes the lease or slot where one is needed.
    func mode(
        for candidate: Candidate, _ standing: Standing, _ facts: RequestFacts, _ ledger: inout HealthLedger, _ now: Timestamp
    ) -> AttemptMode {
        if standing == .free { return .normal }
        return ledger.takeLease(on: candidate, for: facts.id, until: now + facts.firstTokenLimit + leaseSlack, now: now)
    }

    /// Whether a candidate could be asked now, with nothing to be taken for it.
    func isReady(_ index: Int, _ chain: Chain, _ receipt: Receipt, _ ledger: HealthLedger, _ now: Timestamp) -> Bool {
        ledger.standing(of: chain.links[index].candidate, at: now) == .free
            && isEligible(chain.links[index], chain, receipt, receipt.facts, mayRuleOut(receipt))
    }

    // MARK: The same candidate again

    private func quickRepeat(
        of last: Attempt, _ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: HealthLedger, _ now: Timestamp
    ) -> Int? {
        guard let failure = last.failure, failure.reason.answers.again != .no, !last.committed else { return nil }
        let isDue = QuickRepeats.isDue(
            after: failure, of: last.candidate, mode: last.mode, earlier: receipt.attempts.dropLast(), policy: self, facts: facts,
            ledger: ledger, now: now)
        return isDue ? chain.links.firstIndex { $0.candidate == last.candidate } : nil
    }

    /// Before a model is left: a rate limit of it that ends soon is waited out, once, and then the candidate is tried again.
    private func patience(
        for model: ModelRef, _ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: inout HealthLedger, _ now: Timestamp
    ) -> Step? {
        guard receipt.waits.count <= 1, let (index, end) = soonestReset(of: model, chain, receipt, ledger) else { return nil }
        let candidate = chain.links[index].candidate
        if receipt.waits.isEmpty {
            let left = max(end - now, .zero)
            let isFreeThen = ledger.block(on: candidate, at: now).map { $0.until <= end } ?? true
            return left <= patience && end < facts.deadline && isFreeThen ? .wait(left, index: index) : nil
        }
        guard now >= end else { return nil }
        let standing = ledger.standing(of: candidate, at: now)
        guard standing.isOpen else { return nil }
        return .attempt(index: index, mode: mode(for: candidate, standing, facts, &ledger, now))
    }

    /// Of the candidates of `model` that this request tried once and found limited, with the provider's word on how long: the one
    /// that is free first, and when.
    private func soonestReset(
        of model: ModelRef, _ chain: Chain, _ receipt: Receipt, _ ledger: HealthLedger
    ) -> (index: Int, end: Timestamp)? {
        var soonest: (index: Int, end: Timestamp)?
        for attempt in receipt.attempts {
            guard let failure = attempt.failure, failure.reason == .rateLimit, let reset = failure.reset else { continue }
            // The second chance was taken, here or at another model.
            if receipt.attempts.count(where: { $0.candidate == attempt.candidate && $0.failure?.reason != .format }) > 1 { return nil }
            guard attempt.candidate.model == model, reset <= patience,
                let index = chain.links.firstIndex(where: { $0.candidate == attempt.candidate })
            else { continue }
            let end =
                ledger.entry(.credentialModel, of: attempt.candidate)?.until
                ?? attempt.startedAt + attempt.duration + max(reset, .seconds(1))
            if soonest.map({ end < $0.end }) ?? true { soonest = (index, end) }
        }
        return soonest
    }

    // MARK: When everything is blocked

    /// At most two early tries per request, in chain order.
    private func earlyTry(
        _ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: inout HealthLedger, _ now: Timestamp
    ) -> Int? {
        guard receipt.hasEarlyTry else { return nil }
        let rulesOut = mayRuleOut(receipt)
        return chain.links.indices.first { index in
            isEligible(chain.links[index], chain, receipt, facts, rulesOut)
                && ledger.takeEarlyTry(of: chain.links[index].candidate, for: facts.id, at: now)
        }
    }

    /// Nothing is left to try: the client gets the refusal of its request if it was all about that, else ours.
    private func end(_ chain: Chain, _ receipt: Receipt, _ facts: RequestFacts, _ ledger: HealthLedger, _ now: Timestamp) -> Step {
        if !receipt.attempts.isEmpty, receipt.attempts.allSatisfy({ $0.failure?.reason.isAboutRequest ?? false }) {
            let overflow = receipt.attempts.lastIndex { $0.failure?.reason == .contextOverflow }
            return .answer(attempt: overflow ?? 0)
        }
        return .refuse(Refusal.make(receipt: receipt, chain: chain, ledger: ledger, now: now, policy: self))
    }
}

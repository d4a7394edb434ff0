// SPDX-License-Identifier: Apache-2.0

extension Policy {
    /// Asks for the next step and notes in the receipt what was decided and which candidates were passed over for it.
    ///
    /// The same decision as `step`, for whoever keeps a receipt.
    public func advance(chain: Chain, receipt: inout Receipt, ledger: inout HealthLedger, now: Timestamp) -> Step {
        let step = step(chain: chain, receipt: receipt, facts: receipt.facts, ledger: &ledger, now: now)
        switch step {
        case .attempt(let index, _):
            noteSkipped(chain, before: index, &receipt, ledger, now)
            // Passed over before, and tried after all.
            let chosen = chain.links[index].candidate
            if !receipt.skipped.isEmpty {
                receipt.skipped.removeAll { $0.model == chosen.model && $0.credential == chosen.credential }
            }
        case .refuse, .answer:
            noteSkipped(chain, before: chain.links.count, &receipt, ledger, now)
        case .wait, .stop: break
        }
        if let last = receipt.attempts.indices.last, receipt.attempts[last].next.isEmpty {
            receipt.attempts[last].next = repairText(step, chain, receipt) ?? step.text(chain)
        }
        return step
    }

    private func repairText(_ step: Step, _ chain: Chain, _ receipt: Receipt) -> String? {
        guard case .attempt(let index, _) = step, let last = receipt.attempts.last, chain.links[index].candidate == last.candidate,
            let repair = receipt.dueRepair(after: receipt.attempts.count - 1)
        else { return nil }
        return "again, at once, \(repair.text), on \(last.candidate)"
    }

    /// Every link that was not tried, with the reason, in chain order.
    ///
    /// - Parameter end: Links from this place on are left out.
    public func skipped(
        chain: Chain, before end: Int? = nil, receipt: Receipt, ledger: HealthLedger, now: Timestamp
    ) -> [SkippedLink] {
        chain.links.prefix(end ?? chain.links.count).compactMap { link in
            receipt.hasTried(link.candidate) ? nil : skipped(link, chain, receipt, ledger, now)
        }
    }

    private func skipped(_ link: ChainLink, _ chain: Chain, _ receipt: Receipt, _ ledger: HealthLedger, _ now: Timestamp) -> SkippedLink {
        SkippedLink(
            model: link.candidate.model, credential: link.candidate.credential, origin: link.origin,
            reason: reason(toSkip: link, chain, receipt, ledger, now))
    }

    private func reason(toSkip link: ChainLink, _ chain: Chain, _ receipt: Receipt, _ ledger: HealthLedger, _ now: Timestamp) -> SkipReason
    {
        if let problem = ruledOut(link, chain, receipt) ?? Fit.problem(link, receipt.facts) { return problem }
        switch ledger.standing(of: link.candidate, at: now) {
        case .leased: return .leased
        case .crowded: if receipt.attempts.count < maxAttempts && now < receipt.facts.deadline { return .returning }
        case .paused:
            if let pause = ledger.pause(of: link.candidate.credential, at: now) { return .paused(since: pause.since, until: pause.until) }
        case .blocked: if let block = ledger.block(on: link.candidate, at: now) { return .blocked(block) }
        case .free, .returning, .halfOpen: break
        }
        if now >= receipt.facts.deadline { return .deadlinePassed }
        return receipt.attempts.count >= maxAttempts ? .attemptsSpent(maxAttempts) : .notNeeded
    }

    /// Adds what is not in the receipt yet. On the usual way, the first candidate, there is nothing to add.
    private func noteSkipped(_ chain: Chain, before end: Int, _ receipt: inout Receipt, _ ledger: HealthLedger, _ now: Timestamp) {
        if end == 0 { return }
        // A chain has no candidate twice, so what is added here is not looked through.
        let known = receipt.skipped.count
        for link in chain.links[..<end] where !receipt.hasTried(link.candidate) {
            let candidate = link.candidate
            let isKnown = receipt.skipped[..<known].contains { $0.credential == candidate.credential && $0.model == candidate.model }
            if !isKnown { receipt.skipped.append(skipped(link, chain, receipt, ledger, now)) }
        }
    }
}

extension Step {
    /// What was decided, in plain words.
    public func text(_ chain: Chain) -> String {
        switch self {
        case .attempt(let index, .quickRepeat): "once more, at once, on \(chain.links[index].candidate)"
        case .attempt(let index, .halfOpen): "then \(chain.links[index].candidate), to see whether it works again"
        case .attempt(let index, .returning): "then \(chain.links[index].candidate), one of few, since it has just come back"
        case .attempt(let index, .early): "then \(chain.links[index].candidate), early, since all else is blocked"
        case .attempt(let index, .normal): "then \(chain.links[index].candidate)"
        case .wait(let duration, let index): "wait \(Words.duration(duration)) for \(chain.links[index].candidate)"
        case .answer: "the client is told, since another candidate would refuse it too"
        case .refuse(let refusal): "nobody is left: \(refusal.status)"
        case .stop: "nobody is waiting"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

extension HealthLedger {
    /// Records that a candidate answered: what was held against it before the attempt began is over.
    ///
    /// - Parameters:
    ///   - attemptStartedAt: A window that opened then or later is not spoken against: what was under way when a limit was
    ///     reached may well go on.
    ///   - mode: A lease in it is given back.
    ///   - endIsProven: `false` at the first content of a stream: blocks for `malformed` replies wait for the end.
    /// - Returns: What changed, narrowest scope first.
    public mutating func succeeded(
        _ candidate: Candidate, attemptStartedAt: Timestamp, mode: AttemptMode, now: Timestamp, endIsProven: Bool = true
    ) -> [BlockEffect] {
        network.somebodyAnswered()
        if mode == .quickRepeat && endIsProven { repeats.giveBack(at: candidate) }
        noteProof(candidate, attemptStartedAt)
        if let lease = mode.lease { widenReturns(lease, now: now, endIsProven: endIsProven) }
        let effects = entries.isEmpty ? [] : close(candidate, attemptStartedAt, mode, now, endIsProven)
        if endIsProven, let lease = mode.lease { giveBack(lease, now: now) }
        return effects
    }

    private mutating func close(
        _ candidate: Candidate, _ startedAt: Timestamp, _ mode: AttemptMode, _ now: Timestamp, _ endIsProven: Bool
    ) -> [BlockEffect] {
        var effects: [BlockEffect] = []
        var failedItself: Reason?
        for place in 0..<ScopeMarks.count {
            guard let block = entry(place, of: candidate), startedAt > block.since || mode.holdsLease(of: block) else { continue }
            if block.reason == .malformed && !endIsProven { continue }
            remove(block.key)
            if mode != .normal { beginReturn(block, by: mode, startedAt: startedAt, now: now) }
            var kind = BlockEffect.Kind.cleared
            if block.key.scope == .credentialModel {
                failedItself = block.reason
            } else if block.key.scope == .credential && block.reason.answers.blocks == .credentialModel {
                if failedItself == block.reason {
                    endWindows(like: block, now: now)
                } else {
                    kind = .narrowed
                    keepModels(of: block)
                }
            }
            effects.append(BlockEffect(key: block.key, reason: block.reason, kind: kind))
        }
        return effects
    }

    /// Failures up to the beginning of this attempt no longer agree on the credential, or on the model at its provider.
    private mutating func noteProof(_ candidate: Candidate, _ startedAt: Timestamp) {
        if proofs.isEmpty { return }
        for place in 1...2 {
            let mark = candidate.marks[place]
            if let known = proofs[mark], known < startedAt { proofs[mark] = startedAt }
        }
    }

    /// From now on a success within the scope that this block could widen to is noted.
    mutating func noteWitness(_ key: ScopeKey, _ reason: Reason) {
        guard let wide = key.wider(by: reason.answers.widens)?.mark, proofs[wide] == nil else { return }
        proofs[wide] = Timestamp(milliseconds: .min)
    }

    /// Forgets successes that no block is a witness against any more.
    mutating func pruneProofs() {
        if proofs.isEmpty { return }
        let needed = Set(entries.values.compactMap { $0.key.wider(by: $0.reason.answers.widens)?.mark })
        proofs = proofs.filter { needed.contains($0.key) }
    }

    /// The models that failed stay blocked for as long as their credential was: an answer of a free model proves no money.
    private mutating func keepModels(of wide: Block) {
        for model in models(like: wide) where model.until < wide.until {
            update(model.key) { block in
                block.until = wide.until
                block.length = wide.length
                block.step = max(block.step, wide.step)
            }
        }
    }

    /// A model that had failed for want of money answers, so there is money: the others may be looked at now.
    private mutating func endWindows(like wide: Block, now: Timestamp) {
        for model in models(like: wide) where model.until > now { update(model.key) { $0.until = now } }
    }

    /// Blocks of single models on the credential that `wide` is about, for the same reason.
    private func models(like wide: Block) -> [Block] {
        entries.values.filter { block in
            guard case .credentialModel(let credential, _) = block.key else { return false }
            return wide.key == .credential(credential) && block.reason == wide.reason
        }
    }
}

extension AttemptMode {
    /// Whether the attempt holds the lease of this very block, not of the window before it.
    fileprivate func holdsLease(of block: Block) -> Bool {
        guard case .halfOpen(let lease) = self else { return false }
        return block.lease == lease
    }
}

extension ScopeKey {
    /// What a block of a model on a credential becomes when another failure agrees.
    fileprivate func wider(by widening: Answers.Widening) -> ScopeKey? {
        guard case .credentialModel(let credential, let model) = self else { return nil }
        return switch widening.scope {
        case .credential: .credential(credential)
        case .providerModel: .providerModel(model)
        case .credentialModel, .endpoint, nil: nil
        }
    }
}

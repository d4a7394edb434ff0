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
        if entries.isEmpty { return [] }
        if endIsProven, case .halfOpen(let lease) = mode { giveBack(lease, now: now) }
        noteProof(candidate, now)
        var effects: [BlockEffect] = []
        var failedItself: Reason?
        for scope in Scope.allCases {
            guard let block = entry(scope, of: candidate), attemptStartedAt > block.since || mode.holds(block.key) else { continue }
            if block.reason == .malformed && !endIsProven { continue }
            remove(block.key)
            var kind = BlockEffect.Kind.cleared
            if scope == .credentialModel {
                failedItself = block.reason
            } else if scope == .credential && block.reason.answers.blocks == .credentialModel {
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

    /// Failures before now no longer agree on the credential, or on the model at its provider.
    private mutating func noteProof(_ candidate: Candidate, _ now: Timestamp) {
        if proofs.isEmpty { return }
        for mark in [candidate.marks.credential, candidate.marks.providerModel] where proofs[mark] != nil { proofs[mark] = now }
    }

    /// The models that failed stay blocked for as long as their credential was: an answer of a free model proves no money.
    private mutating func keepModels(of wide: Block) {
        for model in models(like: wide) where model.until < wide.until {
            update(model.key) { block in
                block.until = wide.until
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
    /// Whether the attempt held the lease of this block.
    fileprivate func holds(_ key: ScopeKey) -> Bool {
        guard case .halfOpen(let lease) = self else { return false }
        return lease.keys.contains(key)
    }
}

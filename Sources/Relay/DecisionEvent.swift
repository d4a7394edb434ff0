// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry
import Transport

/// A receipt's decisions as facts for programs, in the names of OpenClaw's events (docs/logging.md): `model_fallback_decision`,
/// `model_fallback_chain_stopped` and `auth_profile_failure_state_updated`.
///
/// Credentials stand in them as hashes, as there. What has no meaning here is left out: a lane, a run's stage.
struct DecisionEvent {
    private let receipt: Receipt
    /// Candidates that were not tried, and would have been.
    let passedOver: [SkippedLink]
    private let models: [ModelRef]
    private let common: LogFields

    init(_ receipt: Receipt) {
        self.receipt = receipt
        passedOver = receipt.skipped.filter { $0.reason != .notNeeded }
        models = receipt.attempts.map(\.candidate.model) + receipt.skipped.map(\.model)
        let facts = receipt.facts
        let first = receipt.attempts.first?.candidate.model ?? receipt.skipped.first?.model
        let parts = facts.requestedModel.split(separator: "/", maxSplits: 1)
        let isRef = parts.count == 2
        var common: LogFields = [
            "event": "model_fallback_decision", "runId": .string(facts.id.rawValue),
            "requestedProvider": .string(isRef ? String(parts[0]) : first?.provider.rawValue ?? ""),
            "requestedModel": .string(isRef ? String(parts[1]) : facts.requestedModel),
            "total": .int(Set(receipt.attempts.map(\.candidate)).count + receipt.skipped.count),
            "fallbackConfigured": .bool(Set(models).count > 1),
        ]
        if let session = facts.session { common["sessionId"] = .string(session.rawValue) }
        if let agent = facts.agent { common["agentId"] = .string(agent.rawValue) }
        self.common = common
    }

    /// The candidate of the next attempt; `nil` after the last one.
    func next(after index: Int) -> Candidate? {
        index + 1 < receipt.attempts.count ? receipt.attempts[index + 1].candidate : nil
    }

    // MARK: Decisions

    func failed(_ index: Int, _ failure: Failure) -> LogFields {
        let attempt = receipt.attempts[index]
        var facts = about(attempt.candidate.model, attempt.candidate.credential, "candidate_failed", attempt.origin)
        facts["attempt"] = .int(index + 1)
        facts["reason"] = .string(failure.reason.rawValue)
        facts["rule"] = .string(failure.rule)
        facts["status"] = (attempt.status ?? failure.status).map { .int($0) }
        facts["code"] = failure.code.map { .string(Self.preview($0)) }
        facts["allowTransientCooldownProbe"] = .bool(attempt.mode != .normal && attempt.mode != .quickRepeat)
        if let message = failure.message, !message.isEmpty {
            facts["errorPreview"] = .string(Self.preview(message))
            facts["errorHash"] = .string(Self.hash(message))
        }
        facts["durationMs"] = .int(Int(attempt.duration.milliseconds))
        if index > 0 {
            facts["previousAttempts"] = .texts(
                receipt.attempts[..<index].suffix(16).map { "\($0.candidate.model) \($0.failure?.reason.rawValue ?? "ok")" })
        }
        let next = next(after: index)
        facts["nextCandidateProvider"] = next.map { .string($0.model.provider.rawValue) }
        facts["nextCandidateModel"] = next.map { .string($0.model.model) }
        step(&facts, from: attempt.candidate.model, to: next?.model, at: index + 1)
        facts["fallbackStepFromFailureReason"] = .string(failure.reason.rawValue)
        facts["fallbackStepFromFailureDetail"] = facts["errorPreview"]
        facts["fallbackStepFinalOutcome"] = .string(next == nil ? "chain_exhausted" : "next_fallback")
        return facts
    }

    func answered(_ index: Int) -> LogFields {
        let attempt = receipt.attempts[index]
        var facts = about(attempt.candidate.model, attempt.candidate.credential, "candidate_succeeded", attempt.origin)
        facts["attempt"] = .int(index + 1)
        facts["status"] = attempt.status.map { .int($0) }
        facts["durationMs"] = .int(Int(attempt.duration.milliseconds))
        let before = index > 0 ? receipt.attempts[index - 1].candidate.model : passedOver.first?.model
        if let before { step(&facts, from: before, to: attempt.candidate.model, at: index + 1) }
        facts["fallbackStepFinalOutcome"] = "succeeded"
        return facts
    }

    func passed(_ link: SkippedLink) -> LogFields {
        var facts = about(link.model, link.credential, "skip_candidate", link.origin)
        // A block's reason is the one that people ask about.
        if case .blocked(let block) = link.reason {
            facts["reason"] = .string(block.reason.rawValue)
            facts["blockedUntil"] = .int(Int(block.until.milliseconds))
        } else {
            facts["reason"] = .string(link.reason.code)
        }
        facts["skipReason"] = .string(link.reason.code)
        return facts
    }

    func stopped(_ refusal: Refusal) -> LogFields {
        var facts = common
        facts["event"] = "model_fallback_chain_stopped"
        facts["status"] = .int(refusal.status)
        facts["code"] = .string(refusal.code)
        facts["attempts"] = .int(receipt.attempts.count)
        facts["retryAfterMs"] = refusal.retryAfter.map { .int(Int($0.milliseconds)) }
        facts["fallbackStepFinalOutcome"] = "chain_exhausted"
        return facts
    }

    // MARK: Health

    static func healthChanged(_ effect: BlockEffect, _ attempt: Attempt) -> LogFields {
        var facts: LogFields = [
            "event": "auth_profile_failure_state_updated", "provider": .string(attempt.candidate.model.provider.rawValue),
            "profileId": .string(hash(attempt.candidate.credential.rawValue)), "reason": .string(effect.reason.rawValue),
            "scope": .string(effect.key.scope.rawValue),
        ]
        switch effect.key {
        case .credentialModel(_, let model), .providerModel(let model): facts["model"] = .string(model.model)
        case .credential, .endpoint: break
        }
        switch effect.kind {
        case .blocked(let until, _, let setBy), .widened(let until, _, let setBy):
            // OpenClaw's long lane is for money and dead keys.
            let isDisabled = effect.reason == .billing || effect.reason == .authPermanent
            facts[isDisabled ? "disabledUntil" : "cooldownUntil"] = .int(Int(until.milliseconds))
            facts["window"] = "new"
            facts["setBy"] = .string(setBy.rawValue)
        case .unchanged: facts["window"] = "reused"
        case .cleared, .narrowed: facts["window"] = "cleared"
        case .ownNetwork: facts["window"] = "none"
        }
        return facts
    }

    // MARK: Parts

    private func about(_ model: ModelRef, _ credential: CredentialID?, _ decision: String, _ origin: String) -> LogFields {
        var facts = common
        facts["decision"] = .string(decision)
        facts["candidateProvider"] = .string(model.provider.rawValue)
        facts["candidateModel"] = .string(model.model)
        facts["profileId"] = credential.map { .string(Self.hash($0.rawValue)) }
        facts["isPrimary"] = .bool(!origin.contains("fallbacks"))
        facts["requestedModelMatched"] = .bool(model.description == receipt.facts.requestedModel)
        let credentials =
            receipt.attempts.filter { $0.candidate.model.provider == model.provider }.map(\.candidate.credential)
            + receipt.skipped.filter { $0.model.provider == model.provider }.compactMap(\.credential)
        facts["profileCount"] = .int(Set(credentials).count)
        return facts
    }

    private func step(_ facts: inout LogFields, from: ModelRef, to: ModelRef?, at position: Int) {
        facts["fallbackStepType"] = "fallback_step"
        facts["fallbackStepFromModel"] = .string(from.description)
        facts["fallbackStepToModel"] = to.map { .string($0.description) }
        facts["fallbackStepChainPosition"] = .int(position)
    }

    /// Of words that are redacted already.
    private static func preview(_ text: String) -> String { text.count > 200 ? text.prefix(199) + "…" : text }

    private static func hash(_ text: String) -> String { "sha256:" + Digest.sha256Hex(text).prefix(12) }
}

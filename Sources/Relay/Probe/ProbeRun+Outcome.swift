// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Providers

/// What came of a probe: its row, and its receipt.
extension ProbeRun {
    /// - Parameter latency: Of this call alone.
    func conclude(
        _ call: UpstreamCall, _ plan: CallPlan, startedAt: Timestamp, latency: Duration, _ probed: inout Probed
    ) -> ProbeResult {
        let candidate = probed.candidate
        var attempt = Attempt(candidate: candidate, origin: "probe", kind: target.kind, startedAt: startedAt, duration: latency)
        attempt.repairs = plan.repairs
        attempt.status = call.status
        attempt.timeToFirstToken = call.firstContentAfter
        attempt.usage = call.usage
        var result = ProbeResult(target, .ok)
        result.latency = latency
        // The loop counts whole milliseconds.
        result.firstToken = call.firstContentAfter.map { min($0, latency) }
        switch call.outcome {
        case .whole, .streamed:
            attempt.effect = relay.ledger.proved(candidate, startedAt: startedAt, now: relay.now())
            result.cleared = attempt.effect.map { "\($0.kind == .narrowed ? "narrowed" : "ended"): \($0.key.text), \($0.reason.rawValue)" }
        case .failed(let failed):
            let failure = judge(failed, plan)
            attempt.failure = failure
            attempt.status = failed.error.status ?? call.status
            describe(failure, attempt, in: &result)
        case .cancelled: return .cancelled(target)
        }
        result.httpStatus = attempt.status
        probed.attempts.append(attempt)
        return result
    }

    /// The login has no token that may be let in.
    ///
    /// - Parameter first: Of the call that was refused, if one was made.
    func unrenewed(
        _ refresh: RefreshFailure, after first: ProbeResult?, startedAt: Timestamp, took: Duration, _ probed: inout Probed
    ) -> ProbeResult {
        if isCancelled { return .cancelled(target) }
        // Its time went by before anything was answered: no word about the login.
        let isLate = refresh.rule == "oauth.late"
        let failure = refresh.failure(at: relay.now())
        var result = first ?? ProbeResult(target, .auth)
        result.status = isLate ? .timeout : .auth
        result.reasonCode = isLate ? "timeout" : failure.reason.rawValue
        result.error = (first?.error.map { "\($0); then " } ?? "") + refresh.text
        result.rule = failure.rule
        guard first != nil else { return result }
        var attempt = Attempt(candidate: probed.candidate, origin: "probe", kind: target.kind, startedAt: startedAt, duration: took)
        attempt.failure = failure
        probed.attempts.append(attempt)
        return result
    }

    /// With its receipt, where anything was sent.
    func finished(_ result: ProbeResult, _ probed: Probed) -> ProbeResult {
        var result = result
        if let last = probed.attempts.last, keep(probed, last) { result.receipt = probed.request.id }
        return result
    }

    private func judge(_ failed: FailedCall, _ plan: CallPlan) -> Failure {
        var failure = failed.judged ?? Classifier.classify(failed.error)
        failure.limit = failed.limit
        failure.repair = failure.repair.flatMap { plan.wire.repaired(plan.request.body, by: $0) == nil ? nil : $0 }
        let words = failure.message ?? failed.offending.map { String(decoding: $0, as: UTF8.self) }
        failure.message = words.map { redactor.redact($0) }
        return failure
    }

    private func describe(_ failure: Failure, _ attempt: Attempt, in result: inout ProbeResult) {
        result.status = ProbeStatus(failure.reason)
        result.reasonCode = failure.reason.rawValue
        result.rule = failure.rule
        result.reset = failure.reset
        var text = Explanation.happened(attempt)
        if let repair = failure.repair { text += "; a request is sent again, \(repair.text)" }
        result.error = text
    }

    private func keep(_ probed: Probed, _ last: Attempt) -> Bool {
        let began = probed.began.time
        let facts = RequestFacts(
            id: probed.request.id, startedAt: began, deadline: began + order.timeout, requestedModel: probed.candidate.description,
            agent: agent, wire: probed.request.wire.rawValue, streaming: true)
        var receipt = Receipt(facts: facts, attempts: probed.attempts)
        receipt.outcome =
            last.failure == nil
            ? .answered(attempt: probed.attempts.count - 1, status: 200) : .refused(Refusal(judging: last))
        receipt.endedAt = relay.now()
        return relay.recorder.keep(receipt)
    }
}

extension ProbeResult {
    static func cancelled(_ target: ProbeTarget) -> ProbeResult { ProbeResult(target, .cancelled, error: "ended before it was done") }
}

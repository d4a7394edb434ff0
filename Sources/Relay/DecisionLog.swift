// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry

/// The log lines of one request, made from its receipt: nothing for a first attempt that answered, a line for each decision
/// otherwise. What programs want to know of each is beside it (`DecisionEvent`).
enum DecisionLog {
    static func write(_ receipt: Receipt, to log: Logger) {
        let log = log.with(request: receipt.facts.id.rawValue)
        if log.isEnabled(.debug) {
            for (index, attempt) in receipt.attempts.enumerated() { log.debug("Attempt", whole(attempt, number: index + 1)) }
        }
        let isFirstAnswer = if receipt.attempts.count == 1, case .answered = receipt.outcome { true } else { false }
        if isFirstAnswer, !log.isEnabled(.debug) { return healthChanges(of: receipt, to: log) }
        let events = DecisionEvent(receipt)
        let decisions = log.with(label: "model-fallback")
        if isFirstAnswer {
            // Every request passes a blocked candidate by: that is the block's line, not a line for each of them.
            for link in events.passedOver { passed(link, .debug, events, decisions) }
            if !events.passedOver.isEmpty { answered(0, receipt, .debug, events, decisions) }
            return healthChanges(of: receipt, to: log)
        }
        for (index, attempt) in receipt.attempts.enumerated() {
            guard let failure = attempt.failure, failure.reason != .cancelled else { continue }
            decisions.event(
                .notice, "Attempt failed", fields(attempt, failure, number: index + 1, next: events.next(after: index)),
                details: events.failed(index, failure))
        }
        healthChanges(of: receipt, to: log)
        let isUnanswered = if case .refused = receipt.outcome { true } else { false }
        for link in events.passedOver { passed(link, isUnanswered ? .notice : .debug, events, decisions) }
        switch receipt.outcome {
        case .answered(let index, _): answered(index, receipt, .notice, events, decisions)
        case .refused(let refusal):
            decisions.event(
                .warning, "Request refused", ["status": .int(refusal.status), "attempts": .int(receipt.attempts.count)],
                details: events.stopped(refusal))
        case .failed: log.warning("Stream broken off", ["attempts": .int(receipt.attempts.count)])
        case .passedOn, .cancelled, nil: break
        }
    }

    private static func answered(
        _ index: Int, _ receipt: Receipt, _ level: LogLevel, _ events: DecisionEvent, _ log: Logger
    ) {
        let candidate = receipt.attempts[index].candidate
        let isFirst = candidate == receipt.attempts.first?.candidate && events.passedOver.isEmpty
        log.event(
            level, isFirst ? "Answered after another try" : "Answered by another candidate",
            ["model": .string(candidate.model.description), "attempts": .int(receipt.attempts.count)], details: events.answered(index))
    }

    private static func passed(_ link: SkippedLink, _ level: LogLevel, _ events: DecisionEvent, _ log: Logger) {
        log.event(
            level, "Candidate passed over",
            [
                "model": .string(link.model.description), "credential": .string(link.credential?.rawValue ?? "-"),
                "reason": .string(link.reason.code),
            ], details: events.passed(link))
    }

    /// What was blocked, and what an answer has set free.
    ///
    /// - Parameter log: Names the request.
    static func healthChanges(of receipt: Receipt, to log: Logger) {
        for attempt in receipt.attempts where !attempt.effect.isEmpty {
            let log = log.with(label: "health")
            for effect in attempt.effect {
                log.event(
                    .notice, "Health changed", ["change": .string(effect.text)], details: DecisionEvent.healthChanged(effect, attempt))
            }
        }
    }

    private static func whole(_ attempt: Attempt, number: Int) -> LogFields {
        [
            "attempt": .int(number), "model": .string(attempt.candidate.model.description),
            "credential": .string(attempt.candidate.credential.rawValue), "status": .int(attempt.status ?? 0),
            "reason": .string(attempt.failure?.reason.rawValue ?? "answered"), "duration_ms": .int(Int(attempt.duration.milliseconds)),
        ]
    }

    private static func fields(_ attempt: Attempt, _ failure: Failure, number: Int, next: Candidate?) -> LogFields {
        var fields: LogFields = [
            "attempt": .int(number), "model": .string(attempt.candidate.model.description),
            "credential": .string(attempt.candidate.credential.rawValue), "reason": .string(failure.reason.rawValue),
            "rule": .string(failure.rule), "status": .int(attempt.status ?? 0),
        ]
        if let next { fields["next"] = .string(next.model.description) }
        return fields
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry

/// The log lines of one request, made from its receipt: nothing for a first attempt that answered, a line for each decision
/// otherwise.
enum DecisionLog {
    static func write(_ receipt: Receipt, to log: Logger) {
        let log = log.with(request: receipt.facts.id.rawValue)
        if log.isEnabled(.debug) {
            for (index, attempt) in receipt.attempts.enumerated() { log.debug("Attempt", whole(attempt, number: index + 1)) }
        }
        if receipt.attempts.count == 1, case .answered = receipt.outcome { return }
        for (index, attempt) in receipt.attempts.enumerated() {
            guard let failure = attempt.failure, failure.reason != .cancelled else { continue }
            log.notice("Attempt failed", fields(attempt, failure, number: index + 1))
            for effect in attempt.effect { log.notice("Health changed", ["change": .string(effect.text)]) }
        }
        switch receipt.outcome {
        case .answered(let index, _):
            let candidate = receipt.attempts[index].candidate
            log.notice(
                candidate == receipt.attempts.first?.candidate ? "Answered after another try" : "Answered by another candidate",
                ["model": .string(candidate.model.description), "attempts": .int(receipt.attempts.count)])
        case .refused(let refusal):
            log.warning("Request refused", ["status": .int(refusal.status), "attempts": .int(receipt.attempts.count)])
        case .failed: log.warning("Stream broken off", ["attempts": .int(receipt.attempts.count)])
        case .passedOn, .cancelled, nil: break
        }
    }

    private static func whole(_ attempt: Attempt, number: Int) -> LogFields {
        [
            "attempt": .int(number), "model": .string(attempt.candidate.model.description),
            "credential": .string(attempt.candidate.credential.rawValue), "status": .int(attempt.status ?? 0),
            "reason": .string(attempt.failure?.reason.rawValue ?? "answered"), "duration_ms": .int(Int(attempt.duration.milliseconds)),
        ]
    }

    private static func fields(_ attempt: Attempt, _ failure: Failure, number: Int) -> LogFields {
        [
            "attempt": .int(number), "model": .string(attempt.candidate.model.description),
            "credential": .string(attempt.candidate.credential.rawValue), "reason": .string(failure.reason.rawValue),
            "rule": .string(failure.rule), "status": .int(attempt.status ?? 0),
        ]
    }
}

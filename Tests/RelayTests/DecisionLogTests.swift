// SPDX-License-Identifier: Apache-2.0
import Failover
import Telemetry
import TestSupport
import Testing

@testable import Relay

@Suite struct `What the log tells of a request` {
    static let lead = Candidate("lead/m", credential: "lead:work")
    static let spare = Candidate("spare/m", credential: "spare:work")
    static let key = ScopeKey.credentialModel("lead:work", lead.model)

    static func receipt(_ attempts: [Attempt], _ outcome: Outcome?) -> Receipt {
        let facts = RequestFacts(
            id: "01JCE", startedAt: Timestamp(milliseconds: 0), deadline: .distantFuture, requestedModel: "default",
            wire: "openai-completions")
        var receipt = Receipt(facts: facts, attempts: attempts)
        receipt.outcome = outcome
        return receipt
    }

    static func attempt(_ candidate: Candidate, _ reason: Reason? = nil, _ effect: [BlockEffect] = []) -> Attempt {
        Attempt(
            candidate: candidate, startedAt: Timestamp(milliseconds: 0),
            failure: reason.map { Failure(reason: $0, scope: nil, rule: "test") },
            effect: effect)
    }

    static func effect(_ kind: BlockEffect.Kind) -> BlockEffect { BlockEffect(key: key, reason: .rateLimit, kind: kind) }

    static let blocked = effect(.blocked(until: Timestamp(milliseconds: 60_000), length: .seconds(60), setBy: .ladder))

    @Test(
        arguments: [
            (receipt([attempt(lead)], .answered(attempt: 0, status: 200)), []),
            // What is free again is told, also where nothing went wrong.
            (receipt([attempt(lead, nil, [effect(.cleared)])], .answered(attempt: 0, status: 200)), ["cleared"]),
            (
                receipt([attempt(lead, .rateLimit, [blocked]), attempt(spare)], .answered(attempt: 1, status: 200)),
                ["candidate_failed", "new", "candidate_succeeded"]
            ),
            (
                receipt([attempt(lead, .rateLimit, [effect(.unchanged)]), attempt(spare, nil, [effect(.narrowed)])], .cancelled),
                ["candidate_failed", "reused", "cleared"]
            ),
            (receipt([attempt(lead, .cancelled)], .cancelled), []),
        ] as [(Receipt, [String])]) func `is every decision, and every change of health`(receipt: Receipt, events: [String]) throws
    {
        let capture = LogCapture()
        DecisionLog.write(receipt, to: capture.logger(level: .info))
        #expect(try Self.events(capture) == events)
        #expect(capture.lines.allSatisfy { $0.request == "01JCE" })
    }

    @Test func `is of a probe what it has set free, and nothing else`() throws {
        let capture = LogCapture()
        let recorder = ReceiptRecorder(store: nil, log: capture.logger())
        _ = recorder.keep(Self.receipt([Self.attempt(Self.lead, .auth)], .cancelled))
        #expect(capture.lines.isEmpty)
        _ = recorder.keep(Self.receipt([Self.attempt(Self.lead, nil, [Self.effect(.cleared)])], .answered(attempt: 0, status: 200)))
        #expect(try Self.events(capture) == ["cleared"])
    }

    /// The decisions and the windows of what was logged.
    static func events(_ capture: LogCapture) throws -> [String] {
        capture.text(.json).split(separator: "\n").compactMap { line in
            LogLine(Array(line.utf8)[...])?.fields["decision"]?.string ?? LogLine(Array(line.utf8)[...])?.fields["window"]?.string
        }
    }
}

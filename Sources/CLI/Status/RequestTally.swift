// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What became of some requests, counted.
struct RequestTally: Sendable {
    var total = 0
    /// By the first candidate that was asked.
    var answered = 0
    /// After another had failed.
    var rescued = 0
    /// Refused, or broken off.
    var failed = 0
    /// The client left, or got the upstream's own refusal.
    var others = 0
    /// Why attempts failed, most frequent first.
    var reasons: [(reason: String, count: Int)] = []

    init(_ receipts: [Receipt]) {
        total = receipts.count
        var counts: [String: Int] = [:]
        for receipt in receipts {
            for attempt in receipt.attempts {
                if let reason = attempt.failure?.reason, reason != .cancelled { counts[reason.rawValue, default: 0] += 1 }
            }
            switch receipt.outcome {
            case .answered(let attempt, _) where attempt == 0: answered += 1
            case .answered: rescued += 1
            case .refused, .failed: failed += 1
            case .passedOn, .cancelled, nil: others += 1
            }
        }
        reasons = counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    var text: String {
        guard total > 0 else { return "none" }
        var parts = ["\(total)\(total >= Survey.receiptLimit ? " or more" : ""): \(answered) answered at once"]
        if rescued > 0 { parts.append("\(rescued) after another try") }
        if failed > 0 { parts.append("\(failed) failed") }
        if others > 0 { parts.append("\(others) given up or passed on") }
        let why = reasons.prefix(6).map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
        return parts.joined(separator: ", ") + (why.isEmpty ? "" : " (attempts that failed: \(why))")
    }

    var json: JSONValue {
        [
            "total": .number(JSONNumber(total)), "answered": .number(JSONNumber(answered)), "rescued": .number(JSONNumber(rescued)),
            "failed": .number(JSONNumber(failed)), "others": .number(JSONNumber(others)),
            "reasons": .object(JSONObject(reasons.map { ($0.reason, JSONValue.number(JSONNumber($0.count))) })),
        ]
    }
}

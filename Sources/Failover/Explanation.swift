// SPDX-License-Identifier: Apache-2.0

/// A receipt in plain words: each attempt with what the upstream said, the rule that judged it, what was blocked for how long,
/// and the command that mends it.
public enum Explanation {
    /// - Parameter colour: With ANSI colours, for a terminal.
    public static func text(_ receipt: Receipt, colour: Bool = false) -> String {
        let rows = rows(receipt, colour: colour)
        return ([heading(receipt)] + (rows.isEmpty ? [] : [""]) + rows).joined(separator: "\n")
    }

    /// What was tried and what was passed over.
    ///
    /// - Parameter note: A further line for an attempt, by its place.
    static func rows(_ receipt: Receipt, colour: Bool, note: (Int) -> String? = { _ in nil }) -> [String] {
        var lines: [String] = []
        let passed = receipt.skipped.filter { $0.reason != .notNeeded }
        let happenings = receipt.attempts.map(happened)
        let models = receipt.attempts.map(\.candidate.model.description) + passed.map(\.model.description)
        let credentials = receipt.attempts.map(\.candidate.credential.rawValue) + passed.map { $0.credential?.rawValue ?? "" }
        let modelWidth = models.map(\.count).max() ?? 0
        let credentialWidth = credentials.map(\.count).max() ?? 0
        let happeningWidth = happenings.map(\.count).max() ?? 0
        func names(_ row: Int) -> String {
            "\(padded(models[row], modelWidth))   \(padded(credentials[row], credentialWidth))   "
        }
        for (place, attempt) in receipt.attempts.enumerated() {
            let number = (place < 9 ? " " : "") + String(place + 1)
            let paint: Paint = attempt.failure == nil ? .green : .red
            let what = padded(happenings[place], happeningWidth)
            lines.append("\(paint.on(number, colour))  \(names(place))\(what) \(Words.seconds(attempt.duration))")
            if let crossing = crossing(attempt, from: receipt.facts.wire) { lines.append(Paint.faint.on("    \(crossing)", colour)) }
            if let part = attempt.part { lines.append(Paint.faint.on("    \(part.text)", colour)) }
            if let verdict = verdict(attempt, after: receipt.attempts[..<place]) { lines.append(Paint.faint.on("    \(verdict)", colour)) }
            if let fix = fix(for: attempt), !isMended(attempt, by: receipt.attempts[(place + 1)...]) {
                lines.append("    " + Paint.yellow.on("fix: \(fix)", colour))
            }
            if let note = note(place) { lines.append("    " + note) }
        }
        for (place, link) in passed.enumerated() {
            lines.append(" –  \(names(receipt.attempts.count + place))passed over: \(link.reason.text)")
            if let fix = fix(for: link) { lines.append("    " + Paint.yellow.on("fix: \(fix)", colour)) }
        }
        lines += receipt.leftPins.map { "    \($0.text(at: receipt.facts.startedAt))" }
        for wait in receipt.waits { lines.append("    waited \(Words.duration(wait)) for a limit to end, rather than leave the model") }
        if case .refused(let refusal)? = receipt.outcome {
            // Refused before it had a chain: there is nothing else to tell.
            if receipt.attempts.isEmpty && passed.isEmpty { lines.append("    " + Words.line(refusal.message, limit: 1024)) }
            if let wait = refusal.retryAfter {
                lines.append("    the first candidate may be free again \(Words.duration(wait)) after that")
            }
        }
        return lines
    }

    /// Whether the same credential answered right after, as one that is renewed does: nobody has anything to do.
    private static func isMended(_ attempt: Attempt, by later: ArraySlice<Attempt>) -> Bool {
        later.contains { $0.candidate == attempt.candidate && $0.failure == nil }
    }

    /// Where the request crossed to another wire, and what of it did not; `nil` where both sides spoke the same.
    static func crossing(_ attempt: Attempt, from wire: String) -> String? {
        guard let other = attempt.crossedTo else { return nil }
        let lost = attempt.lost.isEmpty ? "nothing lost" : "lost: \(Words.line(attempt.lost.joined(separator: ", "), limit: 400))"
        return "crossed from \(wire) to \(other); \(lost)"
    }

    /// What was changed in the request, reason, rule, and what became of the candidate's health; `nil` where an answer changed nothing.
    static func verdict(_ attempt: Attempt, after earlier: ArraySlice<Attempt>) -> String? {
        var parts: [String] = []
        if !attempt.repairs.isEmpty {
            let isAgain = earlier.contains { $0.candidate == attempt.candidate }
            parts.append("sent \(isAgain ? "again " : "")\(attempt.repairs.map(\.text).joined(separator: ", "))")
        }
        if let failure = attempt.failure {
            parts += [failure.reason.rawValue, "rule \(failure.rule)"]
        }
        switch attempt.mode {
        case .normal: break
        case .quickRepeat: parts.append("once more on the same candidate")
        case .halfOpen: parts.append("one request looked again")
        case .returning: parts.append("one of few, since it has just come back")
        case .early: parts.append("tried early, since all else was blocked")
        }
        let effects = attempt.effect.map { effect in
            if case .blocked(_, _, .secret) = effect.kind, isLogin(attempt) { return "credential blocked until you sign in again" }
            return effect.shortText
        }
        parts += effects
        if effects.isEmpty, let failure = attempt.failure, failure.scope == nil, failure.reason != .cancelled {
            parts.append("nothing blocked")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private static func heading(_ receipt: Receipt) -> String {
        let facts = receipt.facts
        let isProbe = receipt.attempts.first?.origin == "probe"
        let who = [
            isProbe ? "probe" : nil, facts.agent.map { "agent \($0)" },
            facts.session.map { "session \(Words.line($0.rawValue, limit: 32))" },
        ].compactMap {
            $0
        }
        return ([facts.id.rawValue] + (who.isEmpty ? [] : [who.joined(separator: " · ")]) + [ending(receipt)]).joined(separator: "  ")
    }

    private static func ending(_ receipt: Receipt) -> String {
        func model(_ attempt: Int) -> String {
            receipt.attempts.indices.contains(attempt) ? receipt.attempts[attempt].candidate.model.description : "?"
        }
        let time = receipt.endedAt.map { Words.seconds($0 - receipt.facts.startedAt) } ?? "?"
        switch receipt.outcome {
        case .answered(let attempt, _):
            let earlier = receipt.attempts.filter { $0.committed && $0.failure != nil }
            guard let first = earlier.first else { return "answered by \(model(attempt)) in \(time)" }
            return "begun by \(first.candidate.model), finished by \(model(attempt)) in \(time)"
        case .failed(let attempt): return "cut short by \(model(attempt)) after \(time)"
        case .refused(let refusal): return "refused with \(refusal.status) after \(time)"
        case .passedOn(let attempt): return "the refusal of \(model(attempt)) passed on after \(time)"
        case .cancelled:
            switch receipt.attempts.last?.failure?.rule {
            case "session.stopped": return "stopped by its owner after \(time)"
            case "gateway.stopped": return "ended with the gateway after \(time)"
            default: return "the client left after \(time)"
            }
        case nil: return "not ended"
        }
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// ANSI colours (ECMA-48 §8.3.117).
    enum Paint: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case faint = "2"

        func on(_ text: String, _ colour: Bool) -> String { colour ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A plan in plain words.
extension Explanation {
    /// - Parameters:
    ///   - supposed: What was supposed to happen, as it was asked.
    ///   - time: A moment as the reader's clock shows it.
    public static func text(
        _ plan: Plan, supposed: [String] = [], colour: Bool = false, time: (Timestamp) -> String
    ) -> String {
        // A walk names whom it passes over by itself.
        if let run = plan.run {
            return (["Supposed: \(supposed.joined(separator: ", "))", ""] + rows(of: run, colour: colour)).joined(separator: "\n")
        }
        var lines = places(of: plan, colour: colour, time: time)
        if !plan.skipped.isEmpty {
            lines += (lines.isEmpty ? [] : [""]) + ["Not in the chain"]
            lines += plan.skipped.map { link in
                " –  \(link.model)\(link.credential.map { " on \($0)" } ?? ""), \(role(of: link.origin)): \(link.reason.text)"
            }
        }
        lines += (lines.isEmpty ? [] : [""]) + [start(of: plan)]
        return lines.joined(separator: "\n")
    }

    private static func places(of plan: Plan, colour: Bool, time: (Timestamp) -> String) -> [String] {
        let now = plan.facts.startedAt
        let modelWidth = plan.places.map(\.model.description.count).max() ?? 0
        let credentialWidth = plan.places.map(\.credential.rawValue.count).max() ?? 0
        var lines: [String] = []
        for place in plan.places {
            let number = place.turn.map { ($0 < 10 ? " " : "") + String($0) } ?? " –"
            let paint: Paint = place.state.isPassedOver ? .red : .green
            let names = "\(padded(place.model.description, modelWidth))   \(padded(place.credential.rawValue, credentialWidth))"
            lines.append("\(paint.on(number, colour))  \(names)   \(text(place.state, at: now, time: time))")
            lines.append(Paint.faint.on("    \(role(of: place.origin)) · \(place.why.text(at: now))", colour))
            if case .passedOver(.blocked(let block), _) = place.state {
                lines.append(Paint.faint.on("    since \(time(block.since)); understudy explain \(block.evidence.receipt)", colour))
            }
        }
        return lines
    }

    private static func text(_ state: Plan.State, at now: Timestamp, time: (Timestamp) -> String) -> String {
        switch state {
        case .ready: return "ready"
        case .halfOpen(let reason): return "one request may look whether \(reason.rawValue) is over"
        case .passedOver(let reason, let until):
            guard let until else {
                if case .blocked(let block) = reason, block.until == .distantFuture { return "\(reason.text), until its secret changes" }
                return reason.text
            }
            return "\(reason.text), until \(time(until)) (\(Words.duration(until - now)))"
        }
    }

    /// Why a model stands where it does, by the setting that put it there.
    static func role(of origin: String) -> String {
        if origin == "requested" { return "asked for" }
        if origin == "built in" { return origin }
        if origin.hasSuffix("]"), let bracket = origin.lastIndex(of: "["),
            let number = Int(origin[origin.index(after: bracket)...].dropLast()), !origin[..<bracket].hasSuffix("list")
        {
            return "fallback \(number + 1) (\(origin))"
        }
        return "primary (\(origin))"
    }

    private static func start(of plan: Plan) -> String {
        switch plan.start {
        case .attempt(let index, let isEarly):
            let place = plan.places[index]
            let early = isEarly ? ", early, since everything is blocked" : ""
            return "A request that comes now begins with \(place.model) on \(place.credential)\(early)."
        case .refusal(let refusal):
            let wait = refusal.retryAfter.map { " Retry-After: \(Words.duration($0))." } ?? ""
            return "A request that comes now is refused with \(refusal.status) (\(refusal.code)).\(wait)"
        }
    }

    private static func rows(of run: PlanRun, colour: Bool) -> [String] {
        var lines = rows(run.receipt, colour: colour) { place in
            guard run.next.indices.contains(place), run.next[place] != .answered else { return nil }
            return "→ \(run.next[place].text)"
        }
        lines.append("")
        lines.append("The client gets \(ending(run)) after \(Words.seconds(run.duration)).")
        if let message = run.ending.message { lines.append("    \(Words.line(message, limit: 2048))") }
        lines.append(
            run.afterwards.map { "The next request begins with \($0.model) on \($0.credential)." } ?? "The next request finds nobody.")
        return lines + ["", Paint.faint.on("Assumed: " + run.assumptions.joined(separator: " "), colour)]
    }

    private static func ending(_ run: PlanRun) -> String {
        if case .answered(let attempt, _)? = run.receipt.outcome, run.receipt.attempts.indices.contains(attempt) {
            let candidate = run.receipt.attempts[attempt].candidate
            return "\(run.ending.status) from \(candidate.model) on \(candidate.credential)"
        }
        return "\(run.ending.status)\(run.ending.code.map { " (\($0))" } ?? "")"
    }
}

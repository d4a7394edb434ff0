// SPDX-License-Identifier: Apache-2.0

extension Scenario.Take {
    /// What came of it. Pure.
    public func verdict(_ evidence: Evidence) -> DrillVerdict {
        var problems: [String] = []
        for (place, turn) in evidence.turns.enumerated() {
            let which = evidence.turns.count > 1 ? "request \(place + 1): " : ""
            if let problem = end == .refusal ? unrefused(turn.heard) : turn.heard.unanswered { problems.append(which + problem) }
        }
        if !problems.isEmpty {
            let isTrue = evidence.turns.allSatisfy { $0.heard.unanswered == nil || $0.heard.isTrueError }
            return isAnybodyLeft(evidence.members) || !isTrue ? .fail(labelled(problems)) : .nobodyLeft
        }
        problems = rules.compactMap { $0.problem(evidence) }
        return problems.isEmpty ? .pass : .fail(labelled(problems))
    }

    private func labelled(_ problems: [String]) -> [String] { label.isEmpty ? problems : problems.map { "\(label): \($0)" } }

    /// Whether the chain has somebody who could give what is wanted.
    public func isAnybodyLeft(_ members: [Cast.Member]) -> Bool {
        switch end {
        case .refusal, .answer(by: .itself): return !members.isEmpty
        case .answer(by: .another): return members.contains { !$0.isHit }
        case .answer(by: .larger):
            guard let small = members.first(where: \.isHit) else { return false }
            return members.contains { large in
                guard !large.isHit else { return false }
                guard let window = large.contextWindow, let overflowed = small.contextWindow else { return true }
                return window > overflowed
            }
        }
    }

    /// Why this is not the provider's refusal.
    private func unrefused(_ heard: Heard) -> String? {
        if heard.gaveUp { return "there was no end within \(heard.took.inSeconds)" }
        guard let error = heard.error else { return "the client got an answer, where the provider had refused the request for its content" }
        if !heard.text.isEmpty { return "the client got text and then a refusal" }
        if heard.status != 400 { return "the client got the status \(heard.status.map(String.init) ?? "-") instead of 400" }
        let words = error.lowercased()
        return words.contains("content") || words.contains("responsible")
            ? heard.faults.first : "the client is not told the provider's reason: \(error)"
    }
}

extension Heard {
    /// Why this is not the whole answer.
    var unanswered: String? {
        let part =
            isBeginning ? "\(text.utf8.count * 100 / max(1, DrillLine.text.utf8.count)) % of the answer" : difference
        if gaveUp { return "there was no end within \(took.inSeconds), after \(part)" }
        if let error { return "the client got \(part) and the error \"\(error)\"" }
        if text != DrillLine.text {
            let seen = text.isEmpty ? "nothing" : part
            return isWhole ? "the client got, as if it were whole, \(seen)" : "the client got \(seen) and no end"
        }
        if !isWhole { return "the client got the whole text, and no end" }
        return faults.first.map { "the stream breaks the rules of its wire: \($0)" }
    }

    /// Where the text leaves the line.
    private var difference: String {
        let same = zip(text, DrillLine.text).prefix { $0 == $1 }.count
        return "text that is not the answer's: \(text.dropFirst(max(0, same - 12)).prefix(36).debugDescription) at character \(same)"
    }

    private var isBeginning: Bool { DrillLine.text.utf8.starts(with: text.utf8) }

    /// It ended in an error that nobody takes for an answer.
    var isTrueError: Bool { error != nil && !isWhole && !gaveUp && isBeginning && faults.isEmpty }
}

// SPDX-License-Identifier: Apache-2.0

/// What is supposed to happen: `cerebras=402`, `openai/gpt-5.4@openai:backup=429,429,ok`.
public struct PlanWhen: Hashable, Sendable {
    public var selector: PlanSelector
    /// For the first call that it counts for, the second, and so on; the last one for all that follow.
    public var outcomes: [PlanOutcome]

    /// Outcomes of one supposition at most.
    static let limit = 64

    /// Reads `selector=outcome[,outcome…]`.
    public init(_ text: String, in chain: Chain) throws(PlanProblem) {
        guard let equals = text.firstIndex(of: "=") else {
            throw PlanProblem("\"\(text)\" does not say what happens: write it as \(text)=402", word: text)
        }
        selector = try PlanSelector(String(text[..<equals]), in: chain)
        var outcomes: [PlanOutcome] = []
        for part in Self.parts(text[text.index(after: equals)...]) { outcomes.append(try PlanOutcome(part)) }
        guard outcomes.count <= Self.limit else {
            throw PlanProblem("\"\(text.prefix(60))…\" says more than \(Self.limit) things", word: text)
        }
        self.outcomes = outcomes
    }

    public init(_ selector: PlanSelector, _ outcomes: [PlanOutcome]) {
        self.selector = selector
        self.outcomes = outcomes
    }

    /// Apart at commas. A message takes all that follows it, commas too.
    private static func parts(_ text: Substring) -> [Substring] {
        var parts: [Substring] = []
        var rest = text
        while let comma = rest.firstIndex(of: ",") {
            let part = rest[..<comma]
            if part.split(separator: ":").contains(where: { $0.hasPrefix("message=") }) { break }
            parts.append(part)
            rest = rest[rest.index(after: comma)...]
        }
        return parts + [rest]
    }
}

/// All that is supposed, and how often each of it has been asked for.
struct PlanSuppositions {
    private let all: [PlanWhen]
    private var calls: [Int]

    init(_ all: [PlanWhen]) {
        self.all = all
        calls = Array(repeating: 0, count: all.count)
    }

    /// What the next call of `candidate` comes to: what the narrowest supposition says, and of equals the last. Without any: `ok`.
    ///
    /// - Parameter repairs: What was changed in what it is sent. A refusal that asks for one of them comes no more, unless a list says
    ///   otherwise.
    mutating func next(for candidate: Candidate, repairs: [Repair], wire: String) -> PlanOutcome {
        let matching = all.indices.filter { all[$0].selector.matches(candidate) }
        guard let index = matching.max(by: { (all[$0].selector.narrowness, $0) < (all[$1].selector.narrowness, $1) }) else { return .ok }
        let outcomes = all[index].outcomes
        guard let outcome = outcomes.indices.contains(calls[index]) ? outcomes[calls[index]] : outcomes.last else { return .ok }
        calls[index] += 1
        let isRepaired = outcome.failure(of: candidate, wire: wire)?.repair.map { repairs.contains($0) } ?? false
        return isRepaired && outcomes.count == 1 ? .ok : outcome
    }
}

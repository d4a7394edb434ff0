// SPDX-License-Identifier: Apache-2.0

/// Rules made ready: whatever they look for is found in one walk over an error's words and names, and then each is a few
/// comparisons.
struct RuleTable: Sendable {
    let rules: [Rule]
    private let lines: [Line]
    private let words: PhraseIndex
    private let names: PhraseIndex
    private let account: Range<Int>
    private let model: Range<Int>
    private let place: Range<Int>

    /// A rule's alternatives by their numbers in the indexes.
    private struct Line: Sendable {
        var words: Range<Int>
        var names: Range<Int>
        var providers: [[UInt8]]
        var statuses: Rule.Statuses
    }

    /// What stands in an error of what the table looks for.
    struct Findings: ~Copyable {
        var words = PhraseIndex.Found()
        var names = PhraseIndex.Found()
    }

    /// - Parameter rules: In their order; the first that matches counts.
    init(_ rules: [Rule]) {
        self.rules = rules
        var words: [Phrase] = []
        var names: [Phrase] = []
        func add(_ texts: [String], to phrases: inout [Phrase], _ make: (String) -> Phrase) -> Range<Int> {
            let start = phrases.count
            phrases += texts.map(make)
            return start..<phrases.count
        }
        lines = rules.map { rule in
            Line(
                words: add(rule.words, to: &words) { Phrase($0) }, names: add(rule.names, to: &names) { Phrase(name: $0) },
                providers: rule.providers.map { Array($0.utf8) }, statuses: rule.statuses)
        }
        account = add(Rules.accountWords, to: &words) { Phrase($0) }
        model = add(Rules.modelWords, to: &words) { Phrase($0) }
        place = add(Rules.placeWords, to: &words) { Phrase($0) }
        self.words = PhraseIndex(words, isOfPieces: false)
        self.names = PhraseIndex(names, isOfPieces: true)
    }

    func findings(_ evidence: Evidence) -> Findings {
        var findings = Findings()
        words.find(in: evidence.wording.bytes.span, into: &findings.words)
        for name in evidence.names { names.find(in: name.span, into: &findings.names) }
        return findings
    }

    /// The first rule that matches, if there is one.
    func rule(for evidence: Evidence, _ findings: borrowing Findings) -> Rule? {
        let namesPlace = findings.words.hasAny(in: place)
        let isAboutPlace = namesPlace && (evidence.status == 400 || evidence.status == 422)
        for number in lines.indices {
            guard matches(number, evidence, findings) else { continue }
            // Words beside a place in the request are names that the client chose: `get_credit_balance`, `oauth_token`.
            if isAboutPlace, rules[number].isWordsAboutCredential { continue }
            return rules[number]
        }
        return nil
    }

    private func matches(_ number: Int, _ evidence: Evidence, _ findings: borrowing Findings) -> Bool {
        let line = lines[number]
        if !line.words.isEmpty, !findings.words.hasAny(in: line.words) { return false }
        if !line.names.isEmpty, !findings.names.hasAny(in: line.names) { return false }
        guard line.statuses.contain(evidence.status) else { return false }
        if line.providers.isEmpty { return true }
        for name in line.providers {
            if evidence.isProvider(name) { return true }
        }
        return false
    }

    /// Whether the words name the account or plan, and not just one model.
    func namesAccount(_ findings: borrowing Findings) -> Bool {
        if findings.words.hasAny(in: model) { return false }
        return findings.words.hasAny(in: account)
    }
}

// MARK: Which alternatives there are

extension RuleTable {
    /// One of a rule's words or names.
    struct Alternative: Hashable, Sendable {
        var rule: Int
        var isName: Bool
        /// Its place among the rule's words or names.
        var place: Int
    }

    /// All that stand in an error, of whichever rule, whether or not it matches.
    func alternatives(in evidence: Evidence) -> [Alternative] {
        let findings = findings(evidence)
        return lines.indices.flatMap { number in
            let line = lines[number]
            let words = line.words.filter { findings.words[$0] }.map {
                Alternative(rule: number, isName: false, place: $0 - line.words.lowerBound)
            }
            return words
                + line.names.filter { findings.names[$0] }.map {
                    Alternative(rule: number, isName: true, place: $0 - line.names.lowerBound)
                }
        }
    }
}

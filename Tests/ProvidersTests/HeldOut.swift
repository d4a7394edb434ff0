// SPDX-License-Identifier: Apache-2.0
@testable import Failover

/// How well a provider's errors are understood by what was learned elsewhere.
///
/// For each provider: without the rules that are about it, and without each single wording or code of a general rule that no row of
/// another provider supports, which is to have it and to mean the rule's reason. Wordings that no row has at all are thus taken out as well.
struct HeldOut {
    struct Score: Equatable {
        var provider: String
        var rows = 0
        var withAll = 0
        var heldOut = 0
    }

    let rows: [CollectedError]
    /// Whose rows have each alternative, and mean what its rule says.
    private var supporters: [RuleTable.Alternative: Set<String>] = [:]

    init(_ rows: [CollectedError]) {
        self.rows = rows
        for row in rows {
            for alternative in Rules.table.alternatives(in: Evidence(row.object)) where row.accepts(Rules.all[alternative.rule].reason) {
                supporters[alternative, default: []].insert(row.provider ?? "")
            }
        }
    }

    /// By name.
    func scores() -> [Score] {
        Set(rows.compactMap(\.provider)).sorted().map(score)
    }

    func score(_ provider: String) -> Score {
        let table = RuleTable(rules(without: provider))
        var score = Score(provider: provider)
        for row in rows where row.provider == provider {
            score.rows += 1
            if row.accepts(Classifier.classify(row.object).reason) { score.withAll += 1 }
            if row.accepts(Classifier.classify(row.object, by: table).reason) { score.heldOut += 1 }
        }
        return score
    }

    /// What is left of the rules when `provider` has never been seen.
    func rules(without provider: String) -> [Rule] {
        Rules.all.enumerated().compactMap { number, rule in
            func kept(_ texts: [String], isName: Bool) -> [String] {
                texts.enumerated().filter { place, _ in
                    let own = supporters[RuleTable.Alternative(rule: number, isName: isName, place: place)] ?? []
                    return own.contains { $0 != provider }
                }.map(\.element)
            }
            if rule.providers.contains(where: { $0 == provider || provider.hasPrefix($0 + "-") }) { return nil }
            // What a provider of another name means is asked of nobody here.
            guard rule.providers.isEmpty else { return rule }
            let names = kept(rule.names, isName: true)
            let words = kept(rule.words, isName: false)
            if names.isEmpty != rule.names.isEmpty || words.isEmpty != rule.words.isEmpty { return nil }
            return Rule(rule.id, rule.reason, names: names, words: words, at: rule.statuses, reach: rule.reach, rule.source)
        }
    }
}

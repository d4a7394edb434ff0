// SPDX-License-Identifier: Apache-2.0

/// Words for how long a model is to think, of which each route knows some.
extension Repair {
    /// From the least to the most.
    static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    /// The word that a route takes instead of `word`: the nearest, and of two that are as near the one that thinks more.
    ///
    /// - Parameter known: Those that it takes.
    /// - Returns: `nil` if it takes `word` itself, or `word` means nothing.
    public static func effort(for word: String, among known: [String]) -> String? {
        guard !known.contains(word), let place = efforts.firstIndex(of: word) else { return nil }
        return efforts.indices.filter { known.contains(efforts[$0]) }
            .min { abs($0 - place) == abs($1 - place) ? $0 > $1 : abs($0 - place) < abs($1 - place) }
            .map { efforts[$0] }
    }

    /// Reads from a refusal which words the route takes: what it lists, else all but the one that it refuses.
    ///
    /// - Parameter message: In lower case.
    /// - Returns: `nil` if the refusal is not of an effort.
    static func limitingEffort(_ message: String, member: String) -> Repair? {
        let listed = list(in: message)
        let isAboutEffort = member.contains("effort") || message.contains("effort") || (member.isEmpty && listed.contains("medium"))
        guard isAboutEffort, !member.contains("verbosity") else { return nil }
        if !listed.isEmpty { return .limitEffort(to: efforts.filter(listed.contains)) }
        let refused = words(of: message).first { $0.isQuoted && efforts.contains($0.bare) }?.bare
        return refused.map { refused in .limitEffort(to: efforts.filter { $0 != refused }) }
    }

    /// What comes before a list of what would be taken.
    private static let heads = [
        "supported values are", "supported values", "valid levels", "valid values", "allowed values", "expected one of", "should be",
        "must be one of", "is not one of",
    ]

    /// The efforts that stand in a row behind one of `heads`.
    private static func list(in message: String) -> [String] {
        for head in heads {
            guard let rest = tail(of: message, after: head) else { continue }
            var found: [String] = []
            for word in words(of: rest) {
                if efforts.contains(word.bare) {
                    found.append(word.bare)
                } else if !found.isEmpty, word.bare != "and", word.bare != "or", !word.bare.isEmpty {
                    break
                }
            }
            if !found.isEmpty { return found }
        }
        return []
    }

    private static func tail(of message: String, after head: String) -> Substring? {
        var rest = message[...]
        while let first = rest.firstIndex(of: head[head.startIndex]) {
            rest = rest[first...]
            if rest.hasPrefix(head) { return rest.dropFirst(head.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func words(of text: some StringProtocol) -> [(bare: String, isQuoted: Bool)] {
        text.split { $0.isWhitespace || $0 == "," || $0 == "[" || $0 == "]" }.map { part in
            let bare = part.filter { $0.isLetter }
            return (String(bare), part.contains { "'\"`‘“".contains($0) })
        }
    }
}

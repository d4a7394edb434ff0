// SPDX-License-Identifier: Apache-2.0

/// Finds the known word that a mistyped one was probably meant to be.
enum NearestWord {
    /// The closest of `known` by edits (insert, delete, change, swap of neighbours), or `nil` when none is close: at most a third of
    /// the longer word's letters, and at least one, may differ. A known word that `word` is the beginning of counts as one edit.
    static func of(_ word: String, in known: [String]) -> String? {
        let typed = Array(word.utf8.prefix(64))
        var best: (word: String, edits: Int)?
        for candidate in known {
            let letters = Array(candidate.utf8.prefix(64))
            let edits = typed.count >= 3 && letters.starts(with: typed) ? 1 : distance(typed, letters)
            guard edits <= max(1, max(typed.count, letters.count) / 3) else { continue }
            if let best, best.edits <= edits { continue }
            best = (candidate, edits)
        }
        return best?.word
    }

    /// Optimal string alignment distance, by rows.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            current.reserveCapacity(b.count + 1)
            for j in b.indices {
                var edits = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforePrevious[j - 1] + 1) }
                current.append(edits)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}

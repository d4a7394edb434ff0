// SPDX-License-Identifier: Apache-2.0
import Configuration

/// Finds the command or flag that a mistyped word was probably meant to be.
enum NearestWord {
    /// The only one of `known` that begins with `word` (three letters at least), else the closest by edits. `nil`: none is close.
    static func of(_ word: String, in known: [String]) -> String? {
        if word.utf8.count >= 3 {
            let begun = known.filter { $0.hasPrefix(word) }
            if begun.count == 1 { return begun[0] }
        }
        return NearestName.of(word, in: known)
    }
}

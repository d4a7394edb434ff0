// SPDX-License-Identifier: Apache-2.0

/// Finds the known names that a mistyped one was probably meant to be.
public enum NearestName {
    /// Names longer than this are compared by their beginning only.
    private static let compared = 128

    /// The closest of `known`, or `nil` when none is close. Case does not count.
    public static func of(_ name: String, in known: some Sequence<String>) -> String? {
        closest(to: name, in: known, count: 1).first
    }

    /// The closest of `known`, best first: at most a third of the longer name's letters, and at least one, may differ by
    /// insertion, deletion, change or a swap of neighbours.
    public static func closest(to name: String, in known: some Sequence<String>, count: Int) -> [String] {
        let typed = letters(of: name)
        var found: [(name: String, edits: Int)] = []
        for candidate in known {
            let letters = letters(of: candidate)
            let allowed = max(1, max(typed.count, letters.count) / 3)
            guard abs(typed.count - letters.count) <= allowed else { continue }
            let edits = distance(typed, letters)
            guard edits <= allowed else { continue }
            let place = found.firstIndex { $0.edits > edits } ?? found.endIndex
            guard place < count else { continue }
            found.insert((candidate, edits), at: place)
            if found.count > count { found.removeLast() }
        }
        return found.map(\.name)
    }

    /// Optimal string alignment distance, by rows.
    static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: second.count + 1)
        var previous = Array(0...second.count)
        for i in first.indices {
            var current = [i + 1]
            current.reserveCapacity(second.count + 1)
            for j in second.indices {
                var edits = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (first[i] == second[j] ? 0 : 1))
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] { edits = min(edits, beforePrevious[j - 1] + 1) }
                current.append(edits)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }

    private static func letters(of name: String) -> [UInt8] {
        name.utf8.prefix(compared).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// New names for old ones. Each follows from the old one's text alone, so that it is the same in every turn and prompt caches stay warm;
/// two that would meet are kept apart.
struct StableSpellings: Sendable {
    private var known: [String: String] = [:]
    private var taken: Set<String> = []

    /// A name that stays as it is, and is nobody else's.
    mutating func keep(_ name: String) { taken.insert(name) }

    /// - Parameter spell: The new name that follows from the old one and a number: another name for each number.
    mutating func spelling(of name: String, _ spell: (_ salt: UInt64) -> String) -> String {
        if let spelled = known[name] { return spelled }
        var salt: UInt64 = 0
        while true {
            let spelled = spell(salt)
            salt += 1
            guard taken.insert(spelled).inserted else { continue }
            known[name] = spelled
            return spelled
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Questions to a person at a terminal. Without one, every question ends the command and names the flag that answers it.
struct Prompt: Sendable {
    /// How often a question is put before the command gives up.
    static let tries = 5
    private static let limit = 1024

    struct Choice: Hashable, Sendable {
        /// What may be typed beside the number, such as a provider's id.
        var word: String
        /// Behind it in the list; may be empty.
        var text: String

        init(_ word: String, _ text: String = "") {
            self.word = word
            self.text = text
        }
    }

    /// The place of the chosen one. Taken are its number, its word, and the beginning of a word that only one has; a beginning of several
    /// shows these alone.
    func choose(_ question: String, from choices: [Choice], flag: String) throws(CommandFailure) -> Int {
        guard TypedLine.canAsk else { throw Self.nobody(question, flag: flag) }
        TypedLine.show(question + "\n" + Self.list(choices, choices.indices.map { $0 }))
        for _ in 0..<Self.tries {
            TypedLine.show("Number or name: ")
            guard let typed = TypedLine.shown(limit: Self.limit) else { throw Self.cancelled }
            switch Self.meant(typed, choices) {
            case .one(let place): return place
            case .several(let places): TypedLine.show(Self.list(choices, places))
            case .none: TypedLine.show("  \"\(SafeText.line(typed))\" is none of them.\n")
            }
        }
        throw CommandFailure(.failed, "nothing was chosen")
    }

    /// - Parameter otherwise: What an empty line says; `nil`: it says nothing.
    func yes(_ question: String, otherwise: Bool?, flag: String) throws(CommandFailure) -> Bool {
        guard TypedLine.canAsk else { throw Self.nobody(question, flag: flag) }
        let marks = otherwise.map { $0 ? "[Y/n]" : "[y/N]" } ?? "[y/n]"
        for _ in 0..<Self.tries {
            TypedLine.show("\(question) \(marks) ")
            guard let typed = TypedLine.shown(limit: Self.limit) else { throw Self.cancelled }
            switch typed.lowercased().filter({ !$0.isWhitespace }) {
            case "y", "yes": return true
            case "n", "no": return false
            case "": if let otherwise { return otherwise }
            default: break
            }
        }
        throw CommandFailure(.failed, "nothing was decided")
    }

    /// A line of text; an empty one is `otherwise`, and asked again without it.
    func line(_ question: String, otherwise: String?, flag: String) throws(CommandFailure) -> String {
        guard TypedLine.canAsk else { throw Self.nobody(question, flag: flag) }
        for _ in 0..<Self.tries {
            TypedLine.show(question + (otherwise.map { " [\($0)]" } ?? "") + ": ")
            guard let typed = TypedLine.shown(limit: Self.limit) else { throw Self.cancelled }
            let words = typed.split { $0.isWhitespace }.joined(separator: " ")
            if !words.isEmpty { return words }
            if let otherwise { return otherwise }
        }
        throw CommandFailure(.failed, "nothing was typed")
    }

    static let cancelled = CommandFailure(.failed, "stopped; nothing was changed")

    /// - Parameter flag: One or several, as they are typed.
    static func nobody(_ question: String, flag: String) -> CommandFailure {
        let question = question.last == ":" ? String(question.dropLast()) : question
        return CommandFailure(.usage, "there is no terminal to ask: \(question)", hints: ["say it in the command line: \(flag)"])
    }

    // MARK: Choosing

    enum Meant: Hashable {
        case one(Int)
        case several([Int])
        case none
    }

    static func meant(_ typed: String, _ choices: [Choice]) -> Meant {
        let word = typed.lowercased().filter { !$0.isWhitespace }
        guard !word.isEmpty else { return .none }
        if let place = choices.firstIndex(where: { $0.word == word }) { return .one(place) }
        if let number = Int(word) { return choices.indices.contains(number - 1) ? .one(number - 1) : .none }
        let begun = choices.indices.filter { choices[$0].word.hasPrefix(word) }
        if begun.count == 1 { return .one(begun[0]) }
        if begun.count > 1 { return .several(begun) }
        let held = choices.indices.filter { choices[$0].word.contains(word) || choices[$0].text.lowercased().contains(word) }
        return held.isEmpty ? .none : .several(held)
    }

    static func list(_ choices: [Choice], _ places: [Int]) -> String {
        let wide = places.map { choices[$0].word.count }.max() ?? 0
        return places.map { place in
            let number = TextWidth.pad(String(place + 1), to: 4, right: true)
            guard !choices[place].text.isEmpty else { return "\(number)  \(choices[place].word)\n" }
            return "\(number)  \(TextWidth.pad(choices[place].word, to: wide))  \(choices[place].text)\n"
        }.joined()
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Answers as models give them: prose, code, tables, JSON, scripts without spaces, emoji, marks, and much that is said again.
enum RandomAnswer {
    static let words = [
        "the", "a", "quick", "brown", "fox", "jumps", "over", "and", "is", "an", "answer", "to", "question", "that", "was", "asked", "very",
        "ha", "no", "end", "I", "it", "in", "2024", "3.14", "naïve", "cafe\u{301}", "über", "добрый", "день", "γειά", "שלום", "مرحبا",
    ]
    static let ideographs = ["今天", "天气", "很好", "我们", "哈哈", "看", "的", "是", "、", "。", "東京", "カタカナ", "ひらがな", "서울", "ไทย"]
    static let pictures = ["👩\u{200D}👩\u{200D}👧", "🇩🇪", "👍🏽", "e\u{301}\u{323}", "❤️", "🙂"]

    static func make(using random: inout some RandomNumberGenerator) -> String {
        var text = ""
        let parts = Int.random(in: 1...6, using: &random)
        for _ in 0..<parts { text += part(using: &random) }
        return text
    }

    private static func part(using random: inout some RandomNumberGenerator) -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return code(using: &random)
        case 1: return table(using: &random)
        case 2: return json(using: &random)
        case 3: return run(of: ideographs, 2...20, by: "", using: &random) + "。"
        case 4: return run(of: pictures, 1...6, by: [" ", ""], using: &random)
        case 5: return String(repeating: run(of: words, 1...2, by: " ", using: &random) + " ", count: .random(in: 2...8, using: &random))
        case 6: return "\n\n## " + run(of: words, 1...4, by: " ", using: &random) + "\n\n"
        case 7:
            return "\n- " + run(of: words, 1...5, by: " ", using: &random) + "\n- " + run(of: words, 1...5, by: " ", using: &random) + "\n"
        case 8: return run(of: words + ideographs + pictures, 1...30, by: [" ", "", "\n", "  "], using: &random)
        default:
            return run(of: words, 3...25, by: " ", using: &random) + [". ", ".\n\n", "? ", ":\n", ""].randomElement(using: &random, or: "")
        }
    }

    private static func run(
        of words: [String], _ count: ClosedRange<Int>, by gap: String, using random: inout some RandomNumberGenerator
    ) -> String { run(of: words, count, by: [gap], using: &random) }

    private static func run(
        of words: [String], _ count: ClosedRange<Int>, by gaps: [String], using random: inout some RandomNumberGenerator
    ) -> String {
        var text = ""
        for index in 0..<Int.random(in: count, using: &random) {
            if index > 0 { text += gaps.randomElement(using: &random, or: " ") }
            text += words.randomElement(using: &random, or: "a")
        }
        return text
    }

    private static func code(using random: inout some RandomNumberGenerator) -> String {
        var text = ["\n```swift\n", "\n```\n", "\n~~~ python\n"].randomElement(using: &random, or: "\n```\n")
        let mark = text.contains("~") ? "~~~" : "```"
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let indent = String(repeating: "    ", count: .random(in: 0...3, using: &random))
            text += indent + run(of: words + ["=", "{", "}", "return", "end", "()"], 1...6, by: " ", using: &random) + "\n"
        }
        return text + mark + "\n"
    }

    private static func table(using random: inout some RandomNumberGenerator) -> String {
        let columns = Int.random(in: 1...4, using: &random)
        var text = "\n|" + String(repeating: " --- |", count: columns) + "\n"
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            text += "|"
            for _ in 0..<columns { text += " " + words.randomElement(using: &random, or: "a") + " |" }
            text += "\n"
        }
        return text
    }

    private static func json(using random: inout some RandomNumberGenerator) -> String {
        var rows: [String] = []
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            rows.append(
                "{\"name\": \"" + run(of: words, 1...3, by: " ", using: &random) + "\", \"n\": \(Int.random(in: 0...9, using: &random))}")
        }
        return "[" + rows.joined(separator: [", ", ",\n  ", ","].randomElement(using: &random, or: ",")) + "]"
    }
}

extension Array {
    fileprivate func randomElement(using random: inout some RandomNumberGenerator, or other: Element) -> Element {
        randomElement(using: &random) ?? other
    }
}

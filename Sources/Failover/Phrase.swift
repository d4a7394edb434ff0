// SPDX-License-Identifier: Apache-2.0

/// A piece of wording to look for: text that begins at a word and may end within one, so that `credit` is `credits` too.
///
/// A word of its own, `*` stands for up to 24 bytes of anything, or nothing, and `%` for one word or none. `^` at the beginning is that of
/// the message and `$` its end, a full stop aside.
struct Phrase: Sendable {
    private struct Part: Sendable {
        let bytes: [UInt8]
        /// Only one word may stand between the part before and this one.
        let isNextWord: Bool
    }

    /// As it was written, for people.
    let text: String
    private let parts: [Part]
    private let isAtStart: Bool
    private let isAtEnd: Bool
    /// It may begin within a word.
    private let isPiece: Bool

    static let gap = 24

    init(_ text: String) {
        self.text = text
        var rest = String(decoding: text.utf8.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }, as: UTF8.self)[...]
        isAtStart = rest.hasPrefix("^")
        isAtEnd = rest.hasSuffix("$")
        isPiece = false
        if isAtStart { rest = rest.dropFirst() }
        if isAtEnd { rest = rest.dropLast() }
        var parts: [Part] = []
        var words: [Substring] = []
        var isNextWord = false
        func close() {
            let text = (parts.isEmpty ? "" : " ") + words.joined(separator: " ")
            parts.append(Part(bytes: Array(text.utf8), isNextWord: isNextWord))
            words = []
        }
        for word in rest.split(separator: " ", omittingEmptySubsequences: false) {
            guard word == "*" || word == "%" else {
                words.append(word)
                continue
            }
            close()
            isNextWord = word == "%"
        }
        close()
        self.parts = parts
    }

    /// A piece of a code reduced to letters and digits; a number has to be all of it, and so has what begins with `^`.
    init(name: String) {
        text = name
        let isWhole = name.hasPrefix("^")
        let bytes = Array(name.utf8.dropFirst(isWhole ? 1 : 0))
        let isNumber = bytes.allSatisfy { (0x30...0x39).contains($0) }
        (isAtStart, isAtEnd, isPiece) = (isNumber || isWhole, isNumber || isWhole, true)
        parts = [Part(bytes: bytes, isNextWord: false)]
    }

    /// Its head is all of it.
    var isPlain: Bool { parts.count == 1 && !isAtStart && !isAtEnd }

    /// What it begins with.
    var head: [UInt8] { parts[0].bytes }

    func occurs(in wording: borrowing Wording) -> Bool {
        let text = wording.bytes.span
        for start in 0..<text.count where matches(text, at: start) { return true }
        return false
    }

    /// Whether it stands at `start`.
    func matches(_ text: Span<UInt8>, at start: Int) -> Bool {
        if isAtStart && start > 0 { return false }
        if start > 0 && !isPiece && Wording.isWord(parts[0].bytes[0]) && Wording.isWord(text[start - 1]) { return false }
        return matches(text, part: 0, from: start, upTo: start)
    }

    /// Whether the parts from `part` on follow one another, the first of them beginning in `from...upTo`.
    private func matches(_ text: Span<UInt8>, part: Int, from: Int, upTo: Int) -> Bool {
        let bytes = parts[part].bytes
        let last = min(upTo, text.count - bytes.count)
        guard from <= last else { return false }
        let isNextWord = parts[part].isNextWord
        var spaces = 0
        for start in from...last {
            if isNextWord {
                // Between two parts: nothing, or one word after one space.
                if spaces > 1 { return false }
                if text[start] == 0x20 { spaces += 1 }
            }
            guard Phrase.isEqual(text, start, bytes) else { continue }
            let end = start + bytes.count
            if part + 1 < parts.count {
                if matches(text, part: part + 1, from: end, upTo: end + Phrase.gap) { return true }
            } else if !isAtEnd || end == text.count || (end == text.count - 1 && text[end] == UInt8(ascii: ".")) {
                return true
            }
        }
        return false
    }

    private static func isEqual(_ text: Span<UInt8>, _ start: Int, _ bytes: [UInt8]) -> Bool {
        for place in bytes.indices where text[start + place] != bytes[place] { return false }
        return true
    }
}

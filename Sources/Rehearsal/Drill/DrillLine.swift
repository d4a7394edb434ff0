// SPDX-License-Identifier: Apache-2.0

/// What everybody in a drill answers, so that a client's text can be compared with what it should be, byte for byte.
public enum DrillLine {
    /// Some sixty words, no two of which follow one another twice: a seam has one right place. Characters of one to four bytes.
    public static let text = """
        When the curtain rises the lead steps out, says good evening, and begins; if a voice cracks half-way, the understudy in the \
        wings has followed every word — naïve, perhaps, yet ready — and takes up the sentence where it broke, so that nobody in the \
        stalls 🎭 hears more than one short breath between two halves of a single, unbroken line before applause.
        """

    /// What clients ask.
    public static let question = "Who is on stage tonight?"

    /// The answer of a candidate that is well: the whole line, or what of it a request lacks that holds its beginning.
    ///
    /// Who is asked to go on by a message of the user's says a few words again first, as models do; who is asked by the
    /// beginning of its own message goes on at once.
    public static func saying(to asked: AskedRequest) -> Saying {
        let turns = AskedTurns(asked)
        guard !turns.said.isEmpty, let rest = rest(after: turns.said) else { return Saying(text) }
        if turns.isPrefilled { return Saying(rest) }
        let again = Saying.words(of: turns.said).suffix(repeated).joined()
        // A message of its own begins with no space.
        return Saying(String((again + rest).drop { $0 == " " }))
    }

    /// Words that are said again.
    private static let repeated = 4

    /// `nil` for what is no beginning of the line.
    private static func rest(after said: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: said.utf8) else { return nil }
        return String(decoding: bytes.dropFirst(said.utf8.count), as: UTF8.self)
    }
}

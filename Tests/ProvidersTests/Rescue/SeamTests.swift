// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

/// What a client has in the end, if a candidate says `came` behind `sent`.
struct Joined: Sendable, CustomStringConvertible {
    var sent: String
    var came: String
    var whole: String
    var asked = Continuing.transcript
    var leftOut = ""
    var isStructured = false

    init(
        _ sent: String, _ came: String, _ whole: String, _ asked: Continuing = .transcript, leftOut: String = "", isStructured: Bool = false
    ) {
        self.sent = sent
        self.came = came
        self.whole = whole
        self.asked = asked
        self.leftOut = leftOut
        self.isStructured = isStructured
    }

    var description: String { "\(asked): \(sent.debugDescription.suffix(40)) + \(came.debugDescription.prefix(40))" }

    /// - Parameter step: Characters of a piece.
    func joined(step: Int = .max) throws(Seam.Problem) -> String {
        var seam = Seam(after: Array(sent.utf8), asked: asked, leftOut: leftOut, isStructured: isStructured)
        var passed = ""
        for piece in came.pieces(of: step) { passed += try seam.take(piece) }
        passed += try seam.end()
        #expect(seam.text == Array((sent + passed).utf8))
        #expect(seam.trimmed >= 0)
        return sent + passed
    }
}

extension String {
    /// By scalars, so that graphemes are split too.
    func pieces(of length: Int) -> [String] {
        var pieces: [String] = []
        var rest = unicodeScalars[...]
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}

@Suite struct `A candidate's text behind another's` {
    private func expect(_ row: Joined) throws {
        for step in [Int.max, 1, 2, 7] {
            let whole = try row.joined(step: step)
            // Not by canonical equivalence: byte for byte.
            #expect(Array(whole.utf8) == Array(row.whole.utf8), "in pieces of \(step): \(whole)")
        }
    }

    @Test(arguments: [
        // Nothing is said again.
        Joined("The quick bro", "wn fox", "The quick brown fox"),
        Joined("The quick brown", " fox", "The quick brown fox"),
        Joined("I said hel", "lo to him", "I said hello to him"),
        Joined("She went ha ha ", "ha ha and left", "She went ha ha ha ha and left"),
        Joined("It is 12", "12 years", "It is 1212 years"),
        Joined("It costs 3.333", "333 at least", "It costs 3.333333 at least"),
        Joined("def f():\n    ", "    return 1", "def f():\n        return 1"),
        Joined("| a | b |\n| --- |", " --- |\n", "| a | b |\n| --- | --- |\n"),
        Joined("    }\n  ", "}\n}\n", "    }\n  }\n}\n"),
        Joined("  begin\n  end\n", "end\n", "  begin\n  end\nend\n"),
        Joined("I ate a", " pear", "I ate a pear"),
        Joined("I saw a", " and b", "I saw a and b"),
        Joined("他笑哈", "哈大笑", "他笑哈哈大笑"),
        Joined("", "All of it", "All of it"),
        Joined("Some words", "", "Some words"),
        // The last words come again.
        Joined("The quick bro", "brown fox", "The quick brown fox"),
        Joined("The quick bro", "quick brown fox", "The quick brown fox"),
        Joined("The quick brown", "brown fox", "The quick brown fox"),
        Joined("The quick brown", "quick brown fox", "The quick brown fox"),
        Joined("The quick brown ", "quick brown fox", "The quick brown fox"),
        Joined("go on and on", "on, we said", "go on and on, we said"),
        Joined("and then I", "I went", "and then I went"),
        Joined("大家都说今天的天气", "今天的天气很好", "大家都说今天的天气很好"),
        Joined("Ein Bär läuft übe", "über das Feld", "Ein Bär läuft über das Feld"),
        // A sentence, a paragraph, all of it.
        Joined("First. The second sentence ends", "The second sentence ends here.", "First. The second sentence ends here."),
        Joined(
            "A title\n\nA paragraph of some words,\nin two lines.\n\n", "A paragraph of some words,\nin two lines.\n\nThe next.",
            "A title\n\nA paragraph of some words,\nin two lines.\n\nThe next."),
        Joined("Hello the", "Hello there, how are you?", "Hello there, how are you?"),
        Joined("From the start to the mid", "From the start to the middle", "From the start to the middle"),
        Joined("All of it.", "All of it.", "All of it."),
    ])
    func `is joined where it is new`(row: Joined) throws { try expect(row) }

    @Test(arguments: [
        // Most go on at once: what is short is no repetition.
        Joined("The quick bro", "brown fox", "The quick brobrown fox", .prefill),
        Joined("very, very", " very good", "very, very very good", .prefill),
        Joined("看看", "看看", "看看看看", .prefill),
        Joined(
            "It was said that the quick brown fox jumped", "the quick brown fox jumped over",
            "It was said that the quick brown fox jumpedthe quick brown fox jumped over",
            .prefill),
        // What is long is one, and so is everything from the start.
        Joined(
            "It was said that the quick brown fox jumped over", "that the quick brown fox jumped over it",
            "It was said that the quick brown fox jumped over it", .prefill),
        Joined("Once upon", "Once upon a time", "Once upon a time", .prefill),
        Joined("Hello", "Hello there", "HelloHello there", .prefill),
    ])
    func `needs a longer repetition after a prefill`(row: Joined) throws { try expect(row) }

    @Test(arguments: [
        // It has stood twice already: a third time is as likely new.
        Joined(
            "la la la, said the singer of the song\nla la la, said the singer of the song\n", "la la la, said the singer of the song\nend",
            "la la la, said the singer of the song\nla la la, said the singer of the song\nla la la, said the singer of the song\nend",
            .prefill),
        Joined(
            String(repeating: "| --- ", count: 20), String(repeating: "| --- ", count: 10) + "|\n",
            String(repeating: "| --- ", count: 30) + "|\n", .prefill),
        Joined(String(repeating: "a", count: 100), String(repeating: "a", count: 50), String(repeating: "a", count: 150), .prefill),
        // Asked to repeat the last words, a candidate repeats those, and no more than was asked for.
        Joined(String(repeating: "a", count: 100), String(repeating: "a", count: 50) + "b", String(repeating: "a", count: 102) + "b"),
        Joined(
            String(repeating: "ha ", count: 30), String(repeating: "ha ", count: 10) + "!", String(repeating: "ha ", count: 30) + "!"),
    ])
    func `is not shortened where text repeats itself`(row: Joined) throws { try expect(row) }

    @Test(arguments: [
        // The client's stays.
        Joined("one two three four\nfive six seven", "two three four five six seven eight", "one two three four\nfive six seven eight"),
        Joined(
            "func f() {\n    let first = 1\n    let second = 2", "let first = 1\n\tlet second = 2\n    let c = 3",
            "func f() {\n    let first = 1\n    let second = 2\n    let c = 3"),
        Joined("one two three four five six ", "one two three four five six\n\nseven", "one two three four five six \n\nseven"),
        // Line breaks at the seam are neither doubled nor lost.
        Joined("A line that is over now.\n", "A line that is over now.\n\nNext", "A line that is over now.\n\nNext"),
        Joined("A line that is over now.\n\n", "A line that is over now.\nNext", "A line that is over now.\n\nNext"),
        Joined("A line that is over now.\n\n", "A line that is over now. Next", "A line that is over now.\n\nNext"),
        Joined("if someone is there:\n    ", "if someone is there:\n        go", "if someone is there:\n        go"),
        Joined("if someone is there:\n    ", "if someone is there:\n    go", "if someone is there:\n    go"),
        Joined("if someone is there:\r\n  ", "if someone is there:\n    go", "if someone is there:\r\n    go"),
        // Before a repetition it goes with it, but few words are none then.
        Joined("This is a fine day", "\n\na fine day for all", "This is a fine day\n\na fine day for all"),
        Joined("This was a very fine day", " very fine day for all", "This was a very fine day for all"),
        Joined("one two three four five six", "\n\none two three four five six seven", "one two three four five six seven"),
        // What the request left out.
        Joined("Dear all,\n\n", "\n\nthanks", "Dear all,\n\nthanks", .prefill, leftOut: "\n\n"),
        Joined("Dear all,\n\n", "\nthanks", "Dear all,\n\nthanks", .prefill, leftOut: "\n\n"),
        Joined("Dear all,\n", "\n\nthanks", "Dear all,\n\nthanks", .prefill, leftOut: "\n"),
        Joined("Dear all, ", " thanks", "Dear all, thanks", .prefill, leftOut: " "),
        Joined("Dear all, ", "thanks", "Dear all, thanks", .prefill, leftOut: " "),
        Joined("Dear all, ", "\n\nthanks", "Dear all, \n\nthanks", .prefill, leftOut: " "),
        Joined("f():\n    ", "\n        go", "f():\n        go", .prefill, leftOut: "\n    "),
        Joined("f():\n    ", "    go", "f():\n    go", .prefill, leftOut: "\n    "),
        Joined("f():\n    ", "\n  go", "f():\n    go", .prefill, leftOut: "\n    "),
        Joined("Dear all,\n", "\n", "Dear all,\n", .prefill, leftOut: "\n"),
        Joined("Dear all,\n", "  ", "Dear all,\n  ", .prefill),
    ])
    func `keeps white space as the client has it`(row: Joined) throws { try expect(row) }

    @Test(arguments: [
        Joined("A cafe", "cafe\u{301} au lait", "A cafe\u{301} au lait"),
        Joined("We are 👩\u{200D}👩", "\u{200D}👧 here", "We are 👩\u{200D}👩\u{200D}👧 here"),
        Joined("We are a family 👩\u{200D}👩", "a family 👩\u{200D}👩\u{200D}👧 here", "We are a family 👩\u{200D}👩\u{200D}👧 here"),
        Joined("Flags 🇩🇪", "🇩🇰 and more", "Flags 🇩🇪🇩🇰 and more"),
        Joined("नमस्ते दुनि", "नमस्ते दुनिया", "नमस्ते दुनिया"),
        Joined("e\u{301}t", "é", "e\u{301}té"),
    ])
    func `is never cut within a character`(row: Joined) throws { try expect(row) }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite struct `What a candidate says before it goes on` {
    private func expect(_ row: Joined) throws {
        for step in [Int.max, 1, 2, 7] {
            let whole = try row.joined(step: step)
            #expect(whole == row.whole, "in pieces of \(step)")
        }
    }

    static let said = "The fox is quick, and it jumps over"

    @Test(arguments: [
        // A repetition follows.
        Joined(said, "Sure, here is the rest:\n\nit jumps over the dog.", said + " the dog."),
        Joined(said, "Sure! Continuing:\n\nThe fox is quick, and it jumps over the dog.", said + " the dog."),
        Joined(said, "Continuing from where I left off… it jumps over the dog.", said + " the dog."),
        Joined(said, "Apologies for the interruption. it jumps over the dog.", said + " the dog."),
        Joined(said, "…and it jumps over the dog.", said + " the dog."),
        Joined(said, "...jumps over the dog.", said + " the dog."),
        Joined(said, "Here is the rest:\nThe fox is quick, and it jumps over the dog.", said + " the dog.", .prefill),
        Joined(said, "当然，以下是续写：\nit jumps over the dog.", said + " the dog."),
        // None follows, but it speaks of going on, on a line of its own, in the middle of a sentence.
        Joined(said + " ", "Sure, here is the rest:\n\nthe dog.", said + " the dog."),
        Joined(said + " ", "Sure! Continuing from where I left off...\nthe dog.", said + " the dog."),
        Joined("A list\n- one", "Continuing:\n\n- two", "A list\n- one\n- two"),
        Joined("```\nlet a = 1;\n", "Continuing the code:\nlet b = 2;", "```\nlet a = 1;\nlet b = 2;"),
        // Whatever may be the answer itself passes.
        Joined(said, " Sure, here is the rest:\n", said + " Sure, here is the rest:\n", .prefill),
        Joined("It works.", "Here is the rest:\n\nthe dog.", "It works.Here is the rest:\n\nthe dog."),
        Joined("He said ", "sure, and went.", "He said sure, and went."),
        Joined("He said ", "okay", "He said okay"),
        Joined("He said ", "su", "He said su"),
        Joined(said + " ", "Here is the list:\nthe dog.", said + " Here is the list:\nthe dog."),
        Joined("I will ", "continue.", "I will continue."),
        Joined(said + " ", "Sure" + String(repeating: " and on", count: 40), said + " Sure" + String(repeating: " and on", count: 40)),
        Joined("He waited", "... and left", "He waited... and left"),
    ])
    func `is left out where it is sure to be no part of the answer`(row: Joined) throws { try expect(row) }

    @Test(arguments: [
        Joined(said, "I'm sorry, but I can't help with that.", said + "I'm sorry, but I can't help with that."),
        Joined(said, "A fast fox leaps over a dog.", said + "A fast fox leaps over a dog."),
    ])
    func `passes where it is a paraphrase or a refusal, which nobody judges`(row: Joined) throws { try expect(row) }

    static let code = "Here:\n\n```swift\nlet first = 1\n"

    @Test(arguments: [
        Joined(code, "```swift\nlet second = 2\n```\n", code + "let second = 2\n```\n"),
        Joined(code, "```\nIt ends.", code + "```\nIt ends."),
        Joined(code + "```", "\n\nIt ends.", code + "```\n\nIt ends."),
        Joined(code, "```swift\nlet first = 1\nlet second = 2\n```", code + "let second = 2\n```"),
        Joined(code, "Sure, here is the rest:\n\n```swift\nlet second = 2\n```", code + "let second = 2\n```"),
        Joined(code, "Sure!\n```swift\nlet second = 2\n", code + "let second = 2\n", .prefill),
        Joined(code, "    ```swift\n    let second = 2\n", code + "    let second = 2\n"),
        Joined("```swift\nif a:\n  ", "```swift\n    b()\n", "```swift\nif a:\n    b()\n"),
        Joined("```swift\nif a:\n    ", "```swift\nb()\n", "```swift\nif a:\n    b()\n"),
        // With a fence that says nothing only what follows tells.
        Joined("```\nlet first = 1\nlet se", "```\nlet first = 1\nlet second = 2\n", "```\nlet first = 1\nlet second = 2\n"),
        Joined("```\nlet first = 1\n", "```\nIt ends here.", "```\nlet first = 1\n```\nIt ends here."),
        // Others are the answer's own.
        Joined("Here:\n\n", "```swift\nlet a = 1\n```\n", "Here:\n\n```swift\nlet a = 1\n```\n"),
        Joined(code + "```\nAnd\n", "```swift\nlet a = 1\n", code + "```\nAnd\n```swift\nlet a = 1\n"),
        Joined("~~~text\nfirst\n", "```swift\nlet a\n", "~~~text\nfirst\n```swift\nlet a\n"),
        Joined("~~~text\nfirst\n", "~~~ text\nsecond\n~~~\n", "~~~text\nfirst\nsecond\n~~~\n"),
        Joined(code, "`second` is", code + "`second` is"),
        Joined("See `fir", "st` here", "See `first` here"),
        Joined("```swi", "ft\nlet a", "```swift\nlet a"),
        Joined("```swift\nif a:", "```swift\n    b()\n", "```swift\nif a:\n    b()\n"),
    ])
    func `is left out where it opens again what is open`(row: Joined) throws { try expect(row) }

    static let long = "A fox is an animal that lives in the wood, and in many towns. It eats mice, fruit and what it"

    @Test(arguments: [
        (long, "A fox is an animal that lives in the wood and hunts at night.", Continuing.transcript),
        (long, "Sure!\n\nA fox is an animal that lives in the wood and hunts at night.", .transcript),
        (long, "A fox is an animal that lives in the wood", .transcript),
        ("Red foxes are animals that", "Red foxes are animals which", .transcript),
        (
            long + " finds. At night it goes out to hunt, and by day it sleeps.",
            long + " finds. At night it goes out to hunt, or to play, and sleeps",
            .prefill
        ),
    ])
    func `is refused where it begins anew in other words`(sent: String, came: String, asked: Continuing) throws {
        for step in [Int.max, 1, 5] {
            var seam = Seam(after: Array(sent.utf8), asked: asked)
            var passed = ""
            #expect(throws: Seam.Problem.startedOver) {
                for piece in came.pieces(of: step) { passed += try seam.take(piece) }
                passed += try seam.end()
            }
            #expect(passed.isEmpty && seam.text == Array(sent.utf8) && seam.trimmed == 0)
        }
    }

    @Test(arguments: [
        // A refrain stands further on too.
        Joined(
            "Row, row, row your boat, down the stream\nMerrily\nRow, row, row your boat, down the stream\nLife",
            "Row, row, row your boat, down the river",
            "Row, row, row your boat, down the stream\nMerrily\nRow, row, row your boat, down the stream\nLifeRow, row, row your boat, down the river"
        ),
        // Little is the same.
        Joined(long, "A fox is clever.", long + "A fox is clever."),
        Joined(
            long, "A fox is an animal that lives in the wood and hunts.", long + "A fox is an animal that lives in the wood and hunts.",
            .prefill),
    ])
    func `is not refused for a likeness`(row: Joined) throws { try expect(row) }
}

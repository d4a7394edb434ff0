// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@testable import Providers

@Suite struct `A hostile text at the seam` {
    /// Fed in pieces of `step` bytes of ASCII; the count of bytes that passed.
    private func passed(_ sent: String, _ came: String, step: Int, asked: Continuing = .transcript, isStructured: Bool = false) throws
        -> Int
    {
        var seam = Seam(after: Array(sent.utf8), asked: asked, isStructured: isStructured)
        var count = 0
        var rest = came.utf8[...]
        while !rest.isEmpty {
            count += try seam.take(String(rest.prefix(step)) ?? "").utf8.count
            rest = rest.dropFirst(step)
        }
        return count + (try seam.end()).utf8.count
    }

    static let half = 1 << 19

    @Test(.timeLimit(.minutes(5)), arguments: [1000, 1 << 20])
    func `takes time that is linear`(step: Int) throws {
        let many = String(repeating: "a", count: Self.half)
        // Asked for the last words, at most 48 bytes of such are taken for them.
        #expect(try passed(many, many, step: step) == Self.half - 48)
        #expect(try passed(many, many + "b", step: step) == Self.half + 1 - 48)
        #expect(try passed(many, many, step: step, asked: .prefill) == Self.half)
        #expect(try passed(many + "b", many + "a", step: step, asked: .prefill) == Self.half + 1)
        let pairs = String(repeating: "ab", count: Self.half / 2)
        #expect(try passed(pairs + "c", pairs + "d", step: step, asked: .prefill) == Self.half + 1)
        let spaces = String(repeating: " ", count: Self.half)
        #expect(try passed("one two" + spaces, spaces + "three", step: step) == Self.half + 5)
        #expect(try passed("one two", spaces, step: step) == Self.half)
        let dots = String(repeating: ".", count: Self.half)
        #expect(try passed("one two", dots, step: step) == Self.half)
        let fences = String(repeating: "```a\n", count: Self.half / 5)
        #expect(try passed(fences, "```a\nb", step: step, asked: .prefill) == 1)
        let brackets = String(repeating: "[0],", count: Self.half / 4)
        #expect(try passed("[" + brackets, brackets + "1]", step: step, asked: .prefill, isStructured: true) == Self.half + 2)
    }

    @Test func `holds no more than was sent`() throws {
        var seam = Seam(after: Array("one two three".utf8), asked: .transcript)
        var passed = 0
        for _ in 0..<2000 { passed += try seam.take(" ").utf8.count }
        #expect(passed > 0)
    }

    @Test(arguments: [Continuing.prefill, .transcript, .afresh])
    func `passes at once what is new`(asked: Continuing) throws {
        var seam = Seam(after: Array("The quick brown fox".utf8), asked: asked)
        #expect(try seam.take("") == "")
        #expect(try seam.take(" jumps") == " jumps")
        #expect(try seam.take(" quick") == " quick")
        #expect(try seam.take("") == "")
        #expect(try seam.end() == "")
        #expect(try seam.take(" behind the end") == " behind the end")
        #expect(String(decoding: seam.text, as: UTF8.self) == "The quick brown fox jumps quick behind the end" && seam.trimmed == 0)
    }

    @Test func `counts what is left out`() throws {
        var seam = Seam(after: Array("The quick brown fox ".utf8), asked: .transcript)
        #expect(try seam.take("Sure, here is the rest:\n\n") == "")
        #expect(try seam.take("quick brown") == "")
        #expect(try seam.take(" fox jumps") == "jumps")
        #expect(seam.trimmed == 25 + 16)
        #expect(try seam.end() == "" && seam.trimmed == 41)
    }

    @Test func `gives up nothing that was held when it is refused`() throws {
        var seam = Seam(after: Array(#"{"a": 1"#.utf8), asked: .transcript, isStructured: true)
        #expect(throws: Seam.Problem.brokeStructure) { try seam.take(" nothing") }
        #expect(throws: Seam.Problem.brokeStructure) { try seam.take(", \"b\": 2}") }
        #expect(seam.text == Array(#"{"a": 1"#.utf8) && seam.trimmed == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Failover

@Suite("An error's words, taken sixteen at a time")
struct WordingBlockTests {
    @Test("are made normal alike wherever they stand", arguments: 1..<36)
    func anywhere(_ shift: Int) {
        let before = String(repeating: "a", count: shift)
        let after = String(repeating: "z", count: 40)
        for (text, expected) in [
            (" Over_Limit", " over limit"), ("b  c", "b c"), ("b_ _c", "b c"), ("b \u{7F}\n\tc", "b c"), (": `it’s`", ": 'it's'"),
            ("see https://a.b/Credit?x_y now", "see https: now"), ("@[`{A}Z]^~", "@['{a}z]^~"), ("é“ß”", "é\"ß\""), ("配额 x", "配额 x"),
        ] {
            let wording = Wording(before + text + after)
            #expect(String(decoding: wording.bytes, as: UTF8.self) == before + expected + after)
            #expect(wording.hasQuotes == expected.utf8.contains { $0 == 0x22 || $0 == 0x27 })
        }
    }

    @Test("end at the limit, and without a space", arguments: 0..<20)
    func limit(_ shift: Int) {
        let text = String(repeating: "ab ", count: Wording.limit / 3 - 4) + String(repeating: "c", count: shift) + " _"
        #expect(Wording(text).bytes.last != 0x20)
        #expect(Wording(text + String(repeating: "d", count: 64)).bytes.count <= Wording.limit)
    }

    @Test("and a phrase is found at each place", arguments: 0..<24)
    func phrase(_ shift: Int) {
        let before = String(repeating: "x ", count: shift / 2) + String(repeating: "-", count: shift % 2)
        let index = PhraseIndex([Phrase("rate limit"), Phrase("ate"), Phrase(" plan)")], isOfPieces: false)
        var found = PhraseIndex.Found()
        index.find(in: Wording(before + "rate limits (free plan)").bytes.span, into: &found)
        let places = (0..<3).map { found[$0] }
        #expect(places == [true, false, true])
    }
}

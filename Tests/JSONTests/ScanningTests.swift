// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `A string's bytes` {
    /// At every place of a block, since sixteen bytes are looked at together, and around two blocks.
    static let paddings = Array(0...18) + [31, 32, 33, 47, 48, 49]

    @Test(arguments: 0...255 as ClosedRange<UInt8>)
    func `are told apart wherever they stand in a block`(byte: UInt8) {
        for before in Self.paddings {
            for after in [0, 1, 7, 14, 15, 16, 30, 31, 32] {
                let inside = [UInt8](repeating: 0x61, count: before) + [byte] + [UInt8](repeating: 0x62, count: after)
                let document = [0x22] + inside + [0x22]
                // A quote ends it early, a backslash needs an escape's letter behind it: `b` is one, a quote is one too.
                let fits =
                    switch byte {
                    case 0x22: false
                    case 0x5C: after > 0
                    default: byte >= 0x20 && byte < 0x80
                    }
                #expect((problem(document) == nil) == fits, "\(before) before, \(after) after")
            }
        }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xE2, 0x82, 0x41], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x41], [0xF0, 0x28, 0x8C, 0xBC], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC3, 0xA9, 0x80],
        ] as [[UInt8]])
    func `are refused where they are not UTF-8`(sequence: [UInt8]) throws {
        for before in Self.paddings {
            let plain = [0x22] + [UInt8](repeating: 0x61, count: before)
            let found = try #require(problem(plain + sequence + bytes("aaaaaaaaaaaa\"")))
            #expect(found.message.contains("UTF-8"))
            #expect((plain.count..<plain.count + sequence.count).contains(found.offset))
            #expect(problem(plain + sequence) != nil)
            #expect(json5Problem(plain + sequence + [0x22])?.message.contains("UTF-8") == true)
        }
    }

    @Test func `are UTF-8 exactly where the standard library says so`() {
        var chance = Seeded(7)
        let telling: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3,
            0xF4, 0xF5,
            0xFF,
        ]
        for _ in 0..<60_000 {
            let inside = (0..<Int.random(in: 1...6, using: &chance)).map { _ in telling[Int.random(in: 0..<telling.count, using: &chance)] }
            let isText = String(validating: inside, as: UTF8.self) != nil
            #expect((problem([0x22] + inside + [0x22]) == nil) == isText, "\(inside)")
        }
    }

    @Test(arguments: [
        (#""""#, ""), (#""a\"b""#, "a\"b"), (#""\\""#, "\\"), (#""\/\b\f\n\r\t""#, "/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00!""#, "😀!"), (#""\uD83D\uDE00""#, "😀"), (#""\ud800""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"),
        (#""\ud800\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud800\u0041""#, "\u{FFFD}A"),
        (#""\ud800\n""#, "\u{FFFD}\n"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\u0000""#, "\u{0}"), (#""\\u0041""#, "\\u0041"),
        (#""\\\\\"""#, "\\\\\""), ("\"long enough for words, then \\n and on\"", "long enough for words, then \n and on"),
    ])
    func `read unescaped, half a surrogate pair as U+FFFD`(document: String, expected: String) throws {
        let document = bytes(document)
        let slice = try JSONScanner.scan(document.span.bytes)
        let read = slice.string(in: document.span.bytes)
        #expect(read == expected)
        #expect(try JSONValue.parse(document) == .string(expected))
        #expect(try JSON5Document(document).value == .string(expected))
        #expect(slice.isEmptyString == expected.isEmpty)
    }
}

@Suite struct `Limits` {
    @Test(arguments: [("[", "]", ""), ("{\"a\":", "}", "1"), ("[ {\"a\" : ", " } ]", "[]")])
    func `on depth hold at 128 levels and have no way around`(open: String, close: String, inside: String) throws {
        let levels = open.contains("[ {") ? 2 : 1
        let innermost = inside == "[]" ? 1 : 0
        let repeats = (128 - innermost) / levels
        let fits = String(repeating: open, count: repeats) + inside + String(repeating: close, count: repeats)
        #expect(problem(bytes(fits)) == nil)
        #expect(throws: Never.self) { try JSONValue.parse(fits) }
        let tooDeep = String(repeating: open, count: repeats + 1) + inside + String(repeating: close, count: repeats + 1)
        #expect(try #require(problem(bytes(tooDeep))).message.contains("deeper"))
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"], [10_000, 1_000_000])
    func `on depth survive any nesting`(open: String, levels: Int) throws {
        let document = bytes(String(repeating: open, count: levels))
        #expect(try #require(problem(document)).message.contains("deeper"))
        #expect(try #require(indexProblem(document)).message.contains("deeper"))
        // More than the hardest limit cannot be asked for.
        #expect(try #require(problem(document, limits: JSONLimits(depth: .max))).message.contains("deeper"))
        #expect(throws: JSONProblem.self) { try JSONValue.parse(document, limits: JSONLimits(depth: .max)) }
        #expect(try #require(json5Problem(document)).message.contains("64 deep"))
        #expect(try #require(json5Problem(document, limits: JSONLimits(depth: .max))).message.contains("512 deep"))
    }

    @Test func `on depth go up to 512, which every reader and writer can walk`() throws {
        let limits = JSONLimits(depth: 600)
        let document = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        let value = try JSONValue.parse(document, limits: limits)
        #expect(JSONWriter.string(value) == document)
        #expect(try JSONValue.parse(JSONWriter.pretty(value), limits: limits) == value)
        #expect(try JSON5Document(bytes(document), limits: limits).value == value)
        #expect(Set([value]).contains(value))
        #expect(problem(bytes("[" + document + "]"), limits: limits) != nil)
        #expect(problem(bytes("[]"), limits: JSONLimits(depth: 0)) != nil)
        #expect(problem(bytes("1"), limits: JSONLimits(depth: -1)) == nil)
    }

    @Test func `on bytes count the whole document`() throws {
        #expect(problem(bytes("[1, 2]"), limits: JSONLimits(bytes: 6)) == nil)
        let found = try #require(problem(bytes("[1, 2] "), limits: JSONLimits(bytes: 6)))
        #expect(found.offset == 6)
        #expect(problem(bytes("1"), limits: JSONLimits(bytes: -1))?.offset == 0)
        #expect(json5Problem(bytes("[1, 2] "), limits: JSONLimits(bytes: 6))?.message.contains("6 bytes") == true)
    }

    @Test func `on members hold for the index's top level alone`() throws {
        let limits = JSONLimits(members: 2)
        #expect(indexProblem(bytes(#"{"a":1,"b":{"c":1,"d":2,"e":3}}"#), limits: limits) == nil)
        let found = try #require(indexProblem(bytes(#"{"a":1,"b":2,"c":3}"#), limits: limits))
        #expect(found.offset == 13)
        #expect(problem(bytes(#"{"a":1,"b":2,"c":3}"#), limits: limits) == nil)
        #expect(indexProblem(bytes(#"[1,2,3]"#), limits: limits) == nil)
        #expect(indexProblem(bytes(#"{"a":1}"#), limits: JSONLimits(members: -1)) != nil)
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `An edit of a file that people write` {
    /// `-` before the path takes out, `+` appends, else sets.
    static let table: [(before: String, path: String, value: String, after: String)] = [
        // Values in their place.
        ("{ a: 1 } // end", "a", "2", "{ a: 2 } // end"),
        ("{\n  a: 'x', // why\n}\n", "a", "\"y\"", "{\n  a: 'y', // why\n}\n"),
        ("{\"a\": \"x\"}", "a", "\"say \\\"y\\\"\\n\"", "{\"a\": \"say \\\"y\\\"\\n\"}"),
        ("{ a: { b: 1, c: 2 } }", "a", "{b: 1, c: 3}", "{ a: { b: 1, c: 3 } }"),
        ("{ a: [1, /* two */ 2, 3] }", "a", "[1, 3]", "{ a: [1, /* two */ 3] }"),
        ("{ a: 0x10 }", "a", "16", "{ a: 0x10 }"),
        // New members follow their neighbours' ways.
        ("{}", "a", "1", "{\n  a: 1,\n}"),
        ("{}", "a.b", "[\"x\"]", "{\n  a: {\n    b: [\"x\"],\n  },\n}"),
        ("{ a: 1 }", "b", "true", "{ a: 1, b: true }"),
        ("{a:1,}", "b", "null", "{a:1, b: null,}"),
        ("{\n\t\"a\": 1\n}\n", "b", "{c: {}}", "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": {}\n\t}\n}\n"),
        ("{\n  a: 1, // one\n  // nothing more\n}", "b", "2", "{\n  a: 1, // one\n  b: 2,\n  // nothing more\n}"),
        ("{\n  a: 1 // one\n}", "b", "2", "{\n  a: 1, // one\n  b: 2\n}"),
        ("{\r\n    a: 1,\r\n}", "b", "2", "{\r\n    a: 1,\r\n    b: 2,\r\n}"),
        ("{ // all\n}", "a", "1", "{ // all\n  a: 1,\n}"),
        ("{ a: null }", "a.b", "1", "{ a: { b: 1 } }"),
        ("{\n  'a': {},\n}", "a.b/c.d", "'x'", "{\n  'a': {\n    'b/c': {\n      'd': 'x',\n    },\n  },\n}"),
        // Lists.
        ("{ a: [] }", "+a", "1", "{ a: [1] }"),
        ("{ a: [1] }", "+a", "2", "{ a: [1, 2] }"),
        (
            "{\n  a: [\n    'x', // first\n    'y' // second\n  ],\n}", "+a", "'z'",
            "{\n  a: [\n    'x', // first\n    'y', // second\n    'z'\n  ],\n}"
        ),
        ("{\n  a: [\n    'x',\n    // 'y',\n  ],\n}", "+a", "'z'", "{\n  a: [\n    'x',\n    'z',\n    // 'y',\n  ],\n}"),
        ("{\n  b: 1,\n}", "+a", "'z'", "{\n  b: 1,\n  a: ['z'],\n}".replacing("'", with: "\"")),
        // What goes takes its comma and the comment that ends its line with it.
        ("{ a: 1 }", "-a", "", "{}"),
        ("{ a: 1, b: 2 }", "-a", "", "{ b: 2 }"),
        ("{ a: 1, b: 2 }", "-b", "", "{ a: 1 }"),
        ("{ a: 1, b: 2, }", "-b", "", "{ a: 1, }"),
        ("{\n  a: 1, // one\n  // about b\n  b: 2, // two\n}", "-b", "", "{\n  a: 1, // one\n  // about b\n}"),
        ("{\n  a: 1, // one\n  b: 2 // two\n}", "-b", "", "{\n  a: 1 // one\n}"),
        ("{\n  a: 1, // one\n  b: 2 // two\n}", "-a", "", "{\n  b: 2 // two\n}"),
        ("{\n  a: {\n    x: 1,\n  }, // one\n  b: 2,\n}", "-a", "", "{\n  b: 2,\n}"),
        ("{\n  a: 1\n  // odd\n  , b: 2\n}", "-a", "", "{\n  // odd\n   b: 2\n}"),
        ("[1, /* about 2 */ 2]", "-1", "", "[1 /* about 2 */]"),
        ("{ a: [ 'x', 'y', 'z' ] }", "-a.1", "", "{ a: [ 'x', 'z' ] }"),
        ("{\n  /* only */ a: 1,\n}", "-a", "", "{\n  /* only */\n}"),
    ]

    @Test(arguments: table)
    func `changes nothing else`(before: String, path: String, value: String, after: String) throws {
        var edit = try JSON5Edit(bytes(before))
        let steps = Self.steps(path.drop { $0 == "-" || $0 == "+" }, in: edit.value)
        switch path.first {
        case "-": #expect(try edit.remove(at: steps))
        case "+": try edit.append(try JSON5Document(bytes(value)).value, to: steps)
        default: try edit.set(try JSON5Document(bytes(value)).value, at: steps)
        }
        #expect(text(edit.bytes) == after)
    }

    @Test(
        arguments: [
            ("{ a: 'x' }", "a.b", JSON5EditProblem.notContainer(path: [.key("a")], kind: .string)),
            ("{ a: [1] }", "a.b", .notContainer(path: [.key("a")], kind: .array)),
            ("{ a: [1] }", "a.5", .noElement(path: [.key("a"), .index(5)])),
            ("[]", "a", .notContainer(path: [], kind: .array)),
        ] as [(String, String, JSON5EditProblem)])
    func `refuses what fits nowhere, and leaves the file`(before: String, path: String, problem: JSON5EditProblem) throws {
        var edit = try JSON5Edit(bytes(before))
        let steps = Self.steps(path[...], in: edit.value)
        #expect(throws: problem) { try edit.set(1, at: steps) }
        #expect(text(edit.bytes) == before)
    }

    @Test func `takes out nothing where nothing is`() throws {
        var edit = try JSON5Edit(bytes("{ a: [1] }"))
        for path in [[.key("b")], [.key("a"), .index(1)], [.key("a"), .key("x")], []] as [[JSON5Document.Step]] {
            #expect(try edit.remove(at: path) == false)
        }
        #expect(text(edit.bytes) == "{ a: [1] }")
    }

    @Test func `is refused when it would be too deep`() throws {
        var edit = try JSON5Edit(bytes("{}"), limits: JSONLimits(depth: 3))
        #expect(throws: JSON5EditProblem.self) { try edit.set(1, at: Array(repeating: .key("a"), count: 4)) }
        #expect(text(edit.bytes) == "{}")
    }

    /// Whatever the file and the change: it says exactly what was meant, and
    /// a second time changes nothing.
    @Test(arguments: UInt64(0)..<1500)
    func `says exactly what was meant`(seed: UInt64) throws {
        var chance = RandomJSON5(seed: seed)
        let before = chance.document()
        var edit = try JSON5Edit(bytes(before))
        for _ in 0..<4 {
            let old = edit.value
            let path = chance.path(in: old)
            if chance.pick(3) == 0 {
                let there = !path.isEmpty && old.at(path) != nil
                #expect(try edit.remove(at: path) == there)
                if there, case .key? = path.last { #expect(edit.value.at(path) == nil) }
                if !there { #expect(edit.value == old) }
            } else {
                let new = try JSON5Document(bytes(chance.value(depth: 3))).value
                do throws(JSON5EditProblem) {
                    try edit.set(new, at: path)
                    #expect(edit.value.at(path) == new, "\(before)")
                    let once = edit.bytes
                    try edit.set(new, at: path)
                    #expect(edit.bytes == once)
                } catch {
                    #expect(error != .mangled, "\(before) \(path)")
                    #expect(edit.value == old)
                }
            }
        }
    }

    /// Members by dots, elements where the value there is a list.
    private static func steps(_ path: Substring, in value: JSONValue) -> [JSON5Document.Step] {
        var steps: [JSON5Document.Step] = []
        for part in path.split(separator: ".") {
            if let index = Int(part), value.at(steps)?.array != nil {
                steps.append(.index(index))
            } else {
                steps.append(.key(String(part)))
            }
        }
        return steps
    }
}

/// Files as people leave them: comments everywhere, both quotes, commas at the end or not.
struct RandomJSON5 {
    private var chance: Seeded

    init(seed: UInt64) { chance = Seeded(seed) }

    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &chance) }

    mutating func document() -> String { space() + (pick(8) == 0 ? value(depth: 3) : object(depth: 4)) + space() }

    mutating func value(depth: Int) -> String {
        switch pick(depth > 0 ? 9 : 5) {
        case 0: ["null", "true", "Infinity", "-.5", "0xFF"][pick(5)]
        case 1: String(pick(1000))
        case 2...4:
            ["'it''s'", "\"a, b: [c] // no\"", "'/* no */'", "\"é\\n\"", "'x'", "\"\"", "'two \\\n lines'"][pick(7)].replacing(
                "''", with: "\\'")
        case 5, 6: array(depth: depth)
        default: object(depth: depth)
        }
    }

    mutating func object(depth: Int) -> String {
        var text = "{" + space()
        let count = pick(4)
        for place in 0..<count {
            let key = ["k\(place)", "\"k\(place)\"", "'k \(place)'", "\"a/k.\(place)\""][pick(4)]
            text += key + space() + ":" + space() + value(depth: depth - 1) + space()
            if place < count - 1 || pick(2) == 0 { text += "," + space() }
        }
        return text + "}"
    }

    private mutating func array(depth: Int) -> String {
        var text = "[" + space()
        let count = pick(4)
        for place in 0..<count {
            text += value(depth: depth - 1) + space()
            if place < count - 1 || pick(2) == 0 { text += "," + space() }
        }
        return text + "]"
    }

    mutating func space() -> String {
        [
            "", "", "", " ", "\n", "\n  ", "\r\n\t", " // note, with a comma\n", "/* odd */", " /* two\n lines, */ ", "\n  // a ] line\n  ",
            "\n\n",
            "\u{2028}", "// to a separator\u{2029}", "/**/",
        ][pick(15)]
    }

    /// To something that is there, or that could be.
    mutating func path(in value: JSONValue) -> [JSON5Document.Step] {
        var path: [JSON5Document.Step] = []
        var here: JSONValue? = value
        for _ in 0..<pick(4) + 1 {
            switch here {
            case .object(let object)?:
                let key = object.keys.isEmpty || pick(4) == 0 ? ["new", "a.b/c", "k1", "it's"][pick(4)] : object.keys[pick(object.count)]
                path.append(.key(key))
            case .array(let elements)?: path.append(.index(pick(elements.count + 2)))
            default: path.append(pick(4) == 0 ? .index(0) : .key("new"))
            }
            here = value.at(path)
        }
        return path
    }
}

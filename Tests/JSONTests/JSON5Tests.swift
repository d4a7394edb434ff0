// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `JSON5` {
    @Test(arguments: [
        // Objects and names.
        ("{}", "{}"), ("{a:1}", #"{"a":1}"#), ("{a:1,}", #"{"a":1}"#), ("{'a':1}", #"{"a":1}"#), (#"{"a":1}"#, #"{"a":1}"#),
        ("{$_$:1,_a:2,ünïcödé:3,a1:4}", #"{"$_$":1,"_a":2,"ünïcödé":3,"a1":4}"#), ("{名前:1}", #"{"名前":1}"#),
        (#"{\u0061b:1,c\u0064:2}"#, #"{"ab":1,"cd":2}"#),
        ("{null:1,true:2,while:3,Infinity:4,NaN:5}", #"{"null":1,"true":2,"while":3,"Infinity":4,"NaN":5}"#),
        ("{__proto__:1,constructor:2}", #"{"__proto__":1,"constructor":2}"#),
        ("{a\u{200C}\u{200D}\u{301}:1}", "{\"a\u{200C}\u{200D}\u{301}\":1}"),
        ("{'':1}", #"{"":1}"#), ("{a:{b:{c:[]}}}", #"{"a":{"b":{"c":[]}}}"#), ("{'a-b':1,'a b':2}", #"{"a-b":1,"a b":2}"#),
        // Arrays.
        ("[]", "[]"), ("[1,]", "[1]"), ("[ 1 , 2 , ]", "[1,2]"), ("[[],[[]],]", "[[],[[]]]"),
        // Strings.
        ("'a\"b'", #""a\"b""#), (#""a'b""#, #""a'b""#), (#"'a\'b'"#, #""a'b""#), ("'x\\\ny'", #""xy""#), ("'x\\\r\ny'", #""xy""#),
        ("'x\\\ry'", #""xy""#), ("'x\\\u{2028}y\\\u{2029}z'", #""xyz""#), (#"'\x41\u0042\v\0\a\q'"#, "\"AB\\u000b\\u0000aq\""),
        (#"'\b\f\n\r\t\\\/'"#, #""\b\f\n\r\t\\/""#), (#"'\xff'"#, "\"ÿ\""), (#"'\ud83d\ude00\ud800\u0041'"#, "\"😀\u{FFFD}A\""),
        ("'\\é\\東'", "\"é東\""), ("'a\tb'", #""a\tb""#), ("'\u{2028}'", "\"\u{2028}\""),
        ("'// no comment /* here */'", #""// no comment /* here */""#),
        // Numbers, in JSON's spelling.
        ("[0,-0,+0,1,+1,-1]", "[0,-0,0,1,1,-1]"), ("[.5,5.,+.5,-5.,1.50]", "[0.5,5,0.5,-5,1.50]"),
        ("[1e3,1E+3,1e-3,.5e1,5.e1]", "[1e3,1E+3,1e-3,0.5e1,5e1]"),
        ("[0x0,0xFF,0XdecAF,-0x10,+0x1]", "[0,255,912559,-16,1]"), ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
        ("0x10000000000000000", "1.8446744073709552e+19"), ("[Infinity,-Infinity,+Infinity,NaN,-NaN]", "[null,null,null,null,null]"),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("[1]//x", "[1]"),
        // Space and comments.
        ("\u{FEFF}{}", "{}"), (" \t\u{B}\u{C}\u{A0}\u{FEFF}\u{2028}\u{2029}\u{1680}\u{2003}\u{3000}\r\n1", "1"), ("// a\n1", "1"),
        ("//\r1", "1"),
        ("//a\u{2028}1", "1"), ("/* a */1/* b */", "1"), ("/***/1", "1"), ("/* a\n* / ** */1//", "1"),
        ("{a/*x*/:/*y*/1/*z*/,//w\n}", #"{"a":1}"#),
        ("null", "null"), ("true", "true"), ("false", "false"),
    ])
    func `reads what the specification has`(document: String, expected: String) throws {
        #expect(JSONWriter.string(try JSON5Document(bytes(document)).value) == expected)
    }

    @Test(arguments: [
        ("", 1, 1, "no value"), ("  // nothing\n", 2, 1, "no value"), ("1 2", 1, 3, "nothing may follow"),
        ("{} {}", 1, 4, "nothing may follow"),
        ("a: 1", 1, 1, "\"a\" is not a value; text needs quotes"),
        // Commas, colons, brackets.
        ("{a:1 b:2}", 1, 6, "a comma or } should follow here"), ("{\n  a: 1\n  b: 2\n}", 3, 3, "a comma or } should follow here"),
        ("[1 2]", 1, 4, "a comma or ] should follow here"), ("[1}", 1, 3, "a comma or ]"), ("{a:1]", 1, 5, "a comma or }"),
        ("{a 1}", 1, 4, "a colon should follow"),
        ("{a=1}", 1, 3, "not ="), ("{a}", 1, 3, "a colon"), ("{a:}", 1, 4, "a value should stand here"), ("{,}", 1, 2, "not a comma"),
        ("{a:1,,}", 1, 6, "not a comma"), ("[,]", 1, 2, "a value"), ("[1,,]", 1, 4, "a value"), ("{:1}", 1, 2, "a name"),
        ("{[1]:1}", 1, 2, "a name"),
        ("{1:1}", 1, 2, "a name"), ("]", 1, 1, "a value"), ("{a-b:1}", 1, 2, "needs quotes"), ("{a b:1}", 1, 4, "a colon"),
        ("{a.b:1}", 1, 3, "a colon"),
        // Ends.
        ("{\n a: [1,\n", 3, 1, "the [ of line 2 is still open"), ("{", 1, 2, "the { of line 1 is still open"),
        ("{a", 1, 3, "still open"), ("{a:", 1, 4, "still open"),
        ("{a:1", 1, 5, "still open"), ("{a:1,", 1, 6, "still open"), ("1 /* x\n", 1, 3, "comment that begins here is never closed"),
        ("/*/", 1, 1, "never closed"),
        // Strings.
        ("{a:'x\n'}", 1, 4, "not closed before its line ends"), ("'x", 1, 1, "not closed"), ("'x\\", 1, 3, "ends inside"),
        ("\"it's", 1, 1, "not closed"),
        (#"'\1'"#, 1, 2, "before a digit"), (#"'\00'"#, 1, 2, "followed by a digit"), (#"'\x4'"#, 1, 2, "2 hexadecimal digits"),
        (#"'\u12g4'"#, 1, 2, "4 hexadecimal digits"),
        (#"'\ud83d\u12'"#, 1, 8, "4 hexadecimal digits"), ("{a: “x”}", 1, 5, "curly quotes"), ("{‘a’: 1}", 1, 2, "curly quotes"),
        (#"{\u0031a:1}"#, 1, 2, "this character"), (#"{a\u002db:1}"#, 1, 3, "this character"), (#"{\x61:1}"#, 1, 2, "only \\u"),
        (#"{\u00:1}"#, 1, 2, "4 hexadecimal"),
        // Numbers and words.
        ("010", 1, 1, "zero"), ("-01", 1, 2, "zero"), ("0x", 1, 1, "hexadecimal digits"), ("0xg", 1, 1, "hexadecimal digits"),
        (".", 1, 1, "a digit"), ("1e", 1, 3, "a digit"),
        ("+", 1, 1, "follow the sign"), ("--1", 1, 1, "follow the sign"), ("- 1", 1, 1, "follow the sign"),
        ("+'1'", 1, 1, "follow the sign"), ("-true", 1, 1, "follow the sign"),
        ("5s", 1, 2, "needs quotes"), ("{t: 30s}", 1, 7, "needs quotes"), ("0x1g", 1, 4, "needs quotes"),
        ("1.5.5", 1, 4, "nothing may follow"), ("1_000", 1, 2, "needs quotes"),
        ("{a: yes}", 1, 5, "\"yes\" is not a value"), ("True", 1, 1, "\"True\""), ("undefined", 1, 1, "\"undefined\""),
        ("infinity", 1, 1, "\"infinity\""),
        // Comments that are none, and strange bytes.
        ("# x\n{}", 1, 1, "// does"), ("{\n  # x\n}", 2, 3, "// does"), ("{a:1 # x\n}", 1, 6, "// does"),
        ("{a:1 / 2}", 1, 6, "a comma or }"), ("\u{0}", 1, 1, "a value"),
        ("[\u{200B}1]", 1, 2, "a value"), ("{a:1\u{0}}", 1, 5, "a comma"), ("`x`", 1, 1, "a value"), ("<!-- -->", 1, 1, "a value"),
        ("---\na: 1", 1, 1, "sign"),
        // Names that come twice.
        ("{a:1,\n a:2}", 2, 2, "\"a\" is already set in line 1"), ("{a:1,'\\u0061':2}", 1, 6, "\"a\" is already set"),
        ("{x:{\n\n b:1, c:2,\n \"b\":3}}", 4, 2, "\"b\" is already set in line 3"),
        ("{'\u{1B}[2J':1,'\u{1B}[2J':2}", 1, 11, "\"\u{FFFD}[2J\""),
    ])
    func `says in plain words what is wrong and where`(document: String, line: Int, column: Int, why: String) throws {
        let found = try #require(json5Problem(bytes(document)))
        #expect(found.message.contains(why), "\(found.message)")
        #expect(found.line == line)
        #expect(found.column == column)
    }

    @Test func `knows where every name and value stands`() throws {
        let document = try JSON5Document(
            bytes(
                """
                // Settings
                {
                \tmodels: { /* one */ 'open ai': {
                      keys: ["a",
                        'b', { deep: 0x10 }],
                  } }, "é東": 1, last: /* here */
                    true,
                }
                """))
        func place(_ path: JSON5Document.Step...) -> String {
            document.position(of: path).map { "\($0.line):\($0.column)" } ?? "none"
        }
        func valuePlace(_ path: JSON5Document.Step...) -> String {
            document.valuePosition(of: path).map { "\($0.line):\($0.column)" } ?? "none"
        }
        #expect(place() == "2:1")
        #expect(valuePlace() == "2:1")
        #expect(place(.key("models")) == "3:2")
        #expect(valuePlace(.key("models")) == "3:10")
        #expect(place(.key("models"), .key("open ai")) == "3:22")
        #expect(place(.key("models"), .key("open ai"), .key("keys")) == "4:7")
        #expect(valuePlace(.key("models"), .key("open ai"), .key("keys")) == "4:13")
        #expect(place(.key("models"), .key("open ai"), .key("keys"), .index(0)) == "4:14")
        #expect(place(.key("models"), .key("open ai"), .key("keys"), .index(1)) == "5:9")
        #expect(place(.key("models"), .key("open ai"), .key("keys"), .index(2), .key("deep")) == "5:16")
        #expect(valuePlace(.key("models"), .key("open ai"), .key("keys"), .index(2), .key("deep")) == "5:22")
        #expect(place(.key("é東")) == "6:8")
        #expect(valuePlace(.key("é東")) == "6:14")
        #expect(place(.key("last")) == "6:17")
        #expect(valuePlace(.key("last")) == "7:5")
        #expect(place(.key("absent")) == "none")
        #expect(place(.key("models"), .index(0)) == "none")
        #expect(place(.key("models"), .key("open ai"), .key("keys"), .index(3)) == "none")
        #expect(place(.key("models"), .key("open ai"), .key("keys"), .index(-1)) == "none")
        #expect(place(.key("last"), .key("x")) == "none")
    }

    @Test func `tells infinities from what JSON can say`() throws {
        let value = try JSON5Document(bytes("[Infinity,-Infinity,NaN,1]")).value
        #expect(value.array?.map { $0.double } == [nil, nil, nil, 1])
        #expect(value[1] == .number(JSONNumber(-Double.infinity)))
    }

    @Test func `finds a member among many`() throws {
        let members = (0..<5000).map { "k\($0): [\($0)]," }.joined(separator: "\n")
        let document = try JSON5Document(bytes("{" + members + "}"))
        let found = document.valuePosition(of: [.key("k4999"), .index(0)])
        #expect(found?.line == 5000)
        #expect(found?.column == 9)
        #expect(document.value["k4999"]?[0]?.int == 4999)
    }

    static let files = [
        "// x\n{a: 'b\\\n', \"c\": [0xFF, .5, +1, -Infinity, NaN,], /* y */ \\u0064: null, 名: true, e: '\\x41\\u00e9\\0',}\n",
        text(Fixture.chatRequest), text(Fixture.escapes), text(Fixture.otherScripts),
    ]

    @Test(arguments: files)
    func `is refused when cut off at any byte`(file: String) {
        let document = bytes(file)
        let end = (document.lastIndex(of: 0x7D) ?? 0)
        for cut in 0...end {
            let found = json5Problem(Array(document[..<cut]))
            #expect(found != nil, "cut at \(cut)")
        }
    }

    @Test(arguments: UInt64(0)..<1500)
    func `survives whatever is done to a file`(seed: UInt64) throws {
        var chance = Seeded(seed)
        let document = bytes(Self.files[Int(seed % UInt64(Self.files.count))]).mutated(using: &chance)
        if let found = json5Problem(document) {
            #expect((0...document.count).contains(found.offset))
            #expect(problem(document) == nil ? found.message.contains("already set") : true)
        } else {
            let value = try JSON5Document(document).value
            #expect(try JSONValue.parse(JSONWriter.compact(value)).kind == value.kind)
        }
    }
}

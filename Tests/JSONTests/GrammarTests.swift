// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `The strict grammar` {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "123456789012345678901234567890", "0.0", "0.10", "1.5", "-0.5", "1e1",
        "1E1", "1e+1", "1e-1", "0e0", "0.0e-00", "1.23e45", "1e400", "-1e-400", "\"\"", "\" \"", "\"a\"", "\"é\"", "\"東\"",
        "\"😀\"", "\"\u{7F}\"", "\"\u{2028}\u{2029}\"", "\"\u{FEFF}\"", "\"\u{10FFFF}\"", "\"\u{FFFF}\"", #""\"""#, #""\\""#,
        #""\/""#, #""\b\f\n\r\t""#, #""\u0000""#, #""\u00E9""#, #""\uABCD\uabcd""#, #""\ud83d\ude00""#, #""\ud800""#,
        #""\udfff\ud800""#, #""\ud800\n""#, #""\uDBFF\uDFFF""#, #""\\u0041""#, "[]", "[ ]", "[\n\t\r ]", "[1]", "[1,2]",
        "[ 1 , 2 ]", "[[]]", "[[],[]]", "[{}]", "[\"\"]", "[null,true,false]", "{}", "{ }", "{\"a\":1}", "{ \"a\" : 1 }",
        "{\"a\":1,\"b\":2}", "{\"\":0}", "{\"a\":{}}", "{\"a\":[]}", "{\"a\":{\"a\":{\"a\":1}}}", #"{"a\u0000b":1}"#, " 1 ",
        "\t\r\n[]\t\r\n",
        "{\"a\":[{\"b\":[{}]},[]],\"c\":\"\"}", "[1,[2,[3,[4]]],5]", "{\"a\":\"x\",\"b\":{\"a\":\"y\"}}", "{\"x\":{\"a\":1,\"a\":2}}",
        "[0,0.5,\"\",null,{},[],true]", "                                  1", "\"12345678\"", "\"1234567\"", "\"123456789\"",
    ])
    func `accepts`(document: String) throws {
        let document = bytes(document)
        #expect(problem(document) == nil)
        #expect(indexProblem(document) == nil)
        #expect(throws: Never.self) { try JSONValue.parse(document) }
        // Whatever is JSON is JSON5 too (JSON5 1.0.0 §1.2), names that repeat and the kept spelling aside.
        if text(document) != "{\"x\":{\"a\":1,\"a\":2}}" { #expect(json5Problem(document) == nil) }
    }

    @Test(arguments: [
        // Nothing, or nothing whole.
        ("", 0, "empty"), (" ", 1, "empty"), ("\n\n", 2, "empty"), ("[", 1, "ends"), ("{", 1, "ends"), ("[1", 2, "ends"),
        ("[1,", 3, "ends"),
        ("{\"a\"", 4, "ends"), ("{\"a\":", 5, "ends"), ("{\"a\":1", 6, "ends"), ("{\"a\":1,", 7, "ends"), ("-", 1, "ends"),
        ("1.", 2, "ends"),
        ("1e", 2, "ends"), ("1e+", 3, "ends"), ("nul", 3, "ends"), ("[tru", 4, "ends"), ("\"\\", 2, "ends"), ("\"\\u12", 5, "ends"),
        ("\"", 0, "never closed"), ("[\"abc", 1, "never closed"), ("\"abc\\\"", 0, "never closed"), ("\"12345678", 0, "never closed"),
        // Brackets and commas.
        ("]", 0, "a value"), ("}", 0, "a value"), ("[1}", 2, "comma or ]"), ("{\"a\":1]", 6, "comma or }"), ("[1 2]", 3, "comma or ]"),
        ("[1 \"a\"]", 3, "comma or ]"), ("{\"a\":1 \"b\":2}", 7, "comma or }"), ("[,]", 1, "a value"), ("[,1]", 1, "a value"),
        ("[1,,2]", 3, "a value"), ("[1,]", 3, "comma must not"), ("{\"a\":1,}", 7, "comma must not"), ("[1, ]", 4, "comma must not"),
        ("{,}", 1, "name"), ("{\"a\":1,,}", 7, "name"), ("[:]", 1, "a value"), ("[1:2]", 2, "comma or ]"), ("{\"a\",1}", 4, "colon"),
        ("{\"a\" 1}", 5, "colon"), ("{\"a\"::1}", 5, "a value"), ("{\"a\":}", 5, "a value"), ("{:1}", 1, "name"), ("{1:1}", 1, "name"),
        ("{a:1}", 1, "name"), ("{'a':1}", 1, "name"), ("{null:1}", 1, "name"), ("{[]:1}", 1, "name"),
        // What follows the value.
        ("1 2", 2, "nothing may follow"), ("{}{}", 2, "nothing may follow"), ("[]]", 2, "nothing may follow"),
        ("{},", 2, "nothing may follow"),
        ("\"a\"x", 3, "nothing may follow"), ("null null", 5, "nothing may follow"), ("[]\u{0}", 2, "nothing may follow"),
        ("truex", 4, "nothing may follow"),
        ("{}#", 2, "nothing may follow"), ("1\u{A0}", 1, "nothing may follow"), ("true\u{FEFF}", 4, "nothing may follow"),
        // Words.
        ("True", 0, "only true"), ("TRUE", 0, "only true"), ("tru3", 0, "only true"), ("nulL", 0, "only true"), ("[fals]", 1, "only true"),
        ("NaN", 0, "only true"), ("Infinity", 0, "only true"), ("undefined", 0, "only true"), ("a", 0, "only true"),
        ("-Infinity", 1, "digit"),
        // Numbers.
        ("+1", 0, "a value"), (".5", 0, "a value"), ("01", 0, "zero"), ("-01", 1, "zero"), ("00", 0, "zero"), ("[012]", 1, "zero"),
        ("--1", 1, "digit"), ("1.e1", 2, "digit"), ("[1.]", 3, "digit"), ("[-]", 2, "digit"), ("[1e]", 3, "digit"), ("[1e+]", 4, "digit"),
        ("1.5.5", 3, "nothing may follow"), ("0x10", 1, "nothing may follow"), ("1_000", 1, "nothing may follow"),
        ("1e5.5", 3, "nothing may follow"),
        ("[1a]", 2, "comma or ]"), ("\u{FF11}", 0, "a value"), ("- 1", 1, "digit"),
        // Strings.
        ("'a'", 0, "a value"), ("\"\t\"", 1, "control"), ("\"\n\"", 1, "control"), ("\"\r\"", 1, "control"), ("\"a\u{0}\"", 2, "control"),
        ("\"\u{1F}\"", 1, "control"), ("\"\\x41\"", 1, "escape"), ("\"\\a\"", 1, "escape"), ("\"\\'\"", 1, "escape"),
        ("\"\\0\"", 1, "escape"),
        ("\"\\v\"", 1, "escape"), ("\"\\\n\"", 1, "escape"), ("\"\\U0041\"", 1, "escape"), ("\"\\u004\"", 1, "escape"),
        ("\"\\u00g1\"", 1, "escape"),
        ("\"\\u+123\"", 1, "escape"), ("\"\\u{41}\"", 1, "escape"), ("{\"\\q\":1}", 2, "escape"), ("\"\\é\"", 1, "escape"),
        ("\"\\\u{0}\"", 1, "escape"),
        // Comments and strange space.
        ("/* */1", 0, "a value"), ("1//", 1, "nothing may follow"), ("[1,//\n2]", 3, "a value"), ("[\u{B}1]", 1, "a value"),
        ("[\u{C}]", 1, "a value"),
        ("\u{A0}1", 0, "a value"), ("[\u{2060}]", 1, "a value"), ("\u{0}", 0, "a value"), ("[\u{1}1]", 1, "a value"),
        ("\u{7F}", 0, "a value"),
        ("\u{FEFF}{}", 0, "byte order mark"), ("\u{FEFF}", 0, "byte order mark"),
    ])
    func `refuses, and says where and why`(document: String, offset: Int, why: String) throws {
        let document = bytes(document)
        let found = try #require(problem(document))
        #expect(found.offset == offset)
        #expect(found.message.contains(why), "\(found.message)")
        #expect(indexProblem(document) == found)
        #expect(throws: found) { try JSONValue.parse(document) }
    }

    @Test(arguments: [
        ("[1,\n 2 3]", 2, 4), ("[1,\r\n 2 3]", 2, 4), ("[1,\r 2 3]", 2, 4), ("\n\n\n]", 4, 1), ("[\"東京é\" 1]", 1, 8), ("[\t\tx]", 1, 4),
        ("{\"a\":1,\n\"b\":}", 2, 5), ("[1,\n2", 2, 2), ("[1,2\n", 2, 1), ("[\"\u{2028}\" x]", 2, 3),
    ])
    func `counts lines and columns from one, characters and tabs as one column`(document: String, line: Int, column: Int) throws {
        let found = try #require(problem(bytes(document)))
        #expect(found.line == line)
        #expect(found.column == column)
        #expect(found.description == "line \(line), column \(column): \(found.message)")
    }

    @Test(arguments: Fixture.all)
    func `refuses a document cut off at any byte, and never reads past its end`(document: [UInt8]) {
        #expect(problem(document) == nil)
        let whole = document.count - document.reversed().prefix { [0x20, 0x0A, 0x0D, 0x09].contains($0) }.count
        for end in 0..<whole where !(document[0] == 0x5B && end == 0) {
            let found = problem(Array(document[..<end]))
            #expect(found != nil, "cut at \(end)")
            #expect((found?.offset ?? .max) <= end)
        }
    }

    @Test(arguments: Fixture.all)
    func `names a place inside the document for whatever one byte is changed to`(document: [UInt8]) {
        for place in document.indices {
            for byte in [0x00, 0x22, 0x5C, 0x2C, 0x7D, 0x5D, 0x80, 0xFF] as [UInt8] {
                var changed = document
                changed[place] = byte
                if let found = problem(changed) { #expect((0...changed.count).contains(found.offset)) }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `A value` {
    @Test func `is written as a literal and read by its parts`() {
        let value: JSONValue = [
            "text": "a", "whole": 3, "part": 0.5, "yes": true, "nothing": nil, "list": [1, "b", [nil]], "inner": ["x": ["y": -1]],
        ]
        #expect(value["text"]?.string == "a")
        #expect(value["whole"]?.int == 3)
        #expect(value["whole"]?.double == 3)
        #expect(value["part"]?.double == 0.5)
        #expect(value["part"]?.int == nil)
        #expect(value["yes"]?.bool == true)
        #expect(value["nothing"]?.isNull == true)
        #expect(value["absent"] == nil)
        #expect(value["list"]?[1]?.string == "b")
        #expect(value["list"]?[3] == nil)
        #expect(value["list"]?[-1] == nil)
        #expect(value["inner"]?["x"]?["y"]?.int == -1)
        #expect(value["list"]?.array?.count == 3)
        #expect(value.object?.count == 7)
        #expect(value["text"]?["x"] == nil)
        #expect(value["text"]?[0] == nil)
        #expect(value.kind == .object)
        #expect(value.description == JSONWriter.string(value))
    }

    @Test(arguments: Fixture.all)
    func `comes back from what it is written as`(document: [UInt8]) throws {
        let value = try JSONValue.parse(document)
        let compact = JSONWriter.compact(value)
        #expect(try JSONValue.parse(compact) == value)
        #expect(JSONWriter.compact(try JSONValue.parse(compact)) == compact)
        #expect(try JSONValue.parse(JSONWriter.pretty(value)) == value)
        #expect(try JSONValue.parse(JSONWriter.pretty(value, sortedKeys: true)) == value)
        #expect(try JSON5Document(JSONWriter.pretty(value)).value == value)
    }

    @Test(arguments: UInt64(0)..<300)
    func `comes back from random documents too`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let document = bytes(random.value(depth: 6))
        let value = try JSONValue.parse(document)
        #expect(try JSONValue.parse(JSONWriter.compact(value)) == value)
        #expect(try JSONValue.parse(JSONWriter.string(value)) == value)
        #expect(try JSONValue.parse(JSONWriter.pretty(value)) == value)
        #expect(try JSON5Document(document).value == value)
    }

    @Test func `keeps order and the spelling of numbers`() throws {
        let document = #"{"z":1.50,"a":1E+2,"m":-0,"b":100000000000000000000000001}"#
        #expect(JSONWriter.string(try JSONValue.parse(document)) == document)
    }

    @Test func `of a name that comes twice holds the last, as slices do`() throws {
        let document = bytes(#"{"a":1,"b":2,"\u0061":3}"#)
        let value = try JSONValue.parse(document)
        #expect(JSONWriter.string(value) == #"{"a":3,"b":2}"#)
        let slice = try JSONScanner.scan(document.span.bytes)
        let read = slice.member("a", in: document.span.bytes)?.int(in: document.span.bytes)
        #expect(read == 3)
    }
}

@Suite struct `An object` {
    @Test func `keeps order while members are set, changed and taken out`() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        #expect(object.keys == ["b", "a", "c"])
        object["a"] = nil
        #expect(object.keys == ["b", "c"])
        object["absent"] = nil
        #expect(object.count == 2)
        object["a"] = .null
        #expect(object.keys == ["b", "c", "a"])
        #expect(JSONObject().isEmpty)
    }

    @Test(arguments: UInt64(0)..<60)
    func `finds its members at any size`(seed: UInt64) {
        var chance = Seeded(seed)
        var object = JSONObject()
        var expected: [(String, Int)] = []
        for step in 0..<120 {
            let key = "key \(Int.random(in: 0..<40, using: &chance))"
            let place = expected.firstIndex { $0.0 == key }
            if Int.random(in: 0..<4, using: &chance) == 0 {
                object[key] = nil
                if let place { expected.remove(at: place) }
            } else {
                object[key] = .number(JSONNumber(step))
                if let place { expected[place].1 = step } else { expected.append((key, step)) }
            }
        }
        #expect(object.keys == expected.map(\.0))
        for (key, step) in expected { #expect(object[key]?.int == step) }
        #expect(object["key 99"] == nil)
    }

    @Test func `equals one with the same members in another order`() {
        let first: JSONValue = ["a": 1, "b": [2, ["c": 3, "d": 4]]]
        let second: JSONValue = ["b": [2, ["d": 4, "c": 3]], "a": 1]
        #expect(first == second)
        #expect(first.hashValue == second.hashValue)
        #expect(first != ["a": 1])
        #expect(first != ["a": 1, "b": [2, ["c": 3, "e": 4]]])
        #expect(([1, 2] as JSONValue) != [2, 1])
    }

    @Test func `tells names apart that only look alike`() throws {
        let object = try #require(try JSONValue.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").object)
        #expect(object.count == 2)
        #expect(object["\u{E9}"]?.int == 1)
        #expect(object["e\u{301}"]?.int == 2)
    }
}

@Suite struct `The writer` {
    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#),
        ("\u{0}\u{1}\u{F}\u{10}\u{1F}\u{7F}", #""\u0000\u0001\u000f\u0010\u001f"# + "\u{7F}\""), ("é東😀\u{2028}", "\"é東😀\u{2028}\""),
    ])
    func `escapes what must be and nothing else`(value: String, expected: String) throws {
        var output = bytes("> ")
        JSONWriter.quote(value, into: &output)
        #expect(text(output) == "> " + expected)
        #expect(try JSONValue.parse(expected).string == value)
    }

    @Test func `indents by two spaces, empty containers on one line`() {
        let value: JSONValue = ["b": [1, [], ["x": nil]], "a": [:]]
        let expected = """
            {
              "b": [
                1,
                [],
                {
                  "x": null
                }
              ],
              "a": {}
            }
            """
        #expect(text(JSONWriter.pretty(value)) == expected)
        #expect(text(JSONWriter.pretty(value, sortedKeys: true)).hasPrefix("{\n  \"a\": {},\n  \"b\": ["))
    }

    @Test(arguments: [
        (JSONNumber(0), "0"), (JSONNumber(Int.min), "-9223372036854775808"), (JSONNumber(0.5), "0.5"), (JSONNumber(-1e300), "-1e+300"),
        (JSONNumber(Double.leastNonzeroMagnitude), "5e-324"), (JSONNumber(Double.infinity), "null"),
        (JSONNumber(-Double.infinity), "null"), (JSONNumber(Double.nan), "null"),
    ])
    func `writes every number as JSON`(number: JSONNumber, expected: String) throws {
        #expect(JSONWriter.string(.number(number)) == expected)
        #expect(problem(bytes(expected)) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite("JSON kept as its text")
struct FragmentTests {
    @Test("Its text stays as written, white space around it aside", arguments: [#"{"b":1.00,"a":[ ]}"#, "-0.0", #""\u00e9""#, "null"])
    func keeps(text: String) throws {
        let fragment = try #require(JSONFragment(parsing: " \n\(text)\t"))
        #expect(fragment.text == text)
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(fragment.value == value)
    }

    @Test("What is not one JSON value is no fragment", arguments: ["", "{", "{} {}", "'a'", "NaN", "\u{FEFF}1"])
    func refuses(text: String) { #expect(JSONFragment(parsing: text) == nil) }

    @Test("A part of a document is cut out by place")
    func slice() throws {
        let bytes = Array(#"{"tool":{"x": 1e3 },"y":0}"#.utf8)
        let index = try JSONIndex(scanning: bytes.span.bytes)
        let tool = index.value("tool", in: bytes.span.bytes)
        let fragment = JSONFragment(try #require(tool), in: bytes.span.bytes)
        #expect(fragment.text == #"{"x": 1e3 }"#)
        #expect(fragment.kind == .object)
    }
}

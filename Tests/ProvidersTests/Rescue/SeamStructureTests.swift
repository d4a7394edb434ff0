// SPDX-License-Identifier: Apache-2.0
import Failover

import TestSupport
import Testing

@testable import Providers

@Suite struct `Text that is to be JSON` {
    @Test(arguments: [
        Joined(#"{"a": "The qu"#, #"ick fox"}"#, #"{"a": "The quick fox"}"#),
        Joined(#"{"a": "The qu"#, #"quick fox"}"#, #"{"a": "The quick fox"}"#),
        Joined(#"{"name": "x", "b""#, #"{"name": "x", "b": 2}"#, #"{"name": "x", "b": 2}"#),
        // White space counts for nothing.
        Joined(#"{"name":"x","b":["#, "{\n  \"name\": \"x\",\n  \"b\": [\n    1]}", "{\"name\":\"x\",\"b\":[\n    1]}"),
        Joined("{\n  \"name\": \"x\",\n  ", #"{"name":"x","b":2}"#, "{\n  \"name\": \"x\",\n  \"b\":2}"),
        Joined("[1, 2", ", 3]\n", "[1, 2, 3]\n"),
        Joined("[1, 2", "2, 3]", "[1, 22, 3]"),
        Joined("tr", "ue", "true"),
        Joined("[]", " \n", "[] \n"),
    ])
    func `goes on where the grammar does`(row: Joined) throws {
        for step in [Int.max, 1, 3] {
            var row = row
            row.isStructured = true
            #expect(try row.joined(step: step) == row.whole, "in pieces of \(step)")
        }
    }

    @Test(arguments: [
        (#"{"a": 1"#, #"{"b": 2}"#), (#"{"a": 1"#, "Sure, here is the rest:\n, \"b\": 2}"), (#"{"a": 1"#, "```json\n}"), ("{}", "{}}"),
        (#"{"a": "b"#, "c\nd\"}"), ("[1,", "]"), ("[1.", "e"), ("nul", "k"), ("no JSON", " at all"),
    ])
    func `is refused where it breaks the grammar`(sent: String, came: String) throws {
        for step in [Int.max, 1] {
            var seam = Seam(after: Array(sent.utf8), asked: .transcript, isStructured: true)
            #expect(throws: Seam.Problem.brokeStructure) {
                for piece in came.pieces(of: step) { _ = try seam.take(piece) }
                _ = try seam.end()
            }
            // Only the beginning of a document has passed.
            #expect(sent == "no JSON" || JSONPrefix.isBeginning(seam.text))
        }
    }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "\"\\", "\"\\u12", "-", "0", "0.", "1e", "1e+", "1E-2", "t", "fals", "null", "[[{\"a\":[", "{\"a\"",
        "{\"a\":",
        "{\"a\":1,", "[1,", "{} ", "\"é👩\"", "\u{9}[\r\n", "12.50", String(repeating: "[", count: 512),
    ])
    func `has beginnings`(text: String) { #expect(JSONPrefix.isBeginning(Array(text.utf8))) }

    @Test(arguments: [
        "x", "{a", "{1", "{,", "[,", "[1,]", "{\"a\":1,}", "{\"a\",", "{\"a\":}", "[}", "{]", "{}{", "1 2", "01", "1.e", ".5", "+1", "--",
        "1ee", "1e+-",
        "tru ", "nulL", "\"\\x", "\"\\u12G", "\"\u{1}", "\"a\" \"b\"", "'", "/", "[1 2", "\u{FEFF}{", "-e",
        String(repeating: "[", count: 513),
    ])
    func `has no other beginnings`(text: String) { #expect(!JSONPrefix.isBeginning(Array(text.utf8))) }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Testing

/// Foundation as a second opinion. It takes more than RFC 8259 does (a byte order mark, trailing commas), so it is asked only
/// about what we take.
@Suite struct `Foundation agrees` {
    @Test(arguments: UInt64(0)..<3000)
    func `that a changed document which we take is one, and with what it says`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let source = seed % 3 == 0 ? Fixture.all[Int(seed / 3) % Fixture.all.count] : bytes(random.value(depth: 5))
        let document = seed % 5 == 0 ? source : source.mutated(using: &random.chance)
        let found = problem(document)
        let indexed = indexProblem(document)
        guard found == nil else {
            #expect(indexed == found)
            #expect(throws: JSONProblem.self) { try JSONValue.parse(document) }
            return
        }
        if let indexed { #expect(indexed.message.contains("come before")) }
        let value = try JSONValue.parse(document)
        #expect(try JSONValue.parse(JSONWriter.compact(value)) == value)
        // Numbers beyond doubles and lone surrogates are where Foundation gives up.
        if String(decoding: document, as: UTF8.self).contains(/[eE][-+]?\d{3}/) { return }
        if JSONWriter.string(value).unicodeScalars.contains("\u{FFFD}") { return }
        let theirs = try JSONDecoder().decode(Theirs.self, from: Data(document))
        #expect(theirs.agrees(with: value), "\(String(decoding: document, as: UTF8.self))")
    }

    @Test(arguments: [
        "{a:1,'b':2,\"c\":[1,2,],}", "// x\n[/* y */ 0xFF, +1, .5, 5., -0x10]", "{$_:1, ü:'x\\x41', n: 'it\\'s'}",
        "[1e3, 'a\"b', \"c'd\"]", "\u{FEFF}{}",
    ])
    func `with what JSON5 says`(document: String) throws {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        let theirs = try decoder.decode(Theirs.self, from: Data(document.utf8))
        #expect(theirs.agrees(with: try JSON5Document(bytes(document)).value))
    }

    @Test(arguments: ["# x\n{}", "{a-b:1}", "'x\ny'", "{a:1 b:2}", "/* x", "a: 1", "[1,,2]", "{a:01}"])
    func `on what JSON5 is not`(document: String) {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        #expect(throws: (any Error).self) { try decoder.decode(Theirs.self, from: Data(document.utf8)) }
        #expect(json5Problem(bytes(document)) != nil)
    }

    /// A document as Foundation reads it.
    enum Theirs: Decodable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([Theirs])
        case object([String: Theirs])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else if let value = try? container.decode([Theirs].self) {
                self = .array(value)
            } else {
                self = .object(try container.decode([String: Theirs].self))
            }
        }

        /// Names that come twice are left out: Foundation keeps the first, JavaScript and we the last.
        func agrees(with value: JSONValue) -> Bool {
            switch (self, value) {
            case (.null, .null): true
            case (.bool(let first), .bool(let second)): first == second
            case (.number(let first), .number(let second)): first == second.double
            case (.string(let first), .string(let second)): first == second
            case (.array(let first), .array(let second)):
                first.count == second.count && zip(first, second).allSatisfy { $0.agrees(with: $1) }
            case (.object(let first), .object(let second)):
                first.count == second.count && second.members.allSatisfy { first[$0.key]?.agrees(with: $0.value) ?? false }
            default: false
            }
        }
    }
}

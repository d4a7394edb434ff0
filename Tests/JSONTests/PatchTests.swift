// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `A patch` {
    static func apply(_ document: String, _ edit: (inout JSONPatch, JSONIndex, [UInt8]) -> Void) throws -> String {
        let document = bytes(document)
        let index = try JSONIndex(scanning: document.span.bytes)
        var patch = JSONPatch()
        edit(&patch, index, document)
        return text(patch.apply(to: document.span.bytes, index: index))
    }

    static func drop(_ document: String, _ names: [String]) throws -> String {
        try apply(document) { patch, index, bytes in
            for name in names {
                if let member = index.member(named: name, in: bytes.span.bytes) { patch.drop(member) }
            }
        }
    }

    @Test func `without edits gives back every byte`() throws {
        for fixture in Fixture.all where fixture.first == 0x7B {
            let result = try Self.apply(text(fixture)) { _, _, _ in }
            #expect(result == text(fixture))
        }
        #expect(JSONPatch().isEmpty)
    }

    @Test func `replaces a value and nothing else`() throws {
        let result = try Self.apply(#"{ "model" : "a/b" , "x": [1.0, 2e3],"stream":true}"#) { patch, index, bytes in
            if let model = index.value("model", in: bytes.span.bytes) { patch.replace(model.range, with: Array(#""b""#.utf8)) }
            if let stream = index.value("stream", in: bytes.span.bytes) { patch.replace(stream.range, with: Array("false".utf8)) }
            #expect(!patch.isEmpty)
        }
        #expect(result == #"{ "model" : "b" , "x": [1.0, 2e3],"stream":false}"#)
    }

    @Test(arguments: [
        (["a"], #"{ "b" : 2 , "c" : 3 }"#), (["b"], #"{ "a" : 1 , "c" : 3 }"#), (["c"], #"{ "a" : 1 , "b" : 2 }"#),
        (["a", "b"], #"{ "c" : 3 }"#), (["b", "a"], #"{ "c" : 3 }"#), (["b", "c"], #"{ "a" : 1 }"#), (["a", "c"], #"{ "b" : 2 }"#),
        (["a", "b", "c"], "{  }"), (["a", "a"], #"{ "b" : 2 , "c" : 3 }"#), ([], #"{ "a" : 1 , "b" : 2 , "c" : 3 }"#),
    ])
    func `drops members with the commas that they no longer need`(names: [String], expected: String) throws {
        #expect(try Self.drop(#"{ "a" : 1 , "b" : 2 , "c" : 3 }"#, names) == expected)
    }

    @Test(arguments: [
        ("{}", #"{"new":1}"#), ("{ }", #"{"new":1 }"#), (#"{"a":0}"#, #"{"a":0,"new":1}"#), (#" { "a" : 0 } "#, #" { "a" : 0,"new":1 } "#),
        (#"{"new":0}"#, #"{"new":1}"#), (#"{"n\u0065w":0,"b":2}"#, #"{"n\u0065w":1,"b":2}"#), ("[]", "[]"), ("1", "1"),
    ])
    func `adds a member last, or gives the one that is there its value`(document: String, expected: String) throws {
        #expect(try Self.apply(document) { patch, _, _ in patch.add(key: "new", value: [0x31]) } == expected)
    }

    @Test func `escapes the name of a member that it adds`() throws {
        #expect(try Self.apply("{}") { patch, _, _ in patch.add(key: "a\"\n", value: [0x31]) } == #"{"a\"\n":1}"#)
    }

    @Test func `adds in the order asked, the last of two of the same name`() throws {
        let result = try Self.apply(#"{"a":0}"#) { patch, _, _ in
            patch.add(key: "x", value: [0x31])
            patch.add(key: "y", value: [0x32])
            patch.add(key: "x", value: [0x33])
        }
        #expect(result == #"{"a":0,"y":2,"x":3}"#)
    }

    @Test func `adds behind what stays when the last is dropped, and afresh when all are`() throws {
        let one = try Self.apply(#"{"a":1,"b":2}"#) { patch, index, _ in
            patch.drop(index.members[1])
            patch.add(key: "c", value: [0x33])
        }
        #expect(one == #"{"a":1,"c":3}"#)
        let all = try Self.apply(#"{"a":1,"b":2}"#) { patch, index, _ in
            for member in index.members { patch.drop(member) }
            patch.add(key: "c", value: [0x33])
            patch.add(key: "d", value: [0x34])
        }
        #expect(all == #"{"c":3,"d":4}"#)
    }

    @Test func `adds anew what it also drops, and lets a replacement go with its member`() throws {
        let result = try Self.apply(#"{"a":1,"b":2}"#) { patch, index, _ in
            patch.replace(index.members[0].value.range, with: [0x39])
            patch.drop(index.members[0])
            patch.add(key: "a", value: [0x38])
        }
        #expect(result == #"{"b":2,"a":8}"#)
        let twice = try Self.apply(#"{"a":1,"b":2}"#) { patch, index, _ in
            patch.replace(index.members[0].value.range, with: [0x39])
            patch.add(key: "a", value: [0x38])
        }
        #expect(twice == #"{"a":8,"b":2}"#)
    }

    @Test func `replaces inside a value, also where the root is no object`() throws {
        let document = bytes(#"[1,{"a":"x"}]"#)
        let index = try JSONIndex(scanning: document.span.bytes)
        var patch = JSONPatch()
        patch.replace(8..<11, with: [0x32])
        patch.replace(1..<2, with: [0x30])
        let result = patch.apply(to: document.span.bytes, index: index)
        #expect(text(result) == #"[0,{"a":2}]"#)
    }

    @Test(arguments: UInt64(0)..<600)
    func `of any edits leaves JSON with just those edits made`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let count = random.pick(7)
        let document = bytes(random.space() + random.object(depth: 3, members: count) + random.space())
        let index = try JSONIndex(scanning: document.span.bytes)
        var expected = try #require(try JSONValue.parse(document).object)
        var patch = JSONPatch()
        let marker = bytes(#"{"patched":[true]}"#)
        let markerValue: JSONValue = ["patched": [true]]
        for member in index.members {
            let name = member.name(in: document.span.bytes)
            switch random.pick(4) {
            case 0:
                patch.drop(member)
                expected[name] = nil
            case 1:
                patch.replace(member.value.range, with: marker)
                expected[name] = markerValue
            default: break
            }
        }
        for name in ["k1", "new", "newer"] where random.pick(3) == 0 {
            patch.add(key: name, value: marker)
            expected[name] = markerValue
        }
        let result = patch.apply(to: document.span.bytes, index: index)
        #expect(indexProblem(result) == nil, "\(text(result))")
        let object = try JSONValue.parse(result).object
        #expect(object == expected)
        #expect(object?.keys == expected.keys)
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `An index` {
    @Test func `lists the top level's members in order, with their places`() throws {
        let document = Fixture.chatRequest
        let index = try JSONIndex(scanning: document.span.bytes)
        let names = index.members.map { $0.name(in: document.span.bytes) }
        #expect(names == ["model", "stream", "messages", "temperature", "max_tokens", "tools", "x-own"])
        let temperatureFound = index.value("temperature", in: document.span.bytes)
        let modelFound = index.member("model", in: document.span.bytes)
        let temperature = try #require(temperatureFound)
        #expect(text(Array(document[temperature.range])) == "0.70")
        let model = try #require(modelFound)
        #expect(text(Array(document[model.key])) == "model")
        #expect(text(Array(document[model.value.range])) == "\"openai/gpt-5.5\"")
        #expect(index.root.range == 0..<document.count)
        #expect(index.members.map(\.value.kind) == [.string, .bool, .array, .number, .number, .array, .null])
    }

    @Test(arguments: Fixture.all)
    func `lists what the scanner hands out on its way`(document: [UInt8]) throws {
        var keys: [Range<Int>] = []
        var values: [JSONSlice] = []
        let root = try JSONScanner.scan(document.span.bytes) { key, value in
            keys.append(key)
            values.append(value)
        }
        let index = try JSONIndex(scanning: document.span.bytes)
        #expect(index.members.map(\.key) == keys)
        #expect(index.members.map(\.value) == values)
        #expect(index.root == root)
    }

    @Test func `finds names spelled with escapes`() throws {
        let document = Fixture.escapes
        let index = try JSONIndex(scanning: document.span.bytes)
        let found = index.value("model", in: document.span.bytes)
        let byText = index.member(named: "model", in: document.span.bytes)
        let lineFeed = index.member(named: "a\nb", in: document.span.bytes)
        let backslash = index.value("\\", in: document.span.bytes)?.string(in: document.span.bytes)
        let nameless = index.value("", in: document.span.bytes)?.kind
        let absent = index.member(named: "\\u006dodel", in: document.span.bytes)
        #expect(found != nil)
        #expect(byText?.value == found)
        #expect(lineFeed != nil)
        #expect(backslash == #"c:\dir\file"#)
        #expect(nameless == .array)
        #expect(absent == nil)
    }

    @Test(arguments: ["[1,2]", "\"a\"", "1", "null", "{}", " { } "])
    func `of a document without members is empty`(document: String) throws {
        let index = try JSONIndex(scanning: bytes(document).span.bytes)
        #expect(index.members.isEmpty)
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7), (#"{"model":1,"b":{},"model":1}"#, 18), (#"{"a":1,"\u0061":2}"#, 7), (#"{"\u0061":1,"a":2}"#, 12),
        (#"{"\u0061":1,"\u0061":2}"#, 12), (#"{"":1,"":2}"#, 6), (#"{"\/":1,"/":2}"#, 8), (#"{"é":1,"\u00e9":2}"#, 8),
        (#"{"😀":1,"\ud83d\ude00":2}"#, 10), (#"{"\ud800":1,"\ud801":2}"#, 12), (#"{"b":0,"a":1,"c":0,"a":{"x":[1,2]}}"#, 19),
    ])
    func `refuses a name that comes twice, however it is spelled`(document: String, offset: Int) throws {
        let found = try #require(indexProblem(bytes(document)))
        #expect(found.offset == offset)
        #expect(found.message.contains("come before"))
        // The grammar alone has nothing against it.
        #expect(problem(bytes(document)) == nil)
    }

    @Test(arguments: [
        #"{"a":{"a":1},"b":{"a":1,"a":2}}"#, #"{"a":1,"A":2,"aa":3,"":4}"#, #"{"é":1,"e\u0301":2}"#, #"[{"a":1,"a":2}]"#,
        #"{"a\\":1,"a\"":2,"a":3}"#,
    ])
    func `takes names that differ, and leaves deeper ones alone`(document: String) {
        #expect(indexProblem(bytes(document)) == nil)
    }

    @Test(arguments: [31, 32, 33, 34, 100, 4096])
    func `finds the repeated one among many`(count: Int) throws {
        var members = (0..<count).map { "\"name \($0)\":\($0)" }
        #expect(indexProblem(bytes("{" + members.joined(separator: ",") + "}")) == nil)
        members[count - 1] = "\"name \(count / 2)\":0"
        #expect(indexProblem(bytes("{" + members.joined(separator: ",") + "}"))?.message.contains("come before") == true)
        members[count - 1] = "\"n\\u0061me \(count / 2)\":0"
        #expect(indexProblem(bytes("{" + members.joined(separator: ",") + "}"))?.message.contains("come before") == true)
    }

    @Test(arguments: UInt64(0)..<200)
    func `holds what the value holds`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let count = random.pick(40)
        let document = bytes(random.space() + random.object(members: count))
        let index = try JSONIndex(scanning: document.span.bytes)
        let object = try #require(try JSONValue.parse(document).object)
        let root = try JSONScanner.scan(document.span.bytes)
        let names = index.members.map { $0.name(in: document.span.bytes) }
        let values = index.members.map { JSONValue($0.value, in: document.span.bytes) }
        #expect(index.root == root)
        #expect(names == object.keys)
        #expect(values == object.members.map(\.value))
    }
}

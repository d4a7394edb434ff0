// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct `A slice` {
    static let document = bytes(
        #" {"model":"m","model_name":"n","empty":"","list":[1,"two",[3],{"four":4}],"nested":{"a":{"b":true}},"#
            + #""\u0065sc\"aped":"yes","twice":1,"twice":2,"é":"accent","float":1.50,"no":false,"nil":null,"mode":0} "#)

    @Test func `finds members by name, escaped or not, whole or not at all`() throws {
        let bytes = Self.document.span.bytes
        let root = try JSONScanner.scan(bytes)
        let model = root.member("model", in: bytes)?.string(in: bytes)
        let name = root.member("model_name", in: bytes)?.string(in: bytes)
        let mode = root.member("mode", in: bytes)?.int(in: bytes)
        let absent = root.member("mod", in: bytes)
        let escaped = root.member("esc\"aped", in: bytes)?.equals("yes", in: bytes)
        let raw = root.member(#"\u0065sc\"aped"#, in: bytes)
        let accent = root.member("é", in: bytes)?.string(in: bytes)
        let last = root.member("twice", in: bytes)?.int(in: bytes)
        let inner = root.member("nested", in: bytes)?.member("a", in: bytes)?.member("b", in: bytes)?.bool(in: bytes)
        #expect(model == "m")
        #expect(name == "n")
        #expect(mode == 0)
        #expect(absent == nil)
        #expect(escaped == true)
        #expect(raw == nil)
        #expect(accent == "accent")
        #expect(last == 2)
        #expect(inner == true)
    }

    @Test func `finds elements by place`() throws {
        let bytes = Self.document.span.bytes
        let found = try JSONScanner.scan(bytes).member("list", in: bytes)
        let list = try #require(found)
        let first = list.element(0, in: bytes)?.int(in: bytes)
        let second = list.element(1, in: bytes)?.string(in: bytes)
        let third = list.element(2, in: bytes)?.element(0, in: bytes)?.int(in: bytes)
        let fourth = list.element(3, in: bytes)?.member("four", in: bytes)?.int(in: bytes)
        let beyond = list.element(4, in: bytes)
        let before = list.element(-1, in: bytes)
        #expect(first == 1)
        #expect(second == "two")
        #expect(third == 3)
        #expect(fourth == 4)
        #expect(beyond == nil)
        #expect(before == nil)
    }

    @Test func `answers nil for a kind that it is not`() throws {
        let bytes = Self.document.span.bytes
        let root = try JSONScanner.scan(bytes)
        let text = root.member("model", in: bytes)
        let isNothing = [
            root.string(in: bytes) == nil, root.int(in: bytes) == nil, root.double(in: bytes) == nil, root.bool(in: bytes) == nil,
            root.element(0, in: bytes) == nil, text?.int(in: bytes) == nil, text?.member("a", in: bytes) == nil, !root.isEmptyString,
            text?.equals("n", in: bytes) == false, text?.equals("mm", in: bytes) == false, text?.equals("", in: bytes) == false,
            root.member("empty", in: bytes)?.equals("", in: bytes) == true, root.member("empty", in: bytes)?.isEmptyString == true,
            root.member("nil", in: bytes)?.kind == .null, root.member("no", in: bytes)?.bool(in: bytes) == false,
        ]
        #expect(isNothing.allSatisfy { $0 }, "\(isNothing)")
    }

    @Test func `stops going over its parts when told to, and passes errors on`() throws {
        struct Enough: Error {}
        let bytes = Self.document.span.bytes
        let root = try JSONScanner.scan(bytes)
        var keys: [String] = []
        root.forEachMember(in: bytes) { key, _ in
            keys.append(JSONText.string(key, in: bytes))
            return keys.count < 3
        }
        #expect(keys == ["model", "model_name", "empty"])
        var seen = 0
        do throws(Enough) {
            try root.member("list", in: bytes)?.forEachElement(in: bytes) { _ throws(Enough) in
                seen += 1
                if seen == 2 { throw Enough() }
                return true
            }
            Issue.record("nothing was thrown")
        } catch {
            #expect(seen == 2)
        }
    }

    @Test(
        arguments: [
            ("0", 0, 0), ("-0", 0, 0), ("12", 12, 12), ("-12", -12, -12), ("9223372036854775807", Int.max, 0x1p63),
            ("-9223372036854775808", Int.min, -0x1p63), ("9223372036854775808", nil, 0x1p63), ("-9223372036854775809", nil, -0x1p63),
            ("1.0", 1, 1), ("1e3", 1000, 1000), ("-2.50e1", -25, -25), ("1.5", nil, 1.5), ("9007199254740992.0", 1 << 53, 0x1p53),
            ("9007199254740994.0", nil, 9_007_199_254_740_994), ("1e19", nil, 1e19), ("1e400", nil, nil), ("-1e400", nil, nil),
            ("1e-400", 0, 0), ("123456789012345678901234567890", nil, 123456789012345678901234567890.0),
        ] as [(String, Int?, Double?)])
    func `reads numbers as far as they are exact`(document: String, int: Int?, double: Double?) throws {
        let document = bytes(document)
        let slice = try JSONScanner.scan(document.span.bytes)
        let read = (slice.int(in: document.span.bytes), slice.double(in: document.span.bytes))
        #expect(read.0 == int)
        #expect(read.1 == double)
        let value = try JSONValue.parse(document)
        #expect(value.int == int)
        #expect(value.double == double)
        #expect(JSONWriter.compact(value) == document)
    }

    @Test func `does not read a number longer than 1,024 characters`() throws {
        let document = bytes(String(repeating: "1", count: 1025))
        let slice = try JSONScanner.scan(document.span.bytes)
        let read = (slice.int(in: document.span.bytes), slice.double(in: document.span.bytes))
        #expect(read.0 == nil)
        #expect(read.1 == nil)
        let value = try JSONValue.parse(document)
        #expect(value.int == nil)
        #expect(value.double == nil)
        #expect(JSONWriter.compact(value) == document)
    }

    @Test(arguments: UInt64(0)..<300)
    func `tells what the value tells`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let document = bytes(random.space() + random.value() + random.space())
        let root = try JSONScanner.scan(document.span.bytes)
        #expect(Self.rebuilt(root, document) == (try JSONValue.parse(document)))
        #expect(Self.rebuilt(root, document, inOneWalk: true) == (try JSONValue.parse(document)))
        let value = JSONValue(root, in: document.span.bytes)
        #expect(value == (try JSONValue.parse(document)))
    }

    @Test(arguments: UInt64(0)..<300)
    func `reads nothing outside bytes that it was not made from`(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let document = bytes(random.value())
        let root = try JSONScanner.scan(document.span.bytes)
        var others = [document.mutated(using: &random.chance), Array(document.dropLast()), Array(document.prefix(3)), []]
        others.append([UInt8](repeating: 0x5C, count: document.count))
        others.append([UInt8](repeating: 0x22, count: document.count))
        others.append([UInt8](repeating: 0x7B, count: document.count))
        for other in others {
            _ = Self.rebuilt(root, other)
            _ = Self.rebuilt(root, other, inOneWalk: true)
        }
    }

    @Test func `goes over elements and their members in one walk until told to stop`() throws {
        let document = bytes(#"[ {} , {"a":1, "b" : {"c":[2]}},3,[{"d":4}],"}", {"e":"]"} ,{"f":5,"g":6},{"h":7}]"#)
        let bytes = document.span.bytes
        let root = try JSONScanner.scan(bytes)
        var seen: [String] = []
        func walk(until last: String) {
            seen = []
            root.forEachElement(in: bytes) { key, value in
                seen.append("\(JSONText.string(key, in: bytes)):\(text(Array(document[value.range])))")
                return seen.last != last
            } element: { element in
                seen.append(text(Array(document[element.range])))
                return seen.last != last
            }
        }
        walk(until: "f:5")
        #expect(
            seen == [
                "{}", "a:1", #"b:{"c":[2]}"#, #"{"a":1, "b" : {"c":[2]}}"#, "3", #"[{"d":4}]"#, #""}""#, #"e:"]""#, #"{"e":"]"}"#, "f:5",
            ])
        walk(until: "3")
        #expect(seen.count == 5)
        walk(until: "")
        #expect(seen.last == #"{"h":7}"#)
    }

    /// The value by way of slices alone.
    ///
    /// - Parameter inOneWalk: Whether objects in arrays are read by the array's own walk.
    static func rebuilt(_ slice: JSONSlice, _ document: [UInt8], inOneWalk: Bool = false) -> JSONValue {
        let bytes = document.span.bytes
        switch slice.kind {
        case .null: return .null
        case .bool: return .bool(slice.bool(in: bytes) ?? false)
        case .string: return .string(slice.string(in: bytes) ?? "")
        case .number:
            _ = slice.int(in: bytes)
            _ = slice.double(in: bytes)
            guard slice.end <= document.count else { return .null }
            return (try? JSONValue.parse(Array(document[slice.range]))) ?? .null
        case .array:
            var elements: [JSONValue] = []
            if inOneWalk {
                var object = JSONObject()
                slice.forEachElement(in: bytes) { key, value in
                    object[JSONText.string(key, in: bytes)] = rebuilt(value, document, inOneWalk: true)
                    return true
                } element: { element in
                    elements.append(element.kind == .object ? .object(object) : rebuilt(element, document, inOneWalk: true))
                    object = JSONObject()
                    return true
                }
                return .array(elements)
            }
            slice.forEachElement(in: bytes) { element in
                elements.append(rebuilt(element, document))
                return true
            }
            return .array(elements)
        case .object:
            var object = JSONObject()
            slice.forEachMember(in: bytes) { key, value in
                object[JSONText.string(key, in: bytes)] = rebuilt(value, document, inOneWalk: inOneWalk)
                return true
            }
            _ = slice.member("k1", in: bytes)
            return .object(object)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport

@testable import Providers

extension SplitMix64 {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &self)] }

    /// Text that is awkward to carry: escapes, several alphabets, what looks like markup, and never empty.
    mutating func words(_ most: Int = 6) -> String {
        let words = [
            "stage", "é", "e\u{301}", "日本語", "🎭", "👩‍👩‍👧", "\"quoted\"", "back\\slash", "line\nfeed", "tab\t", "\u{1}", "\u{2028}", "<think>",
            "data: x",
            "{\"a\":1}", "[DONE]", "\u{FFFD}", "0", "ﬁ", "a/b",
        ]
        return (0..<Int.random(in: 1...most, using: &self)).map { _ in pick(words) }.joined(separator: " ")
    }

    mutating func name() -> String { pick(["get_weather", "roll", "search-tools", "f", "a_very_long_name_of_a_tool_0123456789"]) }

    mutating func value(_ depth: Int = 2) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .number(JSONNumber(Int.random(in: -1000...1000, using: &self)))
        case 3: return 0.25
        case 4: return .string(words(2))
        case 5: return .array((0..<Int.random(in: 0...2, using: &self)).map { _ in value(depth - 1) })
        default: return .object(object(depth - 1))
        }
    }

    mutating func object(_ depth: Int = 2) -> JSONObject {
        var object = JSONObject()
        for key in ["city", "ö", "n", "input x"].prefix(Int.random(in: 0...4, using: &self)) { object[key] = value(depth) }
        return object
    }

    /// A schema as tools have them: nested, with choices and bounds.
    mutating func schema(_ depth: Int = 2) -> JSONValue {
        var properties = JSONObject()
        for name in ["city", "days", "kind", "where"].prefix(Int.random(in: 1...4, using: &self)) {
            switch Int.random(in: 0..<(depth > 0 ? 5 : 3), using: &self) {
            case 0: properties[name] = ["type": "string", "description": .string(words(3))]
            case 1: properties[name] = ["type": "integer", "minimum": 0, "maximum": 14]
            case 2: properties[name] = ["type": "string", "enum": ["a", "b"]]
            case 3: properties[name] = ["type": "array", "items": schema(depth - 1)]
            default: properties[name] = schema(depth - 1)
            }
        }
        let required = properties.keys.filter { _ in chance(50) }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map(JSONValue.string)) }
        return .object(schema)
    }

    static let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
}

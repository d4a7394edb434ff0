// SPDX-License-Identifier: Apache-2.0
import JSON

extension GoogleSchema {
    /// A JSON Schema in Google's dialect, for models and servers that take no other: references put in place, unions as `anyOf`, what the
    /// dialect has no member for left out.
    static func dialect(_ schema: JSONValue) -> JSONValue {
        guard case .object(let root) = schema else { return schema }
        var definitions = JSONObject()
        for name in ["$defs", "definitions", "defs"] {
            if case .object(let members)? = root[name] {
                for (key, value) in members.members { definitions["#/\(name)/\(key)"] = value }
            }
        }
        return .object(dialect(root, definitions, depth: 0))
    }

    /// References within references: no deeper than this, since they may go round.
    private static let maxReferences = 12

    private static func dialect(_ schema: JSONObject, _ definitions: JSONObject, depth: Int) -> JSONObject {
        guard depth < maxDepth else { return ["type": "OBJECT"] }
        if let path = (schema["$ref"] ?? schema["ref"])?.string {
            guard depth < maxReferences, case .object(let target)? = definitions[path] else { return ["type": "OBJECT"] }
            var result = dialect(target, definitions, depth: depth + 1)
            if let text = schema["description"] { result["description"] = text }
            return result
        }
        var result = JSONObject()
        for (name, value) in schema.members {
            switch name {
            case "type": setType(value, in: &result)
            case "properties":
                guard case .object(let members) = value, !members.isEmpty else { continue }
                result["properties"] = .object(
                    JSONObject(members.members.map { (key: $0.key, value: nested($0.value, definitions, depth)) }))
            case "items", "prefixItems":
                let item = value.array?.first ?? value
                if result["items"] == nil { result["items"] = nested(item, definitions, depth) }
            case "anyOf", "oneOf": setChoices(value, definitions, depth, in: &result)
            case "allOf":
                for case .object(let part) in value.array ?? [] { merge(dialect(part, definitions, depth: depth + 1), into: &result) }
            case "const": if case .string = value { result["enum"] = .array([value]) }
            case "exclusiveMinimum": if case .number = value { result["minimum"] = value }
            case "exclusiveMaximum": if case .number = value { result["maximum"] = value }
            case "format": if let format = value.string, formats.contains(format) { result["format"] = value }
            case "examples": result["example"] = value.array?.first
            default: if plain.contains(name) { result[name] = value }
            }
        }
        tidy(&result)
        return result
    }

    private static func nested(_ value: JSONValue, _ definitions: JSONObject, _ depth: Int) -> JSONValue {
        guard case .object(let schema) = value else { return ["type": "STRING"] }
        return .object(dialect(schema, definitions, depth: depth + 1))
    }

    /// Members that mean the same in both.
    private static let plain: Set<String> = [
        "title", "description", "default", "enum", "example", "required", "nullable", "pattern", "minimum", "maximum", "minItems",
        "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "propertyOrdering",
    ]

    private static let formats: Set<String> = ["enum", "date-time", "int32", "int64", "float", "double"]

    private static func setType(_ value: JSONValue, in result: inout JSONObject) {
        switch value {
        case .string("null"): result["nullable"] = true
        case .string(let type): result["type"] = .string(type.uppercased())
        case .array(let types):
            let words = types.compactMap(\.string).filter { $0 != "null" }
            if words.count < types.count { result["nullable"] = true }
            if words.count == 1 {
                result["type"] = .string(words[0].uppercased())
            } else if !words.isEmpty {
                result["anyOf"] = .array(words.map { ["type": .string($0.uppercased())] })
            }
        default: break
        }
    }

    private static func setChoices(_ value: JSONValue, _ definitions: JSONObject, _ depth: Int, in result: inout JSONObject) {
        var choices: [JSONObject] = []
        for case .object(let choice) in value.array ?? [] {
            if choice["type"]?.string == "null" {
                result["nullable"] = true
            } else {
                choices.append(dialect(choice, definitions, depth: depth + 1))
            }
        }
        if choices.count == 1 {
            merge(choices[0], into: &result)
        } else if !choices.isEmpty {
            result["anyOf"] = .array(choices.map { .object($0) })
        }
    }

    private static func merge(_ part: JSONObject, into result: inout JSONObject) {
        for (name, value) in part.members {
            switch (result[name], value) {
            case (.object(let old)?, .object(let new)): result[name] = .object(JSONObject(old.members + new.members))
            case (.array(let old)?, .array(let new)): result[name] = .array(old + new.filter { !old.contains($0) })
            case (nil, _): result[name] = value
            default: break
            }
        }
    }

    /// `enum` is of texts alone, and `required` names what there is.
    private static func tidy(_ result: inout JSONObject) {
        if case .array(let values)? = result["enum"] {
            let texts = values.filter { $0.string != nil }
            if values.contains(.null) { result["nullable"] = true }
            let isText = result["type"]?.string ?? "STRING" == "STRING"
            result["enum"] = isText && !texts.isEmpty ? .array(texts) : nil
            if isText, result["type"] == nil { result["type"] = "STRING" }
        }
        if case .array(let names)? = result["required"] {
            let known = names.filter { $0.string.map { result["properties"]?[$0] != nil } ?? false }
            result["required"] = known.isEmpty ? nil : .array(known)
        }
        if result["type"] == nil, result["properties"] != nil { result["type"] = "OBJECT" }
        if result["type"]?.string == "ARRAY", result["items"] == nil { result["items"] = ["type": "STRING"] }
    }
}

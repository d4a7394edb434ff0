// SPDX-License-Identifier: Apache-2.0
import JSON

/// Google's dialect of schemas, a part of OpenAPI 3.0 (https://ai.google.dev/api/caching#Schema), and JSON Schema.
enum GoogleSchema {
    /// Levels that are looked at: what is deeper stays as it is.
    static let maxDepth = 64

    /// JSON Schema for a schema in Google's dialect: types in lower case, `nullable` as a type `null`, counts that stand in quotes as
    /// numbers. What both have stays, so that JSON Schema itself comes out as it went in.
    static func standard(_ schema: JSONSlice, in bytes: RawSpan) -> JSONFragment {
        let fragment = JSONFragment(schema, in: bytes)
        return JSONFragment(standard(fragment.value, depth: 0))
    }

    private static func standard(_ value: JSONValue, depth: Int) -> JSONValue {
        guard case .object(let schema) = value, depth < maxDepth else { return value }
        var result: [(key: String, value: JSONValue)] = []
        for (name, value) in schema.members {
            switch camel(name) {
            case "type":
                if let type = type(value) { result.append(("type", type)) }
            case "nullable", "propertyOrdering": break
            case "properties", "defs", "$defs", "definitions":
                let name = name == "defs" ? "$defs" : name
                guard case .object(let members) = value else { continue }
                let nested = members.members.map { (key: $0.key, value: self.standard($0.value, depth: depth + 1)) }
                result.append((name, .object(JSONObject(nested))))
            case "items", "additionalProperties": result.append((camel(name), self.standard(value, depth: depth + 1)))
            case "anyOf", "oneOf", "allOf", "prefixItems":
                guard case .array(let elements) = value else { continue }
                result.append((camel(name), .array(elements.map { self.standard($0, depth: depth + 1) })))
            case "ref": result.append(("$ref", value))
            case "example": result.append(("examples", .array([value])))
            case "format": if value.string != "enum" { result.append((name, value)) }
            case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
                result.append((camel(name), value.string.flatMap { Int($0) }.map { .number(JSONNumber($0)) } ?? value))
            default: result.append((name, value))
            }
        }
        let object = JSONObject(result)
        return .object(schema["nullable"]?.bool == true ? nullable(object) : object)
    }

    private static func type(_ value: JSONValue) -> JSONValue? {
        guard case .string(let word) = value else { return value }
        return word == "TYPE_UNSPECIFIED" ? nil : .string(word.lowercased())
    }

    /// Takes `null` too.
    private static func nullable(_ schema: JSONObject) -> JSONObject {
        var schema = schema
        if case .string(let type)? = schema["type"], type != "null" { schema["type"] = .array([.string(type), "null"]) }
        if case .array(let choices)? = schema["anyOf"], schema["type"] == nil, !choices.contains(["type": "null"]) {
            schema["anyOf"] = .array(choices + [["type": "null"]])
        }
        if case .array(let values)? = schema["enum"], !values.contains(.null) { schema["enum"] = .array(values + [.null]) }
        return schema
    }

    /// Google's members in camel case, whatever they came in.
    private static func camel(_ name: String) -> String {
        switch name {
        case "any_of": "anyOf"
        case "property_ordering": "propertyOrdering"
        case "min_items": "minItems"
        case "max_items": "maxItems"
        case "min_length": "minLength"
        case "max_length": "maxLength"
        case "min_properties": "minProperties"
        case "max_properties": "maxProperties"
        case "additional_properties": "additionalProperties"
        default: name
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Schemas of tools and of the answer, where a route knows less of JSON Schema than the client does.
enum ChatSchemaRepairs {
    /// Without `strict`: the schema is then followed as well as the model can, and may have any form.
    static func dropStrict(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        func drop(_ holder: JSONSlice?) {
            guard let holder else { return }
            edits.dropMembers(of: holder, in: bytes) { key, _ in JSONText.equals(key, "strict", in: bytes) }
        }
        index.value("tools", in: bytes)?.forEachElement(in: bytes) { tool in
            drop(tool.member("function", in: bytes))
            return !edits.areTooMany
        }
        drop(index.value("response_format", in: bytes)?.member("json_schema", in: bytes))
    }

    /// With no more than what nearly every server knows.
    static func plain(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        func rewrite(_ slice: JSONSlice?) {
            guard let slice, slice.kind == .object else { return }
            let old = JSONFragment(slice, in: bytes).value
            let new = plain(old, isTop: true)
            if new != old { edits.replace(slice.range, with: JSONWriter.compact(new)) }
        }
        index.value("tools", in: bytes)?.forEachElement(in: bytes) { tool in
            rewrite(tool.member("function", in: bytes)?.member("parameters", in: bytes))
            return !edits.areTooMany
        }
        rewrite(index.value("response_format", in: bytes)?.member("json_schema", in: bytes)?.member("schema", in: bytes))
    }

    private static let known: Set<String> = [
        "type", "title", "description", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$defs",
        "definitions", "minimum", "maximum", "nullable", "default",
    ]

    /// - Parameter isTop: The schema of all arguments: an object, without a choice of several.
    private static func plain(_ schema: JSONValue, isTop: Bool = false) -> JSONValue {
        guard case .object(let object) = schema else { return schema }
        var members: [(key: String, value: JSONValue)] = []
        /// Branches that are not kept apart: what they describe is.
        var inner: [JSONValue] = []
        func put(_ key: String, _ value: JSONValue) {
            if !members.contains(where: { $0.key == key }) { members.append((key, value)) }
        }
        for (key, value) in object.members {
            switch key {
            case "properties", "$defs", "definitions":
                guard let named = value.object else { continue }
                put(key, .object(JSONObject(named.members.map { (key: $0.key, value: plain($0.value)) })))
            case "items": put(key, plain(value))
            case "prefixItems": put("items", value[0].map { plain($0) } ?? [:])
            case "additionalProperties": put(key, plain(value))
            case "anyOf", "oneOf", "allOf":
                guard let branches = value.array else { continue }
                if isTop || (key == "allOf" && branches.count > 1) {
                    inner += branches
                    continue
                }
                // A schema with all of one branch is that branch.
                if branches.count == 1, case .object(let only) = plain(branches[0]) {
                    for (key, value) in only.members { put(key, value) }
                } else {
                    put("anyOf", .array(branches.map { plain($0) }))
                }
            case "const": put("enum", .array([value]))
            default: if known.contains(key) { put(key, value) }
            }
        }
        let described = inner.flatMap { plain($0)["properties"]?.object?.members.map { (key: $0.key, value: $0.value) } ?? [] }
        if !described.isEmpty {
            let own = members.first { $0.key == "properties" }?.value.object?.members.map { (key: $0.key, value: $0.value) } ?? []
            let added = described.filter { new in !own.contains { $0.key == new.key } }
            members.removeAll { $0.key == "properties" }
            put("properties", .object(JSONObject(own + added)))
        }
        if isTop { put("type", "object") }
        let type = members.first { $0.key == "type" }?.value.string
        if type == "object", isTop { put("properties", [:]) }
        if type == "array" { put("items", [:]) }
        return .object(JSONObject(members))
    }
}

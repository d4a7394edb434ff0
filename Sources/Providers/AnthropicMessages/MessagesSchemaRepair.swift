// SPDX-License-Identifier: Apache-2.0
import JSON

/// Schemas that the answer or a strict tool is held to, as Anthropic takes them: objects are closed, and there are no bounds on numbers,
/// lengths and counts (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations").
enum MessagesSchemaRepair {
    static func apply(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        for format in [index.value("output_config", in: bytes)?.member("format", in: bytes), index.value("output_format", in: bytes)] {
            if let schema = format?.member("schema", in: bytes) { rewrite(schema, bytes, &edits) }
        }
        index.value("tools", in: bytes)?.forEachElement(in: bytes) { tool in
            if tool.member("strict", in: bytes)?.bool(in: bytes) == true, let schema = tool.member("input_schema", in: bytes) {
                rewrite(schema, bytes, &edits)
            }
            return !edits.areTooMany
        }
    }

    static func dropStrict(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        index.value("tools", in: bytes)?.forEachElement(in: bytes) { tool in
            edits.dropMembers(of: tool, in: bytes) { key, _ in JSONText.equals(key, "strict", in: bytes) }
            return !edits.areTooMany
        }
    }

    private static func rewrite(_ slice: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let schema = JSONValue(slice, in: bytes)
        let plain = closed(schema, depth: 0)
        if plain != schema { edits.replace(slice.range, with: JSONWriter.compact(plain)) }
    }

    private static let bounds: Set<String> = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
        "minProperties", "maxProperties",
    ]

    /// - Parameter depth: Below 100 levels a schema stays as it is.
    private static func closed(_ value: JSONValue, depth: Int) -> JSONValue {
        guard depth < 100 else { return value }
        switch value {
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object.members where !bounds.contains(key) {
                // One item or none may be asked for.
                if key == "minItems", member.int ?? 0 > 1 { continue }
                result[key] =
                    ["properties", "$defs", "definitions"].contains(key)
                    ? named(member, depth: depth)
                    : ["enum", "const", "default", "examples", "required"].contains(key)
                        ? member : closed(member, depth: depth + 1)
            }
            if result["type"]?.string == "object" || (result["type"] == nil && result["properties"] != nil) {
                result["additionalProperties"] = false
            }
            return .object(result)
        case .array(let elements): return .array(elements.map { closed($0, depth: depth + 1) })
        case .null, .bool, .number, .string: return value
        }
    }

    /// Schemas by names that are the client's.
    private static func named(_ value: JSONValue, depth: Int) -> JSONValue {
        guard case .object(let object) = value else { return value }
        return .object(JSONObject(object.members.map { ($0.key, closed($0.value, depth: depth + 1)) }))
    }

    /// The tools that were called, where none are offered: the API wants to know them, and the client does not want them called.
    static func offerCalledTools(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let offered = index.value("tools", in: bytes)
        if offered?.element(0, in: bytes) != nil { return }
        var names: Set<String> = []
        var tools: [UInt8] = []
        MessagesRepairs.forEachMessage(index, bytes) { message in
            message.member("content", in: bytes)?.forEachElement(in: bytes) { block in
                guard block.member("type", in: bytes)?.equals("tool_use", in: bytes) == true,
                    let name = block.member("name", in: bytes)?.string(in: bytes), names.insert(name).inserted
                else { return true }
                tools += Array((tools.isEmpty ? "" : ",").utf8)
                tools.append(contentsOf: #"{"name":"#.utf8)
                tools.quote(name)
                tools.append(contentsOf: #","input_schema":{"type":"object","properties":{}}}"#.utf8)
                return names.count < 1024
            }
            return names.count < 1024
        }
        if names.isEmpty { return }
        let text = String(decoding: tools, as: UTF8.self)
        var added: [String] = []
        if let offered { edits.replace(offered.range, with: Array("[\(text)]".utf8)) } else { added.append("\"tools\":[\(text)]") }
        let choice = #"{"type":"none"}"#
        if let said = index.value("tool_choice", in: bytes) {
            edits.replace(said.range, with: Array(choice.utf8))
        } else {
            added.append("\"tool_choice\":\(choice)")
        }
        if !added.isEmpty { edits.addMember(added.joined(separator: ","), to: index.root, in: bytes) }
    }
}

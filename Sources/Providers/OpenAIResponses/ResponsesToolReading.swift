// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads tools and the choice among them.
enum ResponsesToolReading {
    /// - Parameter foreign: Takes the names of what a tool has and nobody else knows.
    /// - Returns: One tool; of a namespace all that are in it.
    static func read(
        _ tool: JSONSlice, at path: String, _ foreign: inout [String], _ bytes: RawSpan
    ) throws(RequestProblem) -> [Tool] {
        guard tool.kind == .object else { throw MemberShape.wrongType(tool, expected: "an object", at: path) }
        let type = tool.member("type", in: bytes)?.string(in: bytes) ?? ""
        switch type {
        case "function": return [.function(try function(tool, at: path, bytes))]
        case "custom":
            var function = FunctionTool(name: try name(of: tool, at: path, bytes), isFreeForm: true)
            function.description = tool.member("description", in: bytes)?.string(in: bytes)
            if tool.member("format", in: bytes)?.member("type", in: bytes)?.equals("grammar", in: bytes) == true {
                foreign.append("tools.format")
            }
            return [.function(function)]
        case "namespace":
            var found: [Tool] = []
            var position = 0
            try tool.member("tools", in: bytes)?.forEachElement(in: bytes) { (element) throws(RequestProblem) in
                found += try read(element, at: "\(path).tools[\(position)]", &foreign, bytes)
                position += 1
                return true
            }
            return found
        case "web_search", "web_search_preview", "web_search_2025_08_26", "web_search_preview_2025_03_11":
            return [.builtIn(.webSearch(webSearch(tool, &foreign, bytes)))]
        case "code_interpreter": return [.builtIn(.codeExecution)]
        default: return [.foreign(ErrorReader.cut(type, to: 64))]
        }
    }

    private static func name(of tool: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> String {
        guard let name = tool.member("name", in: bytes)?.string(in: bytes) else {
            throw RequestProblem(path: "\(path).name", message: "\(path).name must be a string.", code: "missing_required_parameter")
        }
        return name
    }

    private static func function(_ tool: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> FunctionTool {
        var function = FunctionTool(name: try name(of: tool, at: path, bytes))
        function.description = tool.member("description", in: bytes)?.string(in: bytes)
        if let parameters = tool.member("parameters", in: bytes), parameters.kind == .object {
            let schema = JSONFragment(parameters, in: bytes)
            if schema.bytes != noParameters { function.schema = schema }
            function.strict = strict(tool, schema: parameters, bytes)
        } else {
            function.strict = tool.member("strict", in: bytes)?.bool(in: bytes)
        }
        return function
    }

    /// What a function without parameters is given.
    static let noParameters = Array(#"{"type":"object","properties":{}}"#.utf8)

    /// A function is strict unless it says otherwise. The API does without where a schema is not fit for it, and so do we.
    private static func strict(_ tool: JSONSlice, schema: JSONSlice, _ bytes: RawSpan) -> Bool? {
        if let strict = tool.member("strict", in: bytes), strict.kind == .bool { return strict.bool(in: bytes) }
        return isStrict(schema, bytes) ? true : nil
    }

    /// Whether a schema of an object names all its members as required and allows no others, all the way down
    /// (platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
    static func isStrict(_ schema: JSONSlice, _ bytes: RawSpan) -> Bool {
        var (properties, required, isClosed): (JSONSlice?, JSONSlice?, Bool) = (nil, nil, false)
        var isFit = true
        schema.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "properties", in: bytes) {
                properties = value
            } else if JSONText.equals(key, "required", in: bytes) {
                required = value
            } else if JSONText.equals(key, "additionalProperties", in: bytes) {
                isClosed = value.bool(in: bytes) == false
            } else if JSONText.equals(key, "items", in: bytes) {
                isFit = isStrict(value, bytes)
            } else if JSONText.equals(key, "anyOf", in: bytes) {
                value.forEachElement(in: bytes) { element in
                    isFit = isStrict(element, bytes)
                    return isFit
                }
            } else if JSONText.equals(key, "oneOf", in: bytes) || JSONText.equals(key, "allOf", in: bytes)
                || JSONText.equals(key, "$ref", in: bytes) || JSONText.equals(key, "$defs", in: bytes)
            {
                isFit = false
            }
            return isFit
        }
        let isObject = properties != nil || schema.member("type", in: bytes)?.equals("object", in: bytes) == true
        guard isFit, isObject else { return isFit && schema.kind == .object }
        guard isClosed, let properties, properties.kind == .object else { return false }
        var names: Set<String> = []
        required?.forEachElement(in: bytes) { name in
            names.insert(name.string(in: bytes) ?? "")
            return true
        }
        properties.forEachMember(in: bytes) { key, value in
            isFit = names.contains(JSONText.string(key, in: bytes)) && isStrict(value, bytes)
            return isFit
        }
        return isFit
    }

    private static func webSearch(_ tool: JSONSlice, _ foreign: inout [String], _ bytes: RawSpan) -> BuiltInTool.WebSearch {
        var search = BuiltInTool.WebSearch()
        tool.forEachMember(in: bytes) { key, value in
            if value.kind == .null || JSONText.equals(key, "type", in: bytes) { return true }
            if JSONText.equals(key, "filters", in: bytes) {
                search.allowedDomains = strings(value.member("allowed_domains", in: bytes), bytes)
                search.blockedDomains = strings(value.member("blocked_domains", in: bytes), bytes)
            } else {
                foreign.append("tools.\(ErrorReader.cut(JSONText.string(key, in: bytes), to: 48))")
            }
            return true
        }
        return search
    }

    private static func strings(_ value: JSONSlice?, _ bytes: RawSpan) -> [String] {
        var texts: [String] = []
        value?.forEachElement(in: bytes) { element in
            if let text = element.string(in: bytes) { texts.append(text) }
            return true
        }
        return texts
    }

    /// - Returns: `nil` for a tool of the provider's own.
    static func choice(_ value: JSONSlice, _ bytes: RawSpan) -> ToolChoice? {
        if let word = value.string(in: bytes) {
            return switch word {
            case "auto": .auto
            case "none": ToolChoice.none
            case "required": .required
            default: nil
            }
        }
        guard let type = value.member("type", in: bytes) else { return nil }
        if type.equals("function", in: bytes) || type.equals("custom", in: bytes) {
            return value.member("name", in: bytes)?.string(in: bytes).map(ToolChoice.tool)
        }
        guard type.equals("allowed_tools", in: bytes) else { return nil }
        var names: [String] = []
        value.member("tools", in: bytes)?.forEachElement(in: bytes) { tool in
            if let name = tool.member("name", in: bytes)?.string(in: bytes) { names.append(name) }
            return true
        }
        return .oneOf(names, required: value.member("mode", in: bytes)?.equals("required", in: bytes) == true)
    }
}

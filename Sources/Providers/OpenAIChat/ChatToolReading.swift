// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads tools and the choice among them.
enum ChatToolReading {
    static func tool(_ tool: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> Tool {
        let type = tool.member("type", in: bytes)?.string(in: bytes) ?? "function"
        if type == "function" {
            // Some clients put name and parameters beside the type, as Responses has them.
            guard let function = tool.member("function", in: bytes), function.kind == .object else {
                if tool.member("name", in: bytes) != nil { return .function(try self.function(tool, at: path, bytes)) }
                throw RequestProblem(path: "\(path).function", message: "\(path).function is required.", code: "missing_required_parameter")
            }
            return .function(try self.function(function, at: "\(path).function", bytes))
        }
        if type == "custom" {
            guard let custom = tool.member("custom", in: bytes), custom.kind == .object else {
                throw RequestProblem(path: "\(path).custom", message: "\(path).custom is required.", code: "missing_required_parameter")
            }
            return .function(
                FunctionTool(
                    name: try name(custom, at: "\(path).custom", bytes),
                    description: custom.member("description", in: bytes)?.string(in: bytes),
                    isFreeForm: true))
        }
        if type == "web_search" || type == "web_search_preview" { return .builtIn(.webSearch(BuiltInTool.WebSearch())) }
        return .foreign(type)
    }

    /// The object with `name` and `parameters`.
    static func function(_ function: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> FunctionTool {
        guard function.kind == .object else { throw MemberShape.wrongType(function, expected: "an object", at: path) }
        var tool = FunctionTool(name: try name(function, at: path, bytes))
        tool.description = function.member("description", in: bytes)?.string(in: bytes)
        tool.strict = function.member("strict", in: bytes)?.bool(in: bytes)
        if let schema = function.member("parameters", in: bytes), schema.kind != .null {
            guard schema.kind == .object else { throw MemberShape.wrongType(schema, expected: "an object", at: "\(path).parameters") }
            tool.schema = JSONFragment(schema, in: bytes)
        }
        return tool
    }

    private static func name(_ object: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> String {
        guard let value = object.member("name", in: bytes) else {
            throw RequestProblem(path: "\(path).name", message: "\(path).name is required.", code: "missing_required_parameter")
        }
        guard let name = value.string(in: bytes) else { throw MemberShape.wrongType(value, expected: "a string", at: "\(path).name") }
        if name.isEmpty { throw RequestProblem(path: "\(path).name", message: "\(path).name must not be empty.", code: "empty_string") }
        return name
    }

    /// What a tool's entry says beside name and parameters.
    static func noteMembers(of tool: JSONSlice, _ conversation: inout Conversation, _ bytes: RawSpan) {
        if tool.member("cache_control", in: bytes) != nil { conversation.hasCacheMarks = true }
        if tool.member("function", in: bytes)?.member("cache_control", in: bytes) != nil { conversation.hasCacheMarks = true }
        if let format = tool.member("custom", in: bytes)?.member("format", in: bytes),
            format.member("type", in: bytes)?.equals("text", in: bytes) != true
        {
            conversation.foreign.append("custom.format")
        }
    }

    /// - Returns: `nil` for a choice of another kind.
    static func choice(_ value: JSONSlice, _ bytes: RawSpan) -> ToolChoice? {
        if let word = value.string(in: bytes) {
            return switch word {
            case "auto": .auto
            case "none": ToolChoice.none
            // Mistral's word for it is the second.
            case "required", "any": .required
            default: nil
            }
        }
        guard value.kind == .object else { return nil }
        if let list = value.member("allowed_tools", in: bytes) ?? (value.member("tools", in: bytes) == nil ? nil : value) {
            var names: [String] = []
            list.member("tools", in: bytes)?.forEachElement(in: bytes) { tool in
                if let name = name(chosen: tool, bytes) { names.append(name) }
                return true
            }
            return .oneOf(names, required: list.member("mode", in: bytes)?.equals("required", in: bytes) == true)
        }
        return name(chosen: value, bytes).map(ToolChoice.tool)
    }

    private static func name(chosen value: JSONSlice, _ bytes: RawSpan) -> String? {
        let holder = value.member("function", in: bytes) ?? value.member("custom", in: bytes) ?? value
        return holder.member("name", in: bytes)?.string(in: bytes)
    }
}

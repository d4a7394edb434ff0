// SPDX-License-Identifier: Apache-2.0
import JSON

/// Tools and whether they have to be called.
enum MessagesToolReading {
    static func tools(_ tools: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) throws(RequestProblem) {
        var problem: RequestProblem?
        var position = 0
        tools.forEachElement(in: bytes) { tool in
            do throws(RequestProblem) {
                try read(tool, at: position, in: bytes, into: &conversation)
            } catch {
                problem = error
            }
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
    }

    private static func read(
        _ tool: JSONSlice, at position: Int, in bytes: RawSpan, into conversation: inout Conversation
    ) throws(RequestProblem) {
        let kind = tool.member("type", in: bytes)?.string(in: bytes) ?? "custom"
        if let mark = tool.member("cache_control", in: bytes), mark.kind != .null { conversation.hasCacheMarks = true }
        switch true {
        case kind == "custom": conversation.tools.append(.function(try function(tool, at: position, in: bytes)))
        case kind.hasPrefix("web_search_"): conversation.tools.append(.builtIn(.webSearch(search(tool, in: bytes, into: &conversation))))
        case kind.hasPrefix("code_execution_"): conversation.tools.append(.builtIn(.codeExecution))
        case kind.hasPrefix("web_fetch_"): conversation.tools.append(.builtIn(.webFetch))
        default: conversation.tools.append(.foreign(kind))
        }
    }

    private static func function(_ tool: JSONSlice, at position: Int, in bytes: RawSpan) throws(RequestProblem) -> FunctionTool {
        var function = FunctionTool(name: "")
        var schema: JSONSlice?
        tool.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "name", in: bytes) {
                function.name = value.string(in: bytes) ?? ""
            } else if JSONText.equals(key, "description", in: bytes) {
                function.description = value.string(in: bytes)
            } else if JSONText.equals(key, "input_schema", in: bytes) {
                schema = value
            } else if JSONText.equals(key, "strict", in: bytes) {
                function.strict = value.bool(in: bytes)
            }
            return true
        }
        guard !function.name.isEmpty else { throw MessagesProblem.required("tools.\(position).custom.name") }
        guard let schema else { throw MessagesProblem.required("tools.\(position).custom.input_schema") }
        guard schema.kind == .object else { throw MessagesProblem.wrongType("an object", at: "tools.\(position).custom.input_schema") }
        function.schema = JSONFragment(schema, in: bytes)
        return function
    }

    private static func search(_ tool: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) -> BuiltInTool.WebSearch {
        var search = BuiltInTool.WebSearch()
        func texts(_ list: JSONSlice) -> [String] {
            var texts: [String] = []
            list.forEachElement(in: bytes) { element in
                if let text = element.string(in: bytes) { texts.append(text) }
                return true
            }
            return texts
        }
        tool.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "allowed_domains", in: bytes) {
                search.allowedDomains = texts(value)
            } else if JSONText.equals(key, "blocked_domains", in: bytes) {
                search.blockedDomains = texts(value)
            } else if JSONText.equals(key, "max_uses", in: bytes) {
                search.maxUses = value.int(in: bytes)
            } else if JSONText.equals(key, "user_location", in: bytes), value.kind != .null {
                conversation.foreign.append("tools.web_search.user_location")
            }
            return true
        }
        return search
    }

    static func choice(_ choice: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) throws(RequestProblem) {
        guard let type = choice.member("type", in: bytes)?.string(in: bytes) else {
            throw MessagesProblem.required("tool_choice.type")
        }
        if let disabled = choice.member("disable_parallel_tool_use", in: bytes)?.bool(in: bytes) {
            conversation.parallelToolCalls = !disabled
        }
        switch type {
        case "auto": conversation.toolChoice = .auto
        case "any": conversation.toolChoice = .required
        case "none": conversation.toolChoice = ToolChoice.none
        case "tool":
            guard let name = choice.member("name", in: bytes)?.string(in: bytes) else {
                throw MessagesProblem.required("tool_choice.name")
            }
            conversation.toolChoice = .tool(name)
        default:
            throw MessagesProblem.make("tool_choice.type", "Input should be 'auto', 'any', 'tool' or 'none'")
        }
    }
}

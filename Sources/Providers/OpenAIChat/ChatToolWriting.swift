// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes tools and the choice among them.
enum ChatToolWriting {
    static func write(_ conversation: Conversation, for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        var functions: [FunctionTool] = []
        var searches = false
        for tool in conversation.tools {
            switch tool {
            case .function(let function): functions.append(function)
            case .builtIn(.webSearch(let search)):
                searches = true
                if !search.allowedDomains.isEmpty || !search.blockedDomains.isEmpty || search.maxUses != nil {
                    losses.note(.webSearch, "its limits")
                }
            // Noted already: this wire has none of them.
            case .builtIn(.codeExecution), .builtIn(.webFetch), .foreign: break
            }
        }
        if searches { writeSearch(for: target, to: &output, &losses) }
        var choice = conversation.toolChoice
        if case .oneOf(let names, let isRequired)? = choice, !target.takesAllowedTools {
            // The others are not shown: the model has the same choice.
            losses.note(.allowedTools, "the others left out")
            functions.removeAll { !names.contains($0.name) }
            choice = isRequired ? .required : .auto
        }
        // Without tools, what is said of them is refused.
        guard !functions.isEmpty else { return }
        output.key("tools")
        output.append("[")
        for function in functions { write(function, for: target, to: &output, &losses) }
        output.append("]")
        if let choice { write(choice, among: functions, for: target, to: &output) }
        if let isParallel = conversation.parallelToolCalls { output.member("parallel_tool_calls", isParallel) }
    }

    private static func writeSearch(for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        switch target.search {
        case .options:
            output.key("web_search_options")
            output.append("{}")
        case .plugin:
            output.key("plugins")
            output.append(#"[{"id":"web"}]"#)
        case .none: losses.note(.webSearch)
        }
    }

    private static func write(_ function: FunctionTool, for target: ChatTarget, to output: inout [UInt8], _ losses: inout Losses) {
        output.comma()
        if function.isFreeForm, target.takesCustomTools {
            output.append(#"{"type":"custom","custom":{"#)
            output.member("name", function.name)
            if let description = function.description { output.member("description", description) }
        } else {
            output.append(#"{"type":"function","function":{"#)
            output.member("name", function.name)
            if let description = function.description { output.member("description", description) }
            output.member("parameters", function.isFreeForm ? FunctionTool.freeFormSchema : function.schema ?? noParameters)
            if let strict = function.strict {
                if target.takesStrictTools { output.member("strict", strict) } else if strict { losses.note(.strictTools) }
            }
        }
        output.append("}}")
    }

    /// Some servers want a schema of no parameters rather than none.
    private static let noParameters = JSONFragment(.object(["type": "object", "properties": [:]]))

    private static func write(_ choice: ToolChoice, among functions: [FunctionTool], for target: ChatTarget, to output: inout [UInt8]) {
        output.key("tool_choice")
        switch choice {
        case .auto: output.append(#""auto""#)
        case .none: output.append(#""none""#)
        case .required: output.append(#""required""#)
        case .tool(let name): append(name, among: functions, for: target, to: &output)
        case .oneOf(let names, let isRequired):
            output.append(#"{"type":"allowed_tools","allowed_tools":{"mode":""#)
            output.append(isRequired ? "required" : "auto")
            output.append(#"","tools":["#)
            for name in names { append(name, among: functions, for: target, to: &output) }
            output.append("]}}")
        }
    }

    private static func append(_ name: String, among functions: [FunctionTool], for target: ChatTarget, to output: inout [UInt8]) {
        let isCustom = target.takesCustomTools && functions.contains { $0.name == name && $0.isFreeForm }
        output.comma()
        output.append(isCustom ? #"{"type":"custom","custom":{"name":"# : #"{"type":"function","function":{"name":"#)
        output.quote(name)
        output.append("}}")
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes `tools` and `toolConfig`.
enum GoogleToolWriting {
    /// - Parameter isWrapped: For Cloud Code Assist.
    static func write(
        _ conversation: Conversation, _ model: GoogleModel, isWrapped: Bool, to output: inout [UInt8], losses: inout Losses
    ) {
        var hasFunctions = false
        var hasOwn = false
        if !conversation.tools.isEmpty {
            let before = output.count
            output.key("tools")
            output.append("[")
            let start = output.count
            hasFunctions = writeFunctions(conversation.tools, to: &output)
            for case .builtIn(let tool) in conversation.tools {
                if hasFunctions, !model.takesOwnToolsBesideFunctions {
                    losses.note(tool.feature, "beside functions")
                } else {
                    write(tool, to: &output, losses: &losses)
                    hasOwn = true
                }
            }
            if output.count == start {
                output.removeSubrange(before...)
            } else {
                output.append("]")
            }
        }
        // Without functions the API refuses it. `Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with
        // Function calling` (cloudwego/eino-ext#761, ag2ai/ag2#3145, by which Vertex AI does not know the member).
        let includesOwn = hasFunctions && hasOwn && !isWrapped
        guard hasFunctions, conversation.toolChoice != nil || includesOwn else { return }
        output.key("toolConfig")
        output.append("{")
        if let choice = conversation.toolChoice { write(choice, to: &output) }
        if includesOwn { output.member("includeServerSideToolInvocations", true) }
        output.append("}")
    }

    private static func writeFunctions(_ tools: [Tool], to output: inout [UInt8]) -> Bool {
        var isFirst = true
        for case .function(let tool) in tools {
            if isFirst { output.append(#"{"functionDeclarations":["#) }
            isFirst = false
            output.comma()
            output.append("{")
            output.member("name", tool.name)
            if let description = tool.description { output.member("description", description) }
            if let schema = tool.isFreeForm ? tool.schema ?? FunctionTool.freeFormSchema : tool.schema {
                output.member("parametersJsonSchema", schema)
            }
            output.append("}")
        }
        if !isFirst { output.append("]}") }
        return !isFirst
    }

    private static func write(_ tool: BuiltInTool, to output: inout [UInt8], losses: inout Losses) {
        output.comma()
        switch tool {
        case .codeExecution: output.append(#"{"codeExecution":{}}"#)
        case .webFetch: output.append(#"{"urlContext":{}}"#)
        case .webSearch(let search):
            if !search.allowedDomains.isEmpty { losses.note(.webSearch, "allowed domains") }
            if search.maxUses != nil { losses.note(.webSearch, "max uses") }
            output.append(#"{"googleSearch":{"#)
            if !search.blockedDomains.isEmpty {
                output.key("excludeDomains")
                output.append("[")
                for domain in search.blockedDomains { output.element(domain) }
                output.append("]")
            }
            output.append("}}")
        }
    }

    private static func write(_ choice: ToolChoice, to output: inout [UInt8]) {
        var (mode, names): (String, [String]) = ("AUTO", [])
        switch choice {
        case .auto: break
        case .none: mode = "NONE"
        case .required: mode = "ANY"
        case .tool(let name): (mode, names) = ("ANY", [name])
        // `AUTO` takes no names.
        case .oneOf(let list, let required): (mode, names) = (required ? "ANY" : "VALIDATED", list)
        }
        output.append(#""functionCallingConfig":{"#)
        output.member("mode", mode)
        if !names.isEmpty {
            output.key("allowedFunctionNames")
            output.append("[")
            for name in names { output.element(name) }
            output.append("]")
        }
        output.append("}")
    }
}

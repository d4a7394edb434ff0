// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes tools and the choice among them.
enum ResponsesToolWriting {
    static func write(_ conversation: Conversation, into output: inout [UInt8], _ losses: inout Losses) {
        var hasTools = false
        for tool in conversation.tools {
            let mark = output.count
            output.append(hasTools ? "," : #","tools":["#)
            let start = output.count
            write(tool, into: &output, &losses)
            if output.count == start {
                output.removeSubrange(mark...)
            } else {
                hasTools = true
            }
        }
        guard hasTools else { return }
        output.append("]")
        if let choice = conversation.toolChoice { write(choice, conversation.tools, into: &output) }
    }

    private static func write(_ tool: Tool, into output: inout [UInt8], _ losses: inout Losses) {
        switch tool {
        case .function(let function): write(function, into: &output)
        case .builtIn(.webSearch(let search)):
            if !search.blockedDomains.isEmpty { losses.note(.webSearch, "blocked domains") }
            if search.maxUses != nil { losses.note(.webSearch, "max uses") }
            output.append(#"{"type":"web_search""#)
            if !search.allowedDomains.isEmpty {
                output.append(#","filters":{"allowed_domains":["#)
                for (position, domain) in search.allowedDomains.enumerated() {
                    if position > 0 { output.append(",") }
                    output.quote(domain)
                }
                output.append("]}")
            }
            output.append("}")
        case .builtIn(.codeExecution): output.append(#"{"type":"code_interpreter","container":{"type":"auto"}}"#)
        // Noted already.
        case .builtIn(.webFetch), .foreign: break
        }
    }

    /// `strict` is always said: left out, this API holds a function to its schema and makes all its parameters required.
    private static func write(_ function: FunctionTool, into output: inout [UInt8]) {
        output.append(function.isFreeForm ? #"{"type":"custom","name":"# : #"{"type":"function","name":"#)
        output.quote(function.name)
        if let description = function.description {
            output.append(#","description":"#)
            output.quote(description)
        }
        if !function.isFreeForm {
            output.append(#","parameters":"#)
            output += function.schema?.bytes ?? ResponsesToolReading.noParameters
            output.append(#","strict":\#(function.strict ?? false)"#)
        }
        output.append("}")
    }

    private static func write(_ choice: ToolChoice, _ tools: [Tool], into output: inout [UInt8]) {
        output.append(#","tool_choice":"#)
        switch choice {
        case .auto: output.append(#""auto""#)
        case .none: output.append(#""none""#)
        case .required: output.append(#""required""#)
        case .tool(let name): writeName(name, tools, into: &output)
        case .oneOf(let names, let required):
            output.append(#"{"type":"allowed_tools","mode":"\#(required ? "required" : "auto")","tools":["#)
            for (position, name) in names.enumerated() {
                if position > 0 { output.append(",") }
                writeName(name, tools, into: &output)
            }
            output.append("]}")
        }
    }

    private static func writeName(_ name: String, _ tools: [Tool], into output: inout [UInt8]) {
        let isFreeForm = tools.contains { tool in
            if case .function(let function) = tool { return function.name == name && function.isFreeForm }
            return false
        }
        output.append(isFreeForm ? #"{"type":"custom","name":"# : #"{"type":"function","name":"#)
        output.quote(name)
        output.append("}")
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Tools and whether they have to be called.
enum MessagesToolWriting {
    static func append(
        _ conversation: Conversation, target: RequestTarget, model: MessagesModel, to output: inout [UInt8], losses: inout Losses
    ) {
        let takesStrict = target.quirks.takesStrictTools ?? model.takesSchemas
        var hasTools = false
        for tool in conversation.tools {
            if case .foreign = tool { continue }
            if !hasTools {
                output.key("tools")
                output.append("[" as StaticString)
                hasTools = true
            }
            output.comma()
            switch tool {
            case .function(let function):
                if function.strict == true, !takesStrict { losses.note(.strictTools) }
                append(function, isStrict: takesStrict ? function.strict : nil, to: &output)
            case .builtIn(.webSearch(let search)): append(search, to: &output)
            case .builtIn(.codeExecution):
                output.append(#"{"type":"code_execution_20250825","name":"code_execution"}"# as StaticString)
            case .builtIn(.webFetch): output.append(#"{"type":"web_fetch_20250910","name":"web_fetch"}"# as StaticString)
            case .foreign: break
            }
        }
        guard hasTools else {
            if conversation.parallelToolCalls != nil { losses.note(.parallelToolCalls, "no tools") }
            return
        }
        output.append("]" as StaticString)
        if conversation.toolChoice == ToolChoice.none, conversation.parallelToolCalls != nil { losses.note(.parallelToolCalls, "no calls") }
        appendChoice(conversation, to: &output)
    }

    private static func append(_ function: FunctionTool, isStrict: Bool?, to output: inout [UInt8]) {
        output.append("{" as StaticString)
        output.member("name", function.name)
        if let description = function.description { output.member("description", description) }
        let schema = function.isFreeForm ? FunctionTool.freeFormSchema : function.schema
        output.key("input_schema")
        append(schema: schema, to: &output)
        if let isStrict { output.member("strict", isStrict) }
        output.append("}" as StaticString)
    }

    /// Anthropic wants an object's schema, and the word for it.
    private static func append(schema: JSONFragment?, to output: inout [UInt8]) {
        guard let schema, schema.kind == .object, let index = try? JSONIndex(scanning: schema.bytes.span.bytes) else {
            output.append(#"{"type":"object","properties":{}}"# as StaticString)
            return
        }
        if index.value("type", in: schema.bytes.span.bytes)?.equals("object", in: schema.bytes.span.bytes) == true {
            output.append(contentsOf: schema.bytes)
            return
        }
        output.append(#"{"type":"object""# as StaticString)
        for member in index.members where !JSONText.equals(member.key, "type", in: schema.bytes.span.bytes) {
            output.append("," as StaticString)
            output.append(contentsOf: schema.bytes[member.key.lowerBound - 1..<member.value.end])
        }
        output.append("}" as StaticString)
    }

    private static func append(_ search: BuiltInTool.WebSearch, to output: inout [UInt8]) {
        output.append(#"{"type":"web_search_20250305","name":"web_search""# as StaticString)
        if let uses = search.maxUses { output.member("max_uses", uses) }
        func texts(_ name: StaticString, _ texts: [String]) {
            if texts.isEmpty { return }
            output.key(name)
            output.append("[" as StaticString)
            for text in texts { output.element(text) }
            output.append("]" as StaticString)
        }
        texts("allowed_domains", search.allowedDomains)
        // Not both at once.
        if search.allowedDomains.isEmpty { texts("blocked_domains", search.blockedDomains) }
        output.append("}" as StaticString)
    }

    private static func appendChoice(_ conversation: Conversation, to output: inout [UInt8]) {
        let parallel = conversation.parallelToolCalls
        guard conversation.toolChoice != nil || parallel != nil else { return }
        output.key("tool_choice")
        output.append("{" as StaticString)
        switch conversation.toolChoice {
        case nil, .auto?, .oneOf(_, required: false)?: output.member("type", "auto")
        case .some(.none):
            output.append(#""type":"none"}"# as StaticString)
            return
        case .required?: output.member("type", "any")
        case .tool(let name)?:
            output.member("type", "tool")
            output.member("name", name)
        case .oneOf(let names, required: true)?:
            if names.count == 1 {
                output.member("type", "tool")
                output.member("name", names[0])
            } else {
                output.member("type", "any")
            }
        }
        if let parallel { output.member("disable_parallel_tool_use", !parallel) }
        output.append("}" as StaticString)
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads `tools` and `toolConfig` (https://ai.google.dev/api/caching#Tool).
enum GoogleToolReading {
    static func tools(_ list: JSONSlice, in bytes: RawSpan) -> [Tool] {
        var tools: [Tool] = []
        list.forEachListed(in: bytes) { element in
            element.forEachMember(in: bytes) { key, value in
                func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
                if value.kind == .null { return true }
                switch true {
                case reads("functionDeclarations"):
                    value.forEachListed(in: bytes) { declaration in
                        tools.append(.function(function(declaration, in: bytes)))
                        return true
                    }
                case reads("googleSearch"), reads("googleSearchRetrieval"): tools.append(.builtIn(.webSearch(search(value, in: bytes))))
                case reads("codeExecution"): tools.append(.builtIn(.codeExecution))
                case reads("urlContext"): tools.append(.builtIn(.webFetch))
                default: tools.append(.foreign(JSONText.string(key, in: bytes)))
                }
                return true
            }
            return true
        }
        return tools
    }

    private static func function(_ declaration: JSONSlice, in bytes: RawSpan) -> FunctionTool {
        var tool = FunctionTool(name: "")
        declaration.forEachMember(in: bytes) { key, value in
            func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
            if value.kind == .null { return true }
            switch true {
            case reads("name"): tool.name = value.string(in: bytes) ?? ""
            case reads("description"): tool.description = value.string(in: bytes)
            case reads("parameters"): tool.schema = GoogleSchema.standard(value, in: bytes)
            case reads("parametersJsonSchema"): tool.schema = JSONFragment(value, in: bytes)
            default: break
            }
            return true
        }
        return tool
    }

    private static func search(_ value: JSONSlice, in bytes: RawSpan) -> BuiltInTool.WebSearch {
        var search = BuiltInTool.WebSearch()
        value.google("excludeDomains", in: bytes)?.forEachElement(in: bytes) { element in
            if let domain = element.string(in: bytes) { search.blockedDomains.append(domain) }
            return true
        }
        return search
    }

    /// `VALIDATED` leaves the choice to the model and holds it to the schemas.
    static func choice(_ config: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) {
        config.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            if GoogleName.reads(key, "functionCallingConfig", in: bytes) {
                conversation.toolChoice = choice(value, in: bytes)
            } else {
                conversation.foreign.append("toolConfig.\(JSONText.string(key, in: bytes))")
            }
            return true
        }
    }

    private static func choice(_ config: JSONSlice, in bytes: RawSpan) -> ToolChoice? {
        var names: [String] = []
        config.google("allowedFunctionNames", in: bytes)?.forEachElement(in: bytes) { element in
            if let name = element.string(in: bytes) { names.append(name) }
            return true
        }
        switch config.google("mode", in: bytes)?.string(in: bytes)?.uppercased() {
        case "NONE"?: return ToolChoice.none
        case "ANY"?:
            if names.isEmpty { return .required }
            return names.count == 1 ? .tool(names[0]) : .oneOf(names, required: true)
        case "AUTO"?, "VALIDATED"?: return names.isEmpty ? .auto : .oneOf(names, required: false)
        default: return names.isEmpty ? nil : .oneOf(names, required: false)
        }
    }
}

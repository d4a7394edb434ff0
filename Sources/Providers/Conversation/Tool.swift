// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the model may call.
public enum Tool: Hashable, Sendable {
    case function(FunctionTool)
    /// One that the provider runs itself and that more than one wire has.
    case builtIn(BuiltInTool)
    /// One that only its own wire has, by the name that its wire gives the kind, such as `computer_20250124`.
    case foreign(String)
}

/// A tool that the client runs.
public struct FunctionTool: Hashable, Sendable {
    public var name: String
    public var description: String?
    /// JSON Schema of the arguments, in its own dialect, types in lower case; `nil`: none. Readers turn other dialects into it.
    public var schema: JSONFragment?
    /// The provider is to hold the model to the schema; `nil`: not said.
    public var strict: Bool?
    /// Takes plain text instead of JSON (`custom` tools). Wires without such tools get a function with one member, `input`.
    public var isFreeForm: Bool

    public init(name: String, description: String? = nil, schema: JSONFragment? = nil, strict: Bool? = nil, isFreeForm: Bool = false) {
        self.name = name
        self.description = description
        self.schema = schema
        self.strict = strict
        self.isFreeForm = isFreeForm
    }

    /// The schema of the one member of a free-form tool, where it has to be a function.
    public static let freeFormSchema = JSONFragment(
        .object([
            "type": "object", "properties": ["input": ["type": "string"]], "required": ["input"], "additionalProperties": false,
        ]))
}

/// A tool that the provider runs.
public enum BuiltInTool: Hashable, Sendable {
    case webSearch(WebSearch)
    case codeExecution
    /// Reads the pages that the prompt names.
    case webFetch

    /// What is lost where it is left out.
    var feature: Feature {
        switch self {
        case .webSearch: .webSearch
        case .codeExecution: .codeExecution
        case .webFetch: .webFetch
        }
    }

    public struct WebSearch: Hashable, Sendable {
        public var allowedDomains: [String] = []
        public var blockedDomains: [String] = []
        public var maxUses: Int?

        public init() {}
    }
}

/// Whether the model has to call a tool.
public enum ToolChoice: Hashable, Sendable {
    case auto
    case none
    /// Any of them.
    case required
    case tool(String)
    /// One of these (`allowed_tools`, `allowedFunctionNames`).
    case oneOf([String], required: Bool)
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Whose an output item is that is neither a message nor reasoning (https://platform.openai.com/docs/api-reference/responses/object).
enum ResponsesItemKind {
    /// The client has to do something: it gets it once the whole reply is proven.
    case clientsCall
    /// A tool that the provider runs.
    case serversTool
    case other

    /// A call of a kind that nobody knows is the client's: it waits, and comes whole.
    init(_ type: JSONSlice, in data: RawSpan) {
        let name = type.string(in: data) ?? ""
        if Self.servers.contains(name) || name.hasSuffix("_output") {
            self = .serversTool
        } else {
            self = name.hasSuffix("_call") || name == "mcp_approval_request" ? .clientsCall : .other
        }
    }

    /// `x_search_call` is xAI's (https://docs.x.ai/docs/guides/tools/overview).
    private static let servers: Set<String> = [
        "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call", "mcp_list_tools",
        "x_search_call",
    ]
}

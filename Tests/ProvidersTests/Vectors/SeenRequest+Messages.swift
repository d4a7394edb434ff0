// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Messages API, from docs.claude.com/en/api/messages.
extension SeenRequest {
    mutating func readMessages(_ body: JSONValue) {
        instruct(Self.messagesText(body["system"] ?? .null))
        for message in body["messages"]?.array ?? [] {
            if message["role"]?.string == "system" {
                instruct(Self.messagesText(message["content"] ?? .null))
                continue
            }
            let isUser = message["role"]?.string != "assistant"
            if let text = message["content"]?.string { say(.text(text), isUser: isUser) }
            for block in message["content"]?.array ?? [] { readMessagesBlock(block, isUser: isUser) }
        }
        tools = (body["tools"]?.array ?? []).filter { $0["input_schema"] != nil }.map {
            SeenTool(name: $0["name"]?.string, description: $0["description"]?.string, schema: $0["input_schema"])
        }
        switch body["tool_choice"]?["type"]?.string {
        case "any": choice = "required"
        case "tool": choice = "tool:\(body["tool_choice"]?["name"]?.string ?? "")"
        case let type: choice = type
        }
        maxTokens = body["max_tokens"]?.int
        readSampling(body)
        stop = body["stop_sequences"]?.array?.compactMap(\.string) ?? []
        if let asked = body["output_config"]?["format"] ?? body["output_format"] { format = SeenTool.plain(asked["schema"] ?? .null) }
        switch body["thinking"]?["type"]?.string {
        case "enabled", "adaptive": thinks = true
        case "disabled": thinks = false
        default: break
        }
        effort = body["output_config"]?["effort"]?.string
        if effort != nil { thinks = true }
        budget = thinks == false ? 0 : body["thinking"]?["budget_tokens"]?.int
        user = body["metadata"]?["user_id"]?.string
        tier = body["service_tier"]?.string.map { $0 == "standard_only" ? "standard" : $0 }
        streams = body["stream"]?.bool ?? false
    }

    private mutating func readMessagesBlock(_ block: JSONValue, isUser: Bool) {
        switch block["type"]?.string {
        case "text": say(.text(block["text"]?.string ?? ""), isUser: isUser)
        case "image", "document":
            let source = block["source"] ?? .null
            switch source["type"]?.string {
            case "text": say(.text(source["data"]?.string ?? ""), isUser: isUser)
            case "content": say(.text(Self.messagesText(source["content"] ?? .null)), isUser: isUser)
            default: say(.media((source["data"] ?? source["url"] ?? source["file_id"])?.string ?? ""), isUser: isUser)
            }
        case "tool_use":
            call(SeenCall(id: block["id"]?.string ?? "", name: block["name"]?.string ?? "", arguments: block["input"] ?? .null))
        case "tool_result":
            answer(id: block["tool_use_id"]?.string ?? "", .string(Self.messagesText(block["content"] ?? .null, by: "\n")))
            for piece in block["content"]?.array ?? [] where piece["type"]?.string != "text" { readMessagesBlock(piece, isUser: isUser) }
        case "search_result":
            say(.other("search_result"), isUser: isUser)
            say(.text(Self.messagesText(block["content"] ?? .null)), isUser: isUser)
        case "thinking", "redacted_thinking": break
        case let type: say(.other(type ?? "?"), isUser: isUser)
        }
    }

    private static func messagesText(_ content: JSONValue, by separator: String = "") -> String {
        content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined(separator: separator)
    }
}

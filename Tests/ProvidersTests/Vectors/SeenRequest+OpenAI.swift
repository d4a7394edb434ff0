// SPDX-License-Identifier: Apache-2.0
import JSON

/// Chat Completions and Responses, from platform.openai.com/docs/api-reference: .../chat/create and .../responses/create.
extension SeenRequest {
    mutating func readChat(_ body: JSONValue) {
        for message in body["messages"]?.array ?? [] {
            let content = message["content"] ?? .null
            switch message["role"]?.string {
            case "system", "developer": instruct(Self.words(content))
            case "tool": answer(id: message["tool_call_id"]?.string ?? "", Self.result(content))
            case "user": readPieces(content, isUser: true)
            default:
                readPieces(content, isUser: false)
                for asked in message["tool_calls"]?.array ?? [] {
                    call(
                        SeenCall(
                            id: asked["id"]?.string ?? "", name: asked["function"]?["name"]?.string ?? "",
                            written: asked["function"]?["arguments"]?.string ?? ""))
                }
            }
        }
        tools = (body["tools"]?.array ?? []).compactMap { $0["function"] }.map {
            SeenTool(name: $0["name"]?.string, description: $0["description"]?.string, schema: $0["parameters"])
        }
        choice = body["tool_choice"]?.string ?? body["tool_choice"]?["function"]?["name"]?.string.map { "tool:\($0)" }
        maxTokens = body["max_completion_tokens"]?.int ?? body["max_tokens"]?.int
        readSampling(body)
        // Mistral's word for it is the second.
        seed = body["seed"]?.int ?? body["random_seed"]?.int
        stop = body["stop"]?.array?.compactMap(\.string) ?? body["stop"]?.string.map { [$0] } ?? []
        switch body["response_format"]?["type"]?.string {
        case "json_schema": format = SeenTool.plain(body["response_format"]?["json_schema"]?["schema"] ?? .null)
        case "json_object": format = [:]
        default: break
        }
        if let word = body["reasoning_effort"]?.string ?? body["reasoning"]?["effort"]?.string { thinks = word != "none" }
        if let type = body["thinking"]?["type"]?.string { thinks = type == "enabled" }
        streams = body["stream"]?.bool ?? false
    }

    mutating func readResponses(_ body: JSONValue) {
        if let text = body["instructions"]?.string { instruct(text) }
        if let text = body["input"]?.string { say(.text(text), isUser: true) }
        for item in body["input"]?.array ?? [] {
            switch (item["type"]?.string ?? "message", item["role"]?.string) {
            case ("message", "system"), ("message", "developer"): instruct(Self.words(item["content"] ?? .null))
            case ("message", let role): readPieces(item["content"] ?? .null, isUser: role != "assistant")
            case ("function_call", _):
                call(
                    SeenCall(
                        id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", written: item["arguments"]?.string ?? ""))
            case ("function_call_output", _): answer(id: item["call_id"]?.string ?? "", Self.result(item["output"] ?? .null))
            case ("reasoning", _): break
            case ("additional_tools", _): offerResponses(item["tools"])
            case (let type, _): say(.other(type), isUser: true)
            }
        }
        offerResponses(body["tools"])
        choice = body["tool_choice"]?.string ?? body["tool_choice"]?["name"]?.string.map { "tool:\($0)" }
        maxTokens = body["max_output_tokens"]?.int
        readSampling(body)
        switch body["text"]?["format"]?["type"]?.string {
        case "json_schema": format = SeenTool.plain(body["text"]?["format"]?["schema"] ?? .null)
        case "json_object": format = [:]
        default: break
        }
        if let word = body["reasoning"]?["effort"]?.string { thinks = word != "none" }
        streams = body["stream"]?.bool ?? false
    }

    private mutating func offerResponses(_ offered: JSONValue?) {
        tools += (offered?.array ?? []).filter { $0["type"]?.string == "function" }.map {
            SeenTool(name: $0["name"]?.string, description: $0["description"]?.string, schema: $0["parameters"])
        }
    }

    mutating func readSampling(_ body: JSONValue) {
        temperature = body["temperature"]?.double
        topP = body["top_p"]?.double
        topK = body["top_k"]?.double
    }

    private mutating func readPieces(_ content: JSONValue, isUser: Bool) {
        if let text = content.string { say(.text(text), isUser: isUser) }
        for piece in content.array ?? [] {
            switch piece["type"]?.string {
            case "text", "input_text", "output_text": say(.text(piece["text"]?.string ?? ""), isUser: isUser)
            case "refusal": say(.text(piece["refusal"]?.string ?? ""), isUser: isUser)
            case "image_url": say(.media(Self.address(piece["image_url"]?["url"])), isUser: isUser)
            case "input_image": say(.media(Self.address(piece["image_url"])), isUser: isUser)
            case "file": say(.media(Self.address(piece["file"]?["file_data"])), isUser: isUser)
            case "input_file": say(.media(Self.address(piece["file_data"] ?? piece["file_url"])), isUser: isUser)
            case "input_audio": say(.media(piece["input_audio"]?["data"]?.string ?? ""), isUser: isUser)
            case "thinking": break
            case let type: say(.other(type ?? "?"), isUser: isUser)
            }
        }
    }

    /// The base64 of a `data:` URL, else the URL.
    private static func address(_ url: JSONValue?) -> String {
        let text = url?.string ?? ""
        guard text.hasPrefix("data:"), let comma = text.firstIndex(of: ",") else { return text }
        return String(text[text.index(after: comma)...])
    }

    /// What a tool said: text, of which several pieces are one.
    private static func result(_ content: JSONValue) -> JSONValue { content.array == nil ? content : .string(words(content)) }

    private static func words(_ content: JSONValue) -> String {
        content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined()
    }
}

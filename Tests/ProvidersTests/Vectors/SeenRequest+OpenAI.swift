// SPDX-License-Identifier: Apache-2.0
import JSON

/// Chat Completions and Responses, from platform.openai.com/docs/api-reference: .../chat/create and .../responses/create.
extension SeenRequest {
    mutating func readChat(_ body: JSONValue) {
        for message in body["messages"]?.array ?? [] {
            let content = message["content"] ?? .null
            switch message["role"]?.string {
            case "system", "developer": instruct(Self.words(content))
            case "tool":
                answer(id: message["tool_call_id"]?.string ?? "", Self.result(content))
                readMedia(content)
            case "function": answer(id: "", name: message["name"]?.string ?? "", Self.result(content))
            case "user": readPieces(content, isUser: true)
            default:
                readPieces(content, isUser: false)
                say(.text(message["refusal"]?.string ?? ""), isUser: false)
                if let asked = message["function_call"] {
                    call(SeenCall(id: "", name: asked["name"]?.string ?? "", written: asked["arguments"]?.string ?? ""))
                }
                for asked in message["tool_calls"]?.array ?? [] {
                    let tool = asked["function"] ?? asked["custom"] ?? .null
                    let written = (tool["arguments"] ?? tool["input"])?.string ?? ""
                    call(SeenCall(id: asked["id"]?.string ?? "", name: tool["name"]?.string ?? "", written: written))
                }
            }
        }
        let offered = (body["tools"]?.array ?? []).compactMap { $0["function"] } + (body["functions"]?.array ?? [])
        tools = offered.map { SeenTool(openAI: $0) }
        tools += (body["tools"]?.array ?? []).compactMap { $0["custom"] }.map { SeenTool(openAI: $0, isFreeForm: true) }
        let chosen = body["tool_choice"] ?? body["function_call"] ?? .null
        let named = chosen["function"]?["name"] ?? chosen["custom"]?["name"] ?? chosen["name"]
        choice = chosen.string ?? named?.string.map { "tool:\($0)" }
        if let allowed = chosen["allowed_tools"] { allow(allowed, allowed["tools"]?.array?.compactMap { $0["function"]?["name"]?.string }) }
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
        if let word = body["reasoning_effort"]?.string ?? body["reasoning"]?["effort"]?.string {
            thinks = word != "none"
            effort = word
        }
        if let type = body["thinking"]?["type"]?.string { thinks = type == "enabled" }
        choices = body["n"]?.int ?? 1
        if body["logprobs"]?.bool == true { likelihoods = body["top_logprobs"]?.int.flatMap { $0 > 0 ? $0 : nil } ?? -1 }
        readBookkeeping(body)
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
            case ("custom_tool_call", _):
                call(SeenCall(id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", written: item["input"]?.string ?? ""))
            case ("function_call_output", _), ("custom_tool_call_output", _):
                answer(id: item["call_id"]?.string ?? "", Self.result(item["output"] ?? .null))
                readMedia(item["output"] ?? .null)
            case ("reasoning", _): break
            case ("additional_tools", _): offerResponses(item["tools"])
            case (let type, _): say(.other(type), isUser: true)
            }
        }
        offerResponses(body["tools"])
        let chosen = body["tool_choice"] ?? .null
        choice = chosen.string ?? chosen["name"]?.string.map { "tool:\($0)" }
        if chosen["type"]?.string == "allowed_tools" { allow(chosen, chosen["tools"]?.array?.compactMap { $0["name"]?.string }) }
        maxTokens = body["max_output_tokens"]?.int
        readSampling(body)
        switch body["text"]?["format"]?["type"]?.string {
        case "json_schema": format = SeenTool.plain(body["text"]?["format"]?["schema"] ?? .null)
        case "json_object": format = [:]
        default: break
        }
        if let word = body["reasoning"]?["effort"]?.string {
            thinks = word != "none"
            effort = word
        }
        let included = (body["include"]?.array ?? []).compactMap(\.string)
        if included.contains("message.output_text.logprobs") || body["top_logprobs"]?.int ?? 0 > 0 {
            likelihoods = body["top_logprobs"]?.int.flatMap { $0 > 0 ? $0 : nil } ?? -1
        }
        readBookkeeping(body)
        streams = body["stream"]?.bool ?? false
    }

    private mutating func readBookkeeping(_ body: JSONValue) {
        user = body["safety_identifier"]?.string ?? body["user"]?.string
        tier = body["service_tier"]?.string.map { $0 == "default" ? "standard" : $0 }
        for (name, value) in body["metadata"]?.object?.members ?? [] { metadata[name] = value.string ?? "" }
    }

    private mutating func offerResponses(_ offered: JSONValue?) {
        tools += (offered?.array ?? []).filter { ["function", "custom"].contains($0["type"]?.string) }.map {
            SeenTool(openAI: $0, isFreeForm: $0["type"]?.string == "custom")
        }
    }

    /// Of tools of which only some may be called, those are all there is.
    private mutating func allow(_ allowed: JSONValue, _ names: [String]?) {
        let names = names ?? []
        choice = allowed["mode"]?.string
        if choice == "required", names.count == 1 {
            choice = "tool:\(names[0])"
        } else {
            onlyTools = Set(names)
        }
    }

    private mutating func readMedia(_ content: JSONValue) {
        let media = (content.array ?? []).filter { !["text", "input_text"].contains($0["type"]?.string) }
        readPieces(.array(media), isUser: true)
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
            case "input_image": say(.media(Self.address(piece["image_url"] ?? piece["file_id"])), isUser: isUser)
            case "file": say(.media(Self.address(piece["file"]?["file_data"] ?? piece["file"]?["file_id"])), isUser: isUser)
            case "video_url": say(.media(Self.address(piece["video_url"]?["url"])), isUser: isUser)
            case "input_file": say(Self.document(piece), isUser: isUser)
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

    private static func document(_ piece: JSONValue) -> SeenTurn.Piece {
        let data = piece["file_data"] ?? piece["file_url"] ?? piece["file_id"]
        return data?.string?.hasPrefix("data:text/") == true ? .text(base64: address(data)) : .media(address(data))
    }

    /// What a tool said: text, of which several pieces are one, a line each.
    private static func result(_ content: JSONValue) -> JSONValue {
        content.array.map { .string($0.compactMap { $0["text"]?.string }.joined(separator: "\n")) } ?? content
    }

    private static func words(_ content: JSONValue) -> String {
        content.string ?? (content.array ?? []).compactMap { $0["text"]?.string }.joined()
    }
}

extension SeenTool {
    /// - Parameter isFreeForm: Takes free text, as a function with one member does elsewhere.
    fileprivate init(openAI tool: JSONValue, isFreeForm: Bool = false) {
        let free: JSONValue = ["type": "object", "properties": ["input": ["type": "string"]], "required": ["input"]]
        let schema = isFreeForm ? free : tool["parameters"]
        self.init(name: tool["name"]?.string, description: tool["description"]?.string, schema: schema)
    }
}

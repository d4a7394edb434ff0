// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Gemini API, from ai.google.dev/api/generate-content and .../api/caching ("Content", "Tool", "Schema"). Names come in camel and
/// in snake case, as protocol buffers in JSON do (protobuf.dev/programming-guides/json).
extension SeenRequest {
    mutating func readGoogle(_ written: JSONValue) {
        let body = Self.camel(written)
        for part in body["systemInstruction"]?["parts"]?.array ?? [] { instruct(part["text"]?.string ?? "") }
        for content in body["contents"]?.array ?? [] {
            let isUser = content["role"]?.string != "model"
            for part in content["parts"]?.array ?? [] { readGooglePart(part, isUser: isUser) }
        }
        tools = (body["tools"]?.array ?? []).flatMap { $0["functionDeclarations"]?.array ?? [] }.map {
            SeenTool(
                name: $0["name"]?.string, description: $0["description"]?.string, schema: $0["parametersJsonSchema"] ?? $0["parameters"])
        }
        let calling = body["toolConfig"]?["functionCallingConfig"]
        switch (calling?["mode"]?.string, calling?["allowedFunctionNames"]?.array) {
        case ("ANY", let names?) where names.count == 1:
            choice = "tool:\(names[0].string ?? "")"
        case ("ANY", let names):
            choice = "required"
            onlyTools = Set((names ?? []).compactMap(\.string))
        // As `AUTO`, with calls held to their schemas.
        case ("VALIDATED", let names):
            choice = "auto"
            onlyTools = Set((names ?? []).compactMap(\.string))
        case (let mode, _): choice = mode?.lowercased()
        }
        let config = body["generationConfig"] ?? .null
        maxTokens = config["maxOutputTokens"]?.int
        temperature = config["temperature"]?.double
        topP = config["topP"]?.double
        topK = config["topK"]?.double
        seed = config["seed"]?.int
        stop = config["stopSequences"]?.array?.compactMap(\.string) ?? []
        if let schema = config["responseJsonSchema"] ?? config["responseSchema"] {
            format = SeenTool.plain(schema)
        } else if config["responseMimeType"]?.string == "application/json" {
            format = [:]
        }
        if let budget = config["thinkingConfig"]?["thinkingBudget"]?.int {
            thinks = budget != 0
            self.budget = budget
        }
        if let level = config["thinkingConfig"]?["thinkingLevel"]?.string {
            thinks = true
            effort = level.lowercased()
        }
        if let count = config["candidateCount"]?.int { choices = count }
        if config["responseLogprobs"]?.bool == true { likelihoods = config["logprobs"]?.int ?? -1 }
        tier = body["serviceTier"]?.string?.lowercased()
    }

    private mutating func readGooglePart(_ part: JSONValue, isUser: Bool) {
        if part["thought"]?.bool == true { return }
        if let text = part["text"]?.string {
            say(.text(text), isUser: isUser)
        } else if part["inlineData"]?["mimeType"]?.string?.hasPrefix("text/") == true {
            say(.text(base64: part["inlineData"]?["data"]?.string ?? ""), isUser: isUser)
        } else if let data = part["inlineData"]?["data"]?.string ?? part["fileData"]?["fileUri"]?.string {
            say(.media(data), isUser: isUser)
        } else if let asked = part["functionCall"] {
            call(SeenCall(id: asked["id"]?.string ?? "", name: asked["name"]?.string ?? "", arguments: asked["args"] ?? [:]))
        } else if let result = part["functionResponse"] {
            answer(id: result["id"]?.string ?? "", name: result["name"]?.string ?? "", result["response"] ?? .null)
            for piece in result["parts"]?.array ?? [] { readGooglePart(piece, isUser: isUser) }
        } else {
            say(.other(part.object?.keys.first ?? "?"), isUser: isUser)
        }
    }

    /// Member names in camel case, but for what the user named: arguments, results, schemas.
    private static func camel(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(camel))
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object.members {
                var words = key.split(separator: "_", omittingEmptySubsequences: false)
                let first = words.removeFirst()
                let name = words.reduce(into: String(first)) { $0 += $1.prefix(1).uppercased() + $1.dropFirst() }
                let isTheirs = ["args", "response", "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema"].contains(
                    name)
                result[name] = isTheirs ? member : camel(member)
            }
            return .object(result)
        default: return value
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a request says of the conversation so far, on whatever wire: enough for a scripted model to go on from.
public struct AskedTurns: Sendable {
    public var instructions = ""
    /// The first words of the user's.
    public var question = ""
    public var tools: [String] = []
    public var calls: [Saying.Call] = []
    public var results: [Result] = []
    /// What the assistant said last; empty: nothing yet.
    public var said = ""
    /// Nobody spoke after that: it is to be gone on with in place.
    public var isPrefilled = false
    /// The signatures that came back.
    public var signatures: [String] = []

    public struct Result: Hashable, Sendable {
        /// Empty on Google's wire.
        public var id: String
        /// Empty on all others.
        public var name: String
        public var text: String
    }

    public init(_ asked: AskedRequest) {
        let body = asked.json
        switch asked.wire {
        case .chat: readChat(body)
        case .responses: readResponses(body)
        case .messages: readMessages(body)
        case .google: readGoogle(body)
        }
    }

    private mutating func say(_ text: String) {
        if question.isEmpty { question = text }
        isPrefilled = false
    }

    private mutating func answer(_ text: String) {
        if text.isEmpty { return }
        said = text
        isPrefilled = true
    }

    private static func text(_ content: JSONValue?) -> String {
        content?.string ?? (content?.array ?? []).compactMap { $0["text"]?.string }.joined()
    }

    private mutating func readChat(_ body: JSONValue) {
        tools = (body["tools"]?.array ?? []).compactMap { $0["function"]?["name"]?.string }
        for message in body["messages"]?.array ?? [] {
            switch message["role"]?.string {
            case "system", "developer": instructions += Self.text(message["content"])
            case "user": say(Self.text(message["content"]))
            case "tool":
                results.append(Result(id: message["tool_call_id"]?.string ?? "", name: "", text: Self.result(message["content"])))
            default:
                answer(Self.text(message["content"]))
                for call in message["tool_calls"]?.array ?? [] {
                    add(call["id"], call["function"]?["name"], written: call["function"]?["arguments"])
                }
            }
        }
    }

    private mutating func readResponses(_ body: JSONValue) {
        tools = (body["tools"]?.array ?? []).compactMap { $0["name"]?.string }
        instructions = body["instructions"]?.string ?? ""
        if let text = body["input"]?.string { say(text) }
        for item in body["input"]?.array ?? [] {
            switch item["type"]?.string ?? "message" {
            case "function_call": add(item["call_id"], item["name"], written: item["arguments"])
            case "function_call_output":
                results.append(Result(id: item["call_id"]?.string ?? "", name: "", text: Self.result(item["output"])))
            case "reasoning": if let cipher = item["encrypted_content"]?.string { signatures.append(cipher) }
            default:
                let text = Self.text(item["content"])
                if ["system", "developer"].contains(item["role"]?.string) { instructions += text }
                if item["role"]?.string == "user" { say(text) }
                if item["role"]?.string == "assistant" { answer(text) }
            }
        }
    }

    private mutating func readMessages(_ body: JSONValue) {
        tools = (body["tools"]?.array ?? []).compactMap { $0["name"]?.string }
        instructions = Self.text(body["system"])
        for message in body["messages"]?.array ?? [] {
            if message["role"]?.string == "user" { say(Self.text(message["content"])) } else { answer(Self.text(message["content"])) }
            for block in message["content"]?.array ?? [] {
                switch block["type"]?.string {
                case "tool_use":
                    calls.append(
                        Saying.Call(id: block["id"]?.string ?? "", name: block["name"]?.string ?? "", arguments: block["input"] ?? .null))
                case "tool_result":
                    results.append(Result(id: block["tool_use_id"]?.string ?? "", name: "", text: Self.result(block["content"])))
                case "thinking": if let signature = block["signature"]?.string { signatures.append(signature) }
                default: break
                }
            }
        }
    }

    private mutating func readGoogle(_ body: JSONValue) {
        tools = (body["tools"]?.array ?? []).flatMap { $0["functionDeclarations"]?.array ?? [] }.compactMap { $0["name"]?.string }
        instructions = Self.text(body["systemInstruction"]?["parts"])
        for content in body["contents"]?.array ?? [] {
            if content["role"]?.string == "model" { answer(Self.text(content["parts"])) }
            for part in content["parts"]?.array ?? [] {
                if let signature = part["thoughtSignature"]?.string { signatures.append(signature) }
                if let call = part["functionCall"] {
                    calls.append(Saying.Call(id: "", name: call["name"]?.string ?? "", arguments: call["args"] ?? [:]))
                } else if let result = part["functionResponse"] {
                    results.append(Result(id: "", name: result["name"]?.string ?? "", text: Self.plain(result["response"] ?? .null)))
                } else if let text = part["text"]?.string, content["role"]?.string != "model" {
                    say(text)
                }
            }
        }
    }

    private static func result(_ content: JSONValue?) -> String { plain(.string(text(content))) }

    /// The text in an object of one member, as clients of Google's wrap what their tools return. On the way to another wire that is
    /// JSON in a text.
    private static func plain(_ response: JSONValue) -> String {
        if case .string(let text) = response {
            guard let inner = try? JSONValue.parse(text), inner.object != nil else { return text }
            return plain(inner)
        }
        guard let members = response.object?.members, members.count == 1 else { return JSONWriter.string(response) }
        return members[0].value.string ?? JSONWriter.string(members[0].value)
    }

    private mutating func add(_ id: JSONValue?, _ name: JSONValue?, written: JSONValue?) {
        let arguments = (try? JSONValue.parse(written?.string ?? "")) ?? .null
        calls.append(Saying.Call(id: id?.string ?? "", name: name?.string ?? "", arguments: arguments))
    }
}

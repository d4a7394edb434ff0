// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads the items of an input. What the model said, thought and called in a row is one turn of the assistant's; the results of
/// its calls in a row are one turn of the user's.
struct ResponsesItemReading {
    private(set) var turns: [Turn] = []
    /// The `tools` of items that add some in the midst of a conversation.
    private(set) var addedTools: [JSONSlice] = []
    private let path: String

    /// - Parameter path: Of the member that holds the items.
    init(path: String) { self.path = path }

    mutating func read(_ items: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try items.forEachElement(in: bytes) { (item) throws(RequestProblem) in
            try read(Item(item, bytes), at: position, bytes)
            position += 1
            return true
        }
    }

    /// An item's members that say what it is.
    private struct Item {
        let slice: JSONSlice
        var type, role, content, id, callID, name, text, output: JSONSlice?

        init(_ slice: JSONSlice, _ bytes: RawSpan) {
            self.slice = slice
            var (type, role, content, id): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
            var (callID, name, text, output): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
            slice.forEachMember(in: bytes) { key, value in
                if value.kind == .null { return true }
                if JSONText.equals(key, "type", in: bytes) {
                    type = value
                } else if JSONText.equals(key, "role", in: bytes) {
                    role = value
                } else if JSONText.equals(key, "content", in: bytes) {
                    content = value
                } else if JSONText.equals(key, "id", in: bytes) {
                    id = value
                } else if JSONText.equals(key, "call_id", in: bytes) {
                    callID = value
                } else if JSONText.equals(key, "name", in: bytes) {
                    name = value
                } else if JSONText.equals(key, "arguments", in: bytes) || JSONText.equals(key, "input", in: bytes) {
                    text = value
                } else if JSONText.equals(key, "output", in: bytes) {
                    output = value
                }
                return true
            }
            (self.type, self.role, self.content, self.id) = (type, role, content, id)
            (self.callID, self.name, self.text, self.output) = (callID, name, text, output)
        }
    }

    private mutating func read(_ item: Item, at position: Int, _ bytes: RawSpan) throws(RequestProblem) {
        let kind = item.type?.string(in: bytes) ?? (item.role == nil && item.id != nil ? "item_reference" : "message")
        switch kind {
        case "message": try readMessage(item, at: "\(path)[\(position)]", bytes)
        case "function_call", "custom_tool_call":
            let id = item.callID?.string(in: bytes) ?? item.id?.string(in: bytes) ?? "call_\(position)"
            let call = ToolCall(
                id: id, name: item.name?.string(in: bytes) ?? "", arguments: item.text?.string(in: bytes) ?? "",
                isFreeForm: kind == "custom_tool_call")
            append(.toolCall(call), to: .assistant)
        case "function_call_output", "custom_tool_call_output":
            let result = ToolResult(
                callID: item.callID?.string(in: bytes) ?? "", name: item.name?.string(in: bytes) ?? "",
                parts: try item.output.map { (output) throws(RequestProblem) in
                    try ResponsesPartReading.parts(output, at: "\(path)[\(position)].output", bytes)
                } ?? [], isFreeForm: kind == "custom_tool_call_output")
            append(.toolResult(result), to: .user)
        case "reasoning":
            for thinking in ResponsesPartReading.thinking(item.slice, bytes) { append(thinking) }
        case "additional_tools": if let tools = item.slice.member("tools", in: bytes) { addedTools.append(tools) }
        default: append(.foreign(ErrorReader.cut(kind, to: 64)), to: kind.hasSuffix("_output") ? .user : .assistant)
        }
    }

    /// A thought, or what was sealed as one and hangs onto a text or a call before it.
    private mutating func append(_ thinking: Thinking) {
        guard thinking.text.isEmpty, let state = thinking.state, let place = Seal.place(of: state) else {
            return append(.thinking(thinking), to: .assistant)
        }
        if case .thought = place { return append(.thinking(thinking), to: .assistant) }
        guard let turn = turns.indices.last, turns[turn].role == .assistant else { return }
        for part in turns[turn].parts.indices.reversed() {
            switch (place, turns[turn].parts[part]) {
            case (.text(let state), .text(var text)):
                text.state = state
                turns[turn].parts[part] = .text(text)
                return
            case (.call(let id, let state), .toolCall(var call)) where call.id == id:
                call.state = state
                turns[turn].parts[part] = .toolCall(call)
                return
            default: continue
            }
        }
    }

    private mutating func readMessage(_ item: Item, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        let word = item.role?.string(in: bytes) ?? ""
        let role: Role
        switch word {
        case "user": role = .user
        case "assistant": role = .assistant
        case "system": role = .system
        case "developer": role = .developer
        default:
            throw RequestProblem(
                path: "\(path).role", message: "\(path).role must be user, assistant, system or developer.", code: "invalid_value")
        }
        let parts = try item.content.map { (content) throws(RequestProblem) in
            try ResponsesPartReading.parts(content, at: "\(path).content", bytes)
        }
        if role == .assistant {
            for part in parts ?? [] { append(part, to: .assistant) }
        } else {
            turns.append(Turn(role, parts ?? []))
        }
    }

    /// Adds to the last turn if it is of the same kind, else begins one.
    private mutating func append(_ part: Part, to role: Role) {
        if let last = turns.indices.last, turns[last].role == role, role == .assistant || turns[last].parts.last?.isToolResult ?? true {
            turns[last].parts.append(part)
        } else {
            turns.append(Turn(role, [part]))
        }
    }
}

extension Part {
    fileprivate var isToolResult: Bool {
        if case .toolResult = self { return true }
        return false
    }
}

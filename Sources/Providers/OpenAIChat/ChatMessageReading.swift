// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads the messages of a request into turns. Messages of tools that stand side by side are one turn.
struct ChatMessageReading {
    private(set) var turns: [Turn] = []
    private(set) var hasCacheMarks = false
    private(set) var foreign: [String] = []
    /// Calls of tools that take plain text, so that their results are told apart.
    private var freeForm: Set<String> = []
    /// Calls in the older way, which has no ids: made here, and waiting for their results.
    private var unanswered: [(name: String, id: String)] = []
    private var legacyCalls = 0
    /// The last turn is made of tools' results.
    private var isAnswering = false

    mutating func read(_ messages: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try messages.forEachElement(in: bytes) { (message) throws(RequestProblem) in
            try read(message, at: "messages[\(position)]", bytes)
            position += 1
            return true
        }
    }

    /// The members of a message, found in one walk; `null` counts as left out.
    private struct Members {
        var role, content, name, toolCallID, toolCalls, functionCall, refusal, audio: JSONSlice?
        var thoughts: JSONSlice?
        var details, extra, images: JSONSlice?
        var hasMark = false

        init(_ message: JSONSlice, _ bytes: RawSpan) {
            message.forEachMember(in: bytes) { key, value in
                if value.kind == .null { return true }
                if JSONText.equals(key, "role", in: bytes) {
                    role = value
                } else if JSONText.equals(key, "content", in: bytes) {
                    content = value
                } else if JSONText.equals(key, "tool_call_id", in: bytes) {
                    toolCallID = value
                } else if JSONText.equals(key, "tool_calls", in: bytes) {
                    toolCalls = value
                } else if JSONText.equals(key, "name", in: bytes) {
                    name = value
                } else if JSONText.equals(key, "refusal", in: bytes) {
                    refusal = value
                } else if JSONText.equals(key, "reasoning_content", in: bytes) {
                    if !value.isEmptyString { thoughts = value }
                } else if JSONText.equals(key, "reasoning", in: bytes) {
                    if thoughts == nil { thoughts = value }
                } else if JSONText.equals(key, "reasoning_details", in: bytes) {
                    details = value
                } else if JSONText.equals(key, "extra_content", in: bytes) {
                    extra = value
                } else if JSONText.equals(key, "function_call", in: bytes) {
                    functionCall = value
                } else if JSONText.equals(key, "images", in: bytes) {
                    images = value
                } else if JSONText.equals(key, "audio", in: bytes) {
                    audio = value
                } else if JSONText.equals(key, "cache_control", in: bytes) {
                    hasMark = true
                }
                return true
            }
        }
    }

    private mutating func read(_ message: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        let members = Members(message, bytes)
        if members.hasMark { hasCacheMarks = true }
        guard let role = members.role else { return }
        if role.equals("tool", in: bytes) || role.equals("function", in: bytes) { return try readResult(members, at: path, bytes) }
        let wasAnswering = isAnswering
        isAnswering = false
        let parts: [Part]
        let speaker: Role
        if role.equals("assistant", in: bytes) || role.equals("model", in: bytes) {
            speaker = .assistant
            parts = try readAnswer(members, at: path, bytes)
        } else {
            if role.equals("user", in: bytes) {
                speaker = .user
            } else if role.equals("system", in: bytes) {
                speaker = .system
            } else if role.equals("developer", in: bytes) {
                speaker = .developer
            } else {
                let problem = "\(path).role must be one of system, developer, user, assistant, tool and function."
                throw RequestProblem(path: "\(path).role", message: problem, code: "invalid_value")
            }
            var content = try self.content(members.content, at: path, bytes)
            if wasAnswering, speaker == .user, ChatToolMedia.moveBack(&content, to: &turns[turns.count - 1]), content.isEmpty {
                isAnswering = true
                return
            }
            parts = content
        }
        turns.append(Turn(speaker, parts, name: members.name?.string(in: bytes)))
    }

    private mutating func content(_ content: JSONSlice?, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> [Part] {
        guard let content else { return [] }
        if let text = content.string(in: bytes) { return text.isEmpty ? [] : [.text(text)] }
        var parts = ChatPartReading()
        try parts.read(content, at: "\(path).content", bytes)
        if parts.hasCacheMarks { hasCacheMarks = true }
        return parts.parts
    }

    // MARK: Answers

    private mutating func readAnswer(_ members: Members, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> [Part] {
        var parts = ChatReasoning.thoughts(members.thoughts, details: members.details, bytes) { Seal.open($0) }
        parts += try content(members.content, at: path, bytes)
        if let state = ChatReasoning.signature(members.extra, bytes).flatMap(Seal.open) { ChatReasoning.hang(state, onTextOf: &parts) }
        if let text = members.refusal?.string(in: bytes), !text.isEmpty { parts.append(.refusal(text)) }
        members.images?.forEachElement(in: bytes) { image in
            if let media = ChatPartReading.image(image, bytes) { parts.append(.media(media)) }
            return true
        }
        if members.audio != nil { parts.append(.foreign("audio")) }
        if let calls = members.toolCalls {
            var position = 0
            try calls.forEachElement(in: bytes) { (call) throws(RequestProblem) in
                parts.append(.toolCall(try self.call(call, at: "\(path).tool_calls[\(position)]", bytes)))
                position += 1
                return true
            }
        }
        if let call = members.functionCall {
            let name = try required("name", of: call, at: "\(path).function_call", bytes)
            let id = "call_\(legacyCalls)_\(name)"
            legacyCalls += 1
            unanswered.append((name, id))
            parts.append(.toolCall(ToolCall(id: id, name: name, arguments: arguments(call.member("arguments", in: bytes), bytes))))
        }
        return parts
    }

    private mutating func call(_ call: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> ToolCall {
        guard call.kind == .object else { throw MemberShape.wrongType(call, expected: "an object", at: path) }
        let id = try required("id", of: call, at: path, bytes)
        let state = ChatReasoning.signature(call.member("extra_content", in: bytes), bytes).flatMap(Seal.open)
        if let custom = call.member("custom", in: bytes), custom.kind == .object {
            freeForm.insert(id)
            let name = try required("name", of: custom, at: "\(path).custom", bytes)
            let input = custom.member("input", in: bytes)?.string(in: bytes) ?? ""
            return ToolCall(id: id, name: name, arguments: input, isFreeForm: true, state: state)
        }
        guard let function = call.member("function", in: bytes), function.kind == .object else {
            throw RequestProblem(path: "\(path).function", message: "\(path).function is required.", code: "missing_required_parameter")
        }
        let name = try required("name", of: function, at: "\(path).function", bytes)
        return ToolCall(id: id, name: name, arguments: arguments(function.member("arguments", in: bytes), bytes), state: state)
    }

    /// Some servers and clients write an object where a text with JSON should be.
    private func arguments(_ value: JSONSlice?, _ bytes: RawSpan) -> String {
        guard let value, value.kind != .null else { return "" }
        return value.string(in: bytes) ?? JSONFragment(value, in: bytes).text
    }

    private func required(_ name: StaticString, of object: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) -> String {
        guard let value = object.member(name, in: bytes) else {
            throw RequestProblem(path: "\(path).\(name)", message: "\(path).\(name) is required.", code: "missing_required_parameter")
        }
        guard let text = value.string(in: bytes) else { throw MemberShape.wrongType(value, expected: "a string", at: "\(path).\(name)") }
        if text.isEmpty {
            throw RequestProblem(path: "\(path).\(name)", message: "\(path).\(name) must not be empty.", code: "empty_string")
        }
        return text
    }

    // MARK: Results

    private mutating func readResult(_ members: Members, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        let name = members.name?.string(in: bytes) ?? ""
        let id: String
        if let text = members.toolCallID?.string(in: bytes), !text.isEmpty {
            id = text
        } else if let place = unanswered.firstIndex(where: { $0.name == name }) {
            id = unanswered.remove(at: place).id
        } else if members.role?.equals("function", in: bytes) == true {
            id = "call_\(legacyCalls)_\(name)"
            legacyCalls += 1
        } else {
            throw RequestProblem(
                path: "\(path).tool_call_id", message: "\(path).tool_call_id is required.", code: "missing_required_parameter")
        }
        let parts = try content(members.content, at: path, bytes)
        let result = Part.toolResult(ToolResult(callID: id, name: name, parts: parts, isFreeForm: freeForm.contains(id)))
        if isAnswering, let last = turns.indices.last {
            turns[last].parts.append(result)
        } else {
            turns.append(Turn(.user, [result]))
        }
        isAnswering = true
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes turns as the items of an input.
struct ResponsesItemWriting {
    private let quirks: Quirks
    /// Instructions can only be the developer's.
    private let isCodex: Bool
    private var hasItems = false
    /// Calls of free-form tools: their results are of another kind, too.
    private var freeFormCalls: Set<String> = []
    /// What was thought before the thought that proves it all.
    private var thoughts: [String] = []

    init(quirks: Quirks, isCodex: Bool) {
        self.quirks = quirks
        self.isCodex = isCodex
    }

    mutating func write(_ turn: Turn, into output: inout [UInt8], _ losses: inout Losses) {
        var pieces: [Part] = []
        for part in turn.parts {
            switch part {
            case .text(let text): if !text.text.isEmpty { pieces.append(part) }
            case .refusal, .media: pieces.append(part)
            case .toolCall, .toolResult, .thinking:
                writeMessage(turn.role, pieces, into: &output, &losses)
                pieces = []
                write(part, into: &output, &losses)
            // Noted already: nobody but its maker can read it.
            case .foreign: break
            }
        }
        writeMessage(turn.role, pieces, into: &output, &losses)
        thoughts = []
    }

    private mutating func begin(_ output: inout [UInt8]) {
        if hasItems { output.append(",") }
        hasItems = true
    }

    // MARK: Messages

    private mutating func writeMessage(_ role: Role, _ pieces: [Part], into output: inout [UInt8], _ losses: inout Losses) {
        guard !pieces.isEmpty else { return }
        // What the model drew is no part of a message of its own.
        let written = role == .assistant ? pieces.filter { !$0.isMedia } : pieces
        if written.count < pieces.count { losses.note(.mediaOutput) }
        guard !written.isEmpty else { return }
        let (mark, hadItems) = (output.count, hasItems)
        begin(&output)
        output.append(#"{"type":"message","role":"\#(word(role))","content":"#)
        if written.count == 1, case .text(let text) = written[0], text.citations.isEmpty {
            output.quote(text.text)
        } else if !ResponsesPartWriting.write(written, byModel: role == .assistant, into: &output, &losses) {
            // Nothing of it is left.
            output.removeSubrange(mark...)
            hasItems = hadItems
            return
        }
        output.append("}")
    }

    /// Where there is nothing to say: an input without items is refused.
    mutating func writeSomething(into output: inout [UInt8]) {
        guard !hasItems else { return }
        begin(&output)
        output.append(#"{"type":"message","role":"user","content":"#)
        output.quote(Turn.nothing)
        output.append("}")
    }

    private func word(_ role: Role) -> String {
        switch role {
        case .system: isCodex ? "developer" : "system"
        case .developer: "developer"
        case .user: "user"
        case .assistant: "assistant"
        }
    }

    // MARK: Other items

    private mutating func write(_ part: Part, into output: inout [UInt8], _ losses: inout Losses) {
        switch part {
        case .toolCall(let call):
            if call.isFreeForm { freeFormCalls.insert(call.id) }
            begin(&output)
            output.append(#"{"type":"\#(call.isFreeForm ? "custom_tool_call" : "function_call")","call_id":"#)
            output.quote(ResponsesCallID.fit(call.id))
            output.append(#","name":"#)
            output.quote(call.name)
            output.append(call.isFreeForm ? #","input":"# : #","arguments":"#)
            output.quote(call.isFreeForm ? call.arguments : call.arguments.isEmpty ? "{}" : call.arguments)
            output.append("}")
        case .toolResult(let result):
            let isFreeForm = result.isFreeForm || freeFormCalls.contains(result.callID)
            begin(&output)
            output.append(#"{"type":"\#(isFreeForm ? "custom_tool_call_output" : "function_call_output")","call_id":"#)
            output.quote(ResponsesCallID.fit(result.callID))
            output.append(#","output":"#)
            ResponsesPartWriting.writeOutput(result.parts, into: &output, &losses)
            output.append("}")
        case .thinking(let thinking): write(thinking, into: &output)
        case .text, .refusal, .media, .foreign: break
        }
    }

    /// Reasoning goes back as its maker gave it out. What another model thought has no place here, unless the route asks for it.
    private mutating func write(_ thinking: Thinking, into output: inout [UInt8]) {
        if let state = thinking.state {
            if !thinking.text.isEmpty { thoughts.append(thinking.text) }
            defer { thoughts = [] }
            guard let item = ResponsesReasoningState.item(from: state.payload, thoughts: thoughts) else { return }
            begin(&output)
            output += item
        } else if quirks.wantsThoughtsBack == true, !thinking.text.isEmpty {
            begin(&output)
            output.append(#"{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"#)
            output.quote(thinking.text)
            output.append("}]}")
        } else {
            thoughts.append(thinking.text)
        }
    }
}

extension Part {
    fileprivate var isMedia: Bool {
        if case .media = self { return true }
        return false
    }
}

/// Ids of calls, which have 64 characters at most here ("Expected a string with maximum length 64").
enum ResponsesCallID {
    /// The id, or one that follows from it alone and is the same in every turn.
    static func fit(_ id: String) -> String {
        guard id.utf8.count > 64 else { return id }
        // From both ends, so that ids that differ in one place only stay apart.
        let forward = StableHash.plain(id.utf8)
        let backward = StableHash.plain(id.utf8.reversed())
        return "call_\(hex(forward))\(hex(backward))"
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What has to be kept of a reasoning item so that its maker takes it back: its id and its cipher.
enum ResponsesReasoningState {
    /// - Returns: `nil` if there is no cipher: the item then lives at its provider alone.
    static func payload(of item: JSONSlice, _ bytes: RawSpan) -> String? {
        guard let content = item.member("encrypted_content", in: bytes), content.kind == .string, !content.isEmptyString else { return nil }
        var text: [UInt8] = []
        text.append("{")
        if let id = item.member("id", in: bytes), id.kind == .string {
            text.append(#""id":"#)
            text += JSONFragment(id, in: bytes).bytes
            text.append(",")
        }
        text.append(#""encrypted_content":"#)
        text += JSONFragment(content, in: bytes).bytes
        text.append("}")
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: The item, with its thoughts as the summary; `nil` for a state that is none of this wire's.
    static func item(from payload: String, thoughts: [String]) -> [UInt8]? {
        guard let fragment = JSONFragment(parsing: payload), fragment.kind == .object else { return nil }
        var item: [UInt8] = []
        item.append(#"{"type":"reasoning","summary":["#)
        for thought in thoughts {
            item.append(item.last == UInt8(ascii: "}") ? #",{"type":"summary_text","text":"# : #"{"type":"summary_text","text":"#)
            item.quote(thought)
            item.append("}")
        }
        item.append("],")
        item += fragment.bytes.dropFirst()
        return item
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes turns as messages.
struct ChatMessageWriting {
    private let target: ChatTarget
    /// A tool-call id is longer than OpenAI takes, or has letters that only few take.
    private var hasUnfitIDs = false

    init(_ target: ChatTarget) { self.target = target }

    /// - Parameter instruction: Comes first.
    mutating func write(_ turns: [Turn], after instruction: String?, to output: inout [UInt8], _ losses: inout Losses) {
        output.key("messages")
        output.append("[")
        if let instruction {
            output.append(#"{"role":"system","content":"#)
            output.quote(instruction)
            output.append("}")
        }
        for (place, turn) in turns.enumerated() {
            switch turn.role {
            case .assistant: writeAnswer(turn, isLast: place == turns.count - 1, to: &output, &losses)
            case .user: writeQuestion(turn, to: &output, &losses)
            case .system: writeMessage("system", turn, turn.parts[...], to: &output, &losses)
            case .developer:
                if !target.takesDeveloperRole { losses.note(.developerRole) }
                writeMessage(target.takesDeveloperRole ? "developer" : "system", turn, turn.parts[...], to: &output, &losses)
            }
        }
        if turns.last?.role == .assistant, target.refusesPrefill {
            output.append(#",{"role":"user","content":""#)
            output.append(ContinuationPrompt.general)
            output.append(#""}"#)
        }
        // No messages are refused.
        if output.last == UInt8(ascii: "[") {
            output.append(#"{"role":"user""#)
            output.member("content", Turn.nothing)
            output.append("}")
        }
        output.append("]")
    }

    private mutating func writeMessage(
        _ role: StaticString, _ turn: Turn, _ parts: ArraySlice<Part>, to output: inout [UInt8], _ losses: inout Losses
    ) {
        output.comma()
        output.append(#"{"role":""#)
        output.append(role)
        output.append(#"""#)
        if let name = turn.name { output.member("name", name) }
        output.key("content")
        ChatPartWriting.append(parts, for: target, to: &output, &losses)
        output.append("}")
    }

    // MARK: Questions

    /// Results first, a message each; then what they hold beside text, and the rest.
    private mutating func writeQuestion(_ turn: Turn, to output: inout [UInt8], _ losses: inout Losses) {
        var rest: [Part] = []
        var attached: [Part] = []
        var hasResults = false
        for part in turn.parts {
            guard case .toolResult(let result) = part else {
                rest.append(part)
                continue
            }
            hasResults = true
            var text: [Part] = []
            var media: [Part] = []
            for part in result.parts {
                if case .media(let piece) = part, ChatPartWriting.text(of: piece) == nil { media.append(part) } else { text.append(part) }
            }
            writeResult(result, text, to: &output, &losses)
            if !media.isEmpty {
                attached.append(.text(ChatToolMedia.label(result.callID)))
                attached += media
            }
        }
        if !hasResults || !rest.isEmpty || !attached.isEmpty { writeMessage("user", turn, (attached + rest)[...], to: &output, &losses) }
    }

    private mutating func writeResult(_ result: ToolResult, _ parts: [Part], to output: inout [UInt8], _ losses: inout Losses) {
        noteID(result.callID)
        output.comma()
        output.append(#"{"role":"tool","tool_call_id":"#)
        output.quote(result.callID)
        if !result.name.isEmpty { output.member("name", result.name) }
        output.key("content")
        ChatPartWriting.append(parts[...], for: target, to: &output, &losses)
        output.append("}")
    }

    // MARK: Answers

    private mutating func writeAnswer(_ turn: Turn, isLast: Bool, to output: inout [UInt8], _ losses: inout Losses) {
        var content: [Part] = []
        /// Something else stands between the text before and the next one.
        var isApart = false
        var refusal = ""
        var thoughts: [Thinking] = []
        var calls: [ToolCall] = []
        var state: ProviderState?
        for part in turn.parts {
            switch part {
            case .text(let text):
                state = text.state ?? state
                if !text.citations.isEmpty { losses.note(.citations) }
                if text.text.isEmpty { continue }
                if isApart, !content.isEmpty { content.append(.text("\n\n")) }
                isApart = false
                content.append(part)
                continue
            case .refusal(let text): refusal += refusal.isEmpty ? text : "\n\n" + text
            case .thinking(let thinking): thoughts.append(thinking)
            case .toolCall(let call): calls.append(call)
            case .media(let media):
                if let text = ChatPartWriting.text(of: media) { content.append(.text(text)) } else { losses.note(.mediaOutput) }
            case .toolResult, .foreign: break
            }
            isApart = true
        }
        output.comma()
        output.append(#"{"role":"assistant""#)
        if let name = turn.name { output.member("name", name) }
        output.key("content")
        if content.isEmpty {
            // Only beside calls or a refusal may there be none.
            output.append(calls.isEmpty && refusal.isEmpty ? #""""# : "null")
        } else {
            ChatPartWriting.appendJoined(content, to: &output)
        }
        if !refusal.isEmpty { output.member("refusal", refusal) }
        writeThoughts(thoughts, to: &output, &losses)
        if let state { writeExtra(state, to: &output) }
        if isLast, calls.isEmpty, let mark = target.prefillMember { output.member(mark, true) }
        if !calls.isEmpty {
            output.key("tool_calls")
            output.append("[")
            for call in calls { write(call, to: &output) }
            output.append("]")
        }
        output.append("}")
    }

    /// What their maker proves goes back to it; the rest where it is wanted.
    private func writeThoughts(_ thoughts: [Thinking], to output: inout [UInt8], _ losses: inout Losses) {
        guard !thoughts.isEmpty else { return }
        let isProven = thoughts.contains { $0.state != nil }
        if isProven {
            output.key("reasoning_details")
            output.append("[")
            for thinking in thoughts where !ChatReasoning.appendDetail(thinking, to: &output) && !thinking.text.isEmpty {
                output.comma()
                output.append(#"{"type":"reasoning.text","text":"#)
                output.quote(thinking.text)
                output.append("}")
            }
            output.append("]")
        } else if target.wantsThoughtsBack {
            output.member("reasoning_content", thoughts.map(\.text).joined(separator: "\n\n"))
        } else {
            losses.note(.foreignThinking)
        }
    }

    private func writeExtra(_ state: ProviderState, to output: inout [UInt8]) {
        output.key("extra_content")
        output.append(#"{"google":{"thought_signature":"#)
        output.quote(state.payload)
        output.append("}}")
    }

    private mutating func write(_ call: ToolCall, to output: inout [UInt8]) {
        noteID(call.id)
        output.comma()
        output.append(#"{"id":"#)
        output.quote(call.id)
        if call.isFreeForm, target.takesCustomTools {
            output.append(#","type":"custom","custom":{"name":"#)
            output.quote(call.name)
            output.append(#","input":"#)
            output.quote(call.arguments)
        } else {
            output.append(#","type":"function","function":{"name":"#)
            output.quote(call.name)
            output.append(#","arguments":"#)
            let isEmpty = call.arguments.utf8.allSatisfy { $0 <= 0x20 }
            output.quote(call.isFreeForm ? call.argumentsObject.text : isEmpty ? "{}" : call.arguments)
        }
        output.append("}")
        if let state = call.state { writeExtra(state, to: &output) }
        output.append("}")
    }

    // MARK: Ids

    private mutating func noteID(_ id: String) {
        if hasUnfitIDs { return }
        let length = target.target.quirks.toolCallIDLength
        let isLong = length.map { id.utf8.count != $0 } ?? (id.utf8.count > 40)
        hasUnfitIDs = isLong || !id.utf8.allSatisfy { ChatToolCallIDs.isPlain($0, strictly: length != nil) }
    }

    /// The body with ids that the target takes; mostly as it is.
    func fitIDs(_ body: [UInt8], length: Int?) -> [UInt8] {
        guard hasUnfitIDs else { return body }
        return ChatRepairs.apply(.normaliseToolCallIDs(exactly: length), to: body) ?? body
    }
}

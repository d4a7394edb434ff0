// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes content blocks, without the brackets around them.
struct MessagesBlockWriting {
    /// Not every maker on this wire signs its thoughts, and some want them back.
    let keepsUnsignedThoughts: Bool

    init(keepsUnsignedThoughts: Bool = false) { self.keepsUnsignedThoughts = keepsUnsignedThoughts }

    // MARK: Messages

    /// - Parameter isLast: The model is to go on from it, and takes no white space at its end.
    func appendAssistant(_ turns: [[Part]], isLast: Bool, to output: inout [UInt8], _ losses: inout Losses) {
        let lastText = isLast ? turns.joined().reversed().first.flatMap(Self.text) : nil
        var left = turns.reduce(0) { $0 + $1.count }
        for part in turns.joined() {
            left -= 1
            switch part {
            case .text(let text):
                if !text.citations.isEmpty { losses.note(.citations, "they have no proof of their maker's") }
                let isFinal = left == 0 && lastText != nil
                append(spoken: isFinal ? Self.trimmed(text.text) : text.text, to: &output)
            case .refusal(let text): append(spoken: text, to: &output)
            case .thinking(let thinking): append(thinking, to: &output, &losses)
            case .toolCall(let call): Self.append(call, to: &output)
            case .media: losses.note(.foreignParts, "media of the model's own")
            case .toolResult, .foreign: break
            }
        }
    }

    /// Results come before all else.
    func appendUser(_ turns: [[Part]], to output: inout [UInt8], _ losses: inout Losses) {
        for case .toolResult(let result) in turns.joined() { append(result, to: &output, &losses) }
        for part in turns.joined() {
            switch part {
            case .text(let text): append(spoken: text.text, to: &output)
            case .refusal(let text): append(spoken: text, to: &output)
            case .media(let media): MessagesMediaWriting.append(media, to: &output, &losses)
            case .toolResult, .thinking, .toolCall, .foreign: break
            }
        }
    }

    func appendTexts(_ parts: some Sequence<Part>, to output: inout [UInt8]) {
        for part in parts { if case .text(let text) = part { append(spoken: text.text, to: &output) } }
    }

    // MARK: Blocks

    private func append(spoken text: String, to output: inout [UInt8]) {
        // Blocks without a word are refused.
        if !Self.isBlank(text) { Self.append(text: text, to: &output) }
    }

    static func append(text: String, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"text","text":"# as StaticString)
        output.quote(text)
        output.append("}" as StaticString)
    }

    private func append(_ thinking: Thinking, to output: inout [UInt8], _ losses: inout Losses) {
        guard let state = thinking.state else {
            guard keepsUnsignedThoughts else { return losses.note(.foreignThinking) }
            return append(thinking.text, signature: "", to: &output)
        }
        guard let cipher = MessagesStates.cipher(in: state) else { return append(thinking.text, signature: state.payload, to: &output) }
        output.comma()
        output.append(#"{"type":"redacted_thinking","data":"# as StaticString)
        output.quote(cipher)
        output.append("}" as StaticString)
    }

    private func append(_ thought: String, signature: String, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"thinking","thinking":"# as StaticString)
        output.quote(thought)
        output.append(#","signature":"# as StaticString)
        output.quote(signature)
        output.append("}" as StaticString)
    }

    static func append(_ call: ToolCall, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"tool_use","id":"# as StaticString)
        output.quote(MessagesToolCallID.fit(call.id))
        output.append(#","name":"# as StaticString)
        output.quote(call.name)
        output.append(#","input":"# as StaticString)
        output.append(contentsOf: call.argumentsObject.bytes)
        output.append("}" as StaticString)
    }

    private func append(_ result: ToolResult, to output: inout [UInt8], _ losses: inout Losses) {
        output.comma()
        output.append(#"{"type":"tool_result","tool_use_id":"# as StaticString)
        output.quote(MessagesToolCallID.fit(result.callID))
        var content: [UInt8] = []
        for part in result.parts {
            switch part {
            case .text(let text): append(spoken: text.text, to: &content)
            case .refusal(let text): append(spoken: text, to: &content)
            case .media(let media): MessagesMediaWriting.append(media, to: &content, &losses)
            case .thinking, .toolCall, .toolResult, .foreign: break
            }
        }
        if !content.isEmpty {
            output.append(#","content":["# as StaticString)
            output += content
            output.append("]" as StaticString)
        }
        if result.isError { output.append(#","is_error":true"# as StaticString) }
        output.append("}" as StaticString)
    }

    // MARK: Text

    /// White space and nothing else, as far as anybody sends that.
    static func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }

    private static func text(_ part: Part) -> String? {
        if case .text(let text) = part { return text.text }
        return nil
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}

/// Ids of calls as Anthropic takes them: letters, digits, `_` and `-`, 64 at most.
enum MessagesToolCallID {
    private static func isPlain(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F || byte == 0x2D
    }

    static func fits(_ id: String) -> Bool { (1...64).contains(id.utf8.count) && id.utf8.allSatisfy(isPlain) }

    /// `id` if it fits, else one that follows from its text alone, so that call and result meet and every turn has the same.
    static func fit(_ id: String) -> String {
        if fits(id) { return id }
        let hash = StableHash.plain(id.utf8)
        let plain = id.utf8.prefix(40).map { isPlain($0) ? $0 : 0x5F }
        return "\(String(decoding: plain, as: UTF8.self))_\(String(hash, radix: 36))"
    }
}

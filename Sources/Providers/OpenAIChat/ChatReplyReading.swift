// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads a whole reply into neutral values.
struct ChatReplyReading {
    private let maker: Maker

    /// - Returns: `nil` if `body` is no reply.
    static func read(_ body: [UInt8], maker: Maker) -> ConversationReply? {
        let bytes = body.span.bytes
        guard let envelope = try? ChatEnvelope(scanning: bytes), let choices = envelope.choices, choices.kind == .array else { return nil }
        let reading = ChatReplyReading(maker: maker)
        let head = head(envelope.root, bytes)
        var usage = ChatUsage.read(envelope, in: bytes)
        var found: [(index: Int, choice: ConversationReply.Choice)] = []
        choices.forEachElement(in: bytes) { choice in
            if usage == nil { usage = ChatUsage.read(choice.member("usage", in: bytes), in: bytes) }
            let index = choice.member("index", in: bytes)?.int(in: bytes) ?? found.count
            found.append((index, reading.choice(choice, id: head.id, bytes)))
            return found.count < ChatRequest.maxChoices
        }
        guard !found.isEmpty else { return nil }
        // In their order, and those that share an index as they stand.
        var sorted = found.enumerated().sorted { ($0.element.index, $0.offset) < ($1.element.index, $1.offset) }.map(\.element.choice)
        let lists = ChatCitations.readLists(of: envelope.root, bytes)
        if !lists.isEmpty { reading.add(lists, to: &sorted[0].parts) }
        return ConversationReply(head: head, choices: sorted, usage: usage)
    }

    static func head(_ root: JSONSlice, _ bytes: RawSpan) -> ReplyHead {
        var head = ReplyHead()
        root.forEachMember(in: bytes) { key, value in
            if value.isEmptyString { return true }
            if JSONText.equals(key, "id", in: bytes) {
                head.id = value.string(in: bytes)
            } else if JSONText.equals(key, "model", in: bytes) {
                head.model = value.string(in: bytes)
            } else if JSONText.equals(key, "created", in: bytes) {
                head.created = value.int(in: bytes).flatMap { $0 > 0 ? $0 : nil }
            } else if JSONText.equals(key, "service_tier", in: bytes) {
                head.serviceTier = value.string(in: bytes)
            }
            return true
        }
        return head
    }

    private func choice(_ choice: JSONSlice, id: String?, _ bytes: RawSpan) -> ConversationReply.Choice {
        var result = ConversationReply.Choice()
        if let message = choice.member("message", in: bytes) { result.parts = parts(message, id: id, bytes) }
        result.logprobs = ChatLogprobs.read(choice.member("logprobs", in: bytes), bytes)
        if let reason = choice.member("finish_reason", in: bytes)?.string(in: bytes), !reason.isEmpty {
            let hasCalls = result.parts.contains { part in
                if case .toolCall = part { return true }
                return false
            }
            let sequence = choice.member("stop_reason", in: bytes)?.string(in: bytes)
            result.finish = ChatFinish.read(reason, hasCalls: hasCalls, sequence: sequence)
        }
        return result
    }

    private func parts(_ message: JSONSlice, id: String?, _ bytes: RawSpan) -> [Part] {
        let details = message.member("reasoning_details", in: bytes)
        var parts = ChatReasoning.thoughts(ChatDelta.thoughts(of: message, in: bytes), details: details, bytes) { detail, entry in
            ChatReasoning.state(of: detail, entry, maker: maker, bytes)
        }
        parts += content(message.member("content", in: bytes), bytes)
        if let text = message.member("refusal", in: bytes)?.string(in: bytes), !text.isEmpty { parts.append(.refusal(text)) }
        if let audio = message.member("audio", in: bytes), audio.kind == .object { parts += Self.audio(audio, bytes) }
        if let signature = ChatReasoning.signature(message.member("extra_content", in: bytes), bytes) {
            ChatReasoning.hang(ProviderState(maker: maker, payload: signature), onTextOf: &parts)
        }
        add(ChatCitations.read(message.member("annotations", in: bytes), bytes), to: &parts)
        message.member("images", in: bytes)?.forEachElement(in: bytes) { image in
            if let media = ChatPartReading.image(image, bytes) { parts.append(.media(media)) }
            return true
        }
        var number = 0
        message.member("tool_calls", in: bytes)?.forEachElement(in: bytes) { call in
            if let call = self.call(call, number, id: id, bytes) { parts.append(.toolCall(call)) }
            number += 1
            return true
        }
        if let call = message.member("function_call", in: bytes), call.kind == .object,
            let name = call.member("name", in: bytes)?.string(in: bytes)
        {
            let arguments = ChatDelta.arguments(call.member("arguments", in: bytes), in: bytes)
            parts.append(.toolCall(ToolCall(id: ChatDelta.callID(number, of: id), name: name, arguments: arguments)))
        }
        return parts
    }

    private func content(_ content: JSONSlice?, _ bytes: RawSpan) -> [Part] {
        guard let content else { return [] }
        if let text = content.string(in: bytes) { return text.isEmpty ? [] : [.text(text)] }
        var reading = ChatPartReading()
        // A reply is read as far as it can be: what is broken in one part is told by its name.
        do { try reading.read(content, at: "content", bytes) } catch { return reading.parts + [.foreign(error.path)] }
        return reading.parts
    }

    private static func audio(_ audio: JSONSlice, _ bytes: RawSpan) -> [Part] {
        var parts: [Part] = []
        if let text = audio.member("transcript", in: bytes)?.string(in: bytes), !text.isEmpty { parts.append(.text(text)) }
        if let data = audio.member("data", in: bytes)?.string(in: bytes), !data.isEmpty { parts.append(.media(Media(.audio, .data(data)))) }
        return parts
    }

    private func call(_ call: JSONSlice, _ number: Int, id reply: String?, _ bytes: RawSpan) -> ToolCall? {
        let given = call.member("id", in: bytes)?.string(in: bytes) ?? ""
        let id = given.isEmpty ? ChatDelta.callID(number, of: reply) : given
        let state = ChatReasoning.signature(call.member("extra_content", in: bytes), bytes).map { ProviderState(maker: maker, payload: $0) }
        if let custom = call.member("custom", in: bytes), custom.kind == .object {
            let input = custom.member("input", in: bytes)?.string(in: bytes) ?? ""
            return ToolCall(id: id, name: custom.member("name", in: bytes)?.string(in: bytes) ?? "", arguments: input, isFreeForm: true)
        }
        let function = call.member("function", in: bytes) ?? call
        guard let name = function.member("name", in: bytes)?.string(in: bytes) else { return nil }
        let arguments = ChatDelta.arguments(function.member("arguments", in: bytes), in: bytes)
        return ToolCall(id: id, name: name, arguments: arguments, state: state)
    }

    /// Sources belong to the text.
    private func add(_ citations: [Citation], to parts: inout [Part]) {
        guard !citations.isEmpty else { return }
        for place in parts.indices {
            if case .text(var text) = parts[place] {
                text.citations += citations
                parts[place] = .text(text)
                return
            }
        }
    }
}

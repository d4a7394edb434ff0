// SPDX-License-Identifier: Apache-2.0
import JSON

/// Tells what the events of a stream say.
struct MessagesEventReader: EventReader {
    private let maker: Maker
    private var blocks: [Block] = []
    /// Calls that have begun.
    private var calls = 0
    /// Unicode scalars of text so far: where a source's text begins and ends.
    private var length = 0
    private var usage = MessagesUsage()
    private var pairs = SplitPairs()

    private struct Block {
        enum Kind { case text, thinking, call(Int), other }
        var index: Int
        var kind: Kind
        var start: Int
        var citations: [Citation] = []
        /// The beginning of the call's block held its arguments, or they have come as pieces.
        var whole: String?
    }

    init(maker: Maker) { self.maker = maker }

    mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent]) {
        guard let envelope = try? MessagesEnvelope(scanning: data), let type = envelope.type else { return }
        if type.equals("content_block_delta", in: data) {
            readDelta(envelope, data, &events)
        } else if type.equals("content_block_start", in: data) {
            readStart(envelope, data, &events)
        } else if type.equals("content_block_stop", in: data) {
            readStop(envelope, data, &events)
        } else if type.equals("message_start", in: data), let message = envelope.message {
            let counts = message.member("usage", in: data)
            events.append(ConversationEvent(.head(MessagesReplyReading.head(message, usage: counts, in: data))))
            tell(counts, data, &events)
        } else if type.equals("message_delta", in: data) {
            if let reason = envelope.delta?.member("stop_reason", in: data)?.string(in: data), !reason.isEmpty {
                let sequence = envelope.delta?.member("stop_sequence", in: data)?.string(in: data)
                events.append(ConversationEvent(.finish(MessagesFinish.read(reason, sequence: sequence))))
            }
            tell(envelope.usage, data, &events)
        }
    }

    private mutating func tell(_ counts: JSONSlice?, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        if usage.add(counts, in: data), let known = usage.neutral { events.append(ConversationEvent(.usage(known))) }
    }

    private mutating func readStart(_ envelope: MessagesEnvelope, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let index = envelope.index?.int(in: data), let slice = envelope.block else { return }
        let fields = MessagesBlock(slice, in: data)
        guard let type = fields.type else { return }
        var block = Block(index: index, kind: .other, start: length)
        if type.equals("text", in: data) {
            block.kind = .text
            tell(text: fields.text, data, &events)
            fields.citations?.forEachElement(in: data) { citation in
                Self.keep(citation, of: &block, data, &events)
                return true
            }
        } else if type.equals("thinking", in: data) {
            block.kind = .thinking
            tell(thinking: fields.thinking, data, &events)
            tell(signature: fields.signature, data, &events)
        } else if type.equals("redacted_thinking", in: data) {
            if let cipher = fields.data?.string(in: data), !cipher.isEmpty {
                events.append(ConversationEvent(.thinkingState(MessagesStates.redacted(cipher, of: maker))))
            }
        } else if type.equals("tool_use", in: data) {
            block.kind = .call(calls)
            let (id, name) = (fields.id?.string(in: data) ?? "", fields.name?.string(in: data) ?? "")
            events.append(ConversationEvent(.toolCall(call: calls, id: id, name: name, isFreeForm: false)))
            // Some providers give all arguments at once; Anthropic begins with an empty object.
            if let input = fields.input, input.kind == .object {
                let text = JSONFragment(input, in: data).text
                if text.utf8.contains(UInt8(ascii: "\"")) { block.whole = text }
            }
            calls += 1
        } else {
            events.append(ConversationEvent(.foreign(type.string(in: data) ?? "")))
        }
        blocks.append(block)
    }

    private mutating func readDelta(_ envelope: MessagesEnvelope, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let index = envelope.index?.int(in: data), let place = blocks.firstIndex(where: { $0.index == index }),
            let delta = envelope.delta
        else { return }
        delta.forEachMember(in: data) { key, value in
            if data.equals("text", in: key) {
                tell(text: value, data, &events)
            } else if data.equals("partial_json", in: key) {
                if case .call(let call) = blocks[place].kind,
                    let text = pairs.string(value, of: .arguments(call: call), in: data, into: &events), !text.isEmpty
                {
                    blocks[place].whole = nil
                    events.append(ConversationEvent(.toolArguments(call: call, text)))
                }
            } else if data.equals("thinking", in: key) {
                tell(thinking: value, data, &events)
            } else if data.equals("signature", in: key) {
                tell(signature: value, data, &events)
            } else if data.equals("citation", in: key) {
                Self.keep(value, of: &blocks[place], data, &events)
            }
            return true
        }
    }

    private mutating func readStop(_ envelope: MessagesEnvelope, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let index = envelope.index?.int(in: data), let place = blocks.firstIndex(where: { $0.index == index }) else { return }
        let block = blocks.remove(at: place)
        pairs.end(into: &events)
        for var citation in block.citations {
            (citation.start, citation.end) = (block.start, length)
            events.append(ConversationEvent(.citation(citation)))
        }
        if case .call(let call) = block.kind, let whole = block.whole {
            events.append(ConversationEvent(.toolArguments(call: call, whole)))
        }
        events.append(ConversationEvent(.boundary))
    }

    private mutating func tell(text: JSONSlice?, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let text, let text = pairs.string(text, of: .text, in: data, into: &events), !text.isEmpty else { return }
        length += text.unicodeScalars.count
        events.append(ConversationEvent(.text(text)))
    }

    private mutating func tell(thinking: JSONSlice?, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let thinking, let text = pairs.string(thinking, of: .thinking, in: data, into: &events), !text.isEmpty else { return }
        events.append(ConversationEvent(.thinking(text)))
    }

    private func tell(signature: JSONSlice?, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let text = signature?.string(in: data), !text.isEmpty else { return }
        events.append(ConversationEvent(.thinkingState(ProviderState(maker: maker, payload: text))))
    }

    private static func keep(
        _ citation: JSONSlice, of block: inout Block, _ data: RawSpan, _ events: inout [ConversationEvent]
    ) {
        let read = MessagesCitations.read(citation, in: data) { events.append(ConversationEvent(.foreign($0))) }
        if let read { block.citations.append(read) }
    }
}

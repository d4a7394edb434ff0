// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows an upstream's stream and tells what its chunks say.
struct ChatEventReader: EventReader {
    private let maker: Maker
    private var head = ReplyHead()
    private var hasBegun = false
    private var toldLists = false
    private var choices: [Choice] = []
    private var pairs = SplitPairs()

    private struct Choice {
        var calls = ChatCallReading()
        var hasFinished = false
    }

    init(maker: Maker) { self.maker = maker }

    mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent]) {
        if data.isText("[DONE]") { return }
        guard let envelope = try? ChatEnvelope(scanning: data), envelope.root.kind == .object else { return }
        tellHead(envelope, data, &events)
        var usage = ChatUsage.read(envelope, in: data)
        var position = 0
        var members = Members()
        envelope.choices?.forEachElement(in: data) { key, value in
            members.keep(value, named: key, in: data)
            return true
        } element: { choice in
            let index = members.index?.int(in: data) ?? position
            if choice.kind == .object, (0..<ChatRequest.maxChoices).contains(index) {
                if usage == nil { usage = ChatUsage.read(members.usage, in: data) }
                while choices.count <= index { choices.append(Choice()) }
                read(members, index, data, &events)
            }
            members = Members()
            position += 1
            return true
        }
        tellLists(envelope, data, &events)
        if let usage { events.append(ConversationEvent(.usage(usage))) }
    }

    /// The members of a choice; `null` counts as left out.
    private struct Members {
        var delta, index, reason, logprobs, usage, sequence: JSONSlice?

        mutating func keep(_ value: JSONSlice, named key: Range<Int>, in data: RawSpan) {
            if value.kind == .null { return }
            if data.equals("delta", in: key) || (delta == nil && data.equals("message", in: key)) {
                delta = value
            } else if data.equals("index", in: key) {
                index = value
            } else if data.equals("finish_reason", in: key) {
                reason = value
            } else if data.equals("logprobs", in: key) {
                logprobs = value
            } else if data.equals("usage", in: key) {
                usage = value
            } else if data.equals("stop_reason", in: key) {
                sequence = value
            }
        }
    }

    /// Told with the first chunk that has a choice, or knows who speaks: Azure's first has neither.
    private mutating func tellHead(_ envelope: ChatEnvelope, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        if hasBegun {
            guard head.serviceTier == nil || head.model == nil, envelope.hasTier || head.model == nil else { return }
            let told = ChatReplyReading.head(envelope.root, data)
            guard told.serviceTier != nil && head.serviceTier == nil || told.model != nil && head.model == nil else { return }
            head.serviceTier = head.serviceTier ?? told.serviceTier
            head.model = head.model ?? told.model
            return events.append(ConversationEvent(.head(head)))
        }
        let told = ChatReplyReading.head(envelope.root, data)
        guard told.model != nil || told.id != nil || envelope.choices?.element(0, in: data) != nil else { return }
        hasBegun = true
        head = told
        events.append(ConversationEvent(.head(told)))
    }

    private mutating func read(_ members: Members, _ index: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        func tell(_ kind: ConversationEvent.Kind) { events.append(ConversationEvent(kind, choice: index)) }
        if let delta = members.delta, delta.kind == .object { read(delta, index, data, &events) }
        if let logprobs = members.logprobs {
            let tokens = ChatLogprobs.read(logprobs, data)
            if !tokens.isEmpty { tell(.logprobs(tokens)) }
        }
        guard let reason = members.reason?.string(in: data), !reason.isEmpty, !choices[index].hasFinished else { return }
        choices[index].hasFinished = true
        pairs.end(choice: index, into: &events)
        choices[index].calls.flush(index, id: head.id, &events)
        let sequence = members.sequence?.string(in: data)
        tell(.finish(ChatFinish.read(reason, hasCalls: choices[index].calls.count > 0, sequence: sequence)))
    }

    /// Thoughts come first, whatever their place in the delta.
    private mutating func read(_ delta: JSONSlice, _ index: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        var (content, thoughts, details, calls): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        var (refusal, functionCall, rest): (JSONSlice?, JSONSlice?, Bool) = (nil, nil, false)
        delta.forEachMember(in: data) { key, value in
            if value.kind == .null || value.isEmptyString { return true }
            if data.equals("content", in: key) {
                content = value
            } else if data.equals("role", in: key) {
                return true
            } else if ChatDelta.isThoughts(key, in: data) {
                thoughts = thoughts ?? value
            } else if data.equals("tool_calls", in: key) {
                calls = value
            } else if data.equals("reasoning_details", in: key) {
                details = value
            } else if data.equals("refusal", in: key) {
                refusal = value
            } else if data.equals("function_call", in: key) {
                functionCall = value
            } else {
                rest = true
            }
            return true
        }
        if thoughts != nil || details != nil { read(thoughts: thoughts, details, index, data, &events) }
        if let content { read(content: content, index, data, &events) }
        if let text = refusal.flatMap({ pairs.string($0, of: .refusal, choice: index, in: data, into: &events) }), !text.isEmpty {
            events.append(ConversationEvent(.refusal(text), choice: index))
        }
        if rest { readRest(delta, index, data, &events) }
        if let calls { choices[index].calls.read(calls, index, id: head.id, maker: maker, data, &pairs, &events) }
        if let functionCall { choices[index].calls.read(legacy: functionCall, index, id: head.id, data, &pairs, &events) }
    }

    // MARK: Thoughts

    /// Text is told once where a chunk has it in two spellings. An entry's proof ends its thought.
    private mutating func read(
        thoughts: JSONSlice?, _ details: JSONSlice?, _ index: Int, _ data: RawSpan, _ events: inout [ConversationEvent]
    ) {
        func tell(_ kind: ConversationEvent.Kind) { events.append(ConversationEvent(kind, choice: index)) }
        let text = thoughts.flatMap { pairs.string($0, of: .thinking, choice: index, in: data, into: &events) }
        if let text, !text.isEmpty { tell(.thinking(text)) }
        details?.forEachElement(in: data) { entry in
            let detail = ChatReasoning.Detail(entry, data)
            if text == nil, !detail.text.isEmpty { tell(.thinking(detail.text)) }
            if let state = ChatReasoning.state(of: detail, entry, maker: maker, data) {
                if detail.isHidden, !detail.text.isEmpty || text != nil { tell(.boundary) }
                tell(.thinkingState(state))
                tell(.boundary)
            }
            return true
        }
    }

    // MARK: Text

    private mutating func read(content: JSONSlice, _ index: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        if let text = pairs.string(content, of: .text, choice: index, in: data, into: &events) {
            if !text.isEmpty { events.append(ConversationEvent(.text(text), choice: index)) }
            return
        }
        var reading = ChatPartReading()
        do { try reading.read(content, at: "content", data) } catch {
            events.append(ConversationEvent(.foreign(error.path), choice: index))
        }
        for part in reading.parts {
            switch part {
            case .text(let text): if !text.text.isEmpty { events.append(ConversationEvent(.text(text.text), choice: index)) }
            case .refusal(let text): events.append(ConversationEvent(.refusal(text), choice: index))
            case .thinking(let thinking): events.append(ConversationEvent(.thinking(thinking.text), choice: index))
            case .media(let media): events.append(ConversationEvent(.media(media), choice: index))
            case .foreign(let name): events.append(ConversationEvent(.foreign(name), choice: index))
            case .toolCall, .toolResult: break
            }
        }
    }

    /// Sources, images, sound, and what Google hangs onto a message.
    private func readRest(_ delta: JSONSlice, _ index: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        delta.forEachMember(in: data) { key, value in
            if data.equals("annotations", in: key) {
                for citation in ChatCitations.read(value, data) { events.append(ConversationEvent(.citation(citation), choice: index)) }
            } else if data.equals("images", in: key) {
                value.forEachElement(in: data) { image in
                    if let media = ChatPartReading.image(image, data) { events.append(ConversationEvent(.media(media), choice: index)) }
                    return true
                }
            } else if data.equals("audio", in: key) {
                if let text = value.member("transcript", in: data)?.string(in: data), !text.isEmpty {
                    events.append(ConversationEvent(.text(text), choice: index))
                }
                if value.member("data", in: data) != nil { events.append(ConversationEvent(.foreign("audio"), choice: index)) }
            } else if data.equals("extra_content", in: key), let signature = ChatReasoning.signature(value, data) {
                events.append(ConversationEvent(.textState(ProviderState(maker: maker, payload: signature)), choice: index))
            }
            return true
        }
    }

    /// Perplexity repeats them in every chunk.
    private mutating func tellLists(_ envelope: ChatEnvelope, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard envelope.hasSources, !toldLists else { return }
        let citations = ChatCitations.readLists(of: envelope.root, data)
        toldLists = !citations.isEmpty
        for citation in citations { events.append(ConversationEvent(.citation(citation))) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Tells what replies of this wire say, one after the other: a whole reply is one of them, a stream many.
struct GoogleReading: Sendable {
    private let maker: Maker
    private let isWhole: Bool
    private var head: ReplyHead?
    private var usage: Usage?
    private var isBlocked = false
    private var choices: [Choice] = []
    private var pairs = SplitPairs()

    /// What is known of a candidate so far.
    private struct Choice {
        var calls = 0
        var last = Last.nothing
        var offsets = GoogleOffsets()

        enum Last { case nothing, text, thinking, other }
    }

    init(maker: Maker, isWhole: Bool = false) {
        self.maker = maker
        self.isWhole = isWhole
    }

    mutating func read(_ reply: JSONSlice, in bytes: RawSpan, into events: inout [ConversationEvent]) {
        let members = GoogleReplyMembers(reply, in: bytes)
        tellHead(members, in: bytes, into: &events)
        var position = 0
        members.candidates?.forEachElement(in: bytes) { candidate in
            let candidate = GoogleCandidateMembers(candidate, in: bytes)
            let index = candidate.index?.googleInt(in: bytes) ?? position
            if (0..<64).contains(index) { read(candidate, index, in: bytes, into: &events) }
            position += 1
            return true
        }
        if let told = GoogleUsage.read(members.usage, in: bytes), told != usage {
            usage = told
            events.append(ConversationEvent(.usage(told)))
        }
        if let block = members.block(in: bytes), !isBlocked {
            isBlocked = true
            if let message = block.message, !message.isEmpty { events.append(ConversationEvent(.refusal(message))) }
            events.append(ConversationEvent(.finish(.contentFilter)))
        }
    }

    /// Once, and again for what was not told then.
    private mutating func tellHead(_ members: GoogleReplyMembers, in bytes: RawSpan, into events: inout [ConversationEvent]) {
        if let head, head.id != nil, head.model != nil { return }
        let told = members.head(in: bytes)
        if told == head { return }
        head = told
        events.append(ConversationEvent(.head(told)))
    }

    private mutating func read(
        _ candidate: GoogleCandidateMembers, _ index: Int, in bytes: RawSpan, into events: inout [ConversationEvent]
    ) {
        while choices.count <= index { choices.append(Choice()) }
        func tell(_ kind: ConversationEvent.Kind) { events.append(ConversationEvent(kind, choice: index)) }
        candidate.content?.google("parts", in: bytes)?.forEachListed(in: bytes) { part in
            read(GooglePart(part, in: bytes), index, in: bytes, into: &events)
            return true
        }
        if let result = candidate.logprobs {
            let tokens = GoogleLogprobs.read(result, in: bytes)
            if !tokens.isEmpty { tell(.logprobs(tokens)) }
        }
        if candidate.grounding != nil || candidate.citations != nil {
            for citation in GoogleCitations.read(
                grounding: candidate.grounding, citations: candidate.citations, choices[index].offsets, in: bytes)
            {
                tell(.citation(citation))
            }
        }
        if let reason = candidate.reason?.string(in: bytes), !GoogleFinish.isNone(reason) {
            pairs.end(choice: index, into: &events)
            tell(.finish(GoogleFinish.read(reason, hasCalls: choices[index].calls > 0)))
        } else if isWhole, candidate.content != nil, candidate.reason == nil {
            // A whole reply without a reason has a candidate all the same.
            tell(.boundary)
        }
    }

    private mutating func read(_ part: GooglePart, _ index: Int, in bytes: RawSpan, into events: inout [ConversationEvent]) {
        func tell(_ kind: ConversationEvent.Kind) { events.append(ConversationEvent(kind, choice: index)) }
        let state = part.signature?.string(in: bytes).flatMap(self.state)
        if let call = part.functionCall {
            tellCall(call, state, index, in: bytes, into: &events)
        } else if let text = part.text,
            let text = pairs.string(text, of: part.isThought ? .thinking : .text, choice: index, in: bytes, into: &events)
        {
            if part.isThought {
                if !text.isEmpty { tell(.thinking(text)) }
                choices[index].last = .thinking
                if let state { tell(.thinkingState(state)) }
                return
            }
            if !text.isEmpty {
                tell(.text(text))
                choices[index].offsets.append(text)
                choices[index].last = .text
            }
            if let state { tell(choices[index].last == .text ? .textState(state) : .thinkingState(state)) }
        } else if let media = part.inlineData.map({ GoogleMedia.inline($0, in: bytes) })
            ?? part.fileData.map({ GoogleMedia.file($0, in: bytes) })
        {
            // Images on the way to the answer are thoughts.
            tell(part.isThought ? .foreign("thought image") : .media(media))
            choices[index].last = .other
        } else if let name = part.foreign {
            tell(.foreign(JSONText.string(name, in: bytes)))
            choices[index].last = .other
        } else if let state {
            tell(choices[index].last == .text ? .textState(state) : .thinkingState(state))
        }
    }

    private mutating func tellCall(
        _ call: JSONSlice, _ state: ProviderState?, _ index: Int, in bytes: RawSpan, into events: inout [ConversationEvent]
    ) {
        pairs.end(choice: index, into: &events)
        let number = choices[index].calls
        choices[index].calls += 1
        choices[index].last = .other
        let name = call.google("name", in: bytes)?.string(in: bytes) ?? ""
        let arguments = GooglePart.arguments(call, in: bytes)
        let id =
            GooglePart.id(call, in: bytes)
            ?? GoogleCallIDs.make(seed: head?.id ?? "", name: name, arguments: arguments, ordinal: index << 16 + number)
        events.append(ConversationEvent(.toolCall(call: number, id: id, name: name, isFreeForm: false), choice: index))
        events.append(ConversationEvent(.toolArguments(call: number, arguments), choice: index))
        if let state { events.append(ConversationEvent(.toolCallState(call: number, state), choice: index)) }
        events.append(ConversationEvent(.boundary, choice: index))
    }

    private func state(_ signature: String) -> ProviderState? {
        signature.isEmpty ? nil : ProviderState(maker: maker, payload: signature)
    }
}

/// Follows a stream of this wire.
struct GoogleEventReader: EventReader {
    private var reading: GoogleReading

    init(maker: Maker) { reading = GoogleReading(maker: maker) }

    mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent]) {
        guard let root = try? JSONScanner.scan(data) else { return }
        root.forEachListed(in: data) { element in
            reading.read(element, in: data, into: &events)
            return true
        }
    }
}

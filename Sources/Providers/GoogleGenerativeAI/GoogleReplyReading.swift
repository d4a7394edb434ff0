// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads whole replies into neutral values: the same as a stream of one event, put together.
enum GoogleReplyReading {
    static func read(_ body: [UInt8], maker: Maker) -> ConversationReply? {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return nil }
        var reading = GoogleReading(maker: maker, isWhole: true)
        var events: [ConversationEvent] = []
        root.forEachListed(in: bytes) { element in
            reading.read(element, in: bytes, into: &events)
            return true
        }
        if events.isEmpty { return nil }
        var reply = ConversationReply()
        for event in events {
            if case .usage(let usage) = event.kind {
                reply.usage = reply.usage?.updated(by: usage) ?? usage
                continue
            }
            if case .head(let head) = event.kind {
                reply.head = head
                continue
            }
            while reply.choices.count <= event.choice { reply.choices.append(ConversationReply.Choice()) }
            take(event.kind, into: &reply.choices[event.choice])
        }
        return reply.choices.isEmpty ? nil : reply
    }

    /// What a whole reply's reading tells: parts whole, in order.
    private static func take(_ kind: ConversationEvent.Kind, into choice: inout ConversationReply.Choice) {
        let last = choice.parts.count - 1
        switch kind {
        case .text(let text): choice.parts.append(.text(text))
        case .thinking(let text): choice.parts.append(.thinking(Thinking(text)))
        case .refusal(let text): choice.parts.append(.refusal(text))
        case .media(let media): choice.parts.append(.media(media))
        case .foreign(let name): choice.parts.append(.foreign(name))
        case .toolCall(_, let id, let name, _): choice.parts.append(.toolCall(ToolCall(id: id, name: name, arguments: "")))
        case .toolArguments(_, let text):
            guard last >= 0, case .toolCall(var call) = choice.parts[last] else { return }
            call.arguments += text
            choice.parts[last] = .toolCall(call)
        case .toolCallState(_, let state):
            guard last >= 0, case .toolCall(var call) = choice.parts[last] else { return }
            call.state = state
            choice.parts[last] = .toolCall(call)
        case .textState(let state):
            guard last >= 0, case .text(var text) = choice.parts[last] else { return }
            text.state = state
            choice.parts[last] = .text(text)
        case .thinkingState(let state):
            if last >= 0, case .thinking(var thinking) = choice.parts[last], thinking.state == nil {
                thinking.state = state
                choice.parts[last] = .thinking(thinking)
            } else {
                choice.parts.append(.thinking(Thinking("", state: state)))
            }
        case .citation(let citation):
            guard let place = choice.parts.lastIndex(where: { if case .text = $0 { true } else { false } }),
                case .text(var text) = choice.parts[place]
            else { return }
            text.citations.append(citation)
            choice.parts[place] = .text(text)
        case .logprobs(let tokens): choice.logprobs += tokens
        case .finish(let finish): choice.finish = finish
        case .boundary, .head, .usage: break
        }
    }
}

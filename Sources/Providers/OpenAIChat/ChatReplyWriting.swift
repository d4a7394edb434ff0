// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes a whole reply for a client of this wire.
enum ChatReplyWriting {
    static func write(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1024)
        let style = ChatReplyStyle(context)
        output.append("{")
        style.appendHead(reply.head, object: "chat.completion", to: &output)
        output.key("choices")
        output.append("[")
        for (index, choice) in reply.choices.enumerated() { append(choice, index, style, to: &output) }
        output.append("]")
        if let usage = reply.usage {
            output.key("usage")
            ChatUsage.append(usage, to: &output)
        }
        if let tier = ChatReplyStyle.tier(reply.head.serviceTier) { output.member("service_tier", tier) }
        output.append("}")
        return output
    }

    private static func append(_ choice: ConversationReply.Choice, _ index: Int, _ style: ChatReplyStyle, to output: inout [UInt8]) {
        let pieces = Pieces(choice.parts)
        output.comma()
        output.append("{")
        output.member("index", index)
        output.key("message")
        output.append(#"{"role":"assistant","content":"#)
        // Beside a call or a refusal there may be no text at all.
        if pieces.text.isEmpty && (!pieces.calls.isEmpty || !pieces.refusal.isEmpty) {
            output.append("null")
        } else {
            output.quote(pieces.text)
        }
        output.key("refusal")
        if pieces.refusal.isEmpty { output.append("null") } else { output.quote(pieces.refusal) }
        pieces.appendThoughts(to: &output)
        if let state = pieces.textState { ChatReasoning.appendSealed(state, to: &output) }
        if !pieces.citations.isEmpty {
            output.key("annotations")
            output.append("[")
            for citation in pieces.citations { ChatCitations.append(citation, to: &output) }
            output.append("]")
        }
        if !pieces.images.isEmpty {
            output.key("images")
            output.append("[")
            for (place, image) in pieces.images.enumerated() { ChatReplyStyle.append(image, place, to: &output) }
            output.append("]")
        }
        pieces.appendCalls(style, to: &output)
        output.append("}")
        output.key("logprobs")
        if choice.logprobs.isEmpty { output.append("null") } else { ChatLogprobs.append(choice.logprobs, to: &output) }
        output.key("finish_reason")
        output.append("\"")
        output.append(style.finish(choice.finish, hasCalls: !pieces.calls.isEmpty))
        output.append("\"")
        ChatFinish.appendMore(choice.finish, to: &output)
        output.append("}")
    }

    /// A choice's parts by the members that they go into.
    private struct Pieces {
        var text = ""
        var refusal = ""
        var thoughts: [Thinking] = []
        var textState: ProviderState?
        var citations: [Citation] = []
        var images: [String] = []
        var calls: [ToolCall] = []

        init(_ parts: [Part]) {
            for part in parts {
                switch part {
                case .text(let piece):
                    text += piece.text
                    citations += piece.citations
                    textState = piece.state ?? textState
                case .refusal(let piece): refusal += piece
                case .thinking(let thinking): thoughts.append(thinking)
                case .media(let media): if let url = ChatReplyStyle.url(of: media) { images.append(url) }
                case .toolCall(let call): calls.append(call)
                case .toolResult, .foreign: break
                }
            }
        }

        func appendThoughts(to output: inout [UInt8]) {
            // As a stream tells them: nothing stands between two that their maker did not write.
            let text = thoughts.map(\.text).joined(separator: "")
            if !text.isEmpty { output.member("reasoning_content", text) }
            guard thoughts.contains(where: { $0.state != nil }) else { return }
            output.key("reasoning_details")
            output.append("[")
            for (place, thinking) in thoughts.enumerated() {
                if let state = thinking.state {
                    ChatReasoning.appendSealed(thinking.text, state, index: place, to: &output)
                } else {
                    output.comma()
                    output.append(#"{"type":"reasoning.text","text":"#)
                    output.quote(thinking.text)
                    output.member("index", place)
                    output.append("}")
                }
            }
            output.append("]")
        }

        func appendCalls(_ style: ChatReplyStyle, to output: inout [UInt8]) {
            guard !calls.isEmpty else { return }
            if style.isLegacy, let call = calls.first {
                output.key("function_call")
                output.append("{")
                output.member("name", call.name)
                output.member("arguments", ChatReplyStyle.arguments(of: call))
                return output.append("}")
            }
            output.key("tool_calls")
            output.append("[")
            for call in calls {
                output.comma()
                output.append("{")
                output.member("id", call.id)
                output.append(call.isFreeForm ? #","type":"custom","custom":{"# : #","type":"function","function":{"#)
                output.member("name", call.name)
                if call.isFreeForm {
                    output.member("input", call.arguments)
                } else {
                    output.member("arguments", ChatReplyStyle.arguments(of: call))
                }
                output.append("}")
                if let state = call.state { ChatReasoning.appendSealed(state, to: &output) }
                output.append("}")
            }
            output.append("]")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes whole replies for clients of this wire.
enum GoogleReplyWriting {
    static func write(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(2048)
        output.append(#"{"candidates":["#)
        for (index, choice) in reply.choices.enumerated() {
            output.comma()
            output.append("{")
            write(choice, to: &output)
            output.member("finishReason", GoogleFinish.word(choice.finish ?? .stop))
            if let message = choice.finish.flatMap(GoogleFinish.message) { output.member("finishMessage", message) }
            output.member("index", index)
            output.append("}")
        }
        output.append("]")
        if let usage = reply.usage {
            output.key("usageMetadata")
            GoogleUsage.append(usage, to: &output)
        }
        output.member("modelVersion", reply.head.model ?? context.model)
        output.member("responseId", context.id)
        output.append("}")
        return output
    }

    /// Adjacent texts are one part, so that the places of citations count from its beginning.
    private static func write(_ choice: ConversationReply.Choice, to output: inout [UInt8]) {
        var offsets = GoogleOffsets()
        var citations: [Citation] = []
        var text = ""
        output.append(#""content":{"parts":["#)
        for part in choice.parts {
            if case .text(let piece) = part {
                offsets.append(piece.text)
                citations += piece.citations
                text += piece.text
                if let state = piece.state {
                    GoogleParts.append(text: text, signature: Seal.seal(state), to: &output)
                    text = ""
                }
                continue
            }
            if !text.isEmpty { GoogleParts.append(text: text, to: &output) }
            text = ""
            write(part, to: &output)
        }
        if !text.isEmpty { GoogleParts.append(text: text, to: &output) }
        output.append(#"],"role":"model"}"#)
        GoogleCitations.append(citations, offsets, to: &output)
        GoogleLogprobs.append(choice.logprobs, to: &output)
    }

    private static func write(_ part: Part, to output: inout [UInt8]) {
        switch part {
        case .text, .toolResult, .foreign: break
        case .refusal(let text): if !text.isEmpty { GoogleParts.append(text: text, to: &output) }
        case .thinking(let thinking):
            if !thinking.text.isEmpty || thinking.state != nil {
                GoogleParts.append(
                    text: thinking.text, isThought: true, signature: thinking.state.map { Seal.seal($0) }, to: &output)
            }
        case .toolCall(let call): GoogleParts.append(call, to: &output)
        case .media(let media): GoogleParts.append(media, to: &output)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a whole reply for a client.
enum MessagesReplyWriting {
    static func write(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] {
        let choice = reply.choices.first ?? ConversationReply.Choice()
        var output: [UInt8] = []
        output.reserveCapacity(1024)
        begin(reply.head, context, &output)
        output.append(#","content":["# as StaticString)
        var hasCalls = false
        for part in choice.parts {
            if case .toolCall = part { hasCalls = true }
            append(part, to: &output)
        }
        output.append("]" as StaticString)
        let (reason, sequence) = MessagesFinish.write(choice.finish, hasCalls: hasCalls)
        output.member("stop_reason", reason)
        output.key("stop_sequence")
        output.quote(sequence)
        output.key("usage")
        output.append("{" as StaticString)
        MessagesUsage.append(reply.usage, to: &output)
        if let tier = reply.head.serviceTier { output.member("service_tier", tier) }
        output.append("}}" as StaticString)
        return output
    }

    /// The members that a reply and `message_start` begin with, with the brace.
    static func begin(_ head: ReplyHead, _ context: ReplyContext, _ output: inout [UInt8]) {
        output.append("{" as StaticString)
        output.member("id", "msg_\(context.id)")
        output.append(#","type":"message","role":"assistant""# as StaticString)
        output.member("model", head.model ?? context.model)
    }

    private static func append(_ part: Part, to output: inout [UInt8]) {
        switch part {
        case .text(let text):
            if !text.text.isEmpty || !text.citations.isEmpty { append(text, to: &output) }
            if let state = text.state { append(redacted: Seal.seal(ofText: state), to: &output) }
        case .refusal(let text): append(Text(text), to: &output)
        case .thinking(let thinking):
            if thinking.text.isEmpty {
                append(redacted: Seal.seal(thinking.state), to: &output)
            } else {
                output.comma()
                output.append(#"{"type":"thinking","thinking":"# as StaticString)
                output.quote(thinking.text)
                output.append(#","signature":"# as StaticString)
                output.quote(Seal.seal(thinking.state))
                output.append("}" as StaticString)
            }
        case .toolCall(let call):
            if let state = call.state { append(redacted: Seal.seal(state, ofCall: MessagesToolCallID.fit(call.id)), to: &output) }
            MessagesBlockWriting.append(call, to: &output)
        case .media, .toolResult, .foreign: break
        }
    }

    private static func append(_ text: Text, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"text","text":"# as StaticString)
        output.quote(text.text)
        if !text.citations.isEmpty {
            output.append(#","citations":["# as StaticString)
            for citation in text.citations {
                output.comma()
                MessagesCitations.append(citation, to: &output)
            }
            output.append("]" as StaticString)
        }
        output.append("}" as StaticString)
    }

    private static func append(redacted data: String, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"redacted_thinking","data":"# as StaticString)
        output.quote(data)
        output.append("}" as StaticString)
    }
}

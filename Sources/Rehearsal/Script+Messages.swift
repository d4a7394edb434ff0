// SPDX-License-Identifier: Apache-2.0
import JSON

/// A saying on the Messages API (docs/wire/anthropic-messages.md).
extension Script {
    static func messagesReply(_ saying: Saying, model: String) -> JSONValue {
        message(
            model, content: messagesBlocks(saying), stop: saying.calls.isEmpty ? "end_turn" : "tool_use", output: saying.outputTokens,
            saying)
    }

    static func messagesEvents(_ saying: Saying, model: String) -> [[UInt8]] {
        var events: [[UInt8]] = []
        func add(_ type: String, _ members: JSONObject = [:]) {
            var body: JSONObject = ["type": .string(type)]
            for (key, value) in members.members { body[key] = value }
            events.append(event(type, .object(body)))
        }
        add("message_start", ["message": message(model, content: [], stop: nil, output: 1, saying)])
        add("ping")
        for (place, block) in messagesBlocks(saying).enumerated() {
            let index = number(place)
            func delta(_ type: String, _ member: String, _ text: String) {
                add("content_block_delta", ["index": index, "delta": .object(["type": .string(type), member: .string(text)])])
            }
            var head = block.object ?? [:]
            for member in ["text", "thinking", "signature"] where head[member] != nil { head[member] = "" }
            if head["input"] != nil { head["input"] = [:] }
            add("content_block_start", ["index": index, "content_block": .object(head)])
            for word in Saying.words(of: block["text"]?.string ?? "") { delta("text_delta", "text", word) }
            for word in Saying.words(of: block["thinking"]?.string ?? "") { delta("thinking_delta", "thinking", word) }
            if let signature = block["signature"]?.string { delta("signature_delta", "signature", signature) }
            if let input = block["input"] { for piece in Saying.pieces(of: input) { delta("input_json_delta", "partial_json", piece) } }
            add("content_block_stop", ["index": index])
        }
        let stop: JSONValue = saying.calls.isEmpty ? "end_turn" : "tool_use"
        add(
            "message_delta",
            ["delta": ["stop_reason": stop, "stop_sequence": nil], "usage": ["output_tokens": number(saying.outputTokens)]])
        add("message_stop")
        return events
    }

    private static func messagesBlocks(_ saying: Saying) -> [JSONValue] {
        var blocks: [JSONValue] = []
        if !saying.signature.isEmpty {
            blocks.append(["type": "thinking", "thinking": .string(saying.thinking), "signature": .string(saying.signature)])
        }
        if !saying.text.isEmpty { blocks.append(["type": "text", "text": .string(saying.text)]) }
        return blocks
            + saying.calls.map { ["type": "tool_use", "id": .string($0.id), "name": .string($0.name), "input": $0.arguments] }
    }

    private static func message(_ model: String, content: [JSONValue], stop: String?, output: Int, _ saying: Saying) -> JSONValue {
        [
            "id": "msg_rehearsal", "type": "message", "role": "assistant", "model": .string(model), "content": .array(content),
            "stop_reason": stop.map { .string($0) } ?? .null, "stop_sequence": nil,
            "usage": ["input_tokens": number(saying.inputTokens), "output_tokens": number(output)],
        ]
    }
}

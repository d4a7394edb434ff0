// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Messages API, from docs.claude.com/en/api/messages and .../en/docs/build-with-claude/streaming.
extension SeenReply {
    mutating func readMessages(_ reply: JSONValue) {
        if reply["type"]?.string != "message" { faults.append("type is \(reply["type"]?.description ?? "missing")") }
        for block in reply["content"]?.array ?? [] { readMessagesBlock(block) }
        finish = messagesFinish(reply["stop_reason"]?.string)
        var counts = MessagesCounts()
        counts.learn(reply["usage"])
        take(counts)
    }

    mutating func readMessages(_ events: [SeenEvent]) {
        var arguments: [Int: (place: Int, text: String)] = [:]
        var counts = MessagesCounts()
        for event in events {
            let body = event.json
            let index = body["index"]?.int ?? 0
            switch body["type"]?.string {
            case "message_start": counts.learn(body["message"]?["usage"])
            case "content_block_start":
                let block = body["content_block"] ?? .null
                readMessagesBlock(block)
                if block["type"]?.string == "tool_use" { arguments[index] = (calls.count - 1, "") }
            case "content_block_delta":
                let delta = body["delta"] ?? .null
                text += delta["text"]?.string ?? ""
                thinking += delta["thinking"]?.string ?? ""
                arguments[index]?.text += delta["partial_json"]?.string ?? ""
            case "content_block_stop":
                guard let known = arguments[index], !known.text.isEmpty else { break }
                calls[known.place] = SeenCall(id: calls[known.place].id, name: calls[known.place].name, written: known.text)
            case "message_delta":
                finish = messagesFinish(body["delta"]?["stop_reason"]?.string)
                counts.learn(body["usage"])
            default: break
            }
        }
        take(counts)
    }

    private mutating func readMessagesBlock(_ block: JSONValue) {
        switch block["type"]?.string {
        case "text": text += block["text"]?.string ?? ""
        case "thinking": thinking += block["thinking"]?.string ?? ""
        case "tool_use":
            calls.append(
                SeenCall(id: block["id"]?.string ?? "", name: block["name"]?.string ?? "", arguments: block["input"] ?? .null))
        default: break
        }
    }

    private func messagesFinish(_ reason: String?) -> String? {
        switch reason {
        case "end_turn", "stop_sequence", "pause_turn": "stop"
        case "max_tokens", "model_context_window_exceeded": "length"
        case "tool_use": "tool_calls"
        case "refusal": "content_filter"
        default: reason
        }
    }

    private mutating func take(_ counts: MessagesCounts) {
        if let fresh = counts.fresh { input = fresh + (counts.read ?? 0) + (counts.written ?? 0) }
        output = counts.output
        cached = counts.read
    }
}

/// `input_tokens` leaves out what the cache read and wrote. A later event's counts replace an earlier one's.
private struct MessagesCounts {
    var fresh: Int?
    var read: Int?
    var written: Int?
    var output: Int?

    mutating func learn(_ usage: JSONValue?) {
        fresh = usage?["input_tokens"]?.int ?? fresh
        read = usage?["cache_read_input_tokens"]?.int ?? read
        written = usage?["cache_creation_input_tokens"]?.int ?? written
        output = usage?["output_tokens"]?.int ?? output
    }
}

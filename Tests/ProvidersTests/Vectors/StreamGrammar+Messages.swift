// SPDX-License-Identifier: Apache-2.0
import JSON

/// `message_start`, blocks one after another by index, `message_delta`, `message_stop`
/// (docs.claude.com/en/docs/build-with-claude/streaming, "Event types").
extension StreamGrammar {
    private enum Place { case start, between, inside(type: String), ending, ended }

    mutating func messages(_ events: [SeenEvent]) {
        var place = Place.start
        var next = 0
        for event in events {
            let body = event.json
            let type = body["type"]?.string ?? ""
            require(event.name == type, "\(event.name) is named, \(type) is said")
            switch (type, place) {
            case ("ping", _): break
            case ("message_start", .start):
                let message = body["message"] ?? .null
                require(message["content"]?.array?.isEmpty == true, "a message that begins with content")
                require(message["id"]?.string != nil && message["role"]?.string == "assistant", "a message without id or role")
                require(message["usage"]?["input_tokens"]?.int != nil, "a message without usage")
                place = .between
            case ("content_block_start", .between):
                require(body["index"]?.int == next, "block \(body["index"]?.description ?? "?") where \(next) is due")
                place = .inside(type: body["content_block"]?["type"]?.string ?? "")
                messagesBlock(body["content_block"] ?? .null)
            case ("content_block_delta", .inside(let block)):
                require(body["index"]?.int == next, "a delta of block \(body["index"]?.description ?? "?") in \(next)")
                let kind = body["delta"]?["type"]?.string ?? ""
                require(Self.deltas[block]?.contains(kind) == true, "\(kind) in \(block)")
            case ("content_block_stop", .inside):
                require(body["index"]?.int == next, "block \(body["index"]?.description ?? "?") stops where \(next) is open")
                next += 1
                place = .between
            case ("message_delta", .between), ("message_delta", .ending):
                require(body["delta"]?["stop_reason"]?.string != nil, "no stop reason")
                require(body["usage"]?["output_tokens"]?.int != nil, "no output count")
                place = .ending
            case ("message_stop", .ending): place = .ended
            default: fault("\(type) at \(place)")
            }
        }
        if case .ended = place { return }
        fault("ends at \(place)")
    }

    private static let deltas: [String: Set<String>] = [
        "text": ["text_delta", "citations_delta"], "thinking": ["thinking_delta", "signature_delta"], "tool_use": ["input_json_delta"],
        "redacted_thinking": [],
    ]

    private mutating func messagesBlock(_ block: JSONValue) {
        switch block["type"]?.string {
        case "text": require(block["text"]?.string == "", "a text block that begins with text")
        case "thinking": require(block["thinking"]?.string == "" && block["signature"]?.string == "", "a thinking block that begins full")
        case "tool_use":
            require(block["id"]?.string?.isEmpty == false && block["name"]?.string?.isEmpty == false, "a call without id or name")
            require(block["input"]?.object?.isEmpty == true, "a call that begins with input")
        default: break
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// The Messages API (docs/wire/anthropic-messages.md, "Streams"): blocks that open, grow and close one after another, between one start
/// and one stop.
struct MessagesListener: StreamListener {
    var heard = Heard()
    private var hasStarted = false
    private var hasStopped = false
    /// The block that is open.
    private var open: Int?
    private var blocks = 0
    /// Of the block that is open.
    private var type = ""

    mutating func hear(_ data: JSONValue?, text: String, name: String) {
        guard let event = isJSON(data, text) else { return }
        let type = event["type"]?.string ?? ""
        if name != type { heard.fault("the event \(name.isEmpty ? "without a name" : name) has the type \(type)") }
        if type == "ping" { return }
        if hasStopped { return heard.fault("\(type) behind message_stop") }
        if heard.error != nil { return heard.fault("\(type) behind an error") }
        if type == "error" {
            heard.error = event["error"]?["message"]?.string ?? "?"
            return
        }
        if type != "message_start", !hasStarted { heard.fault("\(type) before message_start") }
        switch type {
        case "message_start": start(event)
        case "content_block_start", "content_block_delta", "content_block_stop": block(type, event)
        case "message_delta":
            if open != nil { heard.fault("message_delta while a block is open") }
            if let stop = event["delta"]?["stop_reason"]?.string {
                if heard.finish != nil { heard.fault("a second stop_reason") }
                heard.finish = stop
            }
            count(event["usage"])
        case "message_stop":
            hasStopped = true
            if heard.finish == nil { heard.fault("message_stop with no stop_reason before it") }
        default: heard.fault("an event of the unknown type \(type)")
        }
    }

    private mutating func start(_ event: JSONValue) {
        if hasStarted { heard.fault("a second message_start") }
        hasStarted = true
        guard let message = event["message"], message["id"]?.string != nil, message["role"] == "assistant" else {
            return heard.fault("message_start has no message")
        }
        heard.name(message["model"]?.string)
        count(message["usage"])
    }

    private mutating func block(_ type: String, _ event: JSONValue) {
        guard let index = event["index"]?.int else { return heard.fault("\(type) has no index") }
        if heard.finish != nil { heard.fault("\(type) behind the stop_reason") }
        switch type {
        case "content_block_start":
            if let open { heard.fault("block \(index) begins while block \(open) is open") }
            if index != blocks { heard.fault("block \(index) begins where \(blocks) is next") }
            (open, blocks) = (index, index + 1)
            begin(event["content_block"] ?? .null)
        case "content_block_delta":
            if open != index { heard.fault("a piece of block \(index), which is not open") }
            grow(event["delta"] ?? .null)
        default:
            if open != index { heard.fault("block \(index) ends, which is not open") }
            open = nil
            // A tool without arguments has no pieces of them.
            if type == "tool_use", let last = heard.calls.indices.last, heard.calls[last].arguments.isEmpty {
                heard.calls[last].arguments = "{}"
            }
        }
    }

    private mutating func begin(_ block: JSONValue) {
        type = block["type"]?.string ?? ""
        heard.text += block["text"]?.string ?? ""
        heard.thinking += block["thinking"]?.string ?? ""
        guard type == "tool_use" else { return }
        guard let id = block["id"]?.string, let name = block["name"]?.string else { return heard.fault("a tool_use has no id or name") }
        heard.calls.append(Heard.Call(id: id, name: name, arguments: ""))
    }

    private mutating func grow(_ delta: JSONValue) {
        let (kind, fits): (String, String) =
            switch delta["type"]?.string {
            case "text_delta", "citations_delta": ("text_delta", "text")
            case "thinking_delta", "signature_delta": ("thinking_delta", "thinking")
            case "input_json_delta": ("input_json_delta", "tool_use")
            case let other: (other ?? "nothing", type)
            }
        if fits != type { heard.fault("a \(kind) in a block of the type \(type)") }
        heard.text += type == "text" ? delta["text"]?.string ?? "" : ""
        heard.thinking += delta["thinking"]?.string ?? ""
        if kind == "input_json_delta", let last = heard.calls.indices.last {
            heard.calls[last].arguments += delta["partial_json"]?.string ?? ""
        }
    }

    /// Counts of a message are totals, each newer than those before it.
    private mutating func count(_ usage: JSONValue?) {
        guard let usage else { return }
        let newer = Usage(inputTokens: usage["input_tokens"]?.int, outputTokens: usage["output_tokens"]?.int)
        heard.usage = (heard.usage ?? Usage()).updated(by: newer)
    }

    mutating func ended() {
        heard.isWhole = hasStopped && heard.finish != nil && heard.error == nil
        if heard.isWhole { heard.endCalls() }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// The Responses API (docs/wire/openai-responses.md, "Streams"): numbered events, items within them, and at the end all of it once more.
struct ResponsesListener: StreamListener {
    var heard = Heard()
    private var number = 0
    private var id: JSONValue?
    private var created: JSONValue?
    private var hasBegun = false
    private var isOver = false
    /// The last event said so.
    private var hasFailed = false
    /// Items that are open, by index: the text of each so far.
    private var open: [Int: String] = [:]
    private var items = 0
    /// Places among the calls, by the item's index.
    private var calls: [Int: Int] = [:]

    mutating func hear(_ data: JSONValue?, text: String, name: String) {
        guard let event = isJSON(data, text) else { return }
        let type = event["type"]?.string ?? ""
        if name != type { heard.fault("the event \(name.isEmpty ? "without a name" : name) has the type \(type)") }
        if isOver { heard.fault("\(type) behind the end") }
        // A reply that failed is told to those who read events, and to those who read replies.
        if heard.error != nil, !(hasFailed && type == "error") { heard.fault("\(type) behind an error") }
        hasFailed = type == "response.failed"
        if event["sequence_number"]?.int != number {
            heard.fault("\(type) has the number \(event["sequence_number"]?.int.map(String.init) ?? "-") where \(number) is next")
        }
        number = (event["sequence_number"]?.int ?? number) + 1
        if let response = event["response"] {
            id = heard.same("the response's id", response["id"], as: id)
            created = heard.same("created_at", response["created_at"], as: created)
            heard.name(response["model"]?.string)
        }
        if type != "response.created", type != "error", !hasBegun { heard.fault("\(type) before response.created") }
        switch type {
        case "response.created":
            if hasBegun { heard.fault("a second response.created") }
            hasBegun = true
        case "response.in_progress", "response.queued": break
        case "error": heard.error = event["message"]?.string ?? event["error"]?["message"]?.string ?? "?"
        case "response.failed": heard.error = event["response"]?["error"]?["message"]?.string ?? "?"
        case "response.completed", "response.incomplete": end(event["response"] ?? .null)
        case "response.output_item.added", "response.output_item.done": item(type, event)
        default: piece(type, event)
        }
    }

    private mutating func item(_ type: String, _ event: JSONValue) {
        guard let index = event["output_index"]?.int, let item = event["item"] else { return heard.fault("\(type) has no item") }
        if type == "response.output_item.added" {
            if index != items { heard.fault("item \(index) begins where \(items) is next") }
            items = index + 1
            open[index] = ""
            if item["type"] == "function_call" {
                guard let id = item["call_id"]?.string, let name = item["name"]?.string else {
                    return heard.fault("item \(index) has no call_id or name")
                }
                calls[index] = heard.calls.count
                heard.calls.append(Heard.Call(id: id, name: name, arguments: ""))
            }
            return
        }
        guard let text = open.removeValue(forKey: index) else { return heard.fault("item \(index) ends, which is not open") }
        if let place = calls[index], item["arguments"]?.string != heard.calls[place].arguments {
            heard.fault("item \(index) ends with other arguments than it had")
        }
        if item["type"] == "message", Self.text(of: item) != text { heard.fault("item \(index) ends with another text than it had") }
    }

    private mutating func piece(_ type: String, _ event: JSONValue) {
        guard let index = event["output_index"]?.int, open[index] != nil else { return heard.fault("\(type) of no open item") }
        switch type {
        case "response.output_text.delta":
            let piece = event["delta"]?.string ?? ""
            open[index, default: ""] += piece
            heard.text += piece
        case "response.output_text.done":
            if event["text"]?.string != open[index] { heard.fault("\(type) has another text than its pieces") }
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta": heard.thinking += event["delta"]?.string ?? ""
        case "response.function_call_arguments.delta":
            guard let place = calls[index] else { return heard.fault("\(type) of an item that is no call") }
            heard.calls[place].arguments += event["delta"]?.string ?? ""
        case "response.function_call_arguments.done":
            if event["arguments"]?.string != calls[index].map({ heard.calls[$0].arguments }) {
                heard.fault("\(type) has other arguments than its pieces")
            }
        default: break
        }
    }

    private mutating func end(_ response: JSONValue) {
        isOver = true
        heard.finish = response["status"]?.string
        if !open.isEmpty { heard.fault("the end comes while an item is open") }
        let output = response["output"]?.array ?? []
        if output.map(Self.text).joined() != heard.text { heard.fault("the end tells another text than its events") }
        if output.count != items { heard.fault("the end tells \(output.count) items, and \(items) came") }
        if let usage = response["usage"], !usage.isNull {
            heard.usage = Usage(inputTokens: usage["input_tokens"]?.int, outputTokens: usage["output_tokens"]?.int)
        }
    }

    private static func text(of item: JSONValue) -> String {
        item["type"] == "message" ? (item["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined() : ""
    }

    mutating func ended() {
        heard.isWhole = isOver && heard.error == nil
        if heard.isWhole { heard.endCalls() }
    }
}

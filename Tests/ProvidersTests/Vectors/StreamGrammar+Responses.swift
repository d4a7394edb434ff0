// SPDX-License-Identifier: Apache-2.0
import JSON

/// Sequence numbers from 0, items and their parts that open, grow and close, and a last event that repeats all of it
/// (platform.openai.com/docs/api-reference/responses-streaming).
extension StreamGrammar {
    mutating func responses(_ events: [SeenEvent]) {
        var items: [Int: ResponsesItem] = [:]
        var final: JSONValue?
        for (number, event) in events.enumerated() {
            let body = event.json
            let type = body["type"]?.string ?? ""
            require(event.name == type, "\(event.name) is named, \(type) is said")
            require(body["sequence_number"]?.int == number, "number \(body["sequence_number"]?.description ?? "?") at \(number)")
            require(final == nil, "\(type) after the end")
            if number == 0 { require(type == "response.created", "begins with \(type)") }
            if number == 1 { require(type == "response.in_progress", "goes on with \(type)") }
            let place = body["output_index"]?.int ?? -1
            switch type {
            case "response.created", "response.in_progress":
                require(body["response"]?["status"]?.string == "in_progress", "\(type) says it is over")
            case "response.completed", "response.incomplete": final = body["response"]
            case "response.output_item.added":
                require(place == items.count, "item \(place) after \(items.count)")
                items[place] = ResponsesItem(body["item"] ?? .null)
            default:
                guard var item = items[place] else {
                    fault("\(type) of item \(place), which never began")
                    continue
                }
                item.take(type, body, into: &self)
                items[place] = item
            }
        }
        guard let final else {
            fault("no end")
            return
        }
        require(items.values.allSatisfy(\.isDone), "an item is left open")
        let whole = final["output"]?.array ?? []
        require(whole.count == items.count, "\(items.count) items streamed, \(whole.count) repeated")
        for (place, item) in whole.enumerated() {
            require(items[place]?.done == item, "item \(place) is repeated as another")
        }
    }
}

/// One output item on its way.
private struct ResponsesItem {
    var id: String
    var type: String
    var done: JSONValue?
    /// By content or summary index: what came so far, and whether it is closed.
    private var parts: [Int: (text: String, isDone: Bool)] = [:]
    private var arguments = ""
    private var saidAll = false

    var isDone: Bool { done != nil }

    init(_ item: JSONValue) {
        id = item["id"]?.string ?? ""
        type = item["type"]?.string ?? ""
    }

    mutating func take(_ event: String, _ body: JSONValue, into grammar: inout StreamGrammar) {
        grammar.require(done == nil, "\(event) after the item's end")
        if event != "response.output_item.done" { grammar.require(body["item_id"]?.string == id, "\(event) names another item") }
        let index = body["content_index"]?.int ?? body["summary_index"]?.int ?? 0
        switch event {
        case "response.content_part.added", "response.reasoning_summary_part.added":
            grammar.require(index == parts.count, "part \(index) after \(parts.count)")
            grammar.require(parts.values.allSatisfy(\.isDone), "a part opens while another is open")
            parts[index] = ("", false)
        case "response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta",
            "response.reasoning_text.delta":
            grammar.require(parts[index]?.isDone == false, "\(event) of a part that is not open")
            parts[index]?.text += body["delta"]?.string ?? ""
        case "response.output_text.done", "response.reasoning_summary_text.done", "response.reasoning_text.done":
            grammar.require(body["text"]?.string == parts[index]?.text, "\(event) says another text")
        case "response.refusal.done": grammar.require(body["refusal"]?.string == parts[index]?.text, "\(event) says another text")
        case "response.content_part.done", "response.reasoning_summary_part.done":
            grammar.require(parts[index]?.isDone == false, "\(event) of a part that is not open")
            let said = body["part"]?["text"]?.string ?? body["part"]?["refusal"]?.string
            grammar.require(said == parts[index]?.text, "\(event) says another text")
            parts[index]?.isDone = true
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            grammar.require(!saidAll, "\(event) after all was said")
            arguments += body["delta"]?.string ?? ""
        case "response.function_call_arguments.done", "response.custom_tool_call_input.done":
            grammar.require((body["arguments"] ?? body["input"])?.string == arguments, "\(event) says other arguments")
            saidAll = true
        case "response.output_text.annotation.added": break
        case "response.output_item.done":
            let item = body["item"] ?? .null
            grammar.require(item["id"]?.string == id && item["type"]?.string == type, "another item ends")
            grammar.require(parts.values.allSatisfy(\.isDone), "an item ends with an open part")
            if type == "function_call" || type == "custom_tool_call" {
                grammar.require(saidAll, "a call ends before its arguments")
                grammar.require((item["arguments"] ?? item["input"])?.string == arguments, "a call ends with other arguments")
            }
            done = item
        default: grammar.fault("\(event) is unknown")
        }
    }
}

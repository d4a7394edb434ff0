// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Responses API, from platform.openai.com/docs/api-reference/responses (object "response") and
/// .../responses-streaming.
extension SeenReply {
    mutating func readResponses(_ reply: JSONValue) {
        if reply["object"]?.string != "response" { faults.append("object is \(reply["object"]?.description ?? "missing")") }
        for item in reply["output"]?.array ?? [] {
            switch item["type"]?.string {
            case "message":
                for piece in item["content"]?.array ?? [] {
                    text += piece["text"]?.string ?? ""
                    refusal += piece["refusal"]?.string ?? ""
                }
            case "reasoning":
                let pieces = (item["summary"]?.array ?? []) + (item["content"]?.array ?? [])
                for piece in pieces { thinking += piece["text"]?.string ?? "" }
            case "function_call":
                calls.append(
                    SeenCall(
                        id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", written: item["arguments"]?.string ?? ""))
            case "custom_tool_call":
                calls.append(
                    SeenCall(
                        id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", arguments: item["input"] ?? .null))
            default: break
            }
        }
        endResponses(reply)
    }

    /// Takes the text from its deltas: what is repeated in whole must say the same, which `StreamGrammar` checks.
    mutating func readResponses(_ events: [SeenEvent]) {
        var arguments: [Int: (id: String, name: String, text: String)] = [:]
        for event in events {
            let body = event.json
            let place = body["output_index"]?.int ?? 0
            switch body["type"]?.string {
            case "response.output_text.delta": text += body["delta"]?.string ?? ""
            case "response.refusal.delta": refusal += body["delta"]?.string ?? ""
            case "response.reasoning_summary_text.delta", "response.reasoning_text.delta": thinking += body["delta"]?.string ?? ""
            case "response.output_item.added":
                let item = body["item"] ?? .null
                guard item["type"]?.string == "function_call" || item["type"]?.string == "custom_tool_call" else { break }
                arguments[place] = (item["call_id"]?.string ?? "", item["name"]?.string ?? "", "")
            case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
                arguments[place]?.text += body["delta"]?.string ?? ""
            case "response.function_call_arguments.done": arguments[place]?.text = body["arguments"]?.string ?? ""
            case "response.completed", "response.incomplete", "response.failed":
                calls = arguments.sorted { $0.key < $1.key }
                    .map { SeenCall(id: $0.value.id, name: $0.value.name, written: $0.value.text) }
                endResponses(body["response"] ?? .null)
            default: break
            }
        }
    }

    private mutating func endResponses(_ reply: JSONValue) {
        switch (reply["status"]?.string, reply["incomplete_details"]?["reason"]?.string) {
        case ("completed", _): finish = calls.isEmpty ? "stop" : "tool_calls"
        case ("incomplete", "max_output_tokens"), ("incomplete", "max_tokens"): finish = "length"
        case ("incomplete", let reason): finish = reason
        case (let status, _): finish = status
        }
        guard let usage = reply["usage"], usage.object != nil else { return }
        input = usage["input_tokens"]?.int
        output = usage["output_tokens"]?.int
        cached = usage["input_tokens_details"]?["cached_tokens"]?.int
    }
}

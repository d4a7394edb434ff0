// SPDX-License-Identifier: Apache-2.0
import JSON

/// A saying on the Responses API (docs/wire/openai-responses.md).
extension Script {
    static func responsesReply(_ saying: Saying, model: String) -> JSONValue {
        responsesObject(model, status: "completed", output: responsesItems(saying), usage: responsesUsage(saying))
    }

    static func responsesEvents(_ saying: Saying, model: String) -> [[UInt8]] {
        var stream = Stream()
        let begun = responsesObject(model, status: "in_progress", output: [], usage: nil)
        stream.add("response.created", ["response": begun])
        stream.add("response.in_progress", ["response": begun])
        for (place, item) in responsesItems(saying).enumerated() {
            var head = item.object ?? [:]
            if head["status"] != nil { head["status"] = "in_progress" }
            for member in ["content", "summary"] where head[member] != nil { head[member] = [] }
            if head["arguments"] != nil { head["arguments"] = "" }
            let at: JSONObject = ["item_id": item["id"] ?? .null, "output_index": number(place)]
            stream.add("response.output_item.added", ["output_index": number(place), "item": .object(head)])
            switch item["type"]?.string {
            case "message":
                stream.addText(
                    saying.text, at, part: ["type": "output_text", "text": "", "annotations": []],
                    ("response.content_part", "response.output_text", "content_index"))
            case "reasoning":
                stream.addText(
                    saying.thinking, at, part: ["type": "summary_text", "text": ""],
                    ("response.reasoning_summary_part", "response.reasoning_summary_text", "summary_index"))
            default:
                let text = item["arguments"]?.string ?? ""
                for piece in [text.prefix(text.count / 2), text.suffix(text.count - text.count / 2)] {
                    stream.add("response.function_call_arguments.delta", at, ["delta": .string(String(piece))])
                }
                stream.add("response.function_call_arguments.done", at, ["arguments": .string(text)])
            }
            stream.add("response.output_item.done", ["output_index": number(place), "item": item])
        }
        stream.add("response.completed", ["response": responsesReply(saying, model: model)])
        return stream.events
    }

    private static func responsesItems(_ saying: Saying) -> [JSONValue] {
        var items: [JSONValue] = []
        if !saying.thinking.isEmpty || !saying.signature.isEmpty {
            var item: JSONObject = [
                "id": "rs_rehearsal", "type": "reasoning", "summary": [["type": "summary_text", "text": .string(saying.thinking)]],
            ]
            if !saying.signature.isEmpty { item["encrypted_content"] = .string(saying.signature) }
            items.append(.object(item))
        }
        if !saying.text.isEmpty {
            items.append([
                "id": "msg_rehearsal", "type": "message", "status": "completed", "role": "assistant",
                "content": [["type": "output_text", "text": .string(saying.text), "annotations": []]],
            ])
        }
        for (place, call) in saying.calls.enumerated() {
            items.append([
                "id": .string("fc_rehearsal\(place)"), "type": "function_call", "status": "completed", "call_id": .string(call.id),
                "name": .string(call.name), "arguments": .string(JSONWriter.string(call.arguments)),
            ])
        }
        return items
    }

    private static func responsesObject(_ model: String, status: String, output: [JSONValue], usage: JSONValue?) -> JSONValue {
        [
            "id": "resp_rehearsal", "object": "response", "created_at": 1_767_225_600, "status": .string(status), "error": nil,
            "incomplete_details": nil, "instructions": nil, "metadata": [:], "model": .string(model), "output": .array(output),
            "parallel_tool_calls": true, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "usage": usage ?? .null,
        ]
    }

    private static func responsesUsage(_ saying: Saying) -> JSONValue {
        [
            "input_tokens": number(saying.inputTokens), "input_tokens_details": ["cached_tokens": 0],
            "output_tokens": number(saying.outputTokens), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": number(saying.inputTokens + saying.outputTokens),
        ]
    }

    /// Events with their numbers.
    private struct Stream {
        var events: [[UInt8]] = []

        mutating func add(_ type: String, _ members: JSONObject, _ more: JSONObject = [:]) {
            var body: JSONObject = ["type": .string(type), "sequence_number": number(events.count)]
            for (key, value) in members.members + more.members { body[key] = value }
            events.append(event(type, .object(body)))
        }

        mutating func addText(_ text: String, _ at: JSONObject, part: JSONObject, _ names: (part: String, text: String, index: String)) {
            var at = at
            at[names.index] = 0
            var whole = part
            whole["text"] = .string(text)
            add(names.part + ".added", at, ["part": .object(part)])
            for word in Saying.words(of: text) { add(names.text + ".delta", at, ["delta": .string(word)]) }
            add(names.text + ".done", at, ["text": .string(text)])
            add(names.part + ".done", at, ["part": .object(whole)])
        }
    }
}

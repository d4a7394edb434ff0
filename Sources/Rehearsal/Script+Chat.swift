// SPDX-License-Identifier: Apache-2.0
import JSON

/// A saying on Chat Completions (docs/wire/openai-completions.md), with thoughts as DeepSeek tells them.
extension Script {
    static func chatReply(_ saying: Saying, model: String) -> JSONValue {
        var message: JSONObject = ["role": "assistant", "content": saying.text.isEmpty ? .null : .string(saying.text)]
        if !saying.thinking.isEmpty { message["reasoning_content"] = .string(saying.thinking) }
        if !saying.calls.isEmpty {
            message["tool_calls"] = .array(
                saying.calls.map { call in
                    [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(JSONWriter.string(call.arguments))],
                    ]
                })
        }
        return [
            "id": "chatcmpl-rehearsal", "object": "chat.completion", "created": 1_767_225_600, "model": .string(model),
            "choices": [["index": 0, "message": .object(message), "finish_reason": .string(chatFinish(saying))]],
            "usage": chatUsage(saying),
        ]
    }

    static func chatEvents(_ saying: Saying, model: String) -> [[UInt8]] {
        var events = [event(model, delta: ["role": "assistant", "content": ""])]
        for word in Saying.words(of: saying.thinking) { events.append(event(model, delta: ["reasoning_content": .string(word)])) }
        for word in Saying.words(of: saying.text) { events.append(event(model, delta: ["content": .string(word)])) }
        for (place, call) in saying.calls.enumerated() {
            func piece(_ function: JSONValue, _ head: JSONObject = [:]) -> [UInt8] {
                var piece = head
                piece["index"] = number(place)
                piece["function"] = function
                return event(model, delta: ["tool_calls": [.object(piece)]])
            }
            events.append(piece(["name": .string(call.name), "arguments": ""], ["id": .string(call.id), "type": "function"]))
            for text in Saying.pieces(of: call.arguments) { events.append(piece(["arguments": .string(text)])) }
        }
        events.append(event(model, delta: [:], finish: chatFinish(saying), usage: chatUsage(saying)))
        return events + [done]
    }

    private static func chatFinish(_ saying: Saying) -> String { saying.calls.isEmpty ? "stop" : "tool_calls" }

    private static func chatUsage(_ saying: Saying) -> JSONValue {
        [
            "prompt_tokens": number(saying.inputTokens), "completion_tokens": number(saying.outputTokens),
            "total_tokens": number(saying.inputTokens + saying.outputTokens),
        ]
    }
}

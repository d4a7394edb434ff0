// SPDX-License-Identifier: Apache-2.0
import JSON

/// Chat Completions, from platform.openai.com/docs/api-reference/chat (objects "chat completion" and "chat completion chunk"), and
/// for thoughts from api-docs.deepseek.com (`reasoning_content`), openrouter.ai/docs (`reasoning`) and docs.mistral.ai (`thinking`
/// pieces of content).
extension SeenReply {
    mutating func readChat(_ reply: JSONValue) {
        if reply["object"]?.string != "chat.completion" { faults.append("object is \(reply["object"]?.description ?? "missing")") }
        guard let choice = reply["choices"]?[0], let message = choice["message"] else {
            faults.append("no choice")
            return
        }
        readChatPiece(message)
        for call in message["tool_calls"]?.array ?? [] {
            calls.append(
                SeenCall(
                    id: call["id"]?.string ?? "", name: call["function"]?["name"]?.string ?? "",
                    written: call["function"]?["arguments"]?.string ?? ""))
        }
        finish = chatFinish(choice["finish_reason"]?.string)
        readChatUsage(reply["usage"])
    }

    mutating func readChat(_ events: [SeenEvent]) {
        var arguments: [Int: (id: String, name: String, text: String)] = [:]
        for event in events where event.data != "[DONE]" {
            let chunk = event.json
            for choice in chunk["choices"]?.array ?? [] where choice["index"]?.int ?? 0 == 0 {
                let delta = choice["delta"] ?? .null
                readChatPiece(delta)
                for call in delta["tool_calls"]?.array ?? [] {
                    var known = arguments[call["index"]?.int ?? 0] ?? ("", "", "")
                    known.id = call["id"]?.string ?? known.id
                    if known.name.isEmpty { known.name = call["function"]?["name"]?.string ?? "" }
                    known.text += call["function"]?["arguments"]?.string ?? ""
                    arguments[call["index"]?.int ?? 0] = known
                }
                finish = choice["finish_reason"]?.string ?? finish
                readChatUsage(choice["usage"])
            }
            readChatUsage(chunk["usage"])
            readChatUsage(chunk["x_groq"]?["usage"])
        }
        calls = arguments.sorted { $0.key < $1.key }.map { SeenCall(id: $0.value.id, name: $0.value.name, written: $0.value.text) }
        finish = chatFinish(finish)
    }

    private mutating func readChatPiece(_ message: JSONValue) {
        if let content = message["content"]?.string { text += content }
        for piece in message["content"]?.array ?? [] {
            text += piece["text"]?.string ?? ""
            for thought in piece["thinking"]?.array ?? [] { thinking += thought["text"]?.string ?? "" }
        }
        thinking += message["reasoning_content"]?.string ?? message["reasoning"]?.string ?? ""
        refusal += message["refusal"]?.string ?? ""
    }

    private func chatFinish(_ reason: String?) -> String? {
        switch reason {
        case "tool_calls", "function_call": "tool_calls"
        case "stop": calls.isEmpty ? "stop" : "tool_calls"
        default: reason
        }
    }

    private mutating func readChatUsage(_ usage: JSONValue?) {
        guard let usage, usage.object != nil else { return }
        input = usage["prompt_tokens"]?.int
        output = usage["completion_tokens"]?.int
        cached = usage["prompt_tokens_details"]?["cached_tokens"]?.int
    }
}

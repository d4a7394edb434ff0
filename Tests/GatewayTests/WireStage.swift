// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON
import Rehearsal
import Testing

/// The four wires as clients and providers speak them, in their smallest form.
enum PlayedWire: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case chat = "openai-completions"
    case responses = "openai-responses"
    case messages = "anthropic-messages"
    case gemini = "google-generative-ai"

    var testDescription: String { rawValue }

    // MARK: A client's side

    func path(_ model: String, streaming: Bool) -> String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .responses: "/v1/responses"
        case .messages: "/v1/messages"
        case .gemini: "/v1beta/models/\(model):\(streaming ? "streamGenerateContent?alt=sse" : "generateContent")"
        }
    }

    /// The header in which this wire's SDKs send their key.
    func keyHeader(_ token: String) -> Headers {
        switch self {
        case .chat, .responses: ["authorization": "Bearer \(token)"]
        case .messages: ["x-api-key": token, "anthropic-version": "2023-06-01"]
        case .gemini: ["x-goog-api-key": token]
        }
    }

    func request(_ model: String, streaming: Bool = false, extra: JSONObject = [:]) -> [UInt8] {
        var body: JSONObject
        switch self {
        case .chat: body = ["model": .string(model), "messages": [["role": "user", "content": "Who is on stage?"]]]
        case .responses: body = ["model": .string(model), "input": "Who is on stage?"]
        case .messages:
            body = ["model": .string(model), "max_tokens": 64, "messages": [["role": "user", "content": "Who is on stage?"]]]
        case .gemini: body = ["contents": [["role": "user", "parts": [["text": "Who is on stage?"]]]]]
        }
        if streaming, self != .gemini { body["stream"] = true }
        for (key, value) in extra.members { body[key] = value }
        return JSONWriter.compact(.object(body))
    }

    /// What the reply says, whole or joined from its events.
    func text(of reply: JSONValue) -> String? {
        switch self {
        case .chat: reply["choices"]?[0]?["message"]?["content"]?.string ?? reply["choices"]?[0]?["delta"]?["content"]?.string
        case .responses:
            reply["delta"]?.string
                ?? reply["output"]?.array?.compactMap { $0["content"]?[0]?["text"]?.string }.joined()
        case .messages: reply["content"]?[0]?["text"]?.string ?? reply["delta"]?["text"]?.string
        case .gemini: reply["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]?.string
        }
    }

    /// An error's words, status or type, and receipt, wherever this wire has them.
    func error(in reply: JSONValue) -> (message: String?, kind: String?, receipt: JSONValue?) {
        let error = reply["error"] ?? .null
        let receipt = error["understudy"] ?? reply["understudy"]
        return switch self {
        case .chat, .responses: (error["message"]?.string, error["type"]?.string, receipt)
        case .messages: (error["message"]?.string, reply["type"] == "error" ? error["type"]?.string : nil, receipt)
        case .gemini: (error["message"]?.string, error["status"]?.string, receipt)
        }
    }

    // MARK: A provider's side

    func says(_ text: String, id: String = "resp_stage", streaming: Bool) -> Script {
        streaming ? streams(text, id: id) : replies(text, id: id)
    }

    private func replies(_ text: String, id: String) -> Script {
        Script([.answer(status: 200, headers: Script.json, body: JSONWriter.compact(whole(text, id)))])
    }

    private func whole(_ text: String, _ id: String) -> JSONValue {
        switch self {
        case .chat:
            [
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
                "choices": [["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]],
                "usage": ["prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5],
            ]
        case .responses:
            [
                "id": .string(id), "object": "response", "created_at": 1, "status": "completed", "model": "m",
                "output": [
                    [
                        "id": "msg_1", "type": "message", "status": "completed", "role": "assistant",
                        "content": [["type": "output_text", "text": .string(text), "annotations": []]],
                    ]
                ],
                "usage": ["input_tokens": 3, "output_tokens": 2, "total_tokens": 5],
            ]
        case .messages:
            [
                "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [["type": "text", "text": .string(text)]],
                "stop_reason": "end_turn", "stop_sequence": nil, "usage": ["input_tokens": 3, "output_tokens": 2],
            ]
        case .gemini:
            [
                "candidates": [["content": ["role": "model", "parts": [["text": .string(text)]]], "finishReason": "STOP", "index": 0]],
                "usageMetadata": ["promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5], "modelVersion": "m",
            ]
        }
    }

    private func streams(_ text: String, id: String) -> Script {
        if self == .chat { return .streams(text, model: "m") }
        let words = text.split(separator: " ").enumerated().map { ($0 == 0 ? "" : " ") + $1 }
        var acts: [Script.Act] = [.begin(status: 200, headers: Script.eventStream)]
        func event(_ name: String?, _ value: JSONValue) {
            let head = name.map { "event: \($0)\n" } ?? ""
            acts.append(.bytes(Array("\(head)data: \(JSONWriter.string(value))\n\n".utf8)))
        }
        switch self {
        case .chat: break
        case .responses:
            func begun(_ status: String) -> JSONValue {
                ["id": .string(id), "object": "response", "created_at": 1, "status": .string(status), "model": "m", "output": []]
            }
            event("response.created", ["type": "response.created", "sequence_number": 0, "response": begun("in_progress")])
            event(
                "response.output_item.added",
                [
                    "type": "response.output_item.added", "sequence_number": 1, "output_index": 0,
                    "item": ["id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []],
                ])
            for (place, word) in words.enumerated() {
                event(
                    "response.output_text.delta",
                    [
                        "type": "response.output_text.delta", "sequence_number": .number(JSONNumber(place + 2)), "item_id": "msg_1",
                        "output_index": 0, "content_index": 0, "delta": .string(word),
                    ])
            }
            event("response.completed", ["type": "response.completed", "sequence_number": 99, "response": whole(text, id)])
        case .messages:
            event(
                "message_start",
                [
                    "type": "message_start",
                    "message": [
                        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": nil,
                        "stop_sequence": nil, "usage": ["input_tokens": 3, "output_tokens": 1],
                    ],
                ])
            event("content_block_start", ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]])
            for word in words {
                event(
                    "content_block_delta",
                    ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(word)]])
            }
            event("content_block_stop", ["type": "content_block_stop", "index": 0])
            event(
                "message_delta",
                ["type": "message_delta", "delta": ["stop_reason": "end_turn", "stop_sequence": nil], "usage": ["output_tokens": 2]])
            event("message_stop", ["type": "message_stop"])
        case .gemini:
            for (place, word) in words.enumerated() {
                var candidate: JSONObject = ["content": ["role": "model", "parts": [["text": .string(word)]]], "index": 0]
                if place == words.count - 1 { candidate["finishReason"] = "STOP" }
                event(nil, ["candidates": [.object(candidate)], "modelVersion": "m"])
            }
        }
        acts.append(.end)
        return Script(acts)
    }

    /// Whether an upstream of this wire was asked for a stream.
    func wantsStream(_ asked: AskedRequest) -> Bool {
        self == .gemini ? asked.path.contains(":streamGenerateContent") : asked.streaming
    }
}

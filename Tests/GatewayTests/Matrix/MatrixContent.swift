// SPDX-License-Identifier: Apache-2.0
import JSON
import Rehearsal

/// What is asked for and said in a cell of the matrix. No word occurs twice, so that a text says by itself where it has been cut.
enum MatrixContent: String, CaseIterable, Sendable {
    case text, call, callAlone, reasoning, schema

    static let line = "A lead falls ill in the second act, so her understudy says what remains — brava, Zoë!"
    static let document = #"{"lead": "Zoë", "acts": [1, 2, 3], "line": "What \"remains\" is said.", "sung": true}"#

    /// The whole answer, as a provider of this wire gives it.
    ///
    /// - Parameter role: Each candidate counts other tokens, so that it shows whose are told.
    func saying(on wire: PlayedWire, by role: Int) -> Saying {
        var saying =
            switch self {
            case .text: Saying(Self.line)
            case .call: Saying("Let me see who is there.", calls: calls(on: wire))
            case .callAlone: Saying(calls: calls(on: wire))
            case .reasoning:
                Saying(Self.line, thinking: "Who can speak now?", signature: wire == .messages ? "c2lnbmF0dXJl" : "")
            case .schema: Saying(Self.document)
            }
        saying.inputTokens = 20 + role
        return saying
    }

    private func calls(on wire: PlayedWire) -> [Saying.Call] {
        let id =
            switch wire {
            case .chat, .responses: "call_stage"
            case .messages: "toolu_stage"
            case .gemini: ""
            }
        return [Saying.Call(id: id, name: "call_actor", arguments: ["name": "Zoë", "loud": true])]
    }

    /// What a client of this wire adds to its request.
    func asking(on wire: PlayedWire) -> JSONObject {
        switch self {
        case .text: [:]
        case .call, .callAlone: ["tools": [Self.tool(wire)]]
        case .reasoning:
            switch wire {
            case .chat: ["reasoning_effort": "low"]
            case .responses: ["reasoning": ["effort": "low", "summary": "auto"]]
            case .messages: ["thinking": ["type": "enabled", "budget_tokens": 1024], "max_tokens": 4096]
            case .gemini: ["generationConfig": ["thinkingConfig": ["includeThoughts": true]]]
            }
        case .schema:
            switch wire {
            case .chat:
                ["response_format": ["type": "json_schema", "json_schema": ["name": "cast", "schema": Self.shape]]]
            case .responses: ["text": ["format": ["type": "json_schema", "name": "cast", "schema": Self.shape]]]
            case .messages: ["output_config": ["format": ["type": "json_schema", "schema": Self.shape]]]
            case .gemini: ["generationConfig": ["responseMimeType": "application/json", "responseJsonSchema": Self.shape]]
            }
        }
    }

    private static let shape: JSONValue = [
        "type": "object",
        "properties": [
            "lead": ["type": "string"], "acts": ["type": "array", "items": ["type": "integer"]], "line": ["type": "string"],
            "sung": ["type": "boolean"],
        ],
        "required": ["lead", "acts", "line", "sung"], "additionalProperties": false,
    ]

    private static func tool(_ wire: PlayedWire) -> JSONValue {
        let parameters: JSONValue = [
            "type": "object", "properties": ["name": ["type": "string"], "loud": ["type": "boolean"]], "required": ["name"],
        ]
        return switch wire {
        case .chat: ["type": "function", "function": ["name": "call_actor", "parameters": parameters]]
        case .responses: ["type": "function", "name": "call_actor", "parameters": parameters]
        case .messages: ["name": "call_actor", "input_schema": parameters]
        case .gemini: ["functionDeclarations": [["name": "call_actor", "parametersJsonSchema": parameters]]]
        }
    }

    /// What a client of this wire is told of why it ended.
    func finish(on wire: PlayedWire) -> String {
        let calls = self == .call || self == .callAlone
        return switch wire {
        case .chat: calls ? "tool_calls" : "stop"
        case .responses: "completed"
        case .messages: calls ? "tool_use" : "end_turn"
        case .gemini: "STOP"
        }
    }
}

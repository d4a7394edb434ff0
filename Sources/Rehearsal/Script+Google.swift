// SPDX-License-Identifier: Apache-2.0
import JSON

/// A saying on `generateContent` (docs/wire/google-generative-ai.md), as models before Gemini 3 answer: calls have no ids.
extension Script {
    static func googleReply(_ saying: Saying, model: String) -> JSONValue {
        var parts: [JSONValue] = []
        if !saying.thinking.isEmpty { parts.append(["text": .string(saying.thinking), "thought": true]) }
        if !saying.text.isEmpty { parts.append(["text": .string(saying.text)]) }
        return googleChunk(model, parts: parts + googleCalls(saying), finish: "STOP", saying)
    }

    static func googleEvents(_ saying: Saying, model: String) -> [[UInt8]] {
        var chunks: [JSONValue] = []
        for word in Saying.words(of: saying.thinking) {
            chunks.append(googleChunk(model, parts: [["text": .string(word), "thought": true]], saying))
        }
        for word in Saying.words(of: saying.text) { chunks.append(googleChunk(model, parts: [["text": .string(word)]], saying)) }
        for call in googleCalls(saying) { chunks.append(googleChunk(model, parts: [call], saying)) }
        chunks.append(googleChunk(model, parts: [["text": ""]], finish: "STOP", saying))
        return chunks.map { event(nil, $0) }
    }

    private static func googleCalls(_ saying: Saying) -> [JSONValue] {
        saying.calls.enumerated().map { place, call in
            var part: JSONObject = ["functionCall": ["name": .string(call.name), "args": call.arguments]]
            // The first call of a turn has the signature (ai.google.dev/gemini-api/docs/thought-signatures).
            if place == 0, !saying.signature.isEmpty { part["thoughtSignature"] = .string(saying.signature) }
            return .object(part)
        }
    }

    private static func googleChunk(_ model: String, parts: [JSONValue], finish: String? = nil, _ saying: Saying) -> JSONValue {
        var candidate: JSONObject = ["content": ["role": "model", "parts": .array(parts)], "index": 0]
        if let finish { candidate["finishReason"] = .string(finish) }
        return [
            "candidates": [.object(candidate)], "modelVersion": .string(model), "responseId": "rehearsal",
            "usageMetadata": [
                "promptTokenCount": number(saying.inputTokens), "candidatesTokenCount": number(saying.outputTokens),
                "totalTokenCount": number(saying.inputTokens + saying.outputTokens),
            ],
        ]
    }
}

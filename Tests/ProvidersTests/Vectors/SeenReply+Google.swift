// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Gemini API, from ai.google.dev/api/generate-content (`GenerateContentResponse`). A stream is the same object in pieces.
extension SeenReply {
    mutating func readGoogle(_ replies: [JSONValue]) {
        for reply in replies {
            if reply.object == nil { faults.append("a piece that is no object") }
            for candidate in reply["candidates"]?.array ?? [] where candidate["index"]?.int ?? 0 == 0 {
                for part in candidate["content"]?["parts"]?.array ?? [] { readGooglePart(part) }
                finish = candidate["finishReason"]?.string ?? finish
            }
            if let usage = reply["usageMetadata"] {
                input = usage["promptTokenCount"]?.int ?? input
                if let spoken = usage["candidatesTokenCount"]?.int { output = spoken + (usage["thoughtsTokenCount"]?.int ?? 0) }
                cached = usage["cachedContentTokenCount"]?.int ?? cached
            }
        }
        switch finish {
        case "STOP": finish = calls.isEmpty ? "stop" : "tool_calls"
        case "MAX_TOKENS": finish = "length"
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII": finish = "content_filter"
        default: break
        }
    }

    private mutating func readGooglePart(_ part: JSONValue) {
        if let words = part["text"]?.string {
            if part["thought"]?.bool == true { thinking += words } else { text += words }
        }
        if let call = part["functionCall"] {
            calls.append(SeenCall(id: call["id"]?.string ?? "", name: call["name"]?.string ?? "", arguments: call["args"] ?? [:]))
        }
    }
}

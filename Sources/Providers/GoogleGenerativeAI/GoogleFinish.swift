// SPDX-License-Identifier: Apache-2.0
import JSON

/// What the words in `finishReason` mean (https://ai.google.dev/api/generate-content#FinishReason; `types.py` of google-genai 3.4).
enum GoogleFinish {
    /// The provider or its model broke off, and the same request may well be answered by another: calls that cannot be parsed or that nobody
    /// offered, replies that cannot, an account that is shut out, a thought's signature that is missing. Gemini CLI asks again after
    /// the first two (google-gemini/gemini-cli, `geminiChat.ts`).
    static func isFailure(_ reason: String) -> Bool {
        switch reason {
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE", "PUP_LIMITED_DISABLED":
            true
        default: false
        }
    }

    /// Says that something went wrong and not what: a failure only of a reply that has nothing in it.
    static func isVague(_ reason: String) -> Bool { reason == "OTHER" }

    /// The reply goes on, or nobody said.
    static func isNone(_ reason: String) -> Bool { reason.isEmpty || reason == "FINISH_REASON_UNSPECIFIED" }

    /// - Parameter hasCalls: The reply calls tools: Google says `STOP` then too.
    static func read(_ reason: String, hasCalls: Bool) -> Finish {
        switch reason {
        case "STOP": hasCalls ? .toolCalls : .stop
        // The second: a limit per request (`continuationToken`).
        case "MAX_TOKENS", "CONTINUATION": .length
        case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION", "MODEL_ARMOR", "ESCALATION", "JAILBREAK":
            .contentFilter
        default: .other(reason)
        }
    }

    /// The word for a neutral reason. Tool calls end with `STOP`; what Google has no word for is `OTHER`.
    static func word(_ finish: Finish) -> String {
        switch finish {
        case .stop, .toolCalls: "STOP"
        case .length, .windowFull: "MAX_TOKENS"
        case .contentFilter: "SAFETY"
        case .refusal: "PROHIBITED_CONTENT"
        case .paused: "OTHER"
        case .other(let reason): known.contains(reason) ? reason : "OTHER"
        }
    }

    /// A reason that Google has no word for, in its own.
    static func message(_ finish: Finish) -> String? {
        guard case .other(let reason) = finish, !known.contains(reason) else { return nil }
        return reason
    }

    private static let known: Set<String> = ["LANGUAGE", "IMAGE_OTHER", "NO_IMAGE", "TOO_MANY_TOOL_CALLS", "OTHER"]
}

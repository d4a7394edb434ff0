// SPDX-License-Identifier: Apache-2.0
import JSON

/// Finish reasons, in this API's words and those that its providers have beside them.
enum ChatFinish {
    /// - Parameters:
    ///   - hasCalls: The reply called tools. Some providers say `stop` all the same.
    ///   - sequence: The stop sequence that was met, where a server tells (vLLM's `stop_reason`).
    static func read(_ reason: String, hasCalls: Bool, sequence: String?) -> Finish {
        switch reason {
        // Together's word, and those of Anthropic's API behind routers.
        case "stop", "eos", "end_turn", "stop_sequence", "STOP": hasCalls ? .toolCalls : .stop(sequence: sequence)
        case "length", "max_tokens", "MAX_TOKENS": .length
        case "tool_calls", "function_call", "tool_use": .toolCalls
        // z.ai's and Google's.
        case "content_filter", "sensitive", "safety", "SAFETY", "RECITATION": .contentFilter
        case "refusal": .refusal
        case "pause_turn": .paused
        // Mistral's and z.ai's.
        case "model_length", "model_context_window_exceeded": .windowFull
        default: .other(ErrorReader.cut(reason, to: 64))
        }
    }

    /// - Parameter hasCalls: Where nobody said why it ended.
    static func text(_ finish: Finish?, hasCalls: Bool) -> StaticString {
        switch finish {
        case nil: hasCalls ? "tool_calls" : "stop"
        case .stop?, .paused?, .other?: "stop"
        case .length?, .windowFull?: "length"
        case .toolCalls?: "tool_calls"
        case .contentFilter?, .refusal?: "content_filter"
        }
    }

    /// What a choice says beside its reason, since clients know only five of them.
    static func appendMore(_ finish: Finish?, to output: inout [UInt8]) {
        switch finish {
        case .stop(let sequence?)?: output.member("stop_reason", sequence)
        case .other(let reason)?: output.member("native_finish_reason", reason)
        case .paused?: output.member("native_finish_reason", "pause_turn")
        case .refusal?: output.member("native_finish_reason", "refusal")
        case .windowFull?: output.member("native_finish_reason", "model_context_window_exceeded")
        case nil, .stop(nil)?, .length?, .toolCalls?, .contentFilter?: break
        }
    }
}

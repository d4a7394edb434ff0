// SPDX-License-Identifier: Apache-2.0

/// Why a reply ended (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons).
enum MessagesFinish {
    static func read(_ reason: String, sequence: String?) -> Finish {
        switch reason {
        case "end_turn": .stop
        case "stop_sequence": .stop(sequence: sequence)
        case "max_tokens": .length
        case "tool_use": .toolCalls
        case "refusal": .refusal
        case "pause_turn": .paused
        case "model_context_window_exceeded": .windowFull
        default: .other(reason)
        }
    }

    /// - Parameter hasCalls: The reply has calls of the client's tools: it waits for their results, whatever its maker calls that.
    static func write(_ finish: Finish?, hasCalls: Bool) -> (reason: String, sequence: String?) {
        switch finish {
        case .stop(let sequence?): ("stop_sequence", sequence)
        case .stop(nil)?, nil: (hasCalls ? "tool_use" : "end_turn", nil)
        case .length?: ("max_tokens", nil)
        case .toolCalls?: (hasCalls ? "tool_use" : "end_turn", nil)
        case .contentFilter?, .refusal?: ("refusal", nil)
        case .paused?: ("pause_turn", nil)
        case .windowFull?: ("model_context_window_exceeded", nil)
        case .other?: (hasCalls ? "tool_use" : "end_turn", nil)
        }
    }
}

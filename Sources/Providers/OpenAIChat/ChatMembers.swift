// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a Chat Completions request, found in one pass, and what each must be (docs/wire/openai-completions.md, "Requests").
///
/// Only types are checked, not ranges: providers differ in what they accept, and say so better than we could.
struct ChatMembers {
    private(set) var model, models, messages, tools, functions, responseFormat: JSONSlice?
    private(set) var stream, streamOptions, logprobs, n, maxTokens, maxCompletionTokens: JSONSlice?
    private(set) var user, promptCacheKey: JSONSlice?
    private(set) var reasoningEffort, enableThinking, thinking, reasoning: JSONSlice?

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    init(_ index: JSONIndex, in bytes: RawSpan) throws(RequestProblem) {
        for member in index.members {
            if let shape = MemberShape.of(member, in: bytes, { keep($0, named: $1, in: $2) }) {
                try MemberShape.check(member.value, is: shape, at: MemberShape.path(of: member, in: bytes), in: bytes)
            }
        }
    }

    /// Keeps the places of members that decide something.
    ///
    /// - Parameter key: In `bytes`, without quotes or escapes. Names are told apart in code rather than by a table: a comparison that
    ///   fails costs no more than that of two lengths.
    /// - Returns: The shape the value must have; `nil` for members that are not ours to judge.
    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) -> MemberShape? {
        func reads(_ name: StaticString) -> Bool { bytes.equals(name, in: key) }
        func kept(_ place: inout JSONSlice?, _ shape: MemberShape?) -> MemberShape? {
            place = value
            return shape
        }
        return switch true {
        case reads("model"): kept(&model, .string)
        case reads("messages"): kept(&messages, .array)
        case reads("stream"): kept(&stream, .bool)
        case reads("tools"): kept(&tools, .array)
        case reads("temperature"), reads("top_p"), reads("frequency_penalty"), reads("presence_penalty"): .number
        case reads("max_tokens"): kept(&maxTokens, .integer)
        case reads("max_completion_tokens"): kept(&maxCompletionTokens, .integer)
        case reads("stream_options"): kept(&streamOptions, .object)
        case reads("tool_choice"), reads("function_call"): .stringOrObject
        case reads("stop"): .stringOrStrings
        case reads("response_format"): kept(&responseFormat, .object)
        case reads("n"): kept(&n, .integer)
        case reads("seed"), reads("top_logprobs"): .integer
        case reads("logprobs"): kept(&logprobs, .bool)
        case reads("parallel_tool_calls"), reads("store"): .bool
        case reads("reasoning_effort"): kept(&reasoningEffort, .string)
        case reads("user"): kept(&user, .string)
        case reads("prompt_cache_key"): kept(&promptCacheKey, .string)
        case reads("verbosity"), reads("prompt_cache_retention"), reads("safety_identifier"), reads("service_tier"): .string
        case reads("metadata"), reads("logit_bias"), reads("audio"), reads("prediction"), reads("web_search_options"): .object
        case reads("modalities"): .strings
        case reads("functions"): kept(&functions, .array)
        case reads("models"): kept(&models, .strings)
        case reads("enable_thinking"): kept(&enableThinking, nil)
        case reads("thinking"): kept(&thinking, nil)
        case reads("reasoning"): kept(&reasoning, nil)
        default: nil
        }
    }
}

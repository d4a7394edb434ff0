// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a Responses request, found in one pass, and what each must be (docs/wire/openai-responses.md, "Requests").
///
/// Only types are checked, not ranges: providers differ in what they accept, and say so better than we could.
struct ResponsesMembers {
    private(set) var model, models, input, instructions, tools, stream, store, text: JSONSlice?
    private(set) var maxOutputTokens, reasoning, include, topLogprobs: JSONSlice?
    private(set) var previousResponse, conversation, prompt: JSONSlice?
    private(set) var user, safetyIdentifier, promptCacheKey: JSONSlice?

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    init(_ index: JSONIndex, in bytes: RawSpan) throws(RequestProblem) {
        for member in index.members {
            guard let shape = keep(member.value, named: member.key, in: bytes) else { continue }
            try MemberShape.check(member.value, is: shape, at: MemberShape.path(of: member, in: bytes), in: bytes)
        }
    }

    /// Keeps the places of members that decide something.
    ///
    /// - Returns: The shape the value must have; `nil` for members that are not ours to judge.
    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) -> MemberShape? {
        func reads(_ name: StaticString) -> Bool { JSONText.equals(key, name, in: bytes) }
        func kept(_ place: inout JSONSlice?, _ shape: MemberShape?) -> MemberShape? {
            place = value.kind == .null ? nil : value
            return shape
        }
        return switch true {
        case reads("model"): kept(&model, .string)
        case reads("input"): kept(&input, .stringOrArray)
        case reads("instructions"): kept(&instructions, .stringOrArray)
        case reads("stream"): kept(&stream, .bool)
        case reads("tools"): kept(&tools, .array)
        case reads("tool_choice"): .stringOrObject
        case reads("max_output_tokens"): kept(&maxOutputTokens, .integer)
        case reads("reasoning"): kept(&reasoning, .object)
        case reads("text"): kept(&text, .object)
        case reads("include"): kept(&include, .strings)
        case reads("store"): kept(&store, .bool)
        case reads("previous_response_id"): kept(&previousResponse, .string)
        case reads("conversation"): kept(&conversation, .stringOrObject)
        case reads("prompt"): kept(&prompt, .object)
        case reads("prompt_cache_key"): kept(&promptCacheKey, .string)
        case reads("user"): kept(&user, .string)
        case reads("safety_identifier"): kept(&safetyIdentifier, .string)
        case reads("top_logprobs"): kept(&topLogprobs, .integer)
        case reads("max_tool_calls"): .integer
        case reads("temperature"), reads("top_p"): .number
        case reads("parallel_tool_calls"), reads("background"): .bool
        case reads("truncation"), reads("service_tier"), reads("prompt_cache_retention"): .string
        case reads("metadata"), reads("stream_options"): .object
        case reads("models"): kept(&models, .strings)
        default: nil
        }
    }
}

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

    /// What a member's value may be. `null` always may, save for the two that are required.
    enum Shape {
        case string, bool, number, integer, array, strings, object
        case stringOrStrings, stringOrObject

        /// As a sentence says it.
        var text: String {
            switch self {
            case .string: "a string"
            case .bool: "a boolean"
            case .number: "a number"
            case .integer: "an integer"
            case .array: "an array"
            case .strings: "an array of strings"
            case .object: "an object"
            case .stringOrStrings: "a string or an array of strings"
            case .stringOrObject: "a string or an object"
            }
        }
    }

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    init(_ index: JSONIndex, in bytes: RawSpan) throws(RequestProblem) {
        for member in index.members {
            let shape: Shape?
            if bytes.hasBackslash(in: member.key) {
                let name = member.name(in: bytes)
                shape = keep(member.value, named: 0..<name.utf8.count, in: name.utf8Span.span.bytes)
            } else {
                shape = keep(member.value, named: member.key, in: bytes)
            }
            if let shape { try ChatMembers.check(member.value, is: shape, at: ChatMembers.path(of: member, in: bytes), in: bytes) }
        }
    }

    /// Keeps the places of members that decide something.
    ///
    /// - Parameter key: In `bytes`, without quotes or escapes. Names are told apart in code rather than by a table: a comparison that
    ///   fails costs no more than that of two lengths.
    /// - Returns: The shape the value must have; `nil` for members that are not ours to judge.
    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) -> Shape? {
        func reads(_ name: StaticString) -> Bool { bytes.equals(name, in: key) }
        func kept(_ place: inout JSONSlice?, _ shape: Shape?) -> Shape? {
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

    /// How a problem names a member: as it is written, and no more of it than tells which.
    private static func path(of member: JSONIndex.Member, in bytes: RawSpan) -> String {
        bytes.extracting(member.key.prefix(64)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Throws unless `value` has `shape` or is `null`.
    static func check(_ value: JSONSlice, is shape: Shape, at path: @autoclosure () -> String, in bytes: RawSpan) throws(RequestProblem) {
        if value.kind == .null || fits(value, shape, in: bytes) { return }
        throw wrongType(value, expected: shape.text, at: path())
    }

    static func wrongType(_ value: JSONSlice, expected: String, at path: String) -> RequestProblem {
        RequestProblem(path: path, message: "\(path) must be \(expected), not \(value.kind.text).", code: "invalid_type")
    }

    private static func fits(_ value: JSONSlice, _ shape: Shape, in bytes: RawSpan) -> Bool {
        switch shape {
        case .string: value.kind == .string
        case .bool: value.kind == .bool
        case .number: value.kind == .number
        case .integer: value.kind == .number && value.int(in: bytes) != nil
        case .array: value.kind == .array
        case .strings: areStrings(value, in: bytes)
        case .object: value.kind == .object
        case .stringOrStrings: value.kind == .string || areStrings(value, in: bytes)
        case .stringOrObject: value.kind == .string || value.kind == .object
        }
    }

    private static func areStrings(_ value: JSONSlice, in bytes: RawSpan) -> Bool {
        guard value.kind == .array else { return false }
        var all = true
        value.forEachElement(in: bytes) { element in
            all = element.kind == .string
            return all
        }
        return all
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Where a provider or a model differs from its wire's usual ways, as far as that is known before it refuses something. What is not
/// said here the wire decides by the model's name, and a repair mends what turns out wrong.
public struct Quirks: Hashable, Sendable {
    /// How a limit of tokens is called on Chat Completions: `max_tokens` or `max_completion_tokens`.
    public var maxTokensMember: String?
    /// Knows the role `developer`.
    public var takesDeveloperRole: Bool?
    /// Continues a last message of the assistant's.
    public var takesPrefill: Bool?
    /// How it is told that a last message of the assistant's is to be continued.
    public var prefillMark: PrefillMark?
    /// Where thinking is asked for.
    public var reasoningMember: ReasoningMember?
    /// Wants the thoughts of its earlier messages back (`reasoning_content`).
    public var wantsThoughtsBack: Bool?
    /// Takes `stream_options.include_usage`.
    public var takesStreamOptions: Bool?
    /// Takes `response_format` with a JSON schema.
    public var takesJSONSchema: Bool?
    /// Takes `strict` in tools.
    public var takesStrictTools: Bool?
    /// How long tool-call ids have to be, in letters and digits.
    public var toolCallIDLength: Int?
    /// Takes `store`.
    public var takesStore: Bool?
    /// Takes `prompt_cache_key`.
    public var takesCacheKey: Bool?
    /// Wants the tool's `name` beside `tool_call_id`.
    public var wantsToolResultName: Bool?

    public enum ReasoningMember: String, Hashable, Sendable, CaseIterable {
        /// OpenAI's `reasoning_effort`.
        case reasoningEffort = "reasoning_effort"
        /// OpenRouter's `reasoning: {effort | max_tokens}`.
        case reasoning
        /// `thinking: {type: enabled | disabled}`, as z.ai, DeepSeek and Moonshot have it.
        case thinking
        /// Qwen's `enable_thinking` and `thinking_budget`.
        case enableThinking = "enable_thinking"
        /// It has none.
        case none
    }

    public init() {}

    /// Each said by `self`, else by `other`.
    public func over(_ other: Quirks) -> Quirks {
        var merged = Quirks()
        merged.maxTokensMember = maxTokensMember ?? other.maxTokensMember
        merged.takesDeveloperRole = takesDeveloperRole ?? other.takesDeveloperRole
        merged.takesPrefill = takesPrefill ?? other.takesPrefill
        merged.prefillMark = prefillMark ?? other.prefillMark
        merged.reasoningMember = reasoningMember ?? other.reasoningMember
        merged.wantsThoughtsBack = wantsThoughtsBack ?? other.wantsThoughtsBack
        merged.takesStreamOptions = takesStreamOptions ?? other.takesStreamOptions
        merged.takesJSONSchema = takesJSONSchema ?? other.takesJSONSchema
        merged.takesStrictTools = takesStrictTools ?? other.takesStrictTools
        merged.toolCallIDLength = toolCallIDLength ?? other.toolCallIDLength
        merged.takesStore = takesStore ?? other.takesStore
        merged.takesCacheKey = takesCacheKey ?? other.takesCacheKey
        merged.wantsToolResultName = wantsToolResultName ?? other.wantsToolResultName
        return merged
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Something that a request or a reply may hold and that not every wire has a member for. What every wire has (text, tools,
/// images as data, a limit of tokens) is not listed.
///
/// Each wire says which it carries; a crossing loses what the target does not (docs/wire/crossings.md, made from these tables).
public enum Feature: String, Hashable, Sendable, CaseIterable {
    // Requests
    case developerRole = "developer_role"
    /// Instructions that do not stand at the beginning.
    case laterInstructions = "later_instructions"
    case speakerName = "speaker_name"
    case imageURL = "image_url"
    case imageDetail = "image_detail"
    case documents
    case documentURL = "document_url"
    case audioInput = "audio_input"
    case videoInput = "video_input"
    /// Files by an id of one account.
    case fileID = "file_id"
    case toolResultErrors = "tool_result_errors"
    case toolResultImages = "tool_result_images"
    case freeFormTools = "free_form_tools"
    case strictTools = "strict_tools"
    case webSearch = "web_search"
    case codeExecution = "code_execution"
    case webFetch = "web_fetch"
    case foreignTools = "foreign_tools"
    case foreignParts = "foreign_parts"
    case allowedTools = "allowed_tools"
    case parallelToolCalls = "parallel_tool_calls"
    case jsonObject = "json_object"
    case jsonSchema = "json_schema"
    /// Every wire has it, but not every model, nor all of its range: writers note it.
    case temperature
    case topP = "top_p"
    case topK = "top_k"
    case frequencyPenalty = "frequency_penalty"
    case presencePenalty = "presence_penalty"
    case seed
    case stopSequences = "stop"
    case choices = "n"
    case logprobs
    case topLogprobs = "top_logprobs"
    case logitBias = "logit_bias"
    case verbosity
    case reasoning
    case reasoningBudget = "reasoning_budget"
    case user
    case cacheKey = "prompt_cache_key"
    case cacheMarkers = "cache_control"
    case serviceTier = "service_tier"
    case metadata
    case store
    /// Members of the client's wire that nobody else knows.
    case foreignMembers = "foreign_members"
    /// Thoughts of another provider.
    case foreignThinking = "foreign_thinking"
    // Replies
    case refusals
    case citations
    case stopSequenceTold = "stop_sequence_told"
    case mediaOutput = "media_output"
    case cacheWriteTokens = "cache_write_tokens"
    case reasoningTokens = "reasoning_tokens"
}

/// Something that did not cross.
public struct Loss: Hashable, Sendable {
    public var feature: Feature
    /// Which, where that helps: a member's name, a place.
    public var detail: String?

    public init(_ feature: Feature, _ detail: String? = nil) {
        self.feature = feature
        self.detail = detail
    }

    /// As the receipt has it: `seed`, or `foreign_members: logit_processor`.
    public var code: String { detail.map { "\(feature.rawValue): \($0)" } ?? feature.rawValue }
}

/// What was lost, each once, in the order in which it was met; bounded.
public struct Losses: Hashable, Sendable {
    public private(set) var all: [Loss] = []

    private static let limit = 32

    public init() {}

    public mutating func note(_ feature: Feature, _ detail: String? = nil) {
        let loss = Loss(feature, detail.map { ErrorReader.cut($0, to: 64) })
        guard all.count < Self.limit, !all.contains(loss) else { return }
        all.append(loss)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What a request's target takes, as far as its quirks, its provider or its model's name say. What turns out wrong a repair mends.
struct ChatTarget {
    let target: RequestTarget
    /// OpenAI itself: newest members, and nothing that is not its own.
    let isOpenAI: Bool
    /// The model's name without its maker's: `gpt-5-mini` of `openai/gpt-5-mini`.
    private let name: String

    init(_ target: RequestTarget) {
        self.target = target
        isOpenAI = ["openai", "azure", "azure-openai", "azure-openai-responses"].contains(target.provider.rawValue)
        name = target.model.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    private func isProvider(_ ids: String...) -> Bool { ids.contains(target.provider.rawValue) }

    var isOpenRouter: Bool { isProvider("openrouter") }

    /// Thinks by itself and takes `reasoning_effort`: OpenAI's o-series and GPT-5.
    private var isOpenAIReasoner: Bool {
        if name.hasPrefix("gpt-5") { return true }
        return name.count >= 2 && name.hasPrefix("o") && (name.dropFirst().first?.isNumber ?? false)
    }

    var maxTokensMember: StaticString {
        switch target.quirks.maxTokensMember {
        case "max_tokens"?: "max_tokens"
        case "max_completion_tokens"?: "max_completion_tokens"
        default: isOpenAI || isOpenAIReasoner ? "max_completion_tokens" : "max_tokens"
        }
    }

    var takesDeveloperRole: Bool { target.quirks.takesDeveloperRole ?? isOpenAI }

    var takesStreamOptions: Bool { target.quirks.takesStreamOptions ?? true }

    var takesJSONSchema: Bool { target.quirks.takesJSONSchema ?? !isProvider("deepseek") }

    var takesStrictTools: Bool { target.quirks.takesStrictTools ?? true }

    /// Tools that take plain text.
    var takesCustomTools: Bool { isOpenAI }

    /// `tool_choice` with `allowed_tools`.
    var takesAllowedTools: Bool { isOpenAI }

    /// Members that only others than OpenAI know.
    var takesTopK: Bool { !isOpenAI && !isProvider("mistral", "groq", "cerebras", "github-copilot") }

    var takesCacheKey: Bool { !isProvider("mistral", "groq", "cerebras") }

    var takesStore: Bool { isOpenAI }

    var takesVideo: Bool { !isOpenAI }

    var takesDocumentURLs: Bool { isOpenRouter }

    /// Four, says OpenAI's reference.
    var stopLimit: Int { isOpenAI ? 4 : .max }

    var seedMember: StaticString { isProvider("mistral") ? "random_seed" : "seed" }

    /// Some continue a message of the assistant's only if it tells them to: the member that does.
    var prefillMember: StaticString? {
        if isProvider("mistral") { return PrefillMark.prefix.member }
        return target.quirks.takesPrefill == true ? target.quirks.prefillMark?.member : nil
    }

    /// Answers only a user: a beginning of the assistant's needs a request to go on behind it.
    var refusesPrefill: Bool { target.quirks.takesPrefill == false }

    /// Content that is a list of texts is refused (`invalid type: sequence, expected a string`, BerriAI/litellm#6642).
    var takesTextParts: Bool { !isProvider("deepseek") }

    /// Refuse a conversation of theirs without its thoughts, where a tool was called (api-docs.deepseek.com/guides/thinking_mode).
    var wantsThoughtsBack: Bool {
        target.quirks.wantsThoughtsBack ?? isProvider("deepseek", "moonshot", "moonshotai", "kimi-coding", "zai", "minimax", "xiaomi")
    }

    var search: Search {
        if isOpenRouter { return .plugin }
        return name.contains("search") ? .options : .none
    }

    enum Search { case options, plugin, none }

    // MARK: Thinking

    var reasoningMember: Quirks.ReasoningMember {
        if let member = target.quirks.reasoningMember { return member }
        if isOpenRouter { return .reasoning }
        if isProvider("zai", "deepseek", "moonshot", "moonshotai", "xiaomi") { return .thinking }
        if isProvider("qwen", "qwen-portal", "dashscope", "alibaba", "modelstudio") { return .enableThinking }
        if isOpenAI, !isOpenAIReasoner { return .none }
        return .reasoningEffort
    }

    /// The word for an effort, as near as OpenAI's models have it; `nil`: better none is said.
    func word(for effort: Reasoning.Effort) -> String? {
        let isFive = name == "gpt-5" || name.hasPrefix("gpt-5-")
        switch effort {
        case .none:
            if isFive { return "minimal" }
            return isOpenAIReasoner && !name.hasPrefix("gpt-5") ? "low" : target.known?.reasons == false ? nil : "none"
        case .minimal: return isOpenAI && !isFive ? "low" : "minimal"
        case .low, .medium, .high: return effort.rawValue
        case .xhigh, .max:
            // gpt-5.1-codex-max and all from 5.2 on.
            let isNewest = name.hasPrefix("gpt-5.") && (!name.hasPrefix("gpt-5.1") || name.contains("codex-max"))
            return isNewest ? "xhigh" : "high"
        }
    }
}

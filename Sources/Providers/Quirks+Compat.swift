// SPDX-License-Identifier: Apache-2.0
import JSON

extension Quirks {
    /// The quirks that are yes or no, by their names in `compat`: OpenClaw's where it has one.
    public static let flags: [(name: String, member: any WritableKeyPath<Quirks, Bool?> & Sendable)] = [
        ("supportsDeveloperRole", \.takesDeveloperRole), ("supportsPrefill", \.takesPrefill),
        ("supportsUsageInStreaming", \.takesStreamOptions), ("supportsJsonSchema", \.takesJSONSchema),
        ("supportsStrictMode", \.takesStrictTools), ("supportsStore", \.takesStore), ("supportsPromptCacheKey", \.takesCacheKey),
        ("requiresToolResultName", \.wantsToolResultName), ("requiresReasoningContentOnAssistantMessages", \.wantsThoughtsBack),
    ]

    public static let maxTokensMembers = ["max_tokens", "max_completion_tokens"]

    /// Where thinking is asked for, by OpenClaw's names of the ways (`thinkingFormat`).
    public static let thinkingFormats: [(name: String, member: ReasoningMember)] = [
        ("openai", .reasoningEffort), ("openrouter", .reasoning), ("deepseek", .thinking), ("zai", .thinking), ("qwen", .enableThinking),
        ("none", .none),
    ]

    /// Sets where thinking is asked for from what `compat` says of it; what it does not say stays.
    ///
    /// - Parameters:
    ///   - takesEffort: `supportsReasoningEffort`.
    ///   - format: `thinkingFormat`.
    public mutating func setReasoning(takesEffort: Bool?, format: String?) {
        if let member = Self.thinkingFormats.first(where: { $0.name == format })?.member {
            reasoningMember = member == .reasoningEffort && takesEffort == false ? ReasoningMember.none : member
        } else if let takesEffort {
            reasoningMember = takesEffort ? .reasoningEffort : ReasoningMember.none
        }
    }

    /// Reads a `compat` of the catalogue's.
    ///
    /// - Returns: `nil` for a member that is not known or not what it should be.
    init?(compat: JSONObject) {
        self.init()
        var takesEffort: Bool?
        var format: String?
        for (name, value) in compat.members {
            if let flag = Self.flags.first(where: { $0.name == name }) {
                guard let value = value.bool else { return nil }
                self[keyPath: flag.member] = value
                continue
            }
            switch name {
            case "maxTokensField":
                guard let text = value.string, Self.maxTokensMembers.contains(text) else { return nil }
                maxTokensMember = text
            case "prefillMark":
                guard let mark = value.string.flatMap(PrefillMark.init) else { return nil }
                prefillMark = mark
            case "thinkingFormat":
                guard let text = value.string, Self.thinkingFormats.contains(where: { $0.name == text }) else { return nil }
                format = text
            case "supportsReasoningEffort":
                guard let value = value.bool else { return nil }
                takesEffort = value
            case "toolCallIdLength":
                guard let length = value.int, (1...64).contains(length) else { return nil }
                toolCallIDLength = length
            default: return nil
            }
        }
        setReasoning(takesEffort: takesEffort, format: format)
    }
}

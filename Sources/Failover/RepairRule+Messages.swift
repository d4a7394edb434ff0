// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// What Anthropic's models refuse, in Anthropic's words.
    static let messagesRepairs: [RepairRule] = [
        RepairRule(
            .repair(.dropEmptyText),
            words: [
                [
                    "text content blocks must be non-empty", "text content blocks must contain non-whitespace",
                    "cache_control cannot be set for empty text", "must have non-empty content", "system: text content",
                ]
            ], "github.com/anthropics/claude-code/issues: text blocks without a word; platform.claude.com/docs/en/api/messages"),
        RepairRule(
            .repair(.dropThoughts),
            words: [["signature", "redacted_thinking", "`thinking`"], ["invalid", "field required", "cannot be modified"], ["thinking"]],
            isOfRequest: true,
            "github.com/anthropics/claude-code#10627; github.com/ding113/claude-code-hub#518; openclaw/openclaw#99382"),
        RepairRule(
            .repair(.dropMember("thinking")), words: [["expected `thinking` or `redacted_thinking`", "expected thinking or redacted"]],
            isOfRequest: true,
            "github.com/lbjlaq/Antigravity-Manager#139: the thought before a tool's result is gone"),
        RepairRule(
            .repair(.dropMember("thinking")), words: [["thinking may not be enabled when tool_choice"]], isOfRequest: true,
            "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"),
        RepairRule(
            .repair(.renameMember(from: "thinking.budget_tokens", to: "output_config.effort")),
            words: [["thinking.type.enabled", "thinking.type: enabled", "budget_tokens"], ["not supported", "not support"]],
            "github.com/anomalyco/models.dev#1468; https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking"),
        RepairRule(
            .repair(.renameMember(from: "output_config.effort", to: "thinking.budget_tokens")),
            words: [["adaptive"], ["not supported", "does not support", "input tag 'adaptive'"]],
            "github.com/elizaOS/eliza#16175; github.com/rikkahub/rikkahub#1091"),
        RepairRule(
            .repair(.fitBudget),
            words: [["budget_tokens"], ["max_tokens", "greater than or equal to 1024"]],
            "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"),
        RepairRule(
            .repair(.dropMember("thinking.display")),
            words: [["thinking.display", "thinking.enabled.display", "thinking.adaptive.display"]],
            "https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking: not every route shows thoughts by request"),
        RepairRule(
            .repair(.dropMember("output_config.effort")),
            words: [["effort parameter", "output_config.effort", "output_config"], ["not support", "extra inputs"]],
            "github.com/elizaOS/eliza#16175"),
        RepairRule(
            .repair(.dropMember("top_p")), words: [["temperature"], ["top_p"], ["cannot both be specified", "both"]], isOfRequest: true,
            "github.com/aws-samples/bedrock-chat#979; github.com/comet-ml/opik#3728"),
        RepairRule(
            .repair(.dropMember("temperature")), words: [["temperature"], ["is deprecated for this model"]],
            "github.com/The-PR-Agent/pr-agent#2456"),
        RepairRule(
            .repair(.dropMember("temperature")), words: [["temperature"], ["only be set to 1", "when thinking is enabled"]],
            isOfRequest: true, "github.com/MartialBE/one-hub#529: beside thoughts"),
        RepairRule(
            .repair(.dropMember("top_p")), words: [["top_p"], ["is deprecated for this model"]],
            "github.com/danny-avila/LibreChat#8939"),
        RepairRule(
            .repair(.dropMember("top_p")), words: [["top_p"], ["when thinking is enabled", "0.95"]], isOfRequest: true,
            "github.com/SEMOSS/Semoss#1655: beside thoughts"),
        RepairRule(
            .repair(.dropMember("top_k")), words: [["top_k"], ["is deprecated for this model"]],
            "https://platform.claude.com/docs/en/about-claude/models/overview"),
        RepairRule(
            .repair(.dropMember("top_k")), words: [["top_k"], ["when thinking is enabled"]], isOfRequest: true,
            "github.com/quarkiverse/quarkus-langchain4j#1812: beside thoughts"),
        RepairRule(
            .repair(.askToContinue),
            words: [
                [
                    "assistant message prefill", "must end with a user message",
                    "final assistant content cannot end with trailing whitespace",
                ]
            ], "github.com/smallmain/vscode-unify-chat-provider#249; github.com/aaif-goose/goose#7425"),
        RepairRule(
            .repair(.alternateRoles), words: [["first message must use the"]],
            "https://platform.claude.com/docs/en/api/messages: before consecutive turns were joined"),
        RepairRule(
            .repair(.offerCalledTools), words: [["blocks must define tools", "must be defined when using tooluse"]],
            "github.com/BerriAI/litellm: `Requests which include tool_use or tool_result blocks must define tools`"),
        RepairRule(
            .repair(.pairResults),
            words: [
                ["tool_use", "tool_result"],
                ["were found without", "must have a corresponding", "unexpected `tool_use_id`", "single result"],
            ],
            "github.com/anthropics/claude-code/issues: calls without their results"),
        RepairRule(
            .repair(.renameRole(from: "system", to: "user")),
            words: [["role 'system' is not supported", "unexpected role \"system\"", "role \"system\""]],
            "github.com/anthropics/claude-code#61412: instructions in the middle, before Opus 4.8"),
        RepairRule(
            .limitTokens, words: [["max_tokens"], ["which is the maximum allowed"]],
            "https://platform.claude.com/docs/en/about-claude/models/overview"),
        RepairRule(
            .repair(.plainSchemas),
            words: [
                ["output_config.format", "output_format", "input_schema", "schema"],
                ["'additionalproperties' must be", "additionalproperties must be", "are not supported", "is not supported"],
                ["for 'object' type", "for 'string' type", "for 'number' type", "for 'integer' type", "for 'array' type"],
            ], "https://platform.claude.com/docs/en/build-with-claude/structured-outputs"),
    ]
}

extension Repair {
    /// The number of `max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for …`.
    static func limitingTokens(_ message: String) -> Repair? {
        guard let place = message.firstIndex(of: ">") else { return nil }
        let digits = message[message.index(after: place)...].drop { $0 == " " }.prefix { $0.isNumber }
        guard let limit = Int(digits), limit > 0 else { return nil }
        return .limitTokens(to: limit)
    }
}

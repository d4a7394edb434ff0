// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// What servers of Chat Completions refuse of a conversation's form; they come before the general ones.
    static let chatRepairs: [RepairRule] = [
        RepairRule(
            .repair(.sayJSON), words: [["must contain the word 'json'", "must contain the word \"json\""]],
            "https://platform.openai.com/docs/guides/structured-outputs: JSON mode"),
        RepairRule(
            .repair(.addThoughts), words: [["reasoning_content"], ["missing", "must be passed back"]],
            "https://api-docs.deepseek.com/guides/thinking_mode; github.com/charmbracelet/crush#2696; github.com/bytedance/deer-flow#3043"),
        RepairRule(
            .repair(.dropThoughts),
            words: [
                ["reasoning_content", "reasoning_details"], ["unsupported", "not supported", "not permitted", "unknown", "unexpected"],
            ],
            "github.com/janhq/jan#8136: Groq; github.com/Kilo-Org/kilocode#10375: Cerebras"),
        RepairRule(
            .repair(.dropThoughts), words: [["role:assistant", ".assistant.reasoning"], ["'reasoning'", ".reasoning"], ["unsupported"]],
            "github.com/musistudio/claude-code-router#1204: Groq"),
        RepairRule(
            .repair(.markPrefill), words: [["assistant with prefix true"]],
            "github.com/huggingface/smolagents#757; github.com/langchain-ai/langchain#23703: Mistral"),
        RepairRule(
            .repair(.askToContinue),
            words: [
                [
                    "not support assistant message prefill", "not support prefill", "prefilling assistant messages is not supported",
                    "must end with a user message", "last message must be from the user", "last message must have role 'user'",
                    "prefill is incompatible with",
                ]
            ],
            "github.com/ggml-org/llama.cpp#21889; github.com/aj47/SpeakMCP#1037; github.com/NousResearch/hermes-agent#50055; github.com/anomalyco/opencode#19981"
        ),
        RepairRule(
            .repair(.alternateRoles),
            words: [
                [
                    "roles must alternate", "must alternate between user and assistant", "roles should be alternating", "' after role '",
                    "system message must be at the beginning", "system message should be the first", "system role must be first",
                ]
            ],
            "github.com/vllm-project/vllm#6862; github.com/suitenumerique/conversations#197; github.com/NousResearch/hermes-agent#20154: Mistral"
        ),
        RepairRule(
            .repair(.plainText),
            words: [
                ["messages", "content"],
                ["sequence, expected a string", "got an array", "received array", "valid string", "content must be a string"],
            ], members: [],
            "github.com/moeru-ai/airi#1222: DeepSeek; github.com/kvcache-ai/ktransformers#773; github.com/8monkey-ai/hebo-gateway#169"),
        RepairRule(
            .repair(.dropStrict),
            words: [["invalid schema for"], ["additionalproperties' is required", "'required' is required", "is not permitted"]],
            "github.com/lastmile-ai/openai-agents-mcp#2; github.com/moeru-ai/xsai#145; github.com/anomalyco/opencode#13737"),
        RepairRule(
            .repair(.dropStrict), words: [["strict"], ["unsupported", "extra inputs", "unknown field", "unrecognized"]],
            members: ["function.strict", "json_schema.strict"], "github.com/BerriAI/litellm#6136"),
        RepairRule(
            .repair(.plainSchemas), words: [["invalid schema for", "invalid tool schema", "invalid_function_parameters"]],
            "https://platform.openai.com/docs/guides/structured-outputs: what a schema may have"),
    ]
}

// SPDX-License-Identifier: Apache-2.0

extension Rules {
    /// What Google's models refuse, in Google's words.
    static let googleRepairs: [RepairRule] = [
        RepairRule(
            .repair(.signCalls), words: [["thought_signature", "thought signature", "thoughtsignature"], ["missing"]],
            "https://ai.google.dev/gemini-api/docs/thought-signatures; github.com/continuedev/continue#8785"),
        RepairRule(
            .repair(.dropThoughts),
            words: [["thought_signature", "thought signature", "thoughtsignature"], ["corrupted", "invalid", "not valid"]],
            isOfRequest: true,
            "github.com/google-gemini/gemini-cli#13467; github.com/lbjlaq/Antigravity-Manager#3342; github.com/decolua/9router#301"),
        RepairRule(
            .repair(.plainSchemas),
            words: [
                ["unknown name"],
                [
                    "function_declarations", "functiondeclarations", "response_schema", "responseschema", "response_json_schema",
                    "responsejsonschema", "parametersjsonschema", "parameters_json_schema",
                ],
            ], "github.com/router-for-me/CLIProxyAPI#97; github.com/pizza-bot-app/pizza-bot#62"),
        RepairRule(
            .repair(.plainSchemas),
            words: [
                ["function_declarations[", "functiondeclaration", "response_schema"],
                [
                    "only allowed for", "should be non-empty", "missing field", "are supported for", "schema didn't specify",
                    "schema specified other",
                ],
            ], "https://ai.google.dev/gemini-api/docs/structured-output; github.com/google/adk-python#463"),
        RepairRule(
            .repair(.dropMember("presence_penalty")), words: [["penalty is not enabled"]],
            "github.com/vercel/ai#8943; github.com/google-gemini/cookbook#1290"),
        RepairRule(
            .repair(.dropMember("presence_penalty")), words: [["unknown name"], ["presencepenalty", "frequencypenalty"]],
            "github.com/n4ze3m/page-assist#418"),
        RepairRule(
            .repair(.dropMember("thinking_budget")), words: [["one of thinking budget and thinking level"]],
            "https://ai.google.dev/gemini-api/docs/gemini-3: one of them"),
        RepairRule(
            .repair(.renameMember(from: "thinking_level", to: "thinking_budget")),
            words: [
                ["thinking level", "thinking_level", "thinkinglevel"],
                ["not supported", "unsupported", "unknown name", "does not support"],
            ],
            "github.com/RooCodeInc/Roo-Code#10700; github.com/Kilo-Org/kilocode#5139"),
        RepairRule(
            .repair(.dropMember("thinking_budget")),
            words: [
                ["thinking budget", "thinking_budget", "thinkingbudget", "budget 0"],
                ["is invalid", "out of range", "budget to 0", "set to 0"],
            ], "github.com/earendil-works/pi#3460; github.com/vercel/ai#8027"),
        RepairRule(
            .repair(.renameMember(from: "thinking_budget", to: "thinking_level")),
            words: [
                ["thinking budget", "thinking_budget", "thinkingbudget"],
                ["not supported", "unsupported", "unknown name", "does not support"],
            ],
            "github.com/livekit/agents#7080: models that have levels alone"),
        RepairRule(
            .repair(.dropMember("thinking")),
            words: [["thinking is not enabled", "thinking is not supported", "thinking_config", "thinkingconfig", "thinking config"]],
            "https://ai.google.dev/gemini-api/docs/thinking"),
        RepairRule(
            .repair(.askToContinue), words: [["multiturn requests end with a user role", "requests ending with a model turn"]],
            "github.com/LibreChat-AI/agents#323; github.com/pipecat-ai/pipecat#5821; github.com/crewAIInc/crewAI#6973"),
        RepairRule(
            .repair(.alternateRoles),
            words: [
                [
                    "function call turn", "function response turn", "function response parts", "alternate between user and model",
                    "requests end with a user role",
                ]
            ], "github.com/google-gemini/gemini-cli#26486; github.com/crewAIInc/crewAI#6973"),
        RepairRule(
            .repair(.limitStops(to: 5)), words: [["stop_sequences", "stopsequences"], ["must not exceed 5", "to 6 (exclusive)"]],
            "github.com/continuedev/continue#2702, #7849"),
    ]
}

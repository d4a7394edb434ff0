// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A refusal's words` {
    static let old = "max_tokens"
    static let new = "max_completion_tokens"
    static let system = Repair.renameRole(from: "developer", to: "system")

    /// Status, code, member, message; the repair that they ask for.
    static let everything: [(status: Int, code: String?, member: String?, message: String, repair: Repair?)] = [
        // Seed 003, and OpenRouter where no route of a model takes them.
        (
            400, nil, nil, "You invoked an unsupported model or your request did not allow prompt caching. See the documentation.",
            .dropCacheMarkers
        ),
        (404, nil, nil, "No endpoints found that support cache control", .dropCacheMarkers),
        (422, nil, nil, "messages.0.content.0.cache_control: Extra inputs are not permitted", .dropCacheMarkers),
        // The route takes them: the client wrote too many.
        (400, nil, nil, "A maximum of 4 blocks with cache_control may be provided. Found 5.", nil),
        // https://github.com/owndev/Open-WebUI-Functions/issues/136
        (
            400, "unsupported_parameter", "max_tokens",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            .renameMember(from: old, to: new)
        ),
        (
            400, nil, nil, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            .renameMember(from: old, to: new)
        ),
        (422, nil, "max_completion_tokens", "Extra inputs are not permitted", .renameMember(from: new, to: old)),
        (400, nil, nil, "Unknown parameter: max_completion_tokens", .renameMember(from: new, to: old)),
        // Its value, not its name.
        (400, "unsupported_parameter", "max_tokens", "max_tokens is too large: 99999", nil),
        // https://github.com/BenedictKing/ccx/issues/149, proma-ai/Proma#1496, egoist/chatwise-releases#971
        (
            400, "invalid_request_error", nil,
            "Failed to deserialize the JSON body into the target type: messages[1].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool` at line 1 column 30930",
            system
        ),
        (400, nil, nil, "developer is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.[0].role'", system),
        (
            400, nil, "messages.0.role", "Invalid enum value. Expected 'system' | 'user' | 'assistant' | 'tool', received 'developer'",
            system
        ),
        // https://github.com/abhigyanpatwari/GitNexus/issues/43: DeepSeek; bytedance/deer-flow#3043: Moonshot
        (
            400, "invalid_request_error", nil,
            "Missing `reasoning_content` field in the assistant message at message index 2. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls",
            .addThoughts
        ),
        (400, nil, nil, "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2", .addThoughts),
        (400, nil, nil, "The `reasoning_content` in the thinking mode must be passed back to the API.", .addThoughts),
        // https://github.com/janhq/jan/issues/8136: Groq; Kilo-Org/kilocode#10375: Cerebras; musistudio/claude-code-router#1204
        (
            400, nil, nil,
            "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]",
            .dropThoughts
        ),
        (
            400, "wrong_api_format", "validation_error",
            "messages.2.assistant.reasoning_content: property 'messages.2.assistant.reasoning_content' is unsupported", .dropThoughts
        ),
        (
            400, nil, nil,
            "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning' is unsupported)]",
            .dropThoughts
        ),
        (400, nil, nil, "property 'reasoning' is unsupported", .dropMember("reasoning")),
        // https://github.com/huggingface/smolagents/issues/757: Mistral
        (
            400, nil, nil, "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant", .markPrefill
        ),
        // https://github.com/aj47/SpeakMCP/pull/1037: Claude at OpenRouter
        (
            400, nil, nil, "This model does not support assistant message prefill. The conversation must end with a user message.",
            .askToContinue
        ),
        // https://github.com/vllm-project/vllm/issues/6862; NousResearch/hermes-agent#20154; charmbracelet/crush#279
        (
            400, "400", nil, "After the optional system message, conversation roles must alternate user/assistant/user/assistant/...",
            .alternateRoles
        ),
        (400, nil, nil, "Unexpected role 'user' after role 'tool'", .alternateRoles),
        // https://github.com/moeru-ai/airi/pull/1222: DeepSeek; danny-avila/LibreChat#3111; 8monkey-ai/hebo-gateway#169
        (
            400, "invalid_request_error", nil,
            "Failed to deserialize the JSON body into the target type: messages[19]: invalid type: sequence, expected a string at line 1 column 9837",
            .plainText
        ),
        (
            400, nil, "messages[0].content", "Invalid type for 'messages[0].content': expected a string, but got an array instead",
            .plainText
        ),
        // https://github.com/lastmile-ai/openai-agents-mcp/issues/2, moeru-ai/xsai#145, anomalyco/opencode#13737
        (
            400, "invalid_function_parameters", "tools[22].parameters",
            "Invalid schema for function 'filesystem-set_permissions': In context=('properties', 'permissions'), 'additionalProperties' is required to be supplied and to be false.",
            .dropStrict
        ),
        (
            400, nil, "response_format",
            "Invalid schema for response_format 'json_schema': In context=(), 'additionalProperties' is required to be supplied and to be false.",
            .dropStrict
        ),
        (
            400, "invalid_function_parameters", "tools[0].function.parameters",
            "Invalid schema for function 'f': In context=('properties', 'a'), array schema missing items.", .plainSchemas
        ),
        // https://github.com/anomalyco/opencode/issues/1680, openclaw/openclaw#875
        (
            400, "3280", nil, "Tool call id was call_PTLP8xhu3uwZk4l3nlnrrJha but must be a-z, A-Z, 0-9, with a length of 9.",
            .normaliseToolCallIDs(exactly: 9)
        ),
        (
            400, nil, "messages[2].tool_calls[0].id",
            "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 83 instead.",
            .normaliseToolCallIDs(exactly: nil)
        ),
        (
            400, nil, nil, "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
            .normaliseToolCallIDs(exactly: nil)
        ),
        // A call without its result: no spelling mends that.
        (400, nil, nil, "No tool call found for function call output with call_id toolu_01ABC.", nil),
        (
            400, nil, nil, "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
            nil
        ),
        // Members that a client does without.
        (400, "unknown_parameter", "seed", "Unknown parameter: 'seed'.", .dropMember("seed")),
        (400, nil, nil, "Unknown parameter: 'seed'.", .dropMember("seed")),
        (400, nil, nil, "Unrecognized request argument supplied: reasoning_effort", .dropMember("reasoning_effort")),
        (400, nil, nil, "ValidationException: `temperature` is deprecated for this model.", .dropMember("temperature")),
        (422, nil, "store", "Extra inputs are not permitted", .dropMember("store")),
        // As validators of many makes write it.
        (400, nil, nil, "Extra inputs are not permitted, field: 'stream_options'", .dropMember("stream_options")),
        (400, nil, nil, "Validation error at #/stream_options: Extra inputs are not permitted", .dropMember("stream_options")),
        (400, nil, nil, "seed: Extra inputs are not permitted", .dropMember("seed")),
        (422, nil, "stream_options.include_usage", "Extra inputs are not permitted", .dropMember("stream_options")),
        (
            400, nil, nil, "[{'type': 'extra_forbidden', 'loc': ('body', 'store'), 'msg': 'Extra inputs are not permitted'}]",
            .dropMember("store")
        ),
        (400, nil, nil, "Invalid JSON payload received. Unknown name \"metadata\": Cannot find field.", .dropMember("metadata")),
        (400, nil, nil, "json: unknown field \"top_k\"", .dropMember("top_k")),
        (400, nil, nil, "Unsupported parameter(s): `min_p`, `top_a`", .dropMember("min_p")),
        (400, nil, nil, "parameter.enable_thinking must be set to false for non-streaming calls", .dropMember("enable_thinking")),
        (400, "UNKNOWN_FIELD", "reasoning.effort", "??????:reasoning.effort", .dropMember("reasoning")),
        (400, nil, "messages[0].user", "Unknown parameter: 'messages[0].user'.", nil),
        (422, nil, "messages.0.user.name", "Extra inputs are not permitted", nil),
        (
            400, "unsupported_value", "temperature",
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            .dropMember("temperature")
        ),
        (
            400, nil, nil, "Malformed input request: #/toolConfig/tools/1: extraneous key [cachePoint] is not permitted",
            .dropCacheMarkers
        ),
        // Thoughts that another account made, or that nobody kept.
        (400, "invalid_encrypted_content", nil, "The encrypted content gAAA...DQ== could not be verified.", .dropThoughts),
        (
            400, nil, nil,
            "The encrypted content for item rs_0a18166210d72b5e0069fd938e69a081 could not be verified. Reason: Encrypted content could not be decrypted or parsed.",
            .dropThoughts
        ),
        (
            404, nil, "input",
            "Item with id 'rs_0c24' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.",
            .dropThoughts
        ),
        (400, nil, "input", "Item 'rs_0c38' of type 'reasoning' was provided without its required following item.", .dropThoughts),
        (400, nil, "input", "Item 'msg_1' was provided without its required 'reasoning' item: 'rs_1'.", .dropThoughts),
        (400, nil, "include", "Encrypted content is not supported with this model.", .dropMember("include")),
        (
            400, "unsupported_value", "reasoning.summary",
            "Your organization must be verified to generate reasoning summaries. Please go to: https://platform.openai.com/settings",
            .dropMember("reasoning.summary")
        ),
        // How long to think, in words that the model knows.
        (
            400, "unsupported_value", "reasoning.effort",
            "Unsupported value: 'none' is not supported with the 'gpt-5.1-codex' model. Supported values are: 'low', 'medium', and 'high'.",
            .limitEffort(to: ["low", "medium", "high"])
        ),
        (
            400, "unsupported_value", "***.effort",
            "Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', 'medium', and 'high'.",
            .limitEffort(to: ["none", "low", "medium", "high"])
        ),
        (
            400, nil, nil, "level \"max\" not supported, valid levels: low, medium, high, xhigh",
            .limitEffort(to: ["low", "medium", "high", "xhigh"])
        ),
        (
            400, nil, "reasoning_effort", "Input should be 'low', 'medium' or 'high', 'input': 'xhigh'",
            .limitEffort(to: ["low", "medium", "high"])
        ),
        (
            400, "unsupported_value", "text.verbosity",
            "Unsupported value: 'low' is not supported with the 'gpt-5-chat-latest' model. Supported values are: 'medium'.",
            .dropMember("text.verbosity")
        ),
        (
            400, "unsupported_parameter", "reasoning.effort", "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
            .dropMember("reasoning")
        ),
        // A word that has to be said, and tools that were called.
        (
            400, nil, "messages", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            .sayJSON
        ),
        (
            400, nil, "input",
            "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.", .sayJSON
        ),
        (400, nil, nil, "Requests which include `tool_use` or `tool_result` blocks must define tools", .offerCalledTools),
        // Members that it does not.
        (400, "unsupported_parameter", "stop", "Unsupported parameter: 'stop' is not supported with this model.", nil),
        (400, "unsupported_parameter", "response_format", "Unsupported parameter: 'response_format'.", nil),
        (400, nil, nil, "Unknown parameter: 'tools'.", nil),
        // A word like any other.
        (400, nil, nil, "Unsupported parameter given by the user in this store", nil),
        (400, nil, nil, "Unsupported parameter", nil),
    ]

    static func failure(_ status: Int, _ code: String?, _ member: String?, _ message: String) -> Failure {
        var error = ErrorObject(provider: "somebody", wire: "openai-completions", model: "m")
        (error.status, error.code, error.namesMember, error.message) = (status, code, member, message)
        return Classifier.classify(error)
    }

    @Test(arguments: everything)
    func `say which repair would mend it`(status: Int, code: String?, member: String?, message: String, repair: Repair?) {
        let failure = Self.failure(status, code, member, message)
        #expect(failure.repair == repair)
        if repair != nil { #expect(failure.reason == .format) }
    }

    /// Whether what is refused lies in the one request, so that nothing follows from it for the next one.
    @Test(arguments: [
        (true, "messages.1.content.0: Invalid `signature` in `thinking` block"),
        (true, "messages.5.content.2: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified."),
        (true, "messages.129.content.0.type: Expected `thinking` or `redacted_thinking`, but found `text`."),
        (true, "Thinking may not be enabled when tool_choice forces tool use."),
        (true, "`temperature` may only be set to 1 when thinking is enabled."),
        (true, "`temperature` and `top_p` cannot both be specified for this model. Please use only one."),
        (true, "`top_k` must be unset when thinking is enabled."),
        (true, "Corrupted thought signature."),
        (true, "The encrypted content gAAA...DQ== could not be verified."),
        (true, "Item 'msg_1' was provided without its required 'reasoning' item: 'rs_1'."),
        (false, "`temperature` is deprecated for this model."), (false, "`top_p` is deprecated for this model."),
        (false, "This model does not support assistant message prefill."), (false, "Unknown parameter: 'seed'."),
        (false, "The `reasoning_content` in the thinking mode must be passed back to the API."),
        (false, "for 'role:assistant' the following must be satisfied[('messages.1' : property 'reasoning_content' is unsupported)]"),
        (false, "No endpoints found that support cache control"),
        (false, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."),
        (false, "Requests which include `tool_use` or `tool_result` blocks must define tools"),
    ])
    func `tell what lies in the request from what the route is like`(isOfRequest: Bool, message: String) {
        let failure = Self.failure(400, nil, nil, message)
        #expect(failure.repair != nil)
        #expect(failure.repairIsOfRequest == isOfRequest)
        // The same again goes up repaired either way; only the route's is learned.
        let candidate = Candidate("p/m", credential: "p:k")
        var receipt = Receipt(
            facts: RequestFacts(
                id: "R", startedAt: Timestamp(milliseconds: 0), deadline: .distantFuture, requestedModel: "p/m", wire: "anthropic-messages")
        )
        var attempt = Attempt(candidate: candidate, startedAt: Timestamp(milliseconds: 0))
        attempt.failure = failure
        receipt.attempts = [attempt]
        let asked = [failure.repair].compactMap(\.self)
        #expect(receipt.repairs(for: candidate.model, known: []) == asked)
        #expect(receipt.repairsOfRoute(candidate.model) == (isOfRequest ? [] : asked))
    }

    @Test func `ask for no repair where the reason is another`() {
        #expect(Self.failure(429, nil, "seed", "Rate limit reached").repair == nil)
        #expect(Self.failure(503, nil, nil, "prompt caching is overloaded").repair == nil)
        #expect(Self.failure(402, nil, nil, "Insufficient credits for cache_control").repair == nil)
    }
}

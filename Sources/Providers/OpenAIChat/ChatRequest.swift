// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a Chat Completions request what routing needs, and refuses what no provider could take.
struct ChatRequest {
    /// OpenAI's own bound on `n`.
    static let maxChoices = 128

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "invalid_type")
        }
        let members = try ChatMembers(index, in: bytes)
        var shape = RequestShape(model: try RequestedModels.openAIModel(members.model, in: bytes))
        shape.fallbacks = try RequestedModels.openAIFallbacks(members.models, in: bytes)
        shape.streaming = members.stream?.bool(in: bytes) ?? false
        shape.wantsLogprobs = members.logprobs?.bool(in: bytes) ?? false
        shape.choices = try choices(members, bytes)
        shape.maxTokens = (members.maxCompletionTokens ?? members.maxTokens)?.int(in: bytes)
        shape.hasTools = isFilled(members.tools, bytes) || isFilled(members.functions, bytes)
        shape.asksReasoning = asksReasoning(members, bytes)
        shape.sessionHint = hint(members.promptCacheKey, bytes)
        shape.userHint = hint(members.user, bytes)
        if let usage = members.streamOptions?.member("include_usage", in: bytes) {
            try MemberShape.check(usage, is: .bool, at: "stream_options.include_usage", in: bytes)
        }
        if let tools = members.tools { try objects(tools, at: "tools", bytes) }

        guard let messages = members.messages, messages.kind == .array else {
            throw RequestProblem(path: "messages", message: "messages is required.", code: "missing_required_parameter")
        }
        var conversation = ChatMessages()
        try conversation.read(messages, in: bytes)
        shape.hasImages = conversation.images > 0
        shape.estimatedTokens =
            conversation.estimatedTokens + tokens(of: members.tools) + tokens(of: members.functions) + tokens(of: members.responseFormat)
        return shape
    }

    private static func tokens(of value: JSONSlice?) -> Int {
        guard let value, value.kind != .null else { return 0 }
        return ChatMessages.tokens(ofBytes: value.range.count)
    }

    private static func choices(_ members: ChatMembers, _ bytes: RawSpan) throws(RequestProblem) -> Int {
        guard let count = members.n?.int(in: bytes) else { return 1 }
        guard (1...maxChoices).contains(count) else {
            throw RequestProblem(path: "n", message: "n must be between 1 and \(maxChoices), not \(count).", code: "invalid_value")
        }
        return count
    }

    /// Chat Completions says `reasoning_effort`; OpenRouter `reasoning`; z.ai, DeepSeek and others `thinking`; Qwen
    /// `enable_thinking` (docs/wire/openai-completions.md, "Requests").
    private static func asksReasoning(_ members: ChatMembers, _ bytes: RawSpan) -> Bool {
        if let effort = members.reasoningEffort, effort.kind == .string { return !effort.equals("none", in: bytes) }
        if let thinking = members.enableThinking?.bool(in: bytes) { return thinking }
        if let thinking = members.thinking, thinking.kind == .object {
            return thinking.member("type", in: bytes)?.equals("disabled", in: bytes) != true
        }
        if let reasoning = members.reasoning, reasoning.kind == .object {
            if let enabled = reasoning.member("enabled", in: bytes)?.bool(in: bytes) { return enabled }
            return reasoning.member("effort", in: bytes)?.equals("none", in: bytes) != true
        }
        return false
    }

    private static func objects(_ array: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        var problem: RequestProblem?
        var position = 0
        array.forEachElement(in: bytes) { element in
            if element.kind != .object {
                problem = MemberShape.wrongType(element, expected: "an object", at: "\(path)[\(position)]")
            }
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
    }

    private static func isFilled(_ value: JSONSlice?, _ bytes: RawSpan) -> Bool {
        value?.kind == .array && value?.element(0, in: bytes) != nil
    }

    /// A session's name, unless it is empty or too long to be one.
    static func hint(_ value: JSONSlice?, _ bytes: RawSpan) -> String? {
        guard let text = value?.string(in: bytes), !text.isEmpty, text.utf8.count <= 512 else { return nil }
        return text
    }
}

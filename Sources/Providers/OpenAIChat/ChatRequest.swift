// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a Chat Completions request what routing needs, and refuses what no provider could take.
struct ChatRequest {
    /// Bytes of a model name at most; `models` holds at most `maxFallbacks` of them.
    static let maxModelBytes = 256
    static let maxFallbacks = 32
    /// OpenAI's own bound on `n`.
    static let maxChoices = 128

    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw RequestProblem(path: "", message: "The body must be a JSON object, not \(index.root.kind.text).", code: "invalid_type")
        }
        for member in index.members {
            if let shape = ChatMembers.shape(of: member.key, in: bytes) {
                try ChatMembers.check(member.value, is: shape, at: name(of: member, in: bytes), in: bytes)
            }
        }
        var shape = RequestShape(model: try model(index, bytes))
        shape.fallbacks = try fallbacks(index, bytes)
        shape.streaming = index.value("stream", in: bytes)?.bool(in: bytes) ?? false
        shape.wantsLogprobs = index.value("logprobs", in: bytes)?.bool(in: bytes) ?? false
        shape.choices = try choices(index, bytes)
        let limit = index.value("max_completion_tokens", in: bytes) ?? index.value("max_tokens", in: bytes)
        shape.maxTokens = limit?.int(in: bytes)
        shape.hasTools = isFilled(index.value("tools", in: bytes), bytes) || isFilled(index.value("functions", in: bytes), bytes)
        shape.asksReasoning = asksReasoning(index, bytes)
        shape.sessionHints = ["prompt_cache_key", "user"].compactMap { (key: StaticString) in hint(index.value(key, in: bytes), bytes) }
        if let options = index.value("stream_options", in: bytes), let usage = options.member("include_usage", in: bytes) {
            try ChatMembers.check(usage, is: .bool, at: "stream_options.include_usage", in: bytes)
        }
        if let tools = index.value("tools", in: bytes) { try objects(tools, at: "tools", bytes) }

        guard let messages = index.value("messages", in: bytes), messages.kind == .array else {
            throw RequestProblem(path: "messages", message: "messages is required.", code: "missing_required_parameter")
        }
        var conversation = ChatMessages()
        try conversation.read(messages, in: bytes)
        shape.hasImages = conversation.images > 0
        shape.estimatedTokens = conversation.estimatedTokens
        for key: StaticString in ["tools", "functions", "response_format"] {
            guard let other = index.value(key, in: bytes), other.kind != .null else { continue }
            shape.estimatedTokens += ChatMessages.tokens(ofBytes: other.range.count)
        }
        return shape
    }

    private static func model(_ index: JSONIndex, _ bytes: RawSpan) throws(RequestProblem) -> String {
        guard let value = index.value("model", in: bytes), let model = value.string(in: bytes) else {
            throw RequestProblem(path: "model", message: "model is required.", code: "missing_required_parameter")
        }
        try checkName(model, at: "model")
        return model
    }

    private static func fallbacks(_ index: JSONIndex, _ bytes: RawSpan) throws(RequestProblem) -> [String]? {
        guard let value = index.value("models", in: bytes), value.kind == .array else { return nil }
        var names: [String] = []
        value.forEachElement(in: bytes) { element in
            if let name = element.string(in: bytes) { names.append(name) }
            return names.count <= maxFallbacks
        }
        guard names.count <= maxFallbacks else {
            throw RequestProblem(path: "models", message: "models may name at most \(maxFallbacks) models.", code: "array_above_max_length")
        }
        for (position, name) in names.enumerated() { try checkName(name, at: "models[\(position)]") }
        return names
    }

    private static func checkName(_ name: String, at path: @autoclosure () -> String) throws(RequestProblem) {
        if name.isEmpty { throw RequestProblem(path: path(), message: "\(path()) must not be empty.", code: "empty_string") }
        guard name.utf8.count <= maxModelBytes else {
            throw RequestProblem(path: path(), message: "\(path()) is longer than \(maxModelBytes) bytes.", code: "string_above_max_length")
        }
    }

    private static func choices(_ index: JSONIndex, _ bytes: RawSpan) throws(RequestProblem) -> Int {
        guard let count = index.value("n", in: bytes)?.int(in: bytes) else { return 1 }
        guard (1...maxChoices).contains(count) else {
            throw RequestProblem(path: "n", message: "n must be between 1 and \(maxChoices), not \(count).", code: "invalid_value")
        }
        return count
    }

    /// Chat Completions says `reasoning_effort`; OpenRouter `reasoning`; z.ai, DeepSeek and others `thinking`; Qwen
    /// `enable_thinking` (docs/wire/openai-completions.md, "Requests").
    private static func asksReasoning(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        if let effort = index.value("reasoning_effort", in: bytes), effort.kind == .string { return !effort.equals("none", in: bytes) }
        if let thinking = index.value("enable_thinking", in: bytes)?.bool(in: bytes) { return thinking }
        if let thinking = index.value("thinking", in: bytes), thinking.kind == .object {
            return thinking.member("type", in: bytes)?.equals("disabled", in: bytes) != true
        }
        if let reasoning = index.value("reasoning", in: bytes), reasoning.kind == .object {
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
                problem = ChatMembers.wrongType(element, expected: "an object", at: "\(path)[\(position)]")
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
    private static func hint(_ value: JSONSlice?, _ bytes: RawSpan) -> String? {
        guard let text = value?.string(in: bytes), !text.isEmpty, text.utf8.count <= 512 else { return nil }
        return text
    }

    private static func name(of member: JSONIndex.Member, in bytes: RawSpan) -> String {
        var name: [UInt8] = []
        for position in member.key.prefix(64) { name.append(bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)) }
        return String(decoding: name, as: UTF8.self)
    }
}

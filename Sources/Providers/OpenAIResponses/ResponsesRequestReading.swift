// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a client's request into neutral values.
struct ResponsesRequestReading {
    private var conversation = Conversation()
    private var topLogprobs: Int?
    private var includesLogprobs = false
    /// Under its older and its newer name; the newer one counts.
    private var user: (old: String?, new: String?)

    static func read(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        var reading = ResponsesRequestReading()
        try reading.read(index, body.span.bytes)
        reading.conversation.streaming = shape.streaming
        return reading.conversation
    }

    private init() {}

    private mutating func read(_ index: JSONIndex, _ bytes: RawSpan) throws(RequestProblem) {
        // Instructions come first, wherever they stand in the body.
        if let value = index.value("instructions", in: bytes), value.kind != .null {
            try readInput(value, as: .system, at: "instructions", bytes)
        }
        for member in index.members where member.value.kind != .null {
            try read(member.name(in: bytes), member.value, bytes)
        }
        if includesLogprobs || topLogprobs ?? 0 > 0 { conversation.sampling.logprobs = true }
        conversation.sampling.topLogprobs = topLogprobs
        conversation.user = user.new ?? user.old
        if let new = user.new, let old = user.old, new != old { foreign("user") }
    }

    private mutating func read(_ name: String, _ value: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        switch name {
        case "model", "models", "stream", "instructions", "stream_options": break
        case "input": try readInput(value, as: .user, at: "input", bytes)
        case "tools": try readTools(value, at: "tools", bytes)
        case "tool_choice": readToolChoice(value, bytes)
        case "parallel_tool_calls": conversation.parallelToolCalls = value.bool(in: bytes)
        case "max_output_tokens": conversation.sampling.maxTokens = value.int(in: bytes)
        case "temperature": conversation.sampling.temperature = value.number(in: bytes)
        case "top_p": conversation.sampling.topP = value.number(in: bytes)
        // Not OpenAI's, but others' who speak this API.
        case "top_k": conversation.sampling.topK = value.number(in: bytes)
        case "frequency_penalty": conversation.sampling.frequencyPenalty = value.number(in: bytes)
        case "presence_penalty": conversation.sampling.presencePenalty = value.number(in: bytes)
        case "seed": conversation.sampling.seed = value.int(in: bytes)
        case "top_logprobs": topLogprobs = value.int(in: bytes)
        case "text": try readText(value, bytes)
        case "reasoning": readReasoning(value, bytes)
        case "include": readInclude(value, bytes)
        case "metadata": readMetadata(value, bytes)
        case "store": conversation.store = value.bool(in: bytes)
        case "prompt_cache_key": conversation.cacheKey = value.string(in: bytes)
        case "safety_identifier": user.new = value.string(in: bytes)
        case "user": user.old = value.string(in: bytes)
        case "service_tier": if let tier = value.string(in: bytes) { conversation.serviceTier = OpenAITier.read(tier) }
        case "truncation": if !value.equals("disabled", in: bytes) { foreign(name) }
        case "background": if value.bool(in: bytes) == true { foreign(name) }
        default: foreign(name)
        }
    }

    private mutating func foreign(_ name: String) { conversation.foreign.append(ErrorReader.cut(name, to: 64)) }

    /// A text, or items.
    private mutating func readInput(_ value: JSONSlice, as role: Role, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        if let text = value.string(in: bytes) { return conversation.turns.append(Turn(role, [.text(text)])) }
        var items = ResponsesItemReading(path: path)
        try items.read(value, bytes)
        conversation.turns += items.turns
        for item in items.addedTools { try readTools(item, at: "\(path).tools", bytes) }
    }

    // MARK: Tools

    private mutating func readTools(_ value: JSONSlice, at path: String, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try value.forEachElement(in: bytes) { (tool) throws(RequestProblem) in
            conversation.tools.append(
                contentsOf: try ResponsesToolReading.read(tool, at: "\(path)[\(position)]", &conversation.foreign, bytes))
            position += 1
            return true
        }
    }

    private mutating func readToolChoice(_ value: JSONSlice, _ bytes: RawSpan) {
        if let choice = ResponsesToolReading.choice(value, bytes) {
            conversation.toolChoice = choice
        } else {
            foreign("tool_choice")
        }
    }

    // MARK: Sampling and the rest

    private mutating func readText(_ text: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        conversation.sampling.verbosity = text.member("verbosity", in: bytes)?.string(in: bytes)
        guard let format = text.member("format", in: bytes), format.kind == .object, let type = format.member("type", in: bytes) else {
            return
        }
        if type.equals("text", in: bytes) {
            conversation.output = .text
        } else if type.equals("json_object", in: bytes) {
            conversation.output = .json
        } else if type.equals("json_schema", in: bytes) {
            guard let schema = format.member("schema", in: bytes), schema.kind == .object else {
                throw RequestProblem(
                    path: "text.format.schema", message: "text.format.schema must be an object.", code: "missing_required_parameter")
            }
            conversation.output = .schema(
                OutputFormat.Schema(
                    name: format.member("name", in: bytes)?.string(in: bytes),
                    description: format.member("description", in: bytes)?.string(in: bytes), schema: JSONFragment(schema, in: bytes),
                    strict: format.member("strict", in: bytes)?.bool(in: bytes)))
        } else {
            foreign("text.format")
        }
    }

    private mutating func readReasoning(_ value: JSONSlice, _ bytes: RawSpan) {
        var reasoning = Reasoning()
        var isGiven = false
        value.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            let name = JSONText.string(key, in: bytes)
            let text = value.string(in: bytes)
            switch name {
            case "effort":
                if let effort = text.flatMap(Reasoning.Effort.init) {
                    reasoning.effort = effort
                    isGiven = true
                } else {
                    foreign("reasoning.effort")
                }
            case "summary", "generate_summary":
                reasoning.summary = text
                reasoning.isShown = true
                isGiven = true
            // Its own providers' ways of keeping earlier thoughts and of thinking longer.
            default: foreign("reasoning.\(name)")
            }
            return true
        }
        if isGiven { conversation.reasoning = reasoning }
    }

    private mutating func readInclude(_ value: JSONSlice, _ bytes: RawSpan) {
        value.forEachElement(in: bytes) { element in
            if element.equals("message.output_text.logprobs", in: bytes) {
                includesLogprobs = true
            } else if !element.equals("reasoning.encrypted_content", in: bytes) {
                // Encrypted reasoning is given unasked; what else there is tells of a provider's own tools.
                foreign("include: \(element.string(in: bytes) ?? "")")
            }
            return true
        }
    }

    private mutating func readMetadata(_ value: JSONSlice, _ bytes: RawSpan) {
        value.forEachMember(in: bytes) { key, value in
            if let text = value.string(in: bytes) {
                conversation.metadata.append(Conversation.Tag(name: JSONText.string(key, in: bytes), value: text))
            }
            return true
        }
    }
}

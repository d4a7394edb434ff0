// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a client's request into neutral values: the members of the body (docs/wire/openai-completions.md, "Across wires").
struct ChatRequestReading {
    private var conversation = Conversation()
    /// Under its older and its newer name; the newer one counts.
    private var maxTokens: (old: Int?, new: Int?)
    private var user: (old: String?, new: String?)

    static func read(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        let bytes = body.span.bytes
        var reading = ChatRequestReading()
        reading.conversation.streaming = shape.streaming
        reading.conversation.wantsUsage = !shape.streaming
        for member in index.members where member.value.kind != .null {
            try reading.read(member.name(in: bytes), member.value, bytes)
        }
        reading.conversation.sampling.maxTokens = reading.maxTokens.new ?? reading.maxTokens.old
        reading.conversation.user = reading.user.new ?? reading.user.old
        if let new = reading.user.new, let old = reading.user.old, new != old { reading.foreign("user") }
        return reading.conversation
    }

    private init() {}

    private mutating func read(_ name: String, _ value: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        switch name {
        case "model", "models", "stream": break
        case "messages":
            var messages = ChatMessageReading()
            try messages.read(value, bytes)
            conversation.turns = messages.turns
            conversation.hasCacheMarks = conversation.hasCacheMarks || messages.hasCacheMarks
            conversation.foreign += messages.foreign
        case "stream_options":
            if conversation.streaming { conversation.wantsUsage = value.member("include_usage", in: bytes)?.bool(in: bytes) ?? false }
        case "tools", "functions": try readTools(name, value, bytes)
        case "tool_choice", "function_call":
            if let choice = ChatToolReading.choice(value, bytes) { conversation.toolChoice = choice } else { foreign(name) }
        case "parallel_tool_calls": conversation.parallelToolCalls = value.bool(in: bytes)
        case "response_format": try readFormat(value, bytes)
        case "reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget", "include_reasoning":
            readReasoning(name, value, bytes)
        case "max_completion_tokens": maxTokens.new = value.int(in: bytes)
        case "max_tokens": maxTokens.old = value.int(in: bytes)
        case "safety_identifier": user.new = value.string(in: bytes)
        case "user": user.old = value.string(in: bytes)
        case "prompt_cache_key": conversation.cacheKey = value.string(in: bytes)
        case "service_tier": conversation.serviceTier = value.string(in: bytes).map(OpenAITier.read)
        case "store": conversation.store = value.bool(in: bytes)
        case "metadata": readMetadata(value, bytes)
        case "web_search_options": readSearch(value, bytes)
        case "cache_control": conversation.hasCacheMarks = true
        case "modalities":
            value.forEachElement(in: bytes) { element in
                if !element.equals("text", in: bytes) { foreign("modalities: \(element.string(in: bytes) ?? "")") }
                return true
            }
        default: readSampling(name, value, bytes)
        }
    }

    private mutating func readSampling(_ name: String, _ value: JSONSlice, _ bytes: RawSpan) {
        switch name {
        case "temperature": conversation.sampling.temperature = value.number(in: bytes)
        case "top_p": conversation.sampling.topP = value.number(in: bytes)
        // Not OpenAI's, but of many others.
        case "top_k": conversation.sampling.topK = value.number(in: bytes)
        case "frequency_penalty": conversation.sampling.frequencyPenalty = value.number(in: bytes)
        case "presence_penalty": conversation.sampling.presencePenalty = value.number(in: bytes)
        // Mistral's word for it is the second.
        case "seed", "random_seed": conversation.sampling.seed = value.int(in: bytes)
        case "n": if let count = value.int(in: bytes), count > 1 { conversation.sampling.choices = count }
        case "logprobs": conversation.sampling.logprobs = value.bool(in: bytes)
        case "top_logprobs": conversation.sampling.topLogprobs = value.int(in: bytes)
        case "logit_bias": conversation.sampling.logitBias = isEmpty(value, bytes) ? nil : JSONFragment(value, in: bytes)
        case "verbosity": conversation.sampling.verbosity = value.string(in: bytes)
        case "stop":
            if let text = value.string(in: bytes) { conversation.sampling.stop = [text] }
            value.forEachElement(in: bytes) { element in
                if let text = element.string(in: bytes) { conversation.sampling.stop.append(text) }
                return true
            }
        default: foreign(name)
        }
    }

    private mutating func foreign(_ name: String) { conversation.foreign.append(ErrorReader.cut(name, to: 64)) }

    private func isEmpty(_ object: JSONSlice, _ bytes: RawSpan) -> Bool {
        var isEmpty = true
        object.forEachMember(in: bytes) { _, _ in
            isEmpty = false
            return false
        }
        return isEmpty
    }

    private mutating func readTools(_ name: String, _ value: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        var position = 0
        try value.forEachElement(in: bytes) { (tool) throws(RequestProblem) in
            let path = "\(name)[\(position)]"
            let read =
                name == "functions"
                ? Tool.function(try ChatToolReading.function(tool, at: path, bytes)) : try ChatToolReading.tool(tool, at: path, bytes)
            conversation.tools.append(read)
            ChatToolReading.noteMembers(of: tool, &conversation, bytes)
            position += 1
            return true
        }
    }

    private mutating func readFormat(_ value: JSONSlice, _ bytes: RawSpan) throws(RequestProblem) {
        guard let type = value.member("type", in: bytes) else {
            throw RequestProblem(
                path: "response_format.type", message: "response_format.type is required.", code: "missing_required_parameter")
        }
        if type.equals("text", in: bytes) {
            conversation.output = .text
        } else if type.equals("json_object", in: bytes) {
            conversation.output = .json
        } else if type.equals("json_schema", in: bytes) {
            let format = value.member("json_schema", in: bytes)
            guard let format, let schema = format.member("schema", in: bytes), schema.kind == .object else {
                // The schema may be left out: then only the type of the answer is asked for.
                if format?.kind == .object { return conversation.output = .json }
                throw RequestProblem(
                    path: "response_format.json_schema", message: "response_format.json_schema is required.",
                    code: "missing_required_parameter")
            }
            conversation.output = .schema(
                OutputFormat.Schema(
                    name: format.member("name", in: bytes)?.string(in: bytes),
                    description: format.member("description", in: bytes)?.string(in: bytes), schema: JSONFragment(schema, in: bytes),
                    strict: format.member("strict", in: bytes)?.bool(in: bytes)))
        } else {
            foreign("response_format: \(type.string(in: bytes) ?? "")")
        }
    }

    /// Each provider's own way to ask for thoughts; of several the last word on each question counts.
    private mutating func readReasoning(_ name: String, _ value: JSONSlice, _ bytes: RawSpan) {
        var reasoning = conversation.reasoning ?? Reasoning()
        func effort(_ value: JSONSlice?) {
            guard let value, let text = value.string(in: bytes) else { return }
            if let effort = Reasoning.Effort(rawValue: text) {
                reasoning.effort = effort
            } else if text != "auto" && text != "default" {
                foreign("\(name): \(text)")
            }
        }
        switch name {
        case "reasoning_effort": effort(value)
        case "enable_thinking": if value.bool(in: bytes) == false { reasoning.effort = Reasoning.Effort.none }
        case "thinking_budget": reasoning.budget = value.int(in: bytes)
        case "include_reasoning": reasoning.isShown = value.bool(in: bytes)
        case "thinking":
            if value.member("type", in: bytes)?.equals("disabled", in: bytes) == true { reasoning.effort = Reasoning.Effort.none }
            if let budget = value.member("budget_tokens", in: bytes)?.int(in: bytes) { reasoning.budget = budget }
            effort(value.member("reasoning_effort", in: bytes))
        default:
            effort(value.member("effort", in: bytes))
            if let budget = value.member("max_tokens", in: bytes)?.int(in: bytes) { reasoning.budget = budget }
            if value.member("enabled", in: bytes)?.bool(in: bytes) == false { reasoning.effort = Reasoning.Effort.none }
            if let isHidden = value.member("exclude", in: bytes)?.bool(in: bytes) { reasoning.isShown = !isHidden }
            reasoning.summary = value.member("summary", in: bytes)?.string(in: bytes)
        }
        conversation.reasoning = reasoning
    }

    private mutating func readMetadata(_ value: JSONSlice, _ bytes: RawSpan) {
        value.forEachMember(in: bytes) { key, value in
            if let text = value.string(in: bytes) {
                conversation.metadata.append(Conversation.Tag(name: JSONText.string(key, in: bytes), value: text))
            }
            return true
        }
    }

    private mutating func readSearch(_ value: JSONSlice, _ bytes: RawSpan) {
        conversation.tools.append(.builtIn(.webSearch(BuiltInTool.WebSearch())))
        value.forEachMember(in: bytes) { key, value in
            // Where the person is and how much to read: nobody else has them in this form.
            if value.kind != .null { foreign("web_search_options.\(JSONText.string(key, in: bytes))") }
            return true
        }
    }
}

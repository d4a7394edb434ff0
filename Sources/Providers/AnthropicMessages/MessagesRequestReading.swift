// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads a Messages request into neutral values.
enum MessagesRequestReading {
    static func read(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        let bytes = body.span.bytes
        var conversation = Conversation()
        conversation.streaming = shape.streaming
        if let system = index.value("system", in: bytes), system.kind != .null {
            var content = MessagesContentReading(maker: nil)
            content.read(system, at: "system", in: bytes)
            if let problem = content.problem { throw problem }
            if content.hasCacheMarks { conversation.hasCacheMarks = true }
            if !content.parts.isEmpty { conversation.turns.append(Turn(.system, content.parts)) }
        }
        for member in index.members {
            let key = member.key
            if member.value.kind == .null { continue }
            if !bytes.hasBackslash(in: key) {
                try read(key, bytes, member.value, bytes, &conversation)
            } else {
                let name = Array(member.name(in: bytes).utf8)
                try read(0..<name.count, name.span.bytes, member.value, bytes, &conversation)
            }
        }
        return conversation
    }

    /// - Parameter names: What `key` is in.
    private static func read(
        _ key: Range<Int>, _ names: RawSpan, _ value: JSONSlice, _ bytes: RawSpan, _ conversation: inout Conversation
    ) throws(RequestProblem) {
        func reads(_ name: StaticString) -> Bool { names.equals(name, in: key) }
        switch true {
        case reads("model"), reads("models"), reads("stream"), reads("system"): break
        case reads("messages"): try readMessages(value, bytes, &conversation)
        case reads("max_tokens"): conversation.sampling.maxTokens = value.int(in: bytes)
        case reads("temperature"): conversation.sampling.temperature = value.number(in: bytes)
        case reads("top_p"): conversation.sampling.topP = value.number(in: bytes)
        case reads("top_k"): conversation.sampling.topK = value.number(in: bytes)
        case reads("stop_sequences"):
            value.forEachElement(in: bytes) { element in
                if let text = element.string(in: bytes) { conversation.sampling.stop.append(text) }
                return true
            }
        case reads("tools"): try MessagesToolReading.tools(value, in: bytes, into: &conversation)
        case reads("tool_choice"): try MessagesToolReading.choice(value, in: bytes, into: &conversation)
        case reads("thinking"): MessagesThinkingMembers.read(thinking: value, in: bytes, into: &conversation)
        case reads("output_config"): MessagesThinkingMembers.read(outputConfig: value, in: bytes, into: &conversation)
        case reads("output_format"): MessagesThinkingMembers.read(format: value, in: bytes, into: &conversation)
        case reads("metadata"): readMetadata(value, bytes, &conversation)
        case reads("cache_control"): conversation.hasCacheMarks = true
        case reads("service_tier"):
            switch value.string(in: bytes) {
            case "auto"?: conversation.serviceTier = .auto
            case "standard_only"?: conversation.serviceTier = .standard
            case let word?: conversation.serviceTier = .other(word)
            case nil: break
            }
        // A list of nothing means nothing.
        case value.kind == .array && value.element(0, in: bytes) == nil: break
        default: conversation.foreign.append(JSONText.string(key, in: names))
        }
    }

    private static func readMessages(
        _ messages: JSONSlice, _ bytes: RawSpan, _ conversation: inout Conversation
    ) throws(RequestProblem) {
        var problem: RequestProblem?
        var position = 0
        messages.forEachElement(in: bytes) { message in
            var content = MessagesContentReading(maker: nil)
            if let value = message.member("content", in: bytes) {
                content.read(value, at: "messages.\(position).content", in: bytes)
            }
            problem = content.problem
            if content.hasCacheMarks { conversation.hasCacheMarks = true }
            if !content.parts.isEmpty {
                let role = message.member("role", in: bytes)
                let isAssistant = role?.equals("assistant", in: bytes) == true
                let isSystem = role?.equals("system", in: bytes) == true
                conversation.turns.append(Turn(isAssistant ? .assistant : isSystem ? .system : .user, content.parts))
            }
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
    }

    private static func readMetadata(_ metadata: JSONSlice, _ bytes: RawSpan, _ conversation: inout Conversation) {
        metadata.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "user_id", in: bytes) {
                conversation.user = value.string(in: bytes)
            } else if value.kind != .null {
                conversation.foreign.append("metadata.\(JSONText.string(key, in: bytes))")
            }
            return true
        }
    }
}

/// Whether and how long to think, and the shape of the answer: `thinking` and `output_config`, and what came before the latter.
enum MessagesThinkingMembers {
    static func read(thinking: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) {
        guard let type = thinking.member("type", in: bytes) else { return }
        // Its effort may have been read before.
        var reasoning = conversation.reasoning ?? Reasoning()
        switch thinking.member("display", in: bytes)?.string(in: bytes) {
        case "summarized"?: reasoning.isShown = true
        case "omitted"?: reasoning.isShown = false
        default: break
        }
        if type.equals("disabled", in: bytes) {
            reasoning = Reasoning(effort: Reasoning.Effort.none)
        } else if let budget = thinking.member("budget_tokens", in: bytes)?.int(in: bytes), budget > 0 {
            reasoning.budget = budget
        } else if reasoning.effort == nil {
            reasoning.budget = -1
        }
        conversation.reasoning = reasoning
    }

    static func read(outputConfig: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) {
        outputConfig.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            if JSONText.equals(key, "format", in: bytes) {
                read(format: value, in: bytes, into: &conversation)
            } else if JSONText.equals(key, "effort", in: bytes), let effort = value.string(in: bytes).flatMap(Reasoning.Effort.init) {
                var reasoning = conversation.reasoning ?? Reasoning()
                if !reasoning.isOff {
                    reasoning.effort = effort
                    // As long as it wants is what an effort says too.
                    if reasoning.budget == -1 { reasoning.budget = nil }
                    conversation.reasoning = reasoning
                }
            } else {
                conversation.foreign.append("output_config.\(JSONText.string(key, in: bytes))")
            }
            return true
        }
    }

    static func read(format: JSONSlice, in bytes: RawSpan, into conversation: inout Conversation) {
        guard let type = format.member("type", in: bytes)?.string(in: bytes) else { return }
        if type == "json_schema", let schema = format.member("schema", in: bytes), schema.kind == .object {
            conversation.output = .schema(OutputFormat.Schema(schema: JSONFragment(schema, in: bytes)))
        } else if type == "text" {
            conversation.output = .text
        } else {
            conversation.foreign.append("output_config.format")
        }
    }
}

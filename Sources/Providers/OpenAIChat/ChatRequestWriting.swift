// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a request for a provider of this wire: the members of the body (docs/wire/openai-completions.md, "Across wires").
struct ChatRequestWriting {
    private let conversation: Conversation
    private let target: ChatTarget
    private var output: [UInt8] = []
    /// Put before the messages: what a member says elsewhere.
    private var instruction: String?

    static func write(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] {
        var writing = ChatRequestWriting(conversation, ChatTarget(target))
        return writing.write(target, &losses)
    }

    private init(_ conversation: Conversation, _ target: ChatTarget) {
        var conversation = conversation
        if target.target.quirks.wantsToolResultName == true { conversation.nameResults() }
        self.conversation = conversation
        self.target = target
    }

    private mutating func write(_ target: RequestTarget, _ losses: inout Losses) -> [UInt8] {
        output.reserveCapacity(4096)
        output.append("{")
        output.member("model", target.model)
        let format = writtenFormat(&losses)
        var messages = ChatMessageWriting(self.target)
        messages.write(conversation.turns, after: instruction, to: &output, &losses)
        ChatToolWriting.write(conversation, for: self.target, to: &output, &losses)
        if let format { output += format }
        writeSampling(&losses)
        writeReasoning(&losses)
        writeRest(&losses)
        if conversation.streaming {
            output.member("stream", true)
            if self.target.takesStreamOptions {
                output.key("stream_options")
                output.append(#"{"include_usage":true}"#)
            }
        }
        output.append("}")
        return messages.fitIDs(output, length: target.quirks.toolCallIDLength)
    }

    /// `,"response_format":{…}`, if the answer's form is asked for.
    private mutating func writtenFormat(_ losses: inout Losses) -> [UInt8]? {
        var text: [UInt8] = [UInt8(ascii: ",")]
        switch conversation.output {
        case nil: return nil
        case .text?: text.append(#""response_format":{"type":"text"}"#)
        case .json?: text.append(#""response_format":{"type":"json_object"}"#)
        case .schema(let schema)?:
            guard target.takesJSONSchema else {
                losses.note(.jsonSchema, "as an instruction")
                instruction = "Answer with one JSON object and nothing else. It has to match this JSON Schema:\n" + schema.schema.text
                text.append(#""response_format":{"type":"json_object"}"#)
                return text
            }
            text.append(#""response_format":{"type":"json_schema","json_schema":{"#)
            text.member("name", schema.name ?? "response")
            if let description = schema.description { text.member("description", description) }
            text.member("schema", schema.schema)
            if let strict = schema.strict { text.member("strict", strict) }
            text.append("}}")
        }
        return text
    }

    private mutating func writeSampling(_ losses: inout Losses) {
        let sampling = conversation.sampling
        if let limit = sampling.maxTokens { output.member(target.maxTokensMember, limit) }
        if let value = sampling.temperature { output.member("temperature", value) }
        if let value = sampling.topP { output.member("top_p", value) }
        if let value = sampling.topK { if target.takesTopK { output.member("top_k", value) } else { losses.note(.topK) } }
        if let value = sampling.frequencyPenalty { output.member("frequency_penalty", value) }
        if let value = sampling.presencePenalty { output.member("presence_penalty", value) }
        if let value = sampling.seed { output.member(target.seedMember, value) }
        if !sampling.stop.isEmpty {
            if sampling.stop.count > target.stopLimit { losses.note(.stopSequences, "beyond \(target.stopLimit)") }
            output.key("stop")
            output.append("[")
            for text in sampling.stop.prefix(target.stopLimit) { output.element(text) }
            output.append("]")
        }
        if let value = sampling.choices, value > 1 { output.member("n", value) }
        if let value = sampling.logprobs { output.member("logprobs", value) }
        if let value = sampling.topLogprobs {
            // Refused without the other.
            if sampling.logprobs != true, value > 0 { output.member("logprobs", true) }
            if sampling.logprobs == true || value > 0 { output.member("top_logprobs", value) }
        }
        if let value = sampling.logitBias { output.member("logit_bias", value) }
        if let value = sampling.verbosity { output.member("verbosity", value) }
    }

    private mutating func writeReasoning(_ losses: inout Losses) {
        guard let reasoning = conversation.reasoning else { return }
        let level = reasoning.level
        switch target.reasoningMember {
        case .none: if !reasoning.isOff { losses.note(.reasoning) }
        case .reasoningEffort:
            if reasoning.effort == nil, reasoning.budget != nil { losses.note(.reasoningBudget) }
            guard let level, let word = target.word(for: level) else { return }
            if word != level.rawValue { losses.note(.reasoning, "\(level.rawValue) as \(word)") }
            output.member("reasoning_effort", word)
        case .reasoning:
            output.key("reasoning")
            output.append("{")
            if reasoning.isOff {
                output.member("enabled", false)
            } else if let budget = reasoning.budget, budget > 0 {
                output.member("max_tokens", budget)
            } else if let effort = reasoning.effort {
                output.member("effort", effort == .max ? "xhigh" : effort.rawValue)
                if effort == .max { losses.note(.reasoning, "max as xhigh") }
            } else {
                output.member("enabled", true)
            }
            if let isShown = reasoning.isShown { output.member("exclude", !isShown) }
            output.append("}")
        case .thinking:
            if reasoning.budget ?? 0 > 0 { losses.note(.reasoningBudget) }
            if let effort = reasoning.effort, effort != .none { losses.note(.reasoning, "effort \(effort.rawValue)") }
            output.key("thinking")
            output.append("{")
            output.member("type", reasoning.isOff ? "disabled" : "enabled")
            output.append("}")
        case .enableThinking:
            output.member("enable_thinking", !reasoning.isOff)
            if !reasoning.isOff, let tokens = reasoning.tokens, tokens > 0 { output.member("thinking_budget", tokens) }
        }
    }

    private mutating func writeRest(_ losses: inout Losses) {
        if let tier = conversation.serviceTier {
            if let word = OpenAITier.text(tier) { output.member("service_tier", word) } else { losses.note(.serviceTier) }
        }
        if let user = conversation.user { output.member("user", user) }
        if let key = conversation.cacheKey {
            if target.target.quirks.takesCacheKey ?? target.takesCacheKey {
                output.member("prompt_cache_key", key)
            } else {
                losses.note(.cacheKey)
            }
        }
        if conversation.store == true {
            if target.target.quirks.takesStore ?? target.takesStore { output.member("store", true) } else { losses.note(.store) }
        }
        if !conversation.metadata.isEmpty {
            output.key("metadata")
            output.append("{")
            for tag in conversation.metadata {
                output.element(tag.name)
                output.append(":")
                output.quote(tag.value)
            }
            output.append("}")
        }
    }
}

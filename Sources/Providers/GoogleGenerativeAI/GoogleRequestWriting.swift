// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a `generateContent` request from neutral values.
enum GoogleRequestWriting {
    /// - Parameter isWrapped: For Cloud Code Assist, which takes no ids of calls (badlogic/pi-mono, `google-shared.ts`).
    static func write(_ conversation: Conversation, for target: RequestTarget, isWrapped: Bool, losses: inout Losses) -> [UInt8] {
        var conversation = conversation
        conversation.nameResults()
        let model = GoogleModel(target.model)
        var output: [UInt8] = []
        output.reserveCapacity(4096)
        output.append("{")
        let instructions = conversation.instructions.filter { part in
            if case .text(let text) = part { return !text.text.isEmpty }
            return true
        }
        var contents = GoogleContentWriting(model: model, keepsIDs: !isWrapped)
        output.key("contents")
        output.append("[")
        contents.write(conversation.turns, to: &output, losses: &losses)
        // The API takes no request without contents: instructions alone are what the user says.
        let areAlone = contents.isEmpty
        if areAlone { contents.write([Turn(.user, instructions)], to: &output, losses: &losses) }
        if contents.isEmpty { contents.write([Turn(.user, [.text(Turn.nothing)])], to: &output, losses: &losses) }
        output.append("]")
        if !instructions.isEmpty, !areAlone {
            output.key("systemInstruction")
            output.append(#"{"parts":["#)
            contents.writeParts(instructions, to: &output, losses: &losses)
            output.append("]}")
        }
        GoogleToolWriting.write(conversation, model, isWrapped: isWrapped, to: &output, losses: &losses)
        GoogleConfigWriting.write(conversation, model, to: &output, losses: &losses)
        switch conversation.serviceTier {
        case nil, .auto?: break
        case .standard?: output.member("serviceTier", "standard")
        case .flex?: output.member("serviceTier", "flex")
        case .priority?: output.member("serviceTier", "priority")
        case .other(let word)?: losses.note(.serviceTier, word)
        }
        output.append("}")
        return output
    }
}

/// Writes `generationConfig`.
enum GoogleConfigWriting {
    /// Google's own bounds (https://ai.google.dev/api/generate-content#generationconfig).
    private static let (maxStops, maxLogprobs) = (5, 20)

    static func write(_ conversation: Conversation, _ model: GoogleModel, to output: inout [UInt8], losses: inout Losses) {
        let before = output.count
        output.key("generationConfig")
        output.append("{")
        let start = output.count
        writeSampling(conversation.sampling, to: &output, losses: &losses)
        switch conversation.output {
        case nil, .text?: break
        case .json?: output.member("responseMimeType", "application/json")
        case .schema(let format)?:
            output.member("responseMimeType", "application/json")
            output.member("responseJsonSchema", format.schema)
        }
        if let reasoning = conversation.reasoning { write(reasoning, model, to: &output, losses: &losses) }
        if output.count == start {
            output.removeSubrange(before...)
        } else {
            output.append("}")
        }
    }

    private static func writeSampling(_ sampling: Sampling, to output: inout [UInt8], losses: inout Losses) {
        if let count = sampling.maxTokens { output.member("maxOutputTokens", count) }
        if let number = sampling.temperature { output.member("temperature", number) }
        if let number = sampling.topP { output.member("topP", number) }
        if let number = sampling.topK { output.member("topK", number) }
        if let number = sampling.frequencyPenalty { output.member("frequencyPenalty", number) }
        if let number = sampling.presencePenalty { output.member("presencePenalty", number) }
        // 32 bits: what is larger is folded, always alike.
        if let seed = sampling.seed { output.member("seed", Int32(exactly: seed).map { Int($0) } ?? (seed & 0x7FFF_FFFF)) }
        if let count = sampling.choices, count > 1 {
            if count > GoogleRequest.maxCandidates { losses.note(.choices, "more than \(GoogleRequest.maxCandidates)") }
            output.member("candidateCount", min(count, GoogleRequest.maxCandidates))
        }
        if let wants = sampling.logprobs { output.member("responseLogprobs", wants) }
        if let count = sampling.topLogprobs, count > 0, sampling.logprobs ?? false { output.member("logprobs", min(count, maxLogprobs)) }
        if !sampling.stop.isEmpty {
            if sampling.stop.count > maxStops { losses.note(.stopSequences, "more than \(maxStops)") }
            output.key("stopSequences")
            output.append("[")
            for text in sampling.stop.prefix(maxStops) { output.element(text) }
            output.append("]")
        }
    }

    /// Newer models have levels and take a budget too, older ones only a budget, the oldest neither.
    private static func write(_ reasoning: Reasoning, _ model: GoogleModel, to output: inout [UInt8], losses: inout Losses) {
        guard model.thinks else {
            if !reasoning.isOff { losses.note(.reasoning) }
            return
        }
        let before = output.count
        output.key("thinkingConfig")
        output.append("{")
        let start = output.count
        if let shown = reasoning.isShown ?? (reasoning.summary == nil ? nil : true) { output.member("includeThoughts", shown) }
        if model.isThirdGeneration, let effort = reasoning.effort ?? (reasoning.isOff ? Reasoning.Effort.none : nil) {
            let word = level(effort, model)
            // `minimal` is as little as none, for most questions (https://ai.google.dev/gemini-api/docs/thinking).
            if word != effort.rawValue, effort != .none || word != "minimal" { losses.note(.reasoning, "\(effort.rawValue) as \(word)") }
            output.member("thinkingLevel", word)
        } else if let tokens = reasoning.tokens {
            let budget = tokens == 0 && model.alwaysThinks ? leastBudget : fit(tokens, model)
            if budget != tokens { losses.note(.reasoningBudget, "\(tokens) as \(budget)") }
            output.member("thinkingBudget", budget)
        }
        if output.count == start {
            output.removeSubrange(before...)
        } else {
            output.append("}")
        }
    }

    /// Of a model that cannot be kept from thinking.
    private static let leastBudget = 128

    /// 0 switches thinking off and -1 leaves it to the model, whatever its range.
    private static func fit(_ tokens: Int, _ model: GoogleModel) -> Int {
        guard tokens > 0, let range = model.budgets else { return tokens }
        return min(max(tokens, range.lowerBound), range.upperBound)
    }

    private static func level(_ effort: Reasoning.Effort, _ model: GoogleModel) -> String {
        switch effort {
        case .none, .minimal: model.alwaysThinks ? "low" : "minimal"
        case .low: "low"
        case .medium: "medium"
        case .high, .xhigh, .max: "high"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a Messages request from neutral values.
enum MessagesRequestWriting {
    /// - Parameter isCount: For a count of tokens, which takes nothing that steers an answer.
    static func write(_ conversation: Conversation, for target: RequestTarget, isCount: Bool = false, losses: inout Losses) -> [UInt8] {
        let model = MessagesModel(target.model)
        let plan = MessagesThinkingPlan(conversation, for: target, model: model, losses: &losses)
        var output: [UInt8] = []
        output.reserveCapacity(4096)
        output.append("{" as StaticString)
        output.member("model", target.model)
        if !isCount { output.member("max_tokens", plan.maxTokens) }
        let turns = MessagesTurnWriting(conversation, target: target, model: model, isThinking: plan.isOn)
        turns.append(to: &output, losses: &losses)
        MessagesToolWriting.append(conversation, target: target, model: model, to: &output, losses: &losses)
        plan.append(display: conversation.reasoning?.isShown, model: model, to: &output)
        appendOutput(conversation, effort: plan.effort, target, model, &output, &losses)
        if isCount {
            output.append("}" as StaticString)
            return output
        }
        appendSampling(conversation.sampling, isThinking: plan.isOn, model, &output, &losses)
        if let user = conversation.user {
            output.key("metadata")
            output.append("{" as StaticString)
            output.member("user_id", user)
            output.append("}" as StaticString)
        }
        appendTier(conversation.serviceTier, &output, &losses)
        if conversation.streaming { output.member("stream", true) }
        output.append("}" as StaticString)
        return output
    }

    private static func appendOutput(
        _ conversation: Conversation, effort: String?, _ target: RequestTarget, _ model: MessagesModel, _ output: inout [UInt8],
        _ losses: inout Losses
    ) {
        var schema: JSONFragment?
        if case .schema(let wanted)? = conversation.output {
            if target.quirks.takesJSONSchema ?? model.takesSchemas { schema = wanted.schema } else { losses.note(.jsonSchema) }
        }
        guard effort != nil || schema != nil else { return }
        output.key("output_config")
        output.append("{" as StaticString)
        if let effort { output.member("effort", effort) }
        if let schema {
            output.key("format")
            output.append(#"{"type":"json_schema""# as StaticString)
            output.member("schema", schema)
            output.append("}" as StaticString)
        }
        output.append("}" as StaticString)
    }

    private static func appendSampling(
        _ sampling: Sampling, isThinking: Bool, _ model: MessagesModel, _ output: inout [UInt8], _ losses: inout Losses
    ) {
        // What thinks draws as it wants.
        let isFree = model.takesSampling && !isThinking
        var hasTemperature = false
        if let temperature = sampling.temperature {
            let value = temperature.double ?? 1
            if isFree {
                output.member("temperature", value > 1 ? JSONNumber(1) : temperature)
                hasTemperature = true
                if value > 1 { losses.note(.temperature, temperature.text) }
            } else if value != 1 {
                losses.note(.temperature, temperature.text)
            }
        }
        if let topP = sampling.topP {
            if isFree && (!hasTemperature || model.takesTemperatureWithTopP) {
                output.member("top_p", topP)
            } else if topP.double != 1 {
                losses.note(.topP)
            }
        }
        if let topK = sampling.topK {
            // Google's clients write 40 as 40.0.
            if isFree, let count = topK.int { output.member("top_k", count) } else { losses.note(.topK) }
        }
        let stop = sampling.stop.filter { $0.unicodeScalars.contains { !$0.properties.isWhitespace } }
        if stop.count < sampling.stop.count { losses.note(.stopSequences, "white space") }
        if !stop.isEmpty {
            output.key("stop_sequences")
            output.append("[" as StaticString)
            for text in stop { output.element(text) }
            output.append("]" as StaticString)
        }
    }

    private static func appendTier(_ tier: ServiceTier?, _ output: inout [UInt8], _ losses: inout Losses) {
        switch tier {
        case nil: break
        case .auto?: output.member("service_tier", "auto")
        case .standard?: output.member("service_tier", "standard_only")
        // By itself Anthropic serves with priority whoever has bought it.
        case .priority?: output.member("service_tier", "auto")
        case .flex?: losses.note(.serviceTier, "flex")
        case .other(let word)?: losses.note(.serviceTier, word)
        }
    }
}

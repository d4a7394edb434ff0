// SPDX-License-Identifier: Apache-2.0
import JSON
import TestSupport

@testable import Providers

/// Conversations that clients could have: calls before their results, a user first, options in their ranges.
enum RandomConversation {
    static func make(using random: inout SplitMix64) -> Conversation {
        var conversation = Conversation()
        if random.chance(60) { conversation.turns.append(Turn(random.chance(80) ? .system : .developer, [.text(random.words())])) }
        addTools(&conversation, &random)
        for _ in 0..<Int.random(in: 0...3, using: &random) { addRound(&conversation, &random) }
        conversation.turns.append(Turn(.user, userParts(&random)))
        addSampling(&conversation, &random)
        conversation.streaming = random.chance(50)
        return conversation
    }

    private static func userParts(_ random: inout SplitMix64) -> [Part] {
        var parts: [Part] = [.text(random.words())]
        if random.chance(20) { parts.append(.media(Media(.image, .data(SplitMix64.pixel), mimeType: "image/png"))) }
        if random.chance(10) { parts.append(.media(Media(.image, .url("https://example.com/a.png"), mimeType: "image/png"))) }
        if random.chance(10) {
            parts.append(.media(Media(.document, .data("JVBERi0xLjQK"), mimeType: "application/pdf", fileName: "part.pdf")))
        }
        if random.chance(30) { parts.append(.text(random.words())) }
        return parts
    }

    /// A question, an answer, and mostly calls with their results between.
    private static func addRound(_ conversation: inout Conversation, _ random: inout SplitMix64) {
        conversation.turns.append(Turn(.user, userParts(&random)))
        var names: [String] = []
        for case .function(let tool) in conversation.tools { names.append(tool.name) }
        if !names.isEmpty, random.chance(70) {
            let before = conversation.turns.count
            var spoken: [Part] = random.chance(50) ? [.text(random.words())] : []
            var results: [Part] = []
            for place in 0..<Int.random(in: 1...3, using: &random) {
                let id = "call_\(before)_\(place)abcdef"
                let name = random.pick(names)
                spoken.append(.toolCall(ToolCall(id: id, name: name, arguments: JSONWriter.string(.object(random.object())))))
                let words = random.chance(30) ? JSONWriter.string(.object(["degrees": random.value()])) : random.words()
                results.append(.toolResult(ToolResult(callID: id, name: name, parts: [.text(words)], isError: random.chance(10))))
            }
            if random.chance(50) { results.reverse() }
            conversation.turns += [Turn(.assistant, spoken), Turn(.user, results)]
        }
        conversation.turns.append(Turn(.assistant, [.text(random.words())]))
    }

    private static func addTools(_ conversation: inout Conversation, _ random: inout SplitMix64) {
        for name in ["get_weather", "roll", "search-tools"].prefix(Int.random(in: 0...3, using: &random)) {
            var tool = FunctionTool(name: name, description: random.chance(80) ? random.words() : nil)
            tool.schema = random.chance(90) ? JSONFragment(random.schema()) : nil
            conversation.tools.append(.function(tool))
        }
        guard !conversation.tools.isEmpty else { return }
        conversation.toolChoice = random.pick([nil, .auto, ToolChoice.none, .required, .tool("get_weather")])
        if random.chance(20) { conversation.parallelToolCalls = random.chance(50) }
    }

    private static func addSampling(_ conversation: inout Conversation, _ random: inout SplitMix64) {
        if random.chance(50) { conversation.sampling.maxTokens = Int.random(in: 2048...9000, using: &random) }
        if random.chance(30) { conversation.sampling.temperature = JSONNumber(0.5) }
        if random.chance(20) { conversation.sampling.topP = JSONNumber(0.75) }
        if random.chance(10) { conversation.sampling.topK = JSONNumber(40) }
        if random.chance(10) { conversation.sampling.seed = 7 }
        if random.chance(20) { conversation.sampling.stop = ["END", "\n\n"] }
        if random.chance(10) { conversation.sampling.frequencyPenalty = JSONNumber(0.5) }
        if random.chance(10) { conversation.sampling.presencePenalty = JSONNumber(-0.5) }
        if random.chance(10) { conversation.user = "user-1" }
        if random.chance(10) { conversation.metadata = [Conversation.Tag(name: "run", value: "é")] }
        if random.chance(20) {
            conversation.output = random.chance(50) ? .json : .schema(.init(name: "cast", schema: JSONFragment(random.schema())))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Chat Completions to and from neutral values (docs/wire/openai-completions.md, "Across wires").
struct ChatTranslation: WireTranslation {
    /// OpenAI's own pattern, `^[a-zA-Z0-9_-]+$`, of 64 at most (CherryHQ/cherry-studio#2895), which others have taken over.
    var toolNames: ToolNameRule { ToolNameRule(length: 64) }

    /// What some provider of this wire has a member for. Where a target is known to have none, the writer notes it.
    var carries: Set<Feature> {
        [
            .developerRole, .laterInstructions, .speakerName, .imageURL, .imageDetail, .documents, .documentURL, .audioInput, .videoInput,
            .fileID, .toolResultImages, .freeFormTools, .strictTools, .webSearch, .allowedTools, .parallelToolCalls, .jsonObject,
            .jsonSchema, .topP, .topK, .frequencyPenalty, .presencePenalty, .seed, .stopSequences, .choices, .logprobs, .topLogprobs,
            .logitBias, .verbosity, .reasoning, .reasoningBudget, .user, .cacheKey, .serviceTier, .metadata, .store, .refusals, .citations,
            .stopSequenceTold, .mediaOutput, .cacheWriteTokens, .reasoningTokens,
        ]
    }

    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        try ChatRequestReading.read(body, index: index, shape: shape)
    }

    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] {
        ChatRequestWriting.write(conversation, for: target, losses: &losses)
    }

    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply? { ChatReplyReading.read(body, maker: maker) }

    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] { ChatReplyWriting.write(reply, to: context) }

    func makeEventReader(maker: Maker) -> any EventReader { ChatEventReader(maker: maker) }

    func makeEventWriter(to context: ReplyContext) -> any EventWriter { ChatEventWriter(to: context) }
}

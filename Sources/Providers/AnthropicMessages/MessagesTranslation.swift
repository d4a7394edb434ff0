// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Messages API to and from neutral values (docs/wire/anthropic-messages.md).
struct MessagesTranslation: WireTranslation {
    /// Some of it not every model takes, as its name says; `MessagesRequestWriting` notes what a target does not.
    static let carried: Set<Feature> = [
        .laterInstructions, .temperature, .imageURL, .documents, .documentURL, .toolResultErrors, .toolResultImages, .strictTools,
        .webSearch,
        .codeExecution, .webFetch, .parallelToolCalls, .jsonSchema, .topP, .topK, .stopSequences, .reasoning, .reasoningBudget, .user,
        .serviceTier, .citations, .stopSequenceTold, .cacheWriteTokens, .reasoningTokens,
    ]

    var carries: Set<Feature> { Self.carried }

    /// Anthropic's own pattern, `^[a-zA-Z0-9_-]{1,128}$` (home-assistant/core#147760).
    var toolNames: ToolNameRule { ToolNameRule(length: 128) }

    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        try MessagesRequestReading.read(body, index: index, shape: shape)
    }

    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] { MessagesReplyWriting.write(reply, to: context) }

    func makeEventWriter(to context: ReplyContext) -> any EventWriter { MessagesEventWriter(context) }

    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] {
        MessagesRequestWriting.write(conversation, for: target, losses: &losses)
    }

    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply? { MessagesReplyReading.read(body, maker: maker) }

    func makeEventReader(maker: Maker) -> any EventReader { MessagesEventReader(maker: maker) }

    func writeCountRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]? {
        MessagesRequestWriting.write(conversation, for: target, isCount: true, losses: &losses)
    }

    func readTokenCount(_ body: [UInt8]) -> Int? {
        guard let index = try? JSONIndex(scanning: body.span.bytes) else { return nil }
        return index.value("input_tokens", in: body.span.bytes)?.int(in: body.span.bytes)
    }
}

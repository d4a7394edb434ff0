// SPDX-License-Identifier: Apache-2.0
import JSON

/// The Responses API to and from neutral values.
struct ResponsesTranslation: WireTranslation {
    /// Requests are written for ChatGPT's backend, which takes fewer members.
    var isCodex = false

    var carries: Set<Feature> { isCodex ? CodexVariant.carries : ResponsesTranslation.carried }

    /// OpenAI's own pattern, `^[a-zA-Z0-9_-]+$`, of 64 at most (CherryHQ/cherry-studio#2895).
    var toolNames: ToolNameRule { ToolNameRule(length: 64) }

    static let carried: Set<Feature> = [
        .developerRole, .laterInstructions, .imageURL, .imageDetail, .documents, .documentURL, .fileID, .toolResultImages, .freeFormTools,
        .strictTools, .webSearch, .codeExecution, .allowedTools, .parallelToolCalls, .jsonObject, .jsonSchema, .topP, .logprobs,
        .topLogprobs, .verbosity, .reasoning, .user, .cacheKey, .serviceTier, .metadata, .store, .refusals, .citations, .mediaOutput,
        .cacheWriteTokens, .reasoningTokens,
    ]

    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        try ResponsesRequestReading.read(body, index: index, shape: shape)
    }

    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] {
        ResponsesReplyWriting.write(reply, to: context)
    }

    func makeEventWriter(to context: ReplyContext) -> any EventWriter { ResponsesEventWriter(to: context) }

    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] {
        ResponsesRequestWriting.write(conversation, for: target, isCodex: isCodex, losses: &losses)
    }

    func writeTokenCount(_ count: Int) -> [UInt8] { Array(#"{"object":"response.input_tokens","input_tokens":\#(count)}"#.utf8) }

    func readTokenCount(_ body: [UInt8]) -> Int? { CountRequest.count("input_tokens", in: body) }

    func writeCountRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]? {
        isCodex ? nil : CountRequest.keeping(Self.counted, of: writeRequest(conversation, for: target, losses: &losses))
    }

    /// What `POST /responses/input_tokens` takes (platform.openai.com/docs/api-reference/responses/input-tokens, read on 2026-11-21).
    private static let counted: Set<String> = [
        "model", "input", "instructions", "tools", "tool_choice", "reasoning", "text", "parallel_tool_calls", "truncation",
    ]

    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply? { ResponsesReplyReading.read(body, maker: maker) }

    func makeEventReader(maker: Maker) -> any EventReader { ResponsesEventReader(maker: maker) }
}

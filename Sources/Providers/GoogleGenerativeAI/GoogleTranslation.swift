// SPDX-License-Identifier: Apache-2.0
import JSON

/// `generateContent` to and from neutral values (docs/wire/google-generative-ai.md).
struct GoogleTranslation: WireTranslation {
    /// Of Cloud Code Assist, around requests and replies.
    let envelope: CodeAssistEnvelope?

    /// Whether a target takes media by URL, media in results, levels of thinking, its model's name says; `GoogleRequestWriting` notes what it
    /// does not.
    static let carried: Set<Feature> = [
        .imageURL, .documents, .documentURL, .audioInput, .videoInput, .fileID, .toolResultErrors, .toolResultImages, .webSearch,
        .codeExecution, .webFetch, .allowedTools, .jsonObject, .jsonSchema, .topP, .topK, .frequencyPenalty, .presencePenalty, .seed,
        .stopSequences, .choices, .logprobs, .topLogprobs, .reasoning, .reasoningBudget, .serviceTier, .citations, .mediaOutput,
        .reasoningTokens,
    ]

    var carries: Set<Feature> { Self.carried }

    /// As the API's refusal has it (google-gemini/gemini-cli#9535).
    var toolNames: ToolNameRule { ToolNameRule(length: 64, takesDotsAndColons: true, beginsWithLetter: true) }

    func readRequest(_ body: [UInt8], index: JSONIndex, shape: RequestShape) throws(RequestProblem) -> Conversation {
        try GoogleRequestReading.read(body, index: index, shape: shape)
    }

    func writeReply(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] { GoogleReplyWriting.write(reply, to: context) }

    func makeEventWriter(to context: ReplyContext) -> any EventWriter { GoogleEventWriter(context) }

    func writeRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8] {
        let request = GoogleRequestWriting.write(conversation, for: target, isWrapped: envelope != nil, losses: &losses)
        guard let envelope else { return request }
        return envelope.wrap(request, model: target.model, project: target.options[CodeAssistEnvelope.projectOption])
    }

    // MARK: Numbers of tokens

    func writeTokenCount(_ count: Int) -> [UInt8] { Array(#"{"totalTokens":\#(count)}"#.utf8) }

    /// A whole request as a member, since `contents` alone would leave out instructions and tools.
    func writeCountRequest(_ conversation: Conversation, for target: RequestTarget, losses: inout Losses) -> [UInt8]? {
        var request = GoogleRequestWriting.write(conversation, for: target, isWrapped: envelope != nil, losses: &losses)
        request.removeLast()
        request.member("model", target.model.hasPrefix("models/") ? target.model : "models/\(target.model)")
        request.append("}")
        return Array((envelope == nil ? #"{"generateContentRequest":"# : #"{"request":"#).utf8) + request + Array("}".utf8)
    }

    func readTokenCount(_ body: [UInt8]) -> Int? {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes) else { return nil }
        return (root.google("response", in: bytes) ?? root).google("totalTokens", in: bytes)?.googleInt(in: bytes)
    }

    // MARK: Replies

    func readReply(_ body: [UInt8], maker: Maker) -> ConversationReply? { GoogleReplyReading.read(body, maker: maker) }

    func makeEventReader(maker: Maker) -> any EventReader { GoogleEventReader(maker: maker) }
}

// SPDX-License-Identifier: Apache-2.0

/// A protocol that this build can speak, by the name that configuration uses for it.
///
/// Configuration and catalogue name wires as text, since a file may name one that is not built. Such a provider is kept,
/// and each of its candidates is a skipped attempt that says so.
public enum WireKind: String, Hashable, Sendable, CaseIterable {
    /// Chat Completions: `POST /chat/completions` (docs/wire/openai-completions.md).
    case openaiCompletions = "openai-completions"
    /// The Responses API: `POST /responses` (docs/wire/openai-responses.md).
    case openaiResponses = "openai-responses"
    /// The same at ChatGPT's backend, for its subscriptions. Providers only: no client is served on it.
    case openaiCodexResponses = "openai-codex-responses"
    /// The Messages API: `POST /v1/messages` (docs/wire/anthropic-messages.md).
    case anthropicMessages = "anthropic-messages"
    /// The Gemini API: `POST /models/{model}:generateContent` (docs/wire/google-generative-ai.md).
    case googleGenerativeAI = "google-generative-ai"
    /// The same in the envelope of Cloud Code Assist. Providers only: no client is served on it.
    case googleGeminiCLI = "google-gemini-cli"

    /// The one that reads and writes this wire.
    public var wire: any Wire {
        switch self {
        case .openaiCompletions: ChatWire()
        case .openaiResponses: ResponsesWire()
        case .openaiCodexResponses: ResponsesWire(isCodex: true)
        case .anthropicMessages: MessagesWire()
        case .googleGenerativeAI: GoogleWire()
        case .googleGeminiCLI: GoogleWire(envelope: CodeAssistEnvelope())
        }
    }

    /// The one on which a provider of this wire does `operation`. The Responses API is answers alone: who serves it has embeddings
    /// beside it, at the same base URL, as OpenAI's older API has them (https://platform.openai.com/docs/api-reference/embeddings).
    public func wire(for operation: Operation) -> any Wire {
        self == .openaiResponses && operation == .embeddings ? WireKind.openaiCompletions.wire : wire
    }
}

// SPDX-License-Identifier: Apache-2.0
import Providers

/// One way in to the models: a wire, what is asked on it, and what the path says of the request. All else about doors is the same for
/// all of them (`Door`).
struct Entrance: Hashable, Sendable {
    var wire: WireKind
    var operation = Operation.generate
    var target = PathFacts()
    var framing = StreamFraming.events

    static let chatCompletions = Entrance(wire: .openaiCompletions)
    static let embeddings = Entrance(wire: .openaiCompletions, operation: .embeddings)
    static let responses = Entrance(wire: .openaiResponses)
    static let responseTokens = Entrance(wire: .openaiResponses, operation: .countTokens)
    static let messages = Entrance(wire: .anthropicMessages)
    static let messageTokens = Entrance(wire: .anthropicMessages, operation: .countTokens)

    /// `{model}:generateContent` and its neighbours of the Gemini API, whose path names model and operation.
    ///
    /// - Parameters:
    ///   - method: What stands behind the colon.
    ///   - query: `alt=sse` asks for an event stream.
    /// - Returns: `nil` for a method that is not served.
    static func gemini(model: String, method: Substring, query: String?) -> Entrance? {
        var entrance = Entrance(wire: .googleGenerativeAI, target: PathFacts(model: model, streaming: false))
        switch method {
        case "generateContent": break
        case "countTokens": entrance.operation = .countTokens
        case "streamGenerateContent":
            entrance.target.streaming = true
            if PercentEncoding.value(of: "alt", in: query) != "sse" { entrance.framing = .array }
        default: return nil
        }
        return entrance
    }
}

/// How a streamed reply goes out.
enum StreamFraming: Hashable, Sendable {
    /// Server-sent events (WHATWG HTML §9.2).
    case events
    /// The elements of one JSON array, as the Gemini API streams unless it is asked for events (docs/wire/google-generative-ai.md).
    case array
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What a candidate has to know to go on with a reply that another has begun.
public struct Continuation: Hashable, Sendable {
    /// What the client has of the answer; not empty.
    public var text: String
    /// `prefill` or `transcript`. A wire may find in a body that it takes no prefill, and ask by `transcript`.
    public var method: Continuing
    /// How the route is told that a last message is a beginning; `nil`: it needs no telling.
    public var mark: PrefillMark?

    public init(text: String, method: Continuing, mark: PrefillMark? = nil) {
        self.text = text
        self.method = method
        self.mark = mark
    }

    /// The text without white space at its end, which models go on from better, and some routes insist on.
    var words: Substring {
        let scalars = text.unicodeScalars
        var end = scalars.endIndex
        while end > scalars.startIndex, scalars[scalars.index(before: end)].properties.isWhitespace { end = scalars.index(before: end) }
        return text[..<end]
    }

    /// The white space that `words` lacks.
    var leftOut: String { String(text[words.endIndex...]) }
}

/// A request that asks to go on.
public struct ContinuedBody: Hashable, Sendable {
    public var body: [UInt8]
    public var method: Continuing
    /// White space at the end of the text that the request had to leave out: the reply may begin with it again.
    public var leftOut: String

    public init(body: [UInt8], method: Continuing, leftOut: String = "") {
        self.body = body
        self.method = method
        self.leftOut = leftOut
    }
}

/// How a provider on Chat Completions is told that a last message of the assistant's is a beginning.
public enum PrefillMark: String, Hashable, Sendable, CaseIterable {
    /// `prefix: true` in the message: Mistral, DeepSeek's beta.
    case prefix
    /// `partial: true` in the message: Moonshot, Qwen.
    case partial
    /// `continue_final_message: true` in the request, with `add_generation_prompt: false`: vLLM, SGLang, llama.cpp.
    case continueFinalMessage = "continue_final_message"

    /// Of the message; `nil`: the request is marked.
    var member: StaticString? {
        switch self {
        case .prefix: "prefix"
        case .partial: "partial"
        case .continueFinalMessage: nil
        }
    }
}

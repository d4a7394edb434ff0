// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// What a candidate has to know to go on with a reply that another has begun.
public struct Continuation: Hashable, Sendable {
    /// What the client has of the answer; not empty.
    public var text: String
    /// `prefill` or `transcript`. A wire may find in a body that it takes no prefill, and ask by `transcript`.
    public var method: Continuing
    /// How the route is told that a last message is a beginning; `nil`: it needs no telling.
    public var mark: PrefillMark?
    /// The client's limit of tokens holds for the answer alone, so that what has been said is taken off. Not where the model thinks first:
    /// thoughts count against it, and come anew.
    public var lowersLimit: Bool

    public init(text: String, method: Continuing, mark: PrefillMark? = nil, lowersLimit: Bool = false) {
        self.text = text
        self.method = method
        self.mark = mark
        self.lowersLimit = lowersLimit
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

extension BodyEdits {
    /// Takes off a limit of tokens what has been said, by a guess that errs low: what is left of the answer is not to be cut short for it.
    ///
    /// - Parameter limit: `nil`: there is none.
    mutating func lower(_ limit: JSONSlice?, by continuation: Continuation, in bytes: RawSpan) {
        guard continuation.lowersLimit, let limit, let most = limit.int(in: bytes), most > Self.leastTokens else { return }
        let left = max(most - continuation.text.utf8.count / Self.bytesPerToken, Self.leastTokens)
        if left < most { replace(limit.range, with: Array(String(left).utf8)) }
    }

    /// Of most texts a token takes less.
    private static let bytesPerToken = 5
    /// Enough to say the last words again, and no less than any API takes.
    private static let leastTokens = 64
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// A whole reply in neutral values.
public struct ConversationReply: Hashable, Sendable {
    public var head: ReplyHead
    /// At least one; by its `index`.
    public var choices: [Choice]
    public var usage: Usage?

    public init(head: ReplyHead = ReplyHead(), choices: [Choice] = [], usage: Usage? = nil) {
        self.head = head
        self.choices = choices
        self.usage = usage
    }

    public struct Choice: Hashable, Sendable {
        public var parts: [Part]
        public var finish: Finish?
        public var logprobs: [TokenLikelihood]

        public init(_ parts: [Part] = [], finish: Finish? = nil, logprobs: [TokenLikelihood] = []) {
            self.parts = parts
            self.finish = finish
            self.logprobs = logprobs
        }
    }
}

/// What a reply says of itself.
public struct ReplyHead: Hashable, Sendable {
    /// The provider's id of the reply.
    public var id: String?
    /// Who really spoke, in the provider's words.
    public var model: String?
    /// Seconds since 1970.
    public var created: Int?
    public var serviceTier: String?

    public init(id: String? = nil, model: String? = nil, created: Int? = nil, serviceTier: String? = nil) {
        self.id = id
        self.model = model
        self.created = created
        self.serviceTier = serviceTier
    }
}

/// Why a reply ended.
public enum Finish: Hashable, Sendable {
    /// The model had said all, or met a stop sequence, which is given where the provider tells.
    case stop(sequence: String?)
    case length
    case toolCalls
    /// A filter or the model's own safety: what it said in words of its own is a refusal part.
    case contentFilter
    /// The model declines as such (`refusal` as a finish reason).
    case refusal
    /// A server-side tool's turn goes on when the client sends it back (`pause_turn`).
    case paused
    /// The prompt and reply have filled the window.
    case windowFull
    /// A reason nobody else has.
    case other(String)

    public static let stop = Finish.stop(sequence: nil)
}

/// How likely a token of the reply was.
public struct TokenLikelihood: Hashable, Sendable {
    public struct Candidate: Hashable, Sendable {
        public var token: String
        public var logprob: JSONNumber
        /// The token's bytes; `nil`: not told.
        public var bytes: [UInt8]?

        public init(token: String, logprob: JSONNumber, bytes: [UInt8]? = nil) {
            self.token = token
            self.logprob = logprob
            self.bytes = bytes
        }
    }

    public var chosen: Candidate
    /// The likeliest at its place.
    public var top: [Candidate]

    public init(_ chosen: Candidate, top: [Candidate] = []) {
        self.chosen = chosen
        self.top = top
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// How the answer is drawn. `nil`: as the provider does by itself. Numbers keep the text they came with.
public struct Sampling: Hashable, Sendable {
    /// Tokens of the reply at most, thinking included.
    public var maxTokens: Int?
    public var temperature: JSONNumber?
    public var topP: JSONNumber?
    public var topK: JSONNumber?
    public var frequencyPenalty: JSONNumber?
    public var presencePenalty: JSONNumber?
    public var seed: Int?
    public var stop: [String] = []
    /// Replies wanted, 1 to 128.
    public var choices: Int?
    /// The likelihood of each token is wanted.
    public var logprobs: Bool?
    /// And that of so many others at its place.
    public var topLogprobs: Int?
    /// Token ids to how much likelier they are to be.
    public var logitBias: JSONFragment?
    /// How much to say: `low`, `medium`, `high`.
    public var verbosity: String?

    public init() {}
}

/// What shape the answer's text has.
public enum OutputFormat: Hashable, Sendable {
    case text
    /// Any JSON object.
    case json
    case schema(Schema)

    public struct Schema: Hashable, Sendable {
        /// Where the wire wants one; `nil`: none given.
        public var name: String?
        public var description: String?
        /// JSON Schema.
        public var schema: JSONFragment
        public var strict: Bool?

        public init(name: String? = nil, description: String? = nil, schema: JSONFragment, strict: Bool? = nil) {
            self.name = name
            self.description = description
            self.schema = schema
            self.strict = strict
        }
    }
}

/// Whether and how long the model is to think first. All members may be `nil` or unset: then only that it may.
public struct Reasoning: Hashable, Sendable {
    public enum Effort: String, Hashable, Sendable, CaseIterable {
        case none, minimal, low, medium, high, xhigh, max
    }

    /// `none` switches it off.
    public var effort: Effort?
    /// Tokens of thinking at most; 0 switches it off, -1 leaves it to the model.
    public var budget: Int?
    /// The thoughts or their summary are wanted; `nil`: as the provider does by itself.
    public var isShown: Bool?
    /// How long a summary (`auto`, `concise`, `detailed`).
    public var summary: String?

    public init(effort: Effort? = nil, budget: Int? = nil, isShown: Bool? = nil, summary: String? = nil) {
        self.effort = effort
        self.budget = budget
        self.isShown = isShown
        self.summary = summary
    }

    public var isOff: Bool { effort == Effort.none || (effort == nil && budget == 0) }

    /// Tokens for a wire that counts them, from the effort where only that is known. Google's own table for its OpenAI-compatible
    /// endpoint (ai.google.dev/gemini-api/docs/openai, "Thinking").
    public var tokens: Int? {
        if let budget { return budget }
        return switch effort {
        case nil: nil
        case .none?: 0
        case .minimal?, .low?: 1024
        case .medium?: 8192
        case .high?: 24_576
        case .xhigh?, .max?: 32_768
        }
    }

    /// A word for a wire that has no count, from the budget where only that is known: the same table read backwards.
    public var level: Effort? {
        if let effort { return effort }
        guard let budget, budget >= 0 else { return nil }
        switch budget {
        case 0: return Effort.none
        case ...1024: return .low
        case ...8192: return .medium
        default: return .high
        }
    }
}

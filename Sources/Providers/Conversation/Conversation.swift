// SPDX-License-Identifier: Apache-2.0
import JSON

/// A request in neutral values: what a client asked for, whatever its wire. Each wire reads its requests into this and writes them
/// from it, so that no wire knows another.
///
/// What a wire has no member for is `Feature` by `Feature` in `Feature.swift`; what is in nobody's wire but one stands in `foreign`.
public struct Conversation: Hashable, Sendable {
    /// In order. Instructions may stand anywhere; wires that have one place for them gather them there.
    public var turns: [Turn] = []
    public var tools: [Tool] = []
    public var toolChoice: ToolChoice?
    /// Whether the model may call several tools at once; `nil`: as the provider does by itself.
    public var parallelToolCalls: Bool?
    public var output: OutputFormat?
    public var sampling = Sampling()
    public var reasoning: Reasoning?
    public var streaming = false
    /// A stream's client wants its usage told, on wires where that is asked for. `true` on all others.
    public var wantsUsage = true
    /// Whom the request is made for: `user`, `safety_identifier`, Anthropic's `metadata.user_id`.
    public var user: String?
    /// Names the prompt's cache: `prompt_cache_key`.
    public var cacheKey: String?
    public var serviceTier: ServiceTier?
    /// Text by text, as clients tag their requests.
    public var metadata: [Tag] = []
    /// The client marked what is to be cached. Marks do not cross; whether the route gets marks of its own is policy.
    public var hasCacheMarks = false
    /// The provider is to keep the answer: `store`. `nil`: not said.
    public var store: Bool?
    /// Members that mean something to their own wire's providers only, by name, for the list of what was lost.
    public var foreign: [String] = []

    public init() {}

    /// The text of all instructions, in order.
    public var instructions: [Part] { turns.lazy.filter { $0.role.isInstruction }.flatMap(\.parts) }

    public struct Tag: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// Who speaks.
public enum Role: Hashable, Sendable {
    /// Instructions. `developer` is OpenAI's newer word; elsewhere both are one.
    case system, developer
    /// The person, and the results of tools.
    case user
    case assistant

    public var isInstruction: Bool { self == .system || self == .developer }
}

/// One message.
public struct Turn: Hashable, Sendable {
    public var role: Role
    public var parts: [Part]
    /// Of one speaker among several, where a wire tells them apart.
    public var name: String?

    /// What the user says where nobody says anything and the API wants a message.
    static let nothing = "…"

    public init(_ role: Role, _ parts: [Part], name: String? = nil) {
        self.role = role
        self.parts = parts
        self.name = name
    }
}

/// A priority that is paid for. `auto` is what all providers do by themselves.
public enum ServiceTier: Hashable, Sendable {
    case auto, standard, priority, flex
    /// A word of one provider's own.
    case other(String)
}

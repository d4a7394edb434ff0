// SPDX-License-Identifier: Apache-2.0
import JSON

/// A model that a provider is known to serve. A provider may serve others too: a chain trusts what configuration names.
public struct Model: Hashable, Sendable {
    /// The provider's own name, slashes included, such as `anthropic/claude-sonnet-4`.
    public var id: String
    /// For people.
    public var name: String
    /// The wire of this model where it is not its provider's.
    public var wireName: String?
    /// Tokens of prompt and reply together; `nil`: unknown, and no request is held back for it.
    public var contextWindow: Int?
    /// Tokens of a reply at most.
    public var maxTokens: Int?
    /// What it takes besides tools; `nil`: unknown, and nothing is held back from it.
    public var inputs: Set<InputKind>?
    public var acceptsTools: Bool
    /// Thinks before it speaks: its first token is given more time.
    public var reasons: Bool
    /// Takes Anthropic's cache marks, or is known not to; `nil`: its provider says.
    public var takesMarkers: Bool?
    public var limits: TimeLimits
    /// Where it differs from its provider's usual ways.
    public var quirks = Quirks()
    /// Members for its requests where the client wrote none.
    public var params: JSONObject?
    /// `nil`: not known.
    public var price: Price?

    public var acceptsImages: Bool { inputs?.contains(.image) ?? true }

    /// A model of which only the name is known: nothing is held back from it.
    public init(id: String, name: String? = nil) {
        self.id = id
        self.name = name ?? id
        acceptsTools = true
        reasons = false
        limits = TimeLimits()
    }
}

/// A kind of content that a model takes.
public enum InputKind: String, Hashable, Sendable, CaseIterable {
    case text, image, pdf, audio, video
}

// SPDX-License-Identifier: Apache-2.0

/// What routing needs to know of a request, whatever its wire.
public struct RequestShape: Hashable, Sendable {
    public var operation = Operation.generate
    /// As the client wrote it: a model ref, an alias, an agent.
    public var model: String
    /// Further models for this request alone, in order; `nil` where the client named none.
    public var fallbacks: [String]?
    public var streaming: Bool
    public var hasImages: Bool
    public var hasTools: Bool
    /// The client wants the model to think first, so that its first token may take long.
    public var asksReasoning: Bool
    /// Roughly the prompt's tokens; see the wire's page for the rule. Errs low: a candidate is skipped only for a prompt that is
    /// surely too long.
    public var estimatedTokens: Int
    /// Tokens of the reply at most, where the client set a limit.
    public var maxTokens: Int?
    /// How many replies the client wants, 1 to 128.
    public var choices: Int
    /// Whether the client asked for the likelihood of tokens: such a stream cannot be joined from two models.
    public var wantsLogprobs: Bool
    /// The reply that this request goes on from (`previous_response_id`): it lives in the account that made it.
    public var previousResponse: String?
    /// The provider is to keep the answer (`store`), so that a later request can go on from it. `nil`: as the wire has it by itself.
    public var stores: Bool?
    /// What the body says in order to name the client's session, such as `prompt_cache_key`.
    public var sessionHint: String?
    /// Whom the client asks for: names a session where nothing better does, since one user may have many.
    public var userHint: String?

    public init(model: String) {
        self.model = model
        fallbacks = nil
        streaming = false
        hasImages = false
        hasTools = false
        asksReasoning = false
        estimatedTokens = 0
        maxTokens = nil
        choices = 1
        wantsLogprobs = false
        previousResponse = nil
        stores = nil
        sessionHint = nil
        userHint = nil
    }
}

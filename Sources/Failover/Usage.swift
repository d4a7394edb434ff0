// SPDX-License-Identifier: Apache-2.0

/// Tokens as a provider counted them; `nil` where it did not.
public struct Usage: Hashable, Sendable {
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// Of the input, those that came from the provider's prompt cache.
    public var cachedTokens: Int?

    public init(inputTokens: Int? = nil, outputTokens: Int? = nil, cachedTokens: Int? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Tokens as a provider counted them; `nil` where it did not.
///
/// Every wire's own way of counting is read into this one: the input with what came from the cache or went into it, the output with
/// the model's thinking.
public struct Usage: Hashable, Sendable {
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// Of the input, those that came from the provider's prompt cache.
    public var cachedTokens: Int?
    /// Of the input, those that were written into the cache.
    public var cacheWriteTokens: Int?
    /// Of the output, those that were thinking.
    public var reasoningTokens: Int?

    public init(
        inputTokens: Int? = nil, outputTokens: Int? = nil, cachedTokens: Int? = nil, cacheWriteTokens: Int? = nil,
        reasoningTokens: Int? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
        self.cacheWriteTokens = cacheWriteTokens
        self.reasoningTokens = reasoningTokens
    }
}

extension Usage {
    /// These counts, where `other` does not tell newer ones: providers spread them over several events.
    public func updated(by other: Usage) -> Usage {
        Usage(
            inputTokens: other.inputTokens ?? inputTokens, outputTokens: other.outputTokens ?? outputTokens,
            cachedTokens: other.cachedTokens ?? cachedTokens, cacheWriteTokens: other.cacheWriteTokens ?? cacheWriteTokens,
            reasoningTokens: other.reasoningTokens ?? reasoningTokens)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What tokens of a model cost, in US dollars for a million of them, as somebody published it on some day.
public struct Price: Hashable, Sendable {
    /// Of the prompt, without what comes from the cache or goes into it.
    public var input: Double
    /// Of the reply, thinking included.
    public var output: Double
    /// Of what the provider's prompt cache had; `nil`: not published, or there is none.
    public var cacheRead: Double?
    /// Of what is written into it, for its shortest time; `nil`: not published, or nothing beyond `input`.
    public var cacheWrite: Double?
    /// Tokens of a prompt up to which this holds: a longer one costs more. `nil`: it holds for all.
    public var promptsUpTo: Int?
    /// The day on which it was read, such as `2026-11-21`; `nil` for a price of one's own configuration.
    public var day: String?
    /// Where it was read.
    public var source: String?

    public init(
        input: Double, output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil, promptsUpTo: Int? = nil, day: String? = nil,
        source: String? = nil
    ) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.promptsUpTo = promptsUpTo
        self.day = day
        self.source = source
    }

    /// What a call costs, in US dollars.
    ///
    /// - Returns: `nil` where a count or the price of a part is not known, so that no sum is a guess.
    public func cost(of usage: Usage) -> Double? {
        guard let prompt = usage.inputTokens, let reply = usage.outputTokens, prompt <= promptsUpTo ?? .max else { return nil }
        let read = usage.cachedTokens ?? 0
        let written = usage.cacheWriteTokens ?? 0
        guard read >= 0, written >= 0, reply >= 0, prompt - read - written >= 0 else { return nil }
        guard let readPrice = read == 0 ? 0 : cacheRead else { return nil }
        let sum =
            Double(prompt - read - written) * input + Double(reply) * output + Double(read) * readPrice
            + Double(written) * (cacheWrite ?? input)
        return sum / 1_000_000
    }
}

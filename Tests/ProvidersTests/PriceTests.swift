// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Testing

@Suite struct `A price` {
    static let price = Price(input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5, promptsUpTo: 200_000)

    @Test(arguments: [
        (Usage(inputTokens: 1000, outputTokens: 100), 0.003),
        (Usage(inputTokens: 1000, outputTokens: 100, cachedTokens: 600, cacheWriteTokens: 200), 0.00202),
        (Usage(inputTokens: 0, outputTokens: 0), 0),
        // What is not told is not guessed.
        (Usage(inputTokens: 1000), nil), (Usage(outputTokens: 1000), nil), (Usage(), nil),
        // Beyond the prompts that it holds for, and counts that cannot be.
        (Usage(inputTokens: 200_001, outputTokens: 1), nil), (Usage(inputTokens: 10, outputTokens: 1, cachedTokens: 11), nil),
        (Usage(inputTokens: 10, outputTokens: -1), nil),
    ])
    func `makes a sum of what was used`(usage: Usage, sum: Double?) {
        let found = Self.price.cost(of: usage)
        if let sum, let found { #expect(abs(found - sum) < 1e-9) } else { #expect(found == sum) }
    }

    @Test func `without one for the cache makes none of a prompt that was cached`() throws {
        let plain = Price(input: 2, output: 10)
        #expect(plain.cost(of: Usage(inputTokens: 10, outputTokens: 1, cachedTokens: 5)) == nil)
        let sum = try #require(plain.cost(of: Usage(inputTokens: 10, outputTokens: 1, cachedTokens: 0)))
        #expect(abs(sum - 0.00003) < 1e-9)
    }
}

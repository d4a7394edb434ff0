// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Anthropic's counts: what came from the cache and what went into it stand beside `input_tokens`, not within. In a stream they grow,
/// and are spread over its first event and its last; some providers tell zeros first and the truth at the end, so the largest counts.
struct MessagesUsage {
    private var input, output, cacheRead, cacheWrite, thinking: Int?

    /// - Returns: Whether `value` is an object that counts prompt or reply.
    @discardableResult
    mutating func add(_ value: JSONSlice?, in bytes: RawSpan) -> Bool {
        guard let value, value.kind == .object else { return false }
        var found = false
        value.forEachMember(in: bytes) { key, value in
            if bytes.equals("input_tokens", in: key) {
                found = Self.raise(&input, to: value, bytes) || found
            } else if bytes.equals("output_tokens", in: key) {
                found = Self.raise(&output, to: value, bytes) || found
            } else if bytes.equals("cache_read_input_tokens", in: key) {
                _ = Self.raise(&cacheRead, to: value, bytes)
            } else if bytes.equals("cache_creation_input_tokens", in: key) {
                _ = Self.raise(&cacheWrite, to: value, bytes)
            } else if bytes.equals("output_tokens_details", in: key), let count = value.member("thinking_tokens", in: bytes) {
                _ = Self.raise(&thinking, to: count, bytes)
            }
            return true
        }
        return found
    }

    /// In neutral counts: the whole prompt. `nil`: nothing was counted.
    var neutral: Usage? {
        guard input != nil || output != nil else { return nil }
        return Usage(
            inputTokens: input.map { $0 + (cacheRead ?? 0) + (cacheWrite ?? 0) }, outputTokens: output, cachedTokens: cacheRead,
            cacheWriteTokens: cacheWrite, reasoningTokens: thinking)
    }

    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        var usage = MessagesUsage()
        usage.add(value, in: bytes)
        return usage.neutral
    }

    /// Takes a count that is not negative and no absurdity.
    private static func raise(_ count: inout Int?, to value: JSONSlice, _ bytes: RawSpan) -> Bool {
        guard let number = value.int(in: bytes), (0...1_000_000_000).contains(number) else { return false }
        count = max(count ?? 0, number)
        return true
    }

    /// The members of `usage`, without braces, for a client. The whole is 0 where it is not known, since its clients want each; of the
    /// cache nothing is said where nobody counted, which they take for "not told".
    static func append(_ usage: Usage?, to output: inout [UInt8]) {
        let cached = usage?.cachedTokens ?? 0
        let written = usage?.cacheWriteTokens ?? 0
        output.member("input_tokens", max(0, (usage?.inputTokens ?? 0) - cached - written))
        if usage?.cachedTokens != nil || usage?.cacheWriteTokens != nil {
            output.member("cache_creation_input_tokens", written)
            if usage?.cachedTokens != nil { output.member("cache_read_input_tokens", cached) }
        }
        output.member("output_tokens", usage?.outputTokens ?? 0)
        if let thinking = usage?.reasoningTokens {
            output.key("output_tokens_details")
            output.append("{" as StaticString)
            output.member("thinking_tokens", thinking)
            output.append("}" as StaticString)
        }
    }
}

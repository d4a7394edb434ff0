// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads the `usage` object of a reply or an event.
enum ChatUsage {
    /// - Returns: `nil` unless `value` is an object that counts prompt or reply. DeepSeek counts cached tokens in
    ///   `prompt_cache_hit_tokens`, the others in `prompt_tokens_details.cached_tokens`.
    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        guard let value, value.kind == .object else { return nil }
        let input = count(value.member("prompt_tokens", in: bytes), bytes)
        let output = count(value.member("completion_tokens", in: bytes), bytes)
        guard input != nil || output != nil else { return nil }
        let details = value.member("prompt_tokens_details", in: bytes)
        let cached = details.flatMap { $0.kind == .object ? $0.member("cached_tokens", in: bytes) : nil }
        return Usage(
            inputTokens: input, outputTokens: output,
            cachedTokens: count(cached, bytes) ?? count(value.member("prompt_cache_hit_tokens", in: bytes), bytes))
    }

    /// A count that is not negative and no absurdity.
    private static func count(_ value: JSONSlice?, _ bytes: RawSpan) -> Int? {
        guard let number = value?.int(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return number
    }
}

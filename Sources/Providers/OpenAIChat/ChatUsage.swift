// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads the `usage` object of a reply or an event.
enum ChatUsage {
    /// - Returns: `nil` unless `value` is an object that counts prompt or reply. DeepSeek counts cached tokens in
    ///   `prompt_cache_hit_tokens`, the others in `prompt_tokens_details.cached_tokens`.
    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        guard let value, value.kind == .object else { return nil }
        var (input, output, cached, hit): (Int?, Int?, Int?, Int?)
        value.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "prompt_tokens", in: bytes) {
                input = count(value, bytes)
            } else if JSONText.equals(key, "completion_tokens", in: bytes) {
                output = count(value, bytes)
            } else if JSONText.equals(key, "prompt_tokens_details", in: bytes) {
                cached = value.member("cached_tokens", in: bytes).flatMap { count($0, bytes) }
            } else if JSONText.equals(key, "prompt_cache_hit_tokens", in: bytes) {
                hit = count(value, bytes)
            }
            return true
        }
        guard input != nil || output != nil else { return nil }
        return Usage(inputTokens: input, outputTokens: output, cachedTokens: cached ?? hit)
    }

    /// A count that is not negative and no absurdity.
    private static func count(_ value: JSONSlice, _ bytes: RawSpan) -> Int? {
        guard let number = value.int(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return number
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// The `usage` object of a response. Its input counts the cached tokens too, its output the model's reasoning.
enum ResponsesUsage {
    /// - Returns: `nil` unless `value` is an object that counts prompt or reply.
    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        guard let value, value.kind == .object else { return nil }
        var usage = Usage()
        value.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "input_tokens", in: bytes) {
                usage.inputTokens = count(value, bytes)
            } else if JSONText.equals(key, "output_tokens", in: bytes) {
                usage.outputTokens = count(value, bytes)
            } else if JSONText.equals(key, "input_tokens_details", in: bytes) {
                usage.cachedTokens = value.member("cached_tokens", in: bytes).flatMap { count($0, bytes) }
                usage.cacheWriteTokens = value.member("cache_write_tokens", in: bytes).flatMap { count($0, bytes) }
            } else if JSONText.equals(key, "output_tokens_details", in: bytes) {
                usage.reasoningTokens = value.member("reasoning_tokens", in: bytes).flatMap { count($0, bytes) }
            }
            return true
        }
        return usage.inputTokens == nil && usage.outputTokens == nil ? nil : usage
    }

    /// A count that is not negative and no absurdity.
    private static func count(_ value: JSONSlice, _ bytes: RawSpan) -> Int? {
        guard let number = value.int(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return number
    }

    /// Appends `usage` as the SDKs' types demand it: what no provider told of the details is 0 there, as the API itself has it, and the
    /// two counts that make the whole are left out.
    static func append(_ usage: Usage?, to output: inout [UInt8]) {
        guard let usage, usage.inputTokens != nil || usage.outputTokens != nil else { return output.append("null") }
        output.append("{")
        if let input = usage.inputTokens { output.append(#""input_tokens":\#(input),"#) }
        output.append(#""input_tokens_details":{"cached_tokens":\#(usage.cachedTokens ?? 0)"#)
        output.append(#","cache_write_tokens":\#(usage.cacheWriteTokens ?? 0)}"#)
        if let written = usage.outputTokens { output.append(#","output_tokens":\#(written)"#) }
        output.append(#","output_tokens_details":{"reasoning_tokens":\#(usage.reasoningTokens ?? 0)}"#)
        if let input = usage.inputTokens, let written = usage.outputTokens { output.append(#","total_tokens":\#(input + written)"#) }
        output.append("}")
    }
}

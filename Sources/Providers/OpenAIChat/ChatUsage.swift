// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads and writes the `usage` object of a reply or an event (docs/wire/openai-completions.md, "Replies").
enum ChatUsage {
    /// - Returns: `nil` unless `value` is an object that counts prompt or reply.
    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        guard let value, value.kind == .object else { return nil }
        var (input, output, total): (Int?, Int?, Int?)
        var (cached, otherCached, written, thought): (Int?, Int?, Int?, Int?)
        value.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "prompt_tokens", in: bytes) {
                input = count(value, bytes)
            } else if JSONText.equals(key, "completion_tokens", in: bytes) {
                output = count(value, bytes)
            } else if JSONText.equals(key, "total_tokens", in: bytes) {
                total = count(value, bytes)
            } else if JSONText.equals(key, "prompt_tokens_details", in: bytes) {
                value.forEachMember(in: bytes) { key, value in
                    if JSONText.equals(key, "cached_tokens", in: bytes) {
                        cached = count(value, bytes) ?? cached
                    } else if JSONText.equals(key, "cache_write_tokens", in: bytes)
                        || JSONText.equals(key, "cache_creation_tokens", in: bytes)
                        || JSONText.equals(key, "cached_creation_tokens", in: bytes)
                    {
                        written = count(value, bytes) ?? written
                    }
                    return true
                }
            } else if JSONText.equals(key, "completion_tokens_details", in: bytes) {
                thought = value.member("reasoning_tokens", in: bytes).flatMap { count($0, bytes) } ?? thought
            } else if isCached(key, bytes) {
                otherCached = count(value, bytes) ?? otherCached
            } else if JSONText.equals(key, "cache_creation_input_tokens", in: bytes) {
                written = written ?? count(value, bytes)
            } else if JSONText.equals(key, "reasoning_tokens", in: bytes) {
                thought = thought ?? count(value, bytes)
            }
            return true
        }
        guard input != nil || output != nil else { return nil }
        // xAI counts thinking beside the reply, and says so in its total.
        if let input, let spoken = output, let thought, let total, thought > 0, total == input + spoken + thought {
            output = spoken + thought
        }
        return Usage(
            inputTokens: input, outputTokens: output, cachedTokens: cached ?? otherCached, cacheWriteTokens: written,
            reasoningTokens: thought)
    }

    /// DeepSeek's name of it, Moonshot's and Together's, Mistral's, xAI's, and Anthropic's as some routers hand it on.
    private static func isCached(_ key: Range<Int>, _ bytes: RawSpan) -> Bool {
        JSONText.equals(key, "prompt_cache_hit_tokens", in: bytes) || JSONText.equals(key, "cached_tokens", in: bytes)
            || JSONText.equals(key, "num_cached_tokens", in: bytes) || JSONText.equals(key, "cached_prompt_text_tokens", in: bytes)
            || JSONText.equals(key, "cache_read_input_tokens", in: bytes)
    }

    /// Where upstreams put it: beside the choices, or in Groq's own member. That within a choice (Moonshot) whoever walks the choices finds.
    static func read(_ envelope: ChatEnvelope, in bytes: RawSpan) -> Usage? {
        read(envelope.usage, in: bytes) ?? read(envelope.groq?.member("usage", in: bytes), in: bytes)
    }

    /// A count that is not negative and no absurdity.
    private static func count(_ value: JSONSlice, _ bytes: RawSpan) -> Int? {
        guard let number = value.int(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return number
    }

    // MARK: To clients

    /// `{"prompt_tokens",…}`: what was told, and the total where it can be said.
    static func append(_ usage: Usage, to output: inout [UInt8]) {
        output.append("{")
        if let input = usage.inputTokens { output.member("prompt_tokens", input) }
        if let spoken = usage.outputTokens { output.member("completion_tokens", spoken) }
        if let input = usage.inputTokens, let spoken = usage.outputTokens { output.member("total_tokens", input + spoken) }
        if usage.cachedTokens != nil || usage.cacheWriteTokens != nil {
            output.key("prompt_tokens_details")
            output.append("{")
            if let cached = usage.cachedTokens { output.member("cached_tokens", cached) }
            if let written = usage.cacheWriteTokens { output.member("cache_write_tokens", written) }
            output.append("}")
        }
        if let thought = usage.reasoningTokens {
            output.key("completion_tokens_details")
            output.append("{")
            output.member("reasoning_tokens", thought)
            output.append("}")
        }
        output.append("}")
    }
}

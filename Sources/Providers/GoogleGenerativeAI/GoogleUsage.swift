// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads `usageMetadata`, which every chunk of a stream has: the last one counts.
enum GoogleUsage {
    /// Google counts the thoughts beside the answer and what its own tools read beside the prompt; both are put together here.
    ///
    /// - Returns: `nil` unless `value` counts prompt or reply.
    static func read(_ value: JSONSlice?, in bytes: RawSpan) -> Usage? {
        guard let value, value.kind == .object else { return nil }
        var (prompt, tools, answer, thoughts, cached, total): (Int?, Int?, Int?, Int?, Int?, Int?)
        value.forEachMember(in: bytes) { key, value in
            if value.kind != .number && value.kind != .string { return true }
            if GoogleName.reads(key, "promptTokenCount", in: bytes) {
                prompt = count(value, bytes)
            } else if GoogleName.reads(key, "candidatesTokenCount", in: bytes) {
                answer = count(value, bytes)
            } else if GoogleName.reads(key, "thoughtsTokenCount", in: bytes) {
                thoughts = count(value, bytes)
            } else if GoogleName.reads(key, "cachedContentTokenCount", in: bytes) {
                cached = count(value, bytes)
            } else if GoogleName.reads(key, "toolUsePromptTokenCount", in: bytes) {
                tools = count(value, bytes)
            } else if GoogleName.reads(key, "totalTokenCount", in: bytes) {
                total = count(value, bytes)
            }
            return true
        }
        guard prompt != nil || answer != nil || thoughts != nil else { return nil }
        // A count of 0 is left out, as proto3's JSON leaves it out; the total tells it from one that was not made.
        if answer == nil, thoughts == nil, let total, let prompt, total >= prompt + (tools ?? 0) { answer = total - prompt - (tools ?? 0) }
        return Usage(
            inputTokens: sum(prompt, tools), outputTokens: sum(answer, thoughts), cachedTokens: cached, reasoningTokens: thoughts)
    }

    /// Of two counts, of which one may not be told.
    private static func sum(_ first: Int?, _ second: Int?) -> Int? {
        guard let first else { return second }
        return first + (second ?? 0)
    }

    /// A count that is not negative and no absurdity.
    private static func count(_ value: JSONSlice, _ bytes: RawSpan) -> Int? {
        guard let number = value.googleInt(in: bytes), (0...1_000_000_000).contains(number) else { return nil }
        return number
    }

    /// What this wire's clients get: the counts so far. What nobody told is left out.
    static func append(_ usage: Usage, to output: inout [UInt8]) {
        var hasMembers = false
        func add(_ name: StaticString, _ count: Int?) {
            guard let count else { return }
            output.append(hasMembers ? UInt8(ascii: ",") : UInt8(ascii: "{"))
            hasMembers = true
            output += "\"\(name)\":\(count)".utf8
        }
        let thoughts = usage.reasoningTokens.map { min($0, usage.outputTokens ?? $0) }
        add("promptTokenCount", usage.inputTokens)
        add("candidatesTokenCount", usage.outputTokens.map { $0 - (thoughts ?? 0) })
        add("thoughtsTokenCount", thoughts)
        add("cachedContentTokenCount", usage.cachedTokens)
        if let input = usage.inputTokens { add("totalTokenCount", input + (usage.outputTokens ?? 0)) }
        output += hasMembers ? "}".utf8 : "{}".utf8
    }
}

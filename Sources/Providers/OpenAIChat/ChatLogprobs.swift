// SPDX-License-Identifier: Apache-2.0
import JSON

/// `logprobs.content` of a choice: an entry per token.
enum ChatLogprobs {
    static func read(_ value: JSONSlice?, _ bytes: RawSpan) -> [TokenLikelihood] {
        var tokens: [TokenLikelihood] = []
        guard let value, value.kind == .object else { return tokens }
        for name in ["content", "refusal"] as [StaticString] {
            value.member(name, in: bytes)?.forEachElement(in: bytes) { entry in
                guard let chosen = candidate(entry, bytes) else { return true }
                var top: [TokenLikelihood.Candidate] = []
                entry.member("top_logprobs", in: bytes)?.forEachElement(in: bytes) { other in
                    if let other = candidate(other, bytes) { top.append(other) }
                    return true
                }
                tokens.append(TokenLikelihood(chosen, top: top))
                return true
            }
        }
        return tokens
    }

    private static func candidate(_ entry: JSONSlice, _ bytes: RawSpan) -> TokenLikelihood.Candidate? {
        guard let token = entry.member("token", in: bytes)?.string(in: bytes),
            let logprob = entry.member("logprob", in: bytes)?.number(in: bytes)
        else { return nil }
        var raw: [UInt8]?
        if let list = entry.member("bytes", in: bytes), list.kind == .array {
            raw = []
            list.forEachElement(in: bytes) { byte in
                if let byte = byte.int(in: bytes).flatMap(UInt8.init(exactly:)) { raw?.append(byte) }
                return true
            }
        }
        return TokenLikelihood.Candidate(token: token, logprob: logprob, bytes: raw)
    }

    /// `{"content":[…],"refusal":null}`
    static func append(_ tokens: [TokenLikelihood], to output: inout [UInt8]) {
        output.append(#"{"content":["#)
        for token in tokens {
            output.comma()
            append(token.chosen, to: &output)
            output.append(#","top_logprobs":["#)
            for other in token.top {
                output.comma()
                append(other, to: &output)
                output.append("}")
            }
            output.append("]}")
        }
        output.append(#"],"refusal":null}"#)
    }

    /// All but the closing brace.
    private static func append(_ candidate: TokenLikelihood.Candidate, to output: inout [UInt8]) {
        output.append(#"{"token":"#)
        output.quote(candidate.token)
        output.member("logprob", candidate.logprob)
        output.key("bytes")
        guard let raw = candidate.bytes else { return output.append("null") }
        output.append("[")
        for byte in raw {
            output.comma()
            output.append(String(byte))
        }
        output.append("]")
    }
}

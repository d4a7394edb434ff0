// SPDX-License-Identifier: Apache-2.0
import JSON

/// `logprobsResult`: the tokens that were chosen, and the likeliest at each place
/// (https://ai.google.dev/api/generate-content#LogprobsResult).
enum GoogleLogprobs {
    static func read(_ result: JSONSlice?, in bytes: RawSpan) -> [TokenLikelihood] {
        var tokens: [TokenLikelihood] = []
        result?.google("chosenCandidates", in: bytes)?.forEachElement(in: bytes) { token in
            if let candidate = candidate(token, in: bytes) { tokens.append(TokenLikelihood(candidate)) }
            return true
        }
        var place = 0
        result?.google("topCandidates", in: bytes)?.forEachElement(in: bytes) { top in
            guard place < tokens.count else { return false }
            top.google("candidates", in: bytes)?.forEachElement(in: bytes) { token in
                if let candidate = candidate(token, in: bytes) { tokens[place].top.append(candidate) }
                return true
            }
            place += 1
            return true
        }
        return tokens
    }

    private static func candidate(_ token: JSONSlice, in bytes: RawSpan) -> TokenLikelihood.Candidate? {
        guard let text = token.google("token", in: bytes)?.string(in: bytes),
            let logprob = token.google("logProbability", in: bytes)?.number(in: bytes)
        else { return nil }
        return TokenLikelihood.Candidate(token: text, logprob: logprob)
    }

    static func append(_ tokens: [TokenLikelihood], to output: inout [UInt8]) {
        guard !tokens.isEmpty else { return }
        output.key("logprobsResult")
        output.append(#"{"chosenCandidates":["#)
        for token in tokens { append(token.chosen, to: &output) }
        output.append("]")
        if tokens.contains(where: { !$0.top.isEmpty }) {
            output.append(#","topCandidates":["#)
            for token in tokens {
                output.comma()
                output.append(#"{"candidates":["#)
                for candidate in token.top { append(candidate, to: &output) }
                output.append("]}")
            }
            output.append("]")
        }
        output.append("}")
    }

    private static func append(_ candidate: TokenLikelihood.Candidate, to output: inout [UInt8]) {
        output.comma()
        output.append("{")
        output.member("token", candidate.token)
        output.member("logProbability", candidate.logprob)
        output.append("}")
    }
}

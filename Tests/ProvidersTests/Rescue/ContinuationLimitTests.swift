// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Providers

/// What is left of a client's limit of tokens for a candidate that goes on with a reply.
@Suite struct `A limit of tokens` {
    struct Place: CustomTestStringConvertible, Sendable {
        var wire: WireKind
        /// A body whose limit is written as `%`.
        var body: String
        /// The same where the model is to think first.
        var thinking: String
        var testDescription: String { "\(wire.rawValue): \(body)" }
    }

    static let places = [
        Place(
            wire: .openaiCompletions, body: #"{"max_tokens":%,"messages":[]}"#,
            thinking: #"{"max_tokens":%,"reasoning_effort":"low","messages":[]}"#),
        Place(
            wire: .openaiCompletions, body: #"{"max_completion_tokens":%,"messages":[]}"#,
            thinking: #"{"max_completion_tokens":%,"enable_thinking":true,"messages":[]}"#),
        Place(
            wire: .anthropicMessages, body: #"{"max_tokens":%,"thinking":{"type":"disabled"},"messages":[]}"#,
            thinking: #"{"max_tokens":%,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[]}"#),
        Place(
            wire: .openaiResponses, body: #"{"input":"a","max_output_tokens":%}"#,
            thinking: #"{"input":"a","reasoning":{"effort":"low"},"max_output_tokens":%}"#),
        Place(
            wire: .googleGenerativeAI, body: #"{"contents":[],"generationConfig":{"maxOutputTokens":%}}"#,
            thinking: #"{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingBudget":9},"maxOutputTokens":%}}"#),
        Place(
            wire: .googleGenerativeAI, body: #"{"contents":[],"generation_config":{"max_output_tokens":%}}"#,
            thinking: #"{"contents":[],"generation_config":{"thinking_config":{},"max_output_tokens":%}}"#),
    ]

    static let limits: [(said: Int, limit: String, left: String)] = [
        (1000, "4096", "3896"), (4, "4096", "4096"), (5, "4096", "4095"),
        // Enough is left to end with, whatever was said.
        (1000, "210", "64"), (1000, "100", "64"), (1000, "64", "64"), (1000, "9", "9"), (1000, "0", "0"), (1000, "-5", "-5"),
        (1000, "-9223372036854775808", "-9223372036854775808"),
        // What is no number of tokens is the provider's to refuse.
        (1000, "null", "null"), (1000, "1.5", "1.5"), (1000, "[4096]", "[4096]"),
        (1000, "99999999999999999999", "99999999999999999999"),
    ]

    static func filled(_ body: String, _ limit: String) -> String { body.replacing("%", with: limit) }

    static func limit(in body: String, like pattern: String) -> String? {
        guard let begin = pattern.firstIndex(of: "%") else { return nil }
        // What goes before may have grown: the member's name stands before the limit.
        let name = pattern[..<begin].split(separator: "\"").dropLast().last ?? ""
        guard let start = body.firstRange(of: "\"\(name)\":")?.upperBound else { return nil }
        let rest = body[start...]
        if rest.first == "[" { return String(rest.prefix { $0 != "]" }) + "]" }
        return String(rest.prefix { $0 != "," && $0 != "}" })
    }

    @Test(arguments: places, [Continuing.prefill, .transcript])
    func `is lowered by what was said, and never to nothing:`(place: Place, method: Continuing) throws {
        for (said, limit, left) in Self.limits {
            let text = String(repeating: "z", count: said)
            let body = Array(Self.filled(place.body, limit).utf8)
            let asked = Continuation(text: text, method: method, lowersLimit: true)
            let continued = try #require(place.wire.wire.continued(body, by: asked))
            #expect(Self.limit(in: continued.body.text, like: place.body) == left, "\(limit) after \(said) bytes")
            let whole = try JSONValue.parse(continued.body)
            #expect(whole.object != nil)
        }
    }

    @Test(arguments: places) func `stays where thoughts count against it`(place: Place) throws {
        let text = String(repeating: "z", count: 1000)
        for (body, lowers) in [(place.thinking, true), (place.body, false)] {
            let asked = Continuation(text: text, method: .transcript, lowersLimit: lowers)
            let continued = try #require(place.wire.wire.continued(Array(Self.filled(body, "4096").utf8), by: asked))
            #expect(Self.limit(in: continued.body.text, like: body) == "4096")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import Testing

@testable import Relay

/// What is asked besides an answer: the number of a request's tokens, embeddings.
@Suite(.timeLimit(.minutes(5))) struct `What is asked besides an answer` {
    typealias Upstream = (name: String, keys: [String], play: @Sendable (AskedRequest) -> Script)

    static func play(_ upstreams: [(wire: WireKind, play: @Sendable (AskedRequest) -> Script)]) async throws -> PlayedRelay {
        let names = ["one", "two", "three"]
        let providers: [Upstream] = upstreams.enumerated().map { (names[$0], ["key\($0)"], $1.play) }
        return try await PlayedRelay(providers) { settings in
            for (place, upstream) in upstreams.enumerated() {
                settings.providers[ProviderID(rawValue: names[place])]?.wireName = upstream.wire.rawValue
            }
        }
    }

    static func says(_ body: String, status: Int = 200) -> @Sendable (AskedRequest) -> Script {
        { _ in Script([.answer(status: status, headers: Script.json, body: Array(body.utf8))]) }
    }

    static let question = #"{"model":"default","input":"How many?","instructions":"Count","max_output_tokens":5}"#

    private func text(_ run: FailoverRun) -> String {
        guard case .whole(_, _, let body, _) = run.result else { return "\(run.result)" }
        return String(decoding: body, as: UTF8.self)
    }

    @Test func `goes to the path of its own, without the settings of an answer`() async throws {
        let played = try await Self.play([(.openaiResponses, Self.says(#"{"object":"response.input_tokens","input_tokens":11}"#))])
        let run = try await played.ask(Self.question, on: .openaiResponses, CollectingSink(), .countTokens)
        #expect(text(run) == #"{"object":"response.input_tokens","input_tokens":11}"#)
        let asked = try #require(played.upstream(0).asked.first)
        #expect(asked.path.hasSuffix("/responses/input_tokens"))
        #expect(run.receipt.attempts.first?.crossedTo == nil)
    }

    @Test func `crosses to a wire that counts tokens too`() async throws {
        let played = try await Self.play([(.googleGenerativeAI, Self.says(#"{"totalTokens":31}"#))])
        let run = try await played.ask(Self.question, on: .openaiResponses, CollectingSink(), .countTokens)
        #expect(text(run) == #"{"object":"response.input_tokens","input_tokens":31}"#)
        let asked = try #require(played.upstream(0).asked.first)
        #expect(asked.path.hasSuffix("/models/m:countTokens"))
        let body = try JSONValue.parse(asked.body)["generateContentRequest"]
        #expect(body?["model"]?.string == "models/m")
        #expect(body?["contents"]?[0]?["parts"]?[0]?["text"]?.string == "How many?")
        #expect(body?["systemInstruction"]?["parts"]?[0]?["text"]?.string == "Count")
        #expect(run.receipt.attempts.first?.crossedTo == "google-generative-ai")
    }

    @Test func `comes back from another wire in the client's`() async throws {
        let played = try await Self.play([(.openaiResponses, Self.says(#"{"object":"response.input_tokens","input_tokens":8}"#))])
        let run = try await played.ask(
            #"{"contents":[{"role":"user","parts":[{"text":"How many?"}]}]}"#, on: .googleGenerativeAI, CollectingSink(), .countTokens,
            target: PathFacts(model: "default"))
        #expect(text(run) == #"{"totalTokens":8}"#)
        let body = try JSONValue.parse(try #require(played.upstream(0).asked.first).body)
        #expect(body["model"]?.string == "m")
        #expect(body["stream"] == nil)
        #expect(body["max_output_tokens"] == nil)
    }

    @Test func `passes over a wire that counts none, and fails over like anything else`() async throws {
        let played = try await Self.play([
            (.openaiCompletions, Self.says("{}")), (.openaiResponses, Self.says(#"{"error":{"message":"busy"}}"#, status: 503)),
            (.googleGenerativeAI, Self.says(#"{"totalTokens":31}"#)),
        ])
        let run = try await played.ask(Self.question, on: .openaiResponses, CollectingSink(), .countTokens)
        #expect(text(run) == #"{"object":"response.input_tokens","input_tokens":31}"#)
        #expect(played.upstream(0).asked.isEmpty)
        #expect(run.receipt.skipped.map(\.reason) == [.noTokenCount])
        #expect(run.receipt.attempts.last?.candidate.model.provider == "three")
    }

    @Test func `is refused in words if nobody in the chain can do it`() async throws {
        let played = try await Self.play([(.openaiCompletions, Self.says("{}"))])
        let run = try await played.ask(Self.question, on: .openaiResponses, CollectingSink(), .countTokens)
        guard case .refused(let refusal) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(refusal.status == 400)
        #expect(refusal.message.contains("its wire counts no tokens"))
    }

    static let embedding = #"{"model":"default","input":["a","b"]}"#

    @Test func `is embeddings on the client's own wire alone, with failover`() async throws {
        let reply = #"{"object":"list","data":[{"embedding":[0.1],"index":0}],"usage":{"prompt_tokens":2,"total_tokens":2}}"#
        let played = try await Self.play([
            (.googleGenerativeAI, Self.says("{}")), (.openaiCompletions, Self.says("{\"error\":{\"message\":\"no\"}}", status: 500)),
            (.openaiCompletions, Self.says(reply)),
        ])
        let run = try await played.ask(Self.embedding, on: .openaiCompletions, CollectingSink(), .embeddings)
        #expect(text(run) == reply)
        #expect(run.receipt.skipped.map(\.reason) == [.otherWire("google-generative-ai")])
        #expect(played.upstream(2).asked.first?.path.hasSuffix("/embeddings") == true)
        #expect(run.receipt.attempts.last?.usage == Usage(inputTokens: 2))
    }

    @Test func `is embeddings of a provider that answers on the Responses API`() async throws {
        let reply = #"{"object":"list","data":[{"embedding":[0.1],"index":0}],"usage":{"prompt_tokens":2,"total_tokens":2}}"#
        let played = try await Self.play([(.openaiCodexResponses, Self.says("{}")), (.openaiResponses, Self.says(reply))])
        let run = try await played.ask(Self.embedding, on: .openaiCompletions, CollectingSink(), .embeddings)
        #expect(text(run) == reply)
        #expect(run.receipt.skipped.map(\.reason) == [.otherWire("openai-codex-responses")])
        #expect(run.receipt.attempts.map(\.crossedTo) == [nil])
        let asked = try #require(played.upstream(1).asked.first)
        #expect(asked.path.hasSuffix("/embeddings") && asked.key == "key1")
        #expect(try JSONValue.parse(asked.body) == ["model": "m", "input": ["a", "b"]])
    }

    @Test(arguments: [WireKind.openaiCompletions, .googleGenerativeAI])
    func `openclaw#19587, 97328: rotates keys for embeddings and for Google as for anything else`(_ wire: WireKind) async throws {
        let google = #"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP"}]}"#
        let reply = wire == .openaiCompletions ? #"{"data":[]}"# : google
        let play: @Sendable (AskedRequest) -> Script = { asked in
            let keys = "\(asked.headers.first("authorization") ?? "") \(asked.headers.first("x-goog-api-key") ?? "")"
            return keys.contains("first") ? .refuses(429, "Rate limit reached") : Self.says(reply)(asked)
        }
        let played = try await PlayedRelay([("one", ["first", "second"], play)]) { $0.providers["one"]?.wireName = wire.rawValue }
        let run =
            wire == .openaiCompletions
            ? try await played.ask(Self.embedding, on: wire, CollectingSink(), .embeddings)
            : try await played.ask(
                #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#, on: wire, target: PathFacts(model: "default"))
        #expect(text(run) == reply)
        #expect(run.receipt.attempts.map { $0.failure?.reason } == [.rateLimit, nil])
    }

    static let badReplies = [
        "", "[]", "{", "<html></html>", #"{"error":{"message":"no","code":500}}"#, #"{"error":"out of credit"}"#,
    ]

    @Test(arguments: badReplies) func `is no reply where it is an error or nothing`(_ body: String) async throws {
        let played = try await Self.play([(.openaiCompletions, Self.says(body)), (.openaiCompletions, Self.says(#"{"data":[]}"#))])
        let run = try await played.ask(Self.embedding, on: .openaiCompletions, CollectingSink(), .embeddings)
        #expect(text(run) == #"{"data":[]}"#)
        #expect(run.receipt.attempts.last?.candidate.model.provider == "two")
        #expect(run.receipt.attempts.first?.failure != nil)
    }

    @Test func `is malformed where a count crosses that is none`() async throws {
        let played = try await Self.play([(.googleGenerativeAI, Self.says(#"{"total":31}"#))])
        let run = try await played.ask(Self.question, on: .openaiResponses, CollectingSink(), .countTokens)
        let failure = try #require(run.receipt.attempts.first?.failure)
        #expect(failure.reason == .malformed)
        #expect(failure.message == #"{"total":31}"#)
    }
}

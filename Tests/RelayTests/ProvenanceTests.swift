// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import Testing

@testable import Relay

/// What belongs to its maker goes back to its maker, also through clients that have no place for it.
@Suite(.timeLimit(.minutes(5))) struct `A thought signature` {
    static let signature = "c2lnbmF0dXJlLW9mLWdvb2dsZQ=="

    static let reply =
        #"{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"weather","args":{"city":"Oslo"}},"#
        + #""thoughtSignature":"\#(signature)"}]},"finishReason":"STOP","index":0}],"#
        + #""usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":7,"totalTokenCount":12},"modelVersion":"m","responseId":"r1"}"#

    /// A provider on Google's wire that calls a tool.
    static let calls: @Sendable (AskedRequest) -> Script = { asked in
        guard asked.path.contains("stream") else { return Script([.answer(status: 200, headers: Script.json, body: Array(reply.utf8))]) }
        return Script([.begin(status: 200, headers: Script.eventStream), .bytes(Array("data: \(reply)\r\n\r\n".utf8)), .end])
    }

    static func play() async throws -> PlayedRelay {
        try await PlayedRelay([("one", ["a"], calls)]) { settings in
            settings.providers["one"]?.wireName = WireKind.googleGenerativeAI.rawValue
        }
    }

    /// What a client of Responses says next: the call as it got it, and the tool's result.
    static func next(id: String, tool: String = "weather") -> String {
        #"{"model":"default","input":[{"role":"user","content":"Weather?"},"#
            + #"{"type":"function_call","call_id":"\#(id)","name":"\#(tool)","arguments":"{\"city\":\"Oslo\"}"},"#
            + #"{"type":"function_call_output","call_id":"\#(id)","output":"rain"}]}"#
    }

    static func call(in played: PlayedRelay) async throws -> String {
        let run = try await played.ask(#"{"model":"default","input":"Weather?"}"#, on: .openaiResponses)
        var body: [UInt8] = []
        if case .whole(_, _, let told, _) = run.result { body = told }
        let output = try JSONValue.parse(body)["output"]?.array ?? []
        let ids = output.compactMap { $0["call_id"]?.string }
        return try #require(ids.first)
    }

    @Test func `goes back with its call, though the client's wire has no place for it`() async throws {
        let played = try await Self.play()
        let id = try await Self.call(in: played)
        _ = try await played.ask(Self.next(id: id), on: .openaiResponses)
        let body = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(body.contains(Self.signature))
    }

    @Test func `goes back from a stream too`() async throws {
        let played = try await Self.play()
        let sink = CollectingSink()
        _ = try await played.ask(#"{"model":"default","input":"Weather?","stream":true}"#, on: .openaiResponses, sink)
        let after = try #require(sink.text.split(separator: #""call_id":""#, maxSplits: 1).last)
        let id = String(after.prefix { $0 != "\"" })
        _ = try await played.ask(Self.next(id: id), on: .openaiResponses)
        let body = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(body.contains(Self.signature))
    }

    @Test func `does not go with another tool's call of the same id`() async throws {
        let played = try await Self.play()
        let id = try await Self.call(in: played)
        _ = try await played.ask(Self.next(id: id, tool: "calendar"), on: .openaiResponses)
        let body = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(!body.contains(Self.signature))
    }

    @Test func `goes to nobody but its maker`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.calls), ("two", ["b"], Self.calls)]) { settings in
            for name in ["one", "two"] {
                settings.providers[ProviderID(rawValue: name)]?.wireName = WireKind.googleGenerativeAI.rawValue
            }
        }
        let id = try await Self.call(in: played)
        played.block(try #require(played.relay.chain(named: "default").chain.links.first).candidate.credential.rawValue)
        let run = try await played.ask(Self.next(id: id), on: .openaiResponses)
        #expect(run.receipt.attempts.last?.candidate.model.provider == "two")
        let body = String(decoding: try #require(played.upstream(1).asked.last).body, as: UTF8.self)
        #expect(!body.contains(Self.signature))
        #expect(run.receipt.attempts.last?.lost.contains("foreign_thinking") == true)
    }
}

@Suite struct `The memory of what belongs to providers` {
    static func state(_ payload: String) -> ProviderState {
        ProviderState(maker: Maker(provider: "p", wire: .googleGenerativeAI), payload: payload)
    }

    @Test func `is bounded by count, and forgets what was used longest ago`() {
        let memory = ProvenanceMemory()
        for number in 0..<5000 {
            memory.note(Self.state("s"), ofCall: "call \(number)", of: "t")
            _ = memory.state(ofCall: "call 0", of: "t")
        }
        #expect(memory.count <= 4096)
        #expect(memory.state(ofCall: "call 0", of: "t") != nil)
        #expect(memory.state(ofCall: "call 4999", of: "t") != nil)
        #expect(memory.state(ofCall: "call 1", of: "t") == nil)
    }

    @Test func `is bounded by bytes`() {
        let memory = ProvenanceMemory()
        let large = String(repeating: "x", count: 200 << 10)
        for number in 0..<100 { memory.note(Self.state(large), ofCall: "call \(number)", of: "t") }
        #expect(memory.count < 42)
        #expect(memory.state(ofCall: "call 99", of: "t")?.payload.utf8.count == large.utf8.count)
        memory.note(Self.state(String(repeating: "x", count: 300 << 10)), ofCall: "huge", of: "t")
        #expect(memory.state(ofCall: "huge", of: "t") == nil)
    }

    @Test func `keeps nothing that has no maker, and the last of one call`() {
        let memory = ProvenanceMemory()
        memory.note(ProviderState(maker: nil, payload: "s"), ofCall: "c", of: "t")
        #expect(memory.count == 0)
        memory.note(Self.state("a"), ofCall: "c", of: "t")
        memory.note(Self.state("b"), ofCall: "c", of: "t")
        #expect(memory.count == 1)
        #expect(memory.state(ofCall: "c", of: "t")?.payload == "b")
        #expect(memory.state(ofCall: "c", of: "u") == nil)
    }
}

@Suite struct `A seal in a body` {
    @Test(arguments: [
        ("", false), ("X", false), (Seal.mark, true), ("XXXXX\(Seal.mark)", true), ("\(Seal.mark)X", true),
        (String(Seal.mark.dropLast()), false), (String(Seal.mark.dropFirst()), false), ("dW5kZXdW5kZXJzdHVkeTox", true),
        (String(repeating: "dW5kZX", count: 1000), false), (String(repeating: "dW5kZX", count: 1000) + Seal.mark, true),
    ]) func `is found wherever it stands`(_ text: String, _ isFound: Bool) {
        #expect(UpstreamBody.holdsSeal(Array(text.utf8)) == isFound)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Rehearsal
import Testing

@testable import Relay

/// A conversation that goes from one provider to another and back: thoughts that only their maker can prove.
@Suite(.timeLimit(.minutes(5))) struct `A conversation that changes its provider` {
    /// As Anthropic answers: a thought with its signature, then text.
    static let thought =
        #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"Hm.","signature":"EqQBnative"},"#
        + #"{"type":"text","text":"Four."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":5,"output_tokens":7}}"#

    static func play(_ wires: [WireKind]) async throws -> PlayedRelay {
        let names = ["one", "two"]
        let all = wires.enumerated().map { place, wire in
            (
                name: names[place], keys: ["key\(place)"],
                play: { @Sendable (asked: AskedRequest) in
                    wire == .anthropicMessages
                        ? Script([.answer(status: 200, headers: Script.json, body: Array(thought.utf8))])
                        : Script.replies("Five.", model: asked.model)
                }
            )
        }
        return try await PlayedRelay(all) { settings in
            for (place, wire) in wires.enumerated() { settings.providers[ProviderID(rawValue: names[place])]?.wireName = wire.rawValue }
        }
    }

    private func content(_ run: FailoverRun) throws -> JSONValue {
        guard case .whole(_, _, let body, _) = run.result else { throw Unanswered() }
        return try #require(try JSONValue.parse(body)["content"])
    }

    private struct Unanswered: Error {}

    /// The request that follows an answer, as a client of Anthropic's API makes it.
    private func next(after content: JSONValue) -> String {
        #"{"model":"default","max_tokens":100,"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"#
            + JSONWriter.string(content) + #"},{"role":"user","content":"Sure?"}]}"#
    }

    static let first = #"{"model":"default","max_tokens":100,"messages":[{"role":"user","content":"2+2?"}]}"#

    @Test func `openclaw#100385, 94330, 98532: goes to another wire and back to the one that proved its thoughts`() async throws {
        let played = try await Self.play([.anthropicMessages, .openaiCompletions])
        let answer = try content(try await played.ask(Self.first, on: .anthropicMessages))
        #expect(answer[0]?["signature"]?.string == "EqQBnative")
        // To the other: without the proof, which would mean nothing there.
        let key = try played.relay.chain(named: "default").chain.links[0].candidate.credential.rawValue
        played.block(key)
        let second = try await played.ask(next(after: answer), on: .anthropicMessages)
        #expect(second.receipt.attempts.last?.candidate.model.provider == "two")
        let crossed = String(decoding: try #require(played.upstream(1).asked.last).body, as: UTF8.self)
        #expect(!crossed.contains("EqQBnative"))
        #expect(crossed.contains("Four."))
        // And back: as the first one made it, byte for byte.
        played.advance(by: .seconds(3600))
        let body = next(after: answer)
        let third = try await played.ask(body, on: .anthropicMessages)
        #expect(third.receipt.attempts.last?.candidate.model.provider == "one")
        let back = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(back == body.replacing(#""model":"default""#, with: #""model":"m""#))
    }

    @Test func `gives another wire's client its thoughts sealed, and takes them back for their maker`() async throws {
        let played = try await Self.play([.anthropicMessages])
        let run = try await played.ask(
            #"{"model":"default","input":"2+2?","include":["reasoning.encrypted_content"]}"#, on: .openaiResponses)
        guard case .whole(_, _, let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        let output = try #require(try JSONValue.parse(body)["output"])
        let told = JSONWriter.string(output)
        #expect(told.contains(Seal.mark))
        #expect(!told.contains("EqQBnative"))
        _ = try await played.ask(
            #"{"model":"default","input":[{"role":"user","content":"2+2?"},"# + told.dropFirst().dropLast()
                + #",{"role":"user","content":"Sure?"}]}"#, on: .openaiResponses)
        let back = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(back.contains("EqQBnative"))
        #expect(!back.contains(Seal.mark))
    }

    @Test func `takes its seals out of what goes to a provider of the client's own wire`() async throws {
        let played = try await Self.play([.anthropicMessages])
        let seal = Seal.seal(ProviderState(maker: Maker(provider: "other", wire: .openaiResponses), payload: "cipher"))
        let body =
            #"{"model":"default","max_tokens":100,"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":["#
            + #"{"type":"thinking","thinking":"Hm.","signature":"\#(seal)"},{"type":"text","text":"Four."}]},{"role":"user","content":"Sure?"}]}"#
        let run = try await played.ask(body, on: .anthropicMessages)
        guard case .whole = run.result else { return #expect(Bool(false), "\(run.result)") }
        let sent = String(decoding: try #require(played.upstream(0).asked.last).body, as: UTF8.self)
        #expect(!sent.contains(Seal.mark))
        #expect(sent.contains("Four."))
    }
}

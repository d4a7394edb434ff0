// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// ChatGPT's backend streams whatever it is asked for, and names no type (docs/wire/openai-responses.md, "Codex").
@Suite(.timeLimit(.minutes(5))) struct `A provider that only streams` {
    static let stream = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","created_at":5,"model":"gpt-5"}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_1","type":"message","content":[]}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","sequence_number":2,"output_index":0,"content_index":0,"delta":"Hello"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","sequence_number":3,"output_index":0,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hello"}]}}

        event: response.completed
        data: {"type":"response.completed","sequence_number":4,"response":{"id":"resp_1","status":"completed","output":[],"usage":{"input_tokens":3,"output_tokens":2}}}


        """

    static func relay(_ script: @escaping @Sendable (AskedRequest) -> Script) async throws -> PlayedRelay {
        try await PlayedRelay([("codex", ["k"], script)]) { settings in
            settings.providers["codex"]?.wireName = WireKind.openaiCodexResponses.rawValue
        }
    }

    static let plays: @Sendable (AskedRequest) -> Script = { asked in
        let body = try? JSONValue.parse(asked.body)
        guard body?["stream"] == .bool(true), body?["store"] == .bool(false), body?["max_output_tokens"] == nil,
            body?["instructions"] != nil
        else { return .refuses(400, "not as the backend takes it") }
        return Script([.begin(status: 200, headers: [:]), .bytes(Array(stream.utf8)), .end])
    }

    @Test func `has its events passed on to a client of its API as they came`() async throws {
        let sink = CollectingSink()
        let run = try await Self.relay(Self.plays).ask(
            #"{"model":"default","stream":true,"input":"x","max_output_tokens":9}"#, on: .openaiResponses, sink)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text == Self.stream)
    }

    @Test func `has its reply put together for a client that wants it whole`() async throws {
        let run = try await Self.relay(Self.plays).ask(
            #"{"model":"default","input":"x","store":true,"max_output_tokens":9}"#, on: .openaiResponses)
        guard case .whole(let status, _, let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(status == 200)
        let reply = try JSONValue.parse(body)
        #expect(reply["object"]?.string == "response")
        #expect(reply["max_output_tokens"]?.int == 9)
        guard case .array(let items)? = reply["output"], let first = items.first, case .array(let parts)? = first["content"] else {
            return #expect(Bool(false), "\(reply)")
        }
        #expect(parts.first?["text"]?.string == "Hello")
        #expect(reply["usage"]?["total_tokens"]?.int == 5)
    }

    @Test func `has its refusals read though they name no type`() async throws {
        let relay = try await Self.relay { _ in
            Script([.answer(status: 400, headers: [:], body: Array(#"{"detail":"Store must be set to false"}"#.utf8))])
        }
        let run = try await relay.ask(#"{"model":"default","input":"x"}"#, on: .openaiResponses)
        #expect(run.receipt.attempts.first?.failure?.message == "Store must be set to false")
    }
}

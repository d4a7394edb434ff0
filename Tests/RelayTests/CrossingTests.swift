// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import TestSupport
import Testing
import Transport

@testable import Relay

/// Clients of one wire, providers of another, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct `A request across wires` {
    static let text = #"{"model":"default","max_output_tokens":50,"input":"Hello","instructions":"Be brief"}"#
    static let streamed = #"{"model":"default","input":"Hello","stream":true}"#

    /// A client of Responses on a provider of Chat Completions.
    static func ask(
        _ body: String, _ providers: [(name: String, keys: [String], play: @Sendable (AskedRequest) -> Script)],
        sink: CollectingSink = CollectingSink(), change: (inout Settings) -> Void = { _ in }
    ) async throws -> (PlayedRelay, FailoverRun) {
        let played = try await PlayedRelay(providers, change)
        return (played, try await played.ask(body, on: .openaiResponses, sink))
    }

    @Test func `is answered whole in the client's wire, and the receipt says what crossed`() async throws {
        let body = #"{"model":"default","input":"Hello","instructions":"Be brief","truncation":"auto"}"#
        let (played, run) = try await Self.ask(body, [("one", ["a"], { .replies("Good evening.", model: $0.model) })])
        guard case .whole(200, "application/json", let reply, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        let value = try JSONValue.parse(reply)
        #expect(value["object"]?.string == "response")
        #expect(value["output"]?[0]?["content"]?[0]?["text"]?.string == "Good evening.")
        let asked = try JSONValue.parse(try #require(played.upstream(0).asked.first).body)
        #expect(asked["model"]?.string == "m")
        #expect(asked["messages"]?[0]?["content"]?.string == "Be brief")
        let attempt = try #require(run.receipt.attempts.first)
        #expect(attempt.crossedTo == "openai-completions")
        #expect(Explanation.text(run.receipt).contains("crossed from openai-responses to openai-completions; "))
        #expect(run.receipt.facts.wire == "openai-responses")
        #expect(attempt.usage?.outputTokens == 2)
    }

    @Test func `is streamed in the client's wire, with its own signs of life and its own end`() async throws {
        let sink = CollectingSink()
        let (_, run) = try await Self.ask(
            Self.streamed, [("one", ["a"], { .streams("Good evening.", model: $0.model, pace: .zero) })], sink: sink)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.hasPrefix("event: response.created\n"))
        #expect(sink.text.contains("event: response.output_text.delta\n"))
        #expect(sink.text.contains("event: response.completed\n"))
        #expect(!sink.text.contains("chat.completion.chunk"))
        #expect(!sink.text.contains("[DONE]"))
        #expect(run.receipt.attempts.first?.committed == true)
        #expect(run.receipt.attempts.first?.timeToFirstToken != nil)
    }

    @Test func `reaches the client with its first event while the upstream is still silent`() async throws {
        let sink = CollectingSink()
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { _ in
                    Script([
                        .begin(status: 200, headers: Script.eventStream), .bytes(Script.event("m", delta: ["content": "Hello"])), .stall,
                    ])
                }
            )
        ])
        let asking = Task { try await played.ask(Self.streamed, on: .openaiResponses, sink) }
        #expect(await eventually { sink.text.contains("Hello") })
        #expect(sink.text.contains("response.output_text.delta"))
        await played.onLoop { sink.leave() }
        _ = try await asking.value
    }

    @Test func `goes on to the next candidate of any wire until somebody speaks`() async throws {
        let sink = CollectingSink()
        let (_, run) = try await Self.ask(
            Self.streamed,
            [
                ("one", ["a"], `The end of a stream`.stream([.bytes(Script.event("m", delta: ["role": "assistant"])), .end])),
                ("two", ["b"], { .streams("Understudy", model: $0.model, pace: .zero) }),
            ], sink: sink)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.served?.model.description == "two/m")
        #expect(sink.text.split(separator: "event: response.created\n").count == 1)
    }

    @Test func `that breaks off after content is a broken stream`() async throws {
        let sink = CollectingSink()
        let (_, run) = try await Self.ask(
            Self.streamed, [("one", ["a"], `The end of a stream`.stream([.bytes(`The end of a stream`.word), .cut]))], sink: sink)
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(!sink.text.contains("response.completed"))
    }

    static let endings: [[Script.Act]] = [
        [.end], [.cut], [.stall], [.bytes(Script.done), .end], [.bytes(Script.done), .stall],
        [.bytes(Array("data: {\"cho\n\n".utf8)), .stall],
    ]

    @Test(arguments: endings) func `ends with the client's own end once the model has finished, whatever follows`(_ ending: [Script.Act])
        async throws
    {
        let sink = CollectingSink()
        let (_, run) = try await Self.ask(
            Self.streamed,
            [
                (
                    "one", ["a"],
                    `The end of a stream`.stream([.bytes(`The end of a stream`.word), .bytes(`The end of a stream`.finish)] + ending)
                )
            ], sink: sink)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.split(separator: "event: response.completed\n").count == 2)
    }

    @Test func `ends once where the last event has no empty line`() async throws {
        let sink = CollectingSink()
        let text = #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hello"}"#
        let whole =
            #"{"type":"response.completed","response":{"id":"r","status":"completed","model":"m","output":[{"type":"message","#
            + #""content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":1,"output_tokens":1}}}"#
        let acts: [Script.Act] = [.bytes(Array("data: \(text)\n\n".utf8)), .bytes(Array("data: \(whole)".utf8)), .end]
        let played = try await PlayedRelay([("one", ["a"], `The end of a stream`.stream(acts))]) {
            $0.providers["one"]?.wireName = WireKind.openaiResponses.rawValue
        }
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.contains("Hello"))
        #expect(sink.text.count(of: "[DONE]") == 1)
    }

    @Test func `that meets a broken event tells the event in the receipt, without its secrets`() async throws {
        let event = #"data: {"choices":[{"index":0,"delta":"sk-proj-abcdefghijklmnopqrstuvwxyz0123456789"}]}"# + "\n\n"
        let (_, run) = try await Self.ask(
            Self.streamed, [("one", ["a"], `The end of a stream`.stream([.bytes(Array(event.utf8)), .stall]))])
        let failure = try #require(run.receipt.attempts.first?.failure)
        #expect(failure.reason == .malformed)
        #expect(failure.message == #"{"choices":[{"index":0,"delta":"<secret>"}]}"#)
    }
}

/// What is asked besides an answer.
@Suite(.timeLimit(.minutes(5))) struct `A refusal across wires` {
    static let body = #"{"model":"default","input":"Hello","temperature":7}"#

    @Test func `is another candidate's chance, since the fault may be our translation's`() async throws {
        let (_, run) = try await `A request across wires`.ask(
            Self.body,
            [
                ("one", ["a"], { _ in .refuses(400, "messages.0: unexpected shape", type: "invalid_request_error") }),
                ("two", ["b"], { .replies("Understudy", model: $0.model) }),
            ])
        guard case .whole = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(run.receipt.attempts.map { $0.failure?.reason } == [.invalidRequest, nil])
    }

    @Test func `is the first one's, in the client's shape, if all refuse`() async throws {
        let (_, run) = try await `A request across wires`.ask(
            Self.body,
            [
                ("one", ["a"], { _ in .refuses(422, "messages.0: unexpected shape", type: "invalid_request_error", code: "odd") }),
                ("two", ["b"], { _ in .refuses(400, "no", type: "invalid_request_error") }),
            ])
        guard case .passedOn(422, "application/json", let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        let error = try JSONValue.parse(body)["error"]
        #expect(error?["message"]?.string == "messages.0: unexpected shape")
        #expect(error?["code"]?.string == "odd")
        #expect(run.receipt.attempts.count == 2)
    }

    @Test func `is the answer at once if it names a member that the client sent`() async throws {
        let refusal = #"{"error":{"message":"temperature is too high","type":"invalid_request_error","param":"temperature"}}"#
        let (_, run) = try await `A request across wires`.ask(
            Self.body,
            [
                ("one", ["a"], { _ in Script([.answer(status: 400, headers: Script.json, body: Array(refusal.utf8))]) }),
                ("two", ["b"], { .replies("Understudy", model: $0.model) }),
            ])
        guard case .passedOn(400, _, let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(try JSONValue.parse(body)["error"]?["param"]?.string == "temperature")
    }

    @Test func `that names a member of the provider's wire alone names none to the client`() async throws {
        let refusal = #"{"error":{"message":"bad tool id","type":"invalid_request_error","param":"messages[3].tool_call_id"}}"#
        let (_, run) = try await `A request across wires`.ask(
            Self.body, [("one", ["a"], { _ in Script([.answer(status: 400, headers: Script.json, body: Array(refusal.utf8))]) })])
        guard case .passedOn(400, _, let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(try JSONValue.parse(body)["error"]?["param"]?.string == nil)
    }
}

extension String {
    /// How often `word` stands in it.
    fileprivate func count(of word: String) -> Int { ranges(of: word).count }
}

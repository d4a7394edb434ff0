// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Rehearsal
@testable import Relay

/// A stream that breaks off in the middle of its text, for clients of each wire, begun on each and finished on each.
@Suite(.timeLimit(.minutes(5))) struct `A stream that breaks off` {
    static let wires: [WireKind] = [.openaiCompletions, .openaiResponses, .anthropicMessages, .googleGenerativeAI]
    static let answer = "The lead falls ill in the second act, and the understudy has the rest of the evening to say what is left."

    struct Cast: CustomTestStringConvertible, Sendable {
        var client, first, second: WireKind
        var testDescription: String { "\(client.rawValue): \(first.rawValue), then \(second.rawValue)" }
    }

    static let casts = wires.flatMap { client in
        wires.flatMap { first in wires.map { Cast(client: client, first: first, second: $0) } }
    }

    static func body(_ wire: WireKind) -> String {
        switch wire {
        case .openaiCompletions:
            #"{"model":"default","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]}"#
        case .openaiResponses: #"{"model":"default","stream":true,"input":"x"}"#
        case .anthropicMessages: #"{"model":"default","stream":true,"max_tokens":99,"messages":[{"role":"user","content":"x"}]}"#
        default: #"{"contents":[{"role":"user","parts":[{"text":"x"}]}]}"#
        }
    }

    static func listen(_ text: String, _ wire: WireKind) throws -> Heard {
        var listener: any StreamListener =
            switch wire {
            case .openaiCompletions: ChatListener()
            case .openaiResponses: ResponsesListener()
            case .anthropicMessages: MessagesListener()
            default: GoogleListener()
            }
        var reader = EventStreamReader()
        let bytes = Array(text.utf8)
        try reader.feed(bytes.span.bytes) { _, data, name in
            if data.byteCount == 0 { return }
            let text = data.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            let name = name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            listener.hear(try? JSONValue.parse(Array(text.utf8)), text: text, name: name)
        }
        listener.ended()
        return listener.heard
    }

    /// Plays a request of a client on two providers.
    static func play(
        _ cast: Cast, _ begins: @escaping @Sendable (AskedRequest) -> Script, _ goesOn: @escaping @Sendable (AskedRequest) -> Script,
        _ change: (inout Settings) -> Void = { _ in }
    ) async throws -> (played: PlayedRelay, run: FailoverRun, sink: CollectingSink) {
        let played = try await PlayedRelay([("one", ["a"], begins), ("two", ["b"], goesOn)]) { settings in
            settings.providers["one"]?.wireName = cast.first.rawValue
            settings.providers["two"]?.wireName = cast.second.rawValue
            change(&settings)
        }
        let (run, sink) = try await ask(played, cast.client)
        return (played, run, sink)
    }

    static func ask(_ played: PlayedRelay, _ client: WireKind) async throws -> (run: FailoverRun, sink: CollectingSink) {
        let sink = CollectingSink()
        let target = client == .googleGenerativeAI ? PathFacts(model: "default", streaming: true) : PathFacts()
        return (try await played.ask(body(client), on: client, sink, target: target), sink)
    }

    /// The client has the answer, whole and once, in its wire's grammar.
    static func expectAnswer(_ run: FailoverRun, _ sink: CollectingSink, _ client: WireKind) throws {
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)\n\(Explanation.text(run.receipt))") }
        let heard = try listen(sink.text, client)
        #expect(heard.faults.isEmpty, "\(heard.faults)\n\(sink.text)")
        #expect(heard.isWhole && heard.error == nil)
        #expect(heard.text == answer)
    }

    @Test(arguments: casts) func `is finished by the next candidate`(_ cast: Cast) async throws {
        let cut = Self.answer.count * 40 / 100
        let (played, run, sink) = try await Self.play(cast) { asked in
            .streams(Saying(Self.answer), to: asked, pace: .zero, .then([.cut], afterPercent: 40))
        } _: { asked in
            .answers(Saying(String(Self.answer.dropFirst(cut))), to: asked)
        }
        try Self.expectAnswer(run, sink, cast.client)
        #expect(run.receipt.attempts.count == 2)
        #expect(run.receipt.attempts[0].part?.bytes ?? 0 > 0)
        #expect(run.receipt.attempts[1].part?.asked != nil)
        #expect(played.upstream(1).asked.count == 1)
        // The second was told what had been said.
        let told = String(decoding: try #require(played.upstream(1).asked.first).body, as: UTF8.self)
        #expect(told.contains("The lead falls ill"))
    }

    static let same = wires.map { Cast(client: $0, first: $0, second: $0) }

    @Test(arguments: same) func `is finished by whoever broke off, if nobody else is left`(_ cast: Cast) async throws {
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { asked in
                    let isAgain = String(decoding: asked.body, as: UTF8.self).contains("The lead falls ill")
                    return isAgain
                        ? .answers(Saying(Self.answer), to: asked)
                        : .streams(Saying(Self.answer), to: asked, pace: .zero, .then([.reset], afterPercent: 60))
                }
            )
        ]) { $0.providers["one"]?.wireName = cast.first.rawValue }
        let (run, sink) = try await Self.ask(played, cast.client)
        // It said all of it again, which the client has once.
        try Self.expectAnswer(run, sink, cast.client)
        #expect(run.receipt.attempts.count == 2)
        #expect(run.receipt.attempts.last?.part?.trimmed ?? 0 > 0)
    }

    @Test(arguments: same) func `with a tool call leaves nothing of it, and the turn is asked again`(_ cast: Cast) async throws {
        let call = Saying.Call(id: "call_1", name: "look", arguments: ["where": "backstage"])
        let (_, run, sink) = try await Self.play(cast) { asked in
            let whole = Script.answers(Saying("", calls: [call]), to: asked)
            // All but the end.
            return Script(Array(whole.acts.dropLast(whole.acts.count / 2)) + [.wait(.milliseconds(20)), .cut])
        } _: {
            .answers(Saying(Self.answer), to: $0)
        }
        try Self.expectAnswer(run, sink, cast.client)
        #expect(!sink.text.contains("backstage") && !sink.text.contains("look"))
    }

    @Test(arguments: same) func `after its thoughts is asked again, and its text comes once`(_ cast: Cast) async throws {
        let (_, run, sink) = try await Self.play(cast) { asked in
            let acts = Script.answers(Saying(Self.answer, thinking: "Who is ill?", signature: "c2ln"), to: asked).acts
            let last = acts.firstIndex { act in
                if case .bytes(let bytes) = act { String(decoding: bytes, as: UTF8.self).contains("ill?") } else { false }
            }
            return Script(acts.prefix((last ?? 0) + 1) + [.wait(.milliseconds(20)), .cut])
        } _: {
            .answers(Saying(Self.answer), to: $0)
        }
        try Self.expectAnswer(run, sink, cast.client)
        #expect(run.receipt.attempts.last?.part?.asked == .afresh)
    }

    @Test(arguments: same) func `ends in its wire's error where nobody may go on`(_ cast: Cast) async throws {
        let (played, run, sink) = try await Self.play(cast) { asked in
            .streams(Saying(Self.answer), to: asked, pace: .zero, .then([.cut], afterPercent: 40))
        } _: {
            .answers(Saying(Self.answer), to: $0)
        } _: {
            $0.failover.midStream = .error
        }
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(!(try Self.listen(sink.text, cast.client)).isWhole)
        #expect(run.receipt.attempts.first?.part?.obstacle == .setting)
        #expect(played.upstream(1).asked.isEmpty)
    }

    @Test(arguments: same) func `is gone on with by a third where the second breaks off too`(_ cast: Cast) async throws {
        let count = Self.answer.count
        let played = try await PlayedRelay([
            ("one", ["a"], { .streams(Saying(Self.answer), to: $0, pace: .zero, .then([.cut], afterPercent: 30)) }),
            (
                "two", ["b"],
                { asked in
                    .streams(
                        Saying(String(Self.answer.dropFirst(count * 30 / 100))), to: asked, pace: .zero, .then([.cut], afterPercent: 50))
                }
            ),
            (
                "three", ["c"],
                { asked in
                    let rest = Self.answer.dropFirst(count * 30 / 100)
                    return .answers(Saying(String(rest.dropFirst(rest.count * 50 / 100))), to: asked)
                }
            ),
        ]) { settings in
            for name: ProviderID in ["one", "two", "three"] { settings.providers[name]?.wireName = cast.first.rawValue }
        }
        let (run, sink) = try await Self.ask(played, cast.client)
        try Self.expectAnswer(run, sink, cast.client)
        #expect(run.receipt.attempts.count == 3)
        #expect(run.receipt.attempts.compactMap(\.part).map(\.bytes).reduce(0, +) == Self.answer.utf8.count)
    }

    @Test(arguments: same) func `owes nothing to a candidate that only said again what was there`(_ cast: Cast) async throws {
        let cut = Self.answer.count * 30 / 100
        let told = Mutex<[String]>([])
        let played = try await PlayedRelay([
            ("one", ["a"], { .streams(Saying(Self.answer), to: $0, pace: .zero, .then([.cut], afterPercent: 30)) }),
            (
                "two", ["b"],
                { .streams(Saying(Self.answer), to: $0, pace: .zero, .then([.wait(.milliseconds(20)), .cut], afterPercent: 15)) }
            ),
            (
                "three", ["c"],
                { asked in
                    told.withLock { $0.append(String(decoding: asked.body, as: UTF8.self)) }
                    return .answers(Saying(String(Self.answer.dropFirst(cut))), to: asked)
                }
            ),
        ]) { settings in
            for name: ProviderID in ["one", "two", "three"] { settings.providers[name]?.wireName = cast.first.rawValue }
        }
        let (run, sink) = try await Self.ask(played, cast.client)
        try Self.expectAnswer(run, sink, cast.client)
        #expect(run.receipt.attempts.map(\.committed) == [true, false, true])
        #expect(run.receipt.attempts[1].part?.bytes == 0)
        #expect(told.withLock { $0.count } == 1)
    }

    @Test(arguments: [false, true]) func `is finished within the client's limit of tokens, unless the model thinks first`(thinks: Bool)
        async throws
    {
        let played = try await PlayedRelay([
            ("one", ["a"], { .streams(Saying(Self.answer), to: $0, pace: .zero, .then([.cut], afterPercent: 50)) }),
            ("two", ["b"], { .answers(Saying(String(Self.answer.dropFirst(Self.answer.count / 2))), to: $0) }),
        ]) { if thinks { $0.providers["two"]?.models[0].reasons = true } }
        let body = #"{"model":"default","stream":true,"max_tokens":500,"messages":[{"role":"user","content":"x"}]}"#
        _ = try await played.ask(body, on: .openaiCompletions)
        let asked = try JSONValue.parse(try #require(played.upstream(1).asked.first).body)
        let limit = try #require(asked["max_tokens"]?.int)
        let said = Self.answer.utf8.count / 2
        #expect(thinks ? limit == 500 : (500 - said / 4...500 - said / 6).contains(limit), "\(limit)")
    }
}

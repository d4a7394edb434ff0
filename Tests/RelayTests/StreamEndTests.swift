// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// What upstreams do around the end of a stream: before the proven end it is a failure, after it nothing is lost.
@Suite(.timeLimit(.minutes(5))) struct `The end of a stream` {
    static let word = Script.event("m", delta: ["content": "Hello"])
    static let finish = Script.event("m", delta: [:], finish: "stop")
    static let understudy: @Sendable (AskedRequest) -> Script = { .says("Understudy", to: $0, pace: .zero) }

    static func stream(_ acts: [Script.Act]) -> @Sendable (AskedRequest) -> Script {
        { _ in Script([.begin(status: 200, headers: Script.eventStream)] + acts) }
    }

    static func text(_ text: String) -> Script.Act { .bytes(Array(text.utf8)) }

    /// What follows the finish reason.
    struct Ending: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var acts: [Script.Act]
        init(_ name: String, _ acts: [Script.Act]) { (testDescription, self.acts) = (name, acts) }
    }

    static let endings = [
        Ending("the terminator", [.bytes(Script.done), .end]),
        Ending("the terminator, then more", [.bytes(Script.done + word), .bytes(word), .end]),
        Ending("the terminator, then silence", [.bytes(Script.done), .stall]),
        Ending("nothing", [.end]),
        Ending("silence", [.stall]),
        Ending("a cut", [.cut]),
        Ending("a reset", [.wait(.milliseconds(20)), .reset]),
        Ending("half an event, then a cut", [text("data: {\"cho"), .wait(.milliseconds(20)), .cut]),
        Ending("half an event, then the end", [text("data: {\"cho"), .end]),
        Ending("an event that is no JSON", [text("data: {\"cho\n\n"), .stall]),
        Ending("an error", [text("data: {\"error\":{\"message\":\"late\",\"code\":500}}\n\n"), .stall]),
        Ending("a named error", [text("event: error\ndata: {\"message\":\"late\"}\n\n"), .stall]),
    ]

    @Test(arguments: endings) func `is whole once the model has finished, whatever follows`(_ ending: Ending) async throws {
        let played = try await PlayedRelay([
            ("one", ["a"], Self.stream([.bytes(Self.word), .bytes(Self.finish)] + ending.acts)), ("two", ["b"], Self.understudy),
        ])
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.utf8.elementsEqual(Self.word + Self.finish + Script.done))
        #expect(run.receipt.attempts.count == 1)
        #expect(played.relay.ledger.ledger.blocks.isEmpty)
    }

    @Test(arguments: ["", "\n"]) func `is found in a last event whose empty line the upstream forgot`(_ end: String) async throws {
        let last = Self.finish.dropLast(2) + Array(end.utf8)
        let played = try await PlayedRelay([("one", ["a"], Self.stream([.bytes(Self.word), .bytes(Array(last)), .end]))])
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.utf8.elementsEqual(Self.word + last + Array("\n\n".utf8) + Script.done))
    }

    static let beginnings = [
        Ending("nothing", [.end]),
        Ending("a comment", [text(": wait\n\n"), .end]),
        Ending("a role", [.bytes(Script.event("m", delta: ["role": "assistant"])), .end]),
        Ending("the terminator alone", [.bytes(Script.done), .end]),
        Ending("an error", [text("data: {\"error\":{\"message\":\"no\",\"code\":500}}\n\n"), .end]),
        Ending("an error by itself", [text("{\n  \"error\": {\"message\": \"no\", \"code\": 500}\n}\n\n"), .end]),
        Ending("an error by itself, and nothing after it", [text("{\"error\":{\"message\":\"no\",\"code\":500}}"), .end]),
        Ending("half an event", [text("data: {\"cho"), .cut]),
        Ending("a page", [text("<html>\n\n</html>"), .end]),
    ]

    @Test(arguments: beginnings) func `is the next candidate's while nobody has spoken`(_ beginning: Ending) async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stream(beginning.acts)), ("two", ["b"], Self.understudy)])
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.served?.model.description == "two/m")
        #expect(sink.served?.attempts == run.receipt.attempts.count)
        #expect(sink.text.contains("Understudy"))
        #expect(!sink.text.contains("wait"))
    }

    static let breaks = [
        Ending("the end", [.end]),
        Ending("a cut", [.cut]),
        Ending("a reset", [.wait(.milliseconds(20)), .reset]),
        Ending("the terminator", [.bytes(Script.done), .end]),
        Ending("an event that is no JSON", [text("data: {\"cho\n\n"), .stall]),
        Ending("an error", [text("data: {\"error\":{\"message\":\"no\",\"code\":500}}\n\n"), .stall]),
    ]

    @Test(arguments: breaks) func `is broken if the model has spoken and not finished`(_ ending: Ending) async throws {
        let played = try await PlayedRelay([
            ("one", ["a"], Self.stream([.bytes(Self.word)] + ending.acts)), ("two", ["b"], Self.understudy),
        ]) { $0.failover.midStream = .error }
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(sink.text.utf8.elementsEqual(Self.word))
        #expect(run.receipt.attempts.count == 1)
        #expect(played.upstream(1).asked.isEmpty)
    }

    static let counted = Script.event("m", delta: ["content": "Hello"], usage: ["prompt_tokens": 12, "completion_tokens": 3])

    @Test(arguments: breaks) func `leaves the tokens that the upstream told in the receipt, though it broke`(_ ending: Ending) async throws
    {
        let played = try await PlayedRelay([("one", ["a"], Self.stream([.bytes(Self.counted)] + ending.acts))]) {
            $0.failover.midStream = .error
        }
        let run = try await played.ask(CollectingSink(), stream: true)
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        let attempt = try #require(run.receipt.attempts.first)
        #expect(attempt.usage == Usage(inputTokens: 12, outputTokens: 3))
        #expect(attempt.timeToFirstToken != nil)
    }

    @Test(arguments: ["\n\n", "\n", ""])
    func `is what the upstream said by itself, with no event around it`(_ tail: String) async throws {
        let error = #"{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED"}}"#
        let played = try await PlayedRelay([("one", ["a"], Self.stream([.bytes(Self.word), Self.text(error + tail), .end]))]) {
            $0.failover.midStream = .error
        }
        let run = try await played.ask(CollectingSink(), stream: true)
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(run.receipt.attempts.first?.failure?.reason == .rateLimit)
    }

    @Test func `leaves the upstream's connection for the next request`() async throws {
        let played = try await PlayedRelay([("one", ["a"], { .streams("Good evening.", model: $0.model, pace: .zero) })])
        for _ in 0..<5 {
            let run = try await played.ask(stream: true)
            guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        }
        #expect(played.upstream(0).connections == 1)
        #expect(played.upstream(0).abandoned == 0)
    }

    @Test func `is waited for with a sign of life between events, also before the model has spoken`() async throws {
        let half = Self.word.count / 2
        let script = Self.stream([
            .wait(.milliseconds(100)), .bytes(Self.word + Self.word[..<half]), .wait(.milliseconds(150)), .bytes(Array(Self.word[half...])),
            .bytes(Self.finish + Script.done), .end,
        ])
        let played = try await PlayedRelay([("one", ["a"], script)], keepAlive: .milliseconds(50))
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        let sign = ": keep-alive\n\n"
        #expect(sink.text.contains(sign))
        #expect(sink.text.hasPrefix(sign) && sink.isOpen)
        #expect(sink.text.replacing(sign, with: "").utf8.elementsEqual(Self.word + Self.word + Self.finish + Script.done))
    }

    @Test(arguments: ["\n\n", "\n", ""])
    func `is what the upstream said last, though its connection breaks behind it`(_ tail: String) async throws {
        let error = #"data: {"error":{"message":"Rate limit reached for requests.","type":"requests","code":"rate_limit_exceeded"}}"#
        let acts = [Script.Act.bytes(Self.word), Self.text(error + tail), .wait(.milliseconds(20)), .cut]
        let played = try await PlayedRelay([("one", ["a"], Self.stream(acts))]) { $0.failover.midStream = .error }
        let run = try await played.ask(CollectingSink(), stream: true)
        guard case .brokenStream(let failure, _, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(failure.reason == .rateLimit, "\(failure.rule)")
    }

    @Test func `is not put off by signs of life behind it`() async throws {
        let signs = [Script.Act](repeating: .wait(.milliseconds(300)), count: 60).flatMap { [$0, Self.text(": still here\n\n")] }
        let played = try await PlayedRelay([("one", ["a"], Self.stream([.bytes(Self.word), .bytes(Self.finish)] + signs + [.end]))])
        let began = ContinuousClock.now
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(ContinuousClock.now - began < .seconds(15))
        #expect(sink.text.hasSuffix(String(decoding: Script.done, as: UTF8.self)))
    }

    @Test func `comes soon where it was said while the client lagged behind`() async throws {
        let long = Script.event("m", delta: ["content": .string(String(repeating: "x", count: 300 << 10))])
        let played = try await PlayedRelay([("one", ["a"], Self.stream([.bytes(long + Self.finish), .stall]))]) { settings in
            var limits = TimeLimits()
            limits.idle = .seconds(20)
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
        let sink = CollectingSink(isSlow: true)
        async let asked = played.ask(sink, stream: true)
        #expect(await eventually { sink.isAwaited })
        let began = ContinuousClock.now
        await played.onLoop { sink.drain() }
        let run = try await asked
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test func `is not waited for in vain at a candidate that goes on for a client that lags behind`() async throws {
        let long = Script.event("m", delta: ["content": .string(String(repeating: "x", count: 300 << 10))])
        let broken = long + Array("data: {\"error\":{\"message\":\"no\",\"code\":500}}\n\n".utf8)
        let round = Counter()
        let played = try await PlayedRelay([
            ("one", ["a"], { round.next() == 0 ? Self.stream([.bytes(broken), .stall])($0) : .refuses(402, "no money") }),
            ("two", ["b"], Self.stream([.bytes(Script.event("m", delta: ["role": "assistant"])), .stall])),
        ]) { settings in
            var limits = TimeLimits()
            limits.localFirstToken = .seconds(1)
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
        let sink = CollectingSink(isSlow: true)
        async let asked = played.ask(sink, stream: true, timeout: .seconds(20))
        #expect(await eventually { played.upstream(1).asked.count == 1 && sink.isAwaited })
        await played.onLoop { sink.drain() }
        let run = try await asked
        guard case .brokenStream = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(run.receipt.attempts.dropFirst().first?.failure?.rule == "timeout.first_token")
    }

    @Test func `comes at the deadline though the client takes nothing`() async throws {
        let event = Script.event("m", delta: ["content": .string(String(repeating: "x", count: 64 << 10))])
        let played = try await PlayedRelay([("one", ["a"], Self.stream([Script.Act](repeating: .bytes(event), count: 64) + [.stall]))])
        let run = try await played.ask(CollectingSink(isSlow: true), stream: true, timeout: .milliseconds(300))
        guard case .brokenStream(let failure, _, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(failure.fault == .requestDeadline)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// How long a request and its attempts may take, and who says so.
@Suite(.timeLimit(.minutes(5))) struct `The time of a request` {
    static let stalls: @Sendable (AskedRequest) -> Script = { _ in Script([.stall]) }
    static let answers: @Sendable (AskedRequest) -> Script = { .says("The show goes on.", to: $0, pace: .zero) }

    static let answersSoon: @Sendable (AskedRequest) -> Script = { Script([.wait(.milliseconds(5))] + answers($0).acts) }

    /// As if the upstreams were providers far away, whose first tokens are not waited for as long as those of this machine.
    static func farAway(_ settings: inout Settings) {
        for id in settings.providers.keys { settings.providers[id]?.standsFor = BaseURL("https://api.example.com/v1") }
    }

    static func learned(least: Int64) -> (inout Settings) -> Void {
        { settings in
            farAway(&settings)
            var limits = TimeLimits()
            limits.learnedLeast = .milliseconds(least)
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
    }

    static func teach(_ played: PlayedRelay, _ time: Duration, count: Int = 20, _ model: ModelRef = ModelRef(provider: "one", model: "m")) {
        for _ in 0..<count { played.relay.firstTokens.note(time, of: model, .under1k, at: played.relay.now()) }
    }

    // MARK: Learned limits

    @Test func `is not spent on a first token that is far later than usual, while another candidate is ready`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stalls), ("two", ["b"], Self.answers)], Self.learned(least: 50))
        Self.teach(played, .milliseconds(20))
        let run = try await played.ask(stream: true)
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        let failure = try #require(run.receipt.attempts.first?.failure)
        #expect(failure.reason == .timeout)
        #expect(failure.limit == TimeLimit(phase: "firstToken", seconds: 0.06, setBy: "learned: p95 0.02 s × 3"))
    }

    @Test(arguments: ["nobody else", "on this machine", "a model that thinks", "turned off", "another size", "too few"])
    func `is given to a first token as configured where that may be late`(why: String) async throws {
        var chain: [(name: String, keys: [String], play: @Sendable (AskedRequest) -> Script)] = [
            ("one", ["a"], Self.stalls), ("two", ["b"], Self.answers),
        ]
        if why == "nobody else" { chain.removeLast() }
        let played = try await PlayedRelay(chain) { settings in
            Self.learned(least: 10)(&settings)
            if why == "on this machine" { settings.providers["one"]?.standsFor = nil }
            if why == "a model that thinks" { settings.providers["one"]?.models[0].reasons = true }
            var limits = TimeLimits()
            for phase in [TimeLimits.Phase.firstToken, .reasoningFirstToken, .localFirstToken] { limits[phase] = .milliseconds(200) }
            if why == "turned off" { limits.learns = false }
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
        if why == "another size" {
            for _ in 0..<20 {
                played.relay.firstTokens.note(.milliseconds(5), of: ModelRef(provider: "one", model: "m"), .under4k, at: played.relay.now())
            }
        } else {
            Self.teach(played, .milliseconds(5), count: why == "too few" ? 19 : 20)
        }
        let run = try await played.ask(stream: true)
        let limit = try #require(run.receipt.attempts.first?.failure?.limit)
        #expect(limit.seconds == 0.2 && limit.setBy == "timeouts", "\(limit)")
    }

    @Test func `teaches how long a model takes, also when it was waited for in vain`() async throws {
        let round = Counter()
        let played = try await PlayedRelay(
            [
                ("one", ["a"], { round.next() < 3 ? Self.answersSoon($0) : Self.stalls($0) }), ("two", ["b"], Self.answersSoon),
            ],
            Self.learned(least: 50))
        for _ in 0..<3 { _ = try await played.ask(stream: true) }
        // A whole reply says nothing of its first token.
        Self.teach(played, .milliseconds(20), count: 17)
        let before = played.relay.firstTokens.rows(at: played.relay.now())
        #expect(before.map(\.model.description) == ["one/m"] && before.first?.size == .under1k && before.first?.times.count == 20)
        _ = try await played.ask(stream: true)
        let rows = played.relay.firstTokens.rows(at: played.relay.now())
        #expect(rows.map(\.model.description) == ["one/m", "two/m"])
        #expect(rows.map(\.times.count) == [21, 1])
    }

    @Test func `is learned of a bounded number of models`() {
        let memory = FirstTokenMemory()
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        for number in 0..<5000 { memory.note(.milliseconds(1), of: ModelRef(provider: "one", model: "m\(number)"), .under1k, at: now) }
        #expect(memory.rows(at: now).count == 4096)
        // Those that nobody asks any more make room.
        let later = now + .seconds(7 * 3600)
        memory.note(.milliseconds(1), of: ModelRef(provider: "one", model: "new"), .under1k, at: later)
        #expect(memory.rows(at: later).map(\.model.model) == ["new"])
    }

    // MARK: A refusal that does not end

    @Test(arguments: [false, true])
    func `is not spent on the rest of a refusal, whose status has said enough`(stream: Bool) async throws {
        let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 400\r\n\r\n"
        let words = #"{"error":{"message":"Slow "#
        let refuses: @Sendable (AskedRequest) -> Script = { _ in Script([.raw(Array((head + words).utf8)), .stall]) }
        let played = try await PlayedRelay([("one", ["a"], refuses), ("two", ["b"], Self.answers)]) { settings in
            var limits = TimeLimits()
            (limits.plain, limits.localFirstToken) = (.seconds(20), .seconds(20))
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
        let run = try await played.ask(stream: stream)
        let refused = try #require(run.receipt.attempts.first)
        #expect(refused.failure?.reason == .rateLimit && refused.failure?.reset == .seconds(30), "\(refused)")
        #expect(refused.duration < .seconds(10))
        #expect(run.receipt.attempts.count == 2)
    }

    // MARK: The client's own limits

    @Test(arguments: [false, true])
    func `is as long as the client listens in silence, with all its attempts`(stream: Bool) async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stalls), ("two", ["b"], Self.answers)])
        let run = try await played.ask(stream: stream, silence: .milliseconds(200))
        let failure = try #require(run.receipt.attempts.first?.failure)
        #expect(failure.fault == .requestDeadline)
        #expect(failure.limit == TimeLimit(phase: "request", seconds: 0.2, setBy: "x-stainless-read-timeout"))
        guard case .refused(let refusal) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(refusal.status == 503)
        #expect(run.receipt.attempts.count == 1)
        #expect(played.relay.ledger.ledger.blocks.isEmpty, "our client's patience says nothing of a provider")
    }

    @Test func `is the configured one once a stream has begun, since a client that hears something stays`() async throws {
        let script = `The end of a stream`.stream([
            .bytes(`The end of a stream`.word), .wait(.milliseconds(400)), .bytes(`The end of a stream`.finish + Script.done), .end,
        ])
        let played = try await PlayedRelay([("one", ["a"], script)])
        let run = try await played.ask(stream: true, silence: .milliseconds(200))
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        // A whole reply that takes as long is waited for in silence.
        let plain = try await PlayedRelay([
            ("one", ["a"], { Script([.wait(.milliseconds(400))] + Script.replies("x", model: $0.model).acts) })
        ])
        guard case .refused = try await plain.ask(silence: .milliseconds(200)).result else { return #expect(Bool(false)) }
    }

    @Test(
        arguments: [
            (nil, 600, "built in", nil, ""), (2, 2, "x-understudy-timeout-ms", nil, ""), (2, 1, "x-stainless-read-timeout", 1, ""),
            (2, 2, "x-understudy-timeout-ms", 3, ""), (nil, 5, "x-stainless-read-timeout", 5, ""), (nil, 600, "built in", 600, ""),
            (nil, 5, "x-stainless-read-timeout", 5, "built in"), (2, 1, "x-stainless-read-timeout", 1, "x-understudy-timeout-ms"),
        ] as [(Int?, Int, String, Int?, String)])
    func `is the shortest that anybody says`(timeout: Int?, expected: Int, setBy: String, silence: Int?, then: String) throws {
        let request = try PlayedRelay.request(streaming: !then.isEmpty)
        request.overrides.timeout = timeout.map { .seconds($0) }
        request.overrides.silence = silence.map { .seconds($0) }
        var time = RequestTime(request, limit: TimeLimits.Resolved.standard.request)
        #expect(time.remaining(at: request.startedAt) == TimeLimits.Resolved.Limit(.seconds(expected), setBy: setBy))
        let answers = [time.modelSpoke(), time.modelSpoke()]
        #expect(answers == [!then.isEmpty, false])
        let whole = TimeLimits.Resolved.Limit(.seconds(timeout ?? 600), setBy: then)
        if !then.isEmpty { #expect(time.remaining(at: request.startedAt) == whole) }
    }
}

extension PlayedRelay {
    static func request(streaming: Bool) throws -> RelayRequest {
        let body = Array(#"{"model":"default","messages":[{"role":"user","content":"x"}]}"#.utf8)
        let index = try JSONIndex(scanning: body.span.bytes)
        var shape = RequestShape(model: "default")
        shape.streaming = streaming
        return RelayRequest(
            id: "test", startedAt: Timestamp(milliseconds: 0), wire: .openaiCompletions, body: body, index: index, shape: shape,
            headers: [:])
    }
}

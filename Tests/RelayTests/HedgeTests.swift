// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers
import Rehearsal
import TestSupport
import Testing

@testable import Relay

/// A second candidate beside one that is late.
@Suite(.timeLimit(.minutes(5))) struct `A hedge` {
    typealias Play = @Sendable (AskedRequest) -> Script
    static let stalls: Play = { _ in Script([.stall]) }
    static let answers: Play = { .says("The show goes on.", to: $0, pace: .zero) }

    static func late(_ milliseconds: Int64, _ play: @escaping Play = answers) -> Play {
        { Script([.wait(.milliseconds(milliseconds))] + play($0).acts) }
    }

    static func on(after: Int64 = 50, percent: Int = 100) -> (inout Settings) -> Void {
        { settings in
            settings.failover.hedge.isOn = true
            settings.failover.hedge.after = .milliseconds(after)
            settings.failover.hedge.budgetPercent = percent
        }
    }

    static func walk(_ run: FailoverRun) -> [String] {
        run.receipt.attempts.map { "\($0.candidate.model) \($0.failure.map { $0.rule } ?? "answered")" }
    }

    static func answeredBy(_ run: FailoverRun) -> String? {
        guard case .answered(let place, 200)? = run.receipt.outcome else { return nil }
        return "\(run.receipt.attempts[place].candidate)"
    }

    @Test func `answers while the first candidate is silent, which is given up at once and unharmed`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stalls), ("two", ["b"], Self.answers)], Self.on())
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        #expect(Self.walk(run) == ["one/m hedged", "two/m answered"])
        #expect(run.receipt.outcome == .answered(attempt: 1, status: 200))
        #expect(run.receipt.attempts[0].next.contains("beside it"))
        #expect(sink.served?.model.description == "two/m" && sink.served?.attempts == 2)
        #expect(sink.text.contains("show") && sink.text.hasSuffix("[DONE]\n\n"))
        #expect(played.relay.ledger.ledger.blocks.isEmpty)
        #expect(await eventually { played.upstream(0).abandoned == 1 })
        #expect(played.relay.gate.inFlight == 0)
    }

    @Test func `is given up when the first candidate speaks after all`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.late(300)), ("two", ["b"], Self.stalls)], Self.on())
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        #expect(Self.walk(run) == ["one/m answered", "two/m hedged"], "in the order in which they were started")
        #expect(run.receipt.outcome == .answered(attempt: 0, status: 200))
        #expect(sink.served?.model.description == "one/m")
        #expect(played.relay.ledger.ledger.blocks.isEmpty)
        #expect(await eventually { played.upstream(1).abandoned == 1 })
    }

    @Test func `goes to another key of the same model first`() async throws {
        let played = try await PlayedRelay(
            [("one", ["a", "b"], { $0.key == "a" ? Self.stalls($0) : Self.answers($0) }), ("two", ["c"], Self.answers)], Self.on())
        #expect(Self.walk(try await played.ask(stream: true)) == ["one/m hedged", "one/m answered"])
    }

    @Test(
        arguments: [
            // Who fails leaves the other to go on.
            (late(120, { _ in Script.refuses(500, "no") }), late(250), ["one/m", "two/m answered"]),
            (late(250), late(20, { _ in Script.refuses(500, "no") }), ["one/m answered", "two/m"]),
            (late(120, { _ in Script([.reset]) }), late(250), ["one/m", "two/m answered"]),
        ] as [(Play, Play, [String])])
    func `loses nothing when one of the two fails before anybody speaks`(one: @escaping Play, two: @escaping Play, expected: [String])
        async throws
    {
        let played = try await PlayedRelay([("one", ["a"], one), ("two", ["b"], two)], Self.on())
        let sink = CollectingSink()
        let run = try await played.ask(sink, stream: true)
        #expect(zip(Self.walk(run), expected).allSatisfy { $0.hasPrefix($1) } && run.receipt.attempts.count == 2, "\(Self.walk(run))")
        #expect(Self.answeredBy(run) != nil && sink.text.hasSuffix("[DONE]\n\n"))
        #expect(sink.text.components(of: "show") == 1)
    }

    @Test func `that failed at once is not said to have taken as long as the first candidate`() async throws {
        let fails: Play = { _ in Script.refuses(402, "no money") }
        let played = try await PlayedRelay([("one", ["a"], Self.late(900)), ("two", ["b"], fails)], Self.on(after: 20))
        let run = try await played.ask(stream: true)
        #expect(Self.walk(run).first == "one/m answered" && run.receipt.attempts.count == 2, "\(Self.walk(run))")
        let took = try #require(run.receipt.attempts.last).duration
        #expect(took < .milliseconds(600), "\(took)")
    }

    @Test(arguments: [#""conversation":"conv_1""#, #""conversation":{"id":"conv_1"}"#, #""background":true"#])
    func `is not started for what an account keeps`(member: String) async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.late(200)), ("two", ["b"], Self.answers)]) { settings in
            Self.on(after: 20)(&settings)
            for name: ProviderID in ["one", "two"] { settings.providers[name]?.wireName = WireKind.openaiResponses.rawValue }
        }
        let run = try await played.ask(#"{"model":"default","stream":true,"input":"x",\#(member)}"#, on: .openaiResponses)
        #expect(Self.walk(run) == ["one/m answered"])
    }

    @Test func `leads on down the chain when both fail`() async throws {
        let fails = Self.late(100, { _ in Script.refuses(402, "no money") })
        let played = try await PlayedRelay([("one", ["a"], fails), ("two", ["b"], fails), ("three", ["c"], Self.answers)], Self.on())
        let run = try await played.ask(stream: true)
        #expect(Self.walk(run).last == "three/m answered" && run.receipt.attempts.count == 3, "\(Self.walk(run))")
        #expect(run.receipt.attempts.prefix(2).allSatisfy { $0.failure?.reason == .billing })
    }

    @Test func `does not hide from the client that its request is wrong`() async throws {
        let refuses = Self.late(120, { _ in Script.refuses(400, "temperature is too warm", type: "invalid_request_error") })
        let played = try await PlayedRelay([("one", ["a"], refuses), ("two", ["b"], Self.stalls)], Self.on())
        let run = try await played.ask(stream: true)
        guard case .passedOn(400, _, let body, _) = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(String(decoding: body, as: UTF8.self).contains("too warm"))
        #expect(run.receipt.outcome == .passedOn(attempt: 0))
        #expect(Self.walk(run).last == "two/m hedged")
    }

    @Test func `ends with its request when the client leaves`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stalls), ("two", ["b"], Self.stalls)], Self.on())
        let sink = CollectingSink()
        async let asked = played.ask(sink, stream: true)
        #expect(await eventually { played.upstream(1).asked.count == 1 })
        await played.onLoop { sink.leave() }
        let run = try await asked
        #expect(run.receipt.outcome == .cancelled && Self.walk(run) == ["one/m client.left", "two/m client.left"])
        #expect(await eventually { played.upstream(0).abandoned == 1 && played.upstream(1).abandoned == 1 })
        #expect(played.relay.ledger.ledger.blocks.isEmpty && played.relay.gate.inFlight == 0)
    }

    @Test func `that breaks off is gone on with by whoever it was chosen before`() async throws {
        let breaks = `The end of a stream`.stream([.bytes(`The end of a stream`.word), .cut])
        let round = Counter()
        let played = try await PlayedRelay(
            [("one", ["a"], { round.next() == 0 ? Self.stalls($0) : Self.answers($0) }), ("two", ["b"], breaks)], Self.on())
        let run = try await played.ask(CollectingSink(), stream: true)
        #expect(Self.walk(run).first == "one/m hedged" && Self.walk(run).last == "one/m answered", "\(Self.walk(run))")
    }

    @Test(arguments: ["off", "whole reply", "nobody else", "server tools", "a search", "budget"])
    func `is not started where it may not be`(why: String) async throws {
        var chain: [(name: String, keys: [String], play: Play)] = [("one", ["a"], Self.late(200)), ("two", ["b"], Self.answers)]
        if why == "nobody else" { chain.removeLast() }
        let played = try await PlayedRelay(chain) { settings in
            Self.on(after: 20, percent: why == "budget" ? 99 : 100)(&settings)
            if why == "off" { settings.failover.hedge.isOn = false }
        }
        let tools =
            switch why {
            case "server tools": #","tools":[{"type":"web_search"}]"#
            case "a search": #","web_search_options":{}"#
            default: ""
            }
        let body = #"{"model":"default","stream":\#(why != "whole reply"),"messages":[{"role":"user","content":"x"}]\#(tools)}"#
        let run = try await played.ask(body, on: .openaiCompletions)
        #expect(Self.walk(run) == ["one/m answered"])
    }

    @Test func `is started for as many requests as the budget allows, and no more`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.late(40)), ("two", ["b"], Self.stalls)], Self.on(after: 1, percent: 25))
        var hedged = 0
        for number in 1...12 {
            if try await played.ask(stream: true).receipt.attempts.count == 2 { hedged += 1 }
            #expect(hedged <= number / 4)
        }
        #expect(hedged == 3)
    }

    @Test func `stands by whoever looks whether it is well after it took too long, though hedging is off`() async throws {
        let played = try await PlayedRelay([("one", ["a"], Self.stalls), ("two", ["b"], Self.answers)]) { settings in
            var limits = TimeLimits()
            limits.localFirstToken = .milliseconds(150)
            settings.limits = settings.limits.narrowed(by: limits, setBy: "timeouts")
        }
        #expect(Self.walk(try await played.ask(stream: true)).last == "two/m answered")
        played.advance(by: .seconds(10))
        let run = try await played.ask(stream: true)
        #expect(Self.walk(run) == ["one/m hedged", "two/m answered"])
        guard case .halfOpen? = run.receipt.attempts.first?.mode else { return #expect(Bool(false), "a look") }
        // It was late again, so the next request need not find out.
        #expect(Self.walk(try await played.ask(stream: true)) == ["two/m answered"])
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Testing

@testable import Rehearsal

/// What comes of what was seen, without a socket.
@Suite struct `A drill's judge` {
    static func member(_ model: String, _ credential: String = "k", window: Int? = nil) -> Cast.Member {
        Cast.Member(
            model: "p/\(model)", name: model, credential: credential, key: "", endpoint: "e", contextWindow: window,
            firstToken: .seconds(12))
    }

    static func heard(_ change: (inout Heard) -> Void = { _ in }) -> Heard {
        var heard = Heard()
        heard.status = 200
        heard.text = DrillLine.text
        heard.isWhole = true
        heard.finish = "stop"
        heard.models = ["b"]
        heard.usage = Usage(inputTokens: 11, outputTokens: Saying(DrillLine.text).outputTokens)
        heard.took = .seconds(1)
        change(&heard)
        return heard
    }

    static func tried(_ model: String, _ reason: Reason? = nil, usage: Usage? = nil) -> Evidence.Tried {
        Evidence.Tried(model: "p/\(model)", credential: "k", reason: reason, rule: nil, took: .zero, usage: usage, asked: nil)
    }

    static func verdict(
        _ name: String, _ heard: Heard, of members: [Cast.Member] = [member("a"), member("b")],
        calls: [(Int, Double)] = [(0, 0), (1, 0.1)],
        tried: [Evidence.Tried] = [tried("a", .overloaded), tried("b")], timing: DrillTiming = .whole
    ) throws -> DrillVerdict {
        let take = try #require(Scenario.all.first { $0.name == name }?.takes.first)
        let cast = Cast(members, cue: take.cue, timing: timing)
        return take.verdict(
            Evidence(
                members: cast.members,
                calls: calls.map { .init(member: $0.0, at: .milliseconds(Int64($0.1 * 1000)), goesOn: false) },
                turns: [.init(at: .zero, heard: heard, attempts: tried)], timing: timing))
    }

    @Test func `passes a whole answer of another candidate`() throws {
        #expect(try Self.verdict("503-lasting", Self.heard()) == .pass)
    }

    static let bad: [(String, Heard, String)] = [
        ("half of it with an end", heard { $0.text = String($0.text.prefix(200)) }, "as if it were whole, 5"),
        ("half of it and nothing", heard { ($0.text, $0.isWhole) = (String($0.text.prefix(200)), false) }, "and no end"),
        ("a word twice", heard { $0.text = $0.text.replacing("good evening", with: "good good evening") }, "not the answer's"),
        ("all of it and no end", heard { $0.isWhole = false }, "no end"),
        ("all of it and an error", heard { ($0.error, $0.isWhole) = ("broke", false) }, "the error \"broke\""),
        ("a stream that breaks the rules", heard { $0.fault("a second finish_reason") }, "a second finish_reason"),
        ("silence", heard { ($0.text, $0.isWhole, $0.gaveUp) = ("", false, true) }, "there was no end"),
        ("an answer that took long", heard { $0.took = .seconds(20) }, "took 20.00 s"),
    ]

    @Test(arguments: bad) func `fails`(what: String, heard: Heard, why: String) throws {
        guard case .fail(let reasons) = try Self.verdict("503-lasting", heard) else {
            Issue.record("\(what) passes")
            return
        }
        #expect(reasons.contains { $0.contains(why) }, "\(reasons)")
    }

    @Test func `lets a chain off that has nobody left, if its client was told the truth`() throws {
        let refused = Self.heard { ($0.text, $0.isWhole, $0.error, $0.status) = ("", false, "overloaded", 503) }
        let alone = [Self.member("a")]
        #expect(try Self.verdict("503-lasting", refused, of: alone, calls: [(0, 0)], tried: [Self.tried("a", .overloaded)]) == .nobodyLeft)
        let half = Self.heard { $0.text = String($0.text.prefix(200)) }
        guard case .fail = try Self.verdict("503-lasting", half, of: alone, calls: [(0, 0)], tried: [Self.tried("a")]) else {
            Issue.record("half an answer that seems whole is never right")
            return
        }
    }

    static let conduct: [(String, [(Int, Double)], [Evidence.Tried], String?)] = [
        ("429-retry-after", [(0, 0), (0, 2.01)], [tried("a", .rateLimit), tried("a")], nil),
        ("429-retry-after", [(0, 0), (0, 0.5)], [tried("a", .rateLimit), tried("a")], "Retry-After"),
        ("429-lasting", [(0, 0), (0, 0.1), (1, 0.2)], [tried("a", .rateLimit), tried("b")], "asked 2 times"),
        ("500-once", [(0, 0), (0, 0.1)], [tried("a", .serverError), tried("a")], nil),
        ("500-once", [(0, 0), (1, 0.1)], [tried("a", .serverError), tried("b")], "was well again at once"),
        ("no-response", [(0, 0), (0, 1), (1, 2)], [tried("a", .timeout), tried("b")], "asked 2 times"),
        ("no-terminator", [(0, 0), (1, 0.1)], [tried("a", .malformed), tried("b")], "p/b answered"),
        ("context-length", [(0, 0), (0, 0.1), (1, 0.2)], [tried("a", .contextOverflow), tried("b")], "asked 2 times instead of 1"),
    ]

    @Test(arguments: conduct)
    func `holds a gateway to its conduct`(name: String, calls: [(Int, Double)], tried: [Evidence.Tried], why: String?) throws {
        let verdict = try Self.verdict(name, Self.heard(), calls: calls, tried: tried)
        if let why {
            guard case .fail(let reasons) = verdict else {
                Issue.record("it passes")
                return
            }
            #expect(reasons.contains { $0.contains(why) }, "\(reasons)")
        } else {
            #expect(verdict == .pass)
        }
    }

    @Test func `wants a refusal for its content passed on, and to nobody else`() throws {
        let refused = Self.heard { ($0.text, $0.isWhole, $0.error, $0.status) = ("", false, "The content policy forbids it.", 400) }
        let tried = [Self.tried("a", .contentPolicy)]
        #expect(try Self.verdict("content-filter", refused, calls: [(0, 0)], tried: tried) == .pass)
        let worse: [(Heard, [(Int, Double)])] = [
            (refused, [(0, 0), (1, 0.1)]), (Self.heard(), [(0, 0)]), (Self.heard { ($0.error, $0.isWhole) = ("content", false) }, [(0, 0)]),
        ]
        for (heard, calls) in worse {
            guard case .fail = try Self.verdict("content-filter", heard, calls: calls, tried: tried) else {
                Issue.record("it passes")
                continue
            }
        }
    }

    @Test func `wants the model and the usage of who has answered`() throws {
        let usage = Self.heard().usage
        let tried = [Self.tried("a", .overloaded), Self.tried("b", usage: usage)]
        #expect(try Self.verdict("accounting", Self.heard(), tried: tried) == .pass)
        let lies = [Self.heard { $0.models = ["a"] }, Self.heard { $0.models = ["a", "b"] }, Self.heard { $0.usage = nil }]
        for heard in lies { #expect(try Self.verdict("accounting", heard, tried: tried) != .pass) }
        #expect(try Self.verdict("accounting", Self.heard(), tried: [Self.tried("b", usage: Usage(inputTokens: 10))]) != .pass)
    }

    @Test func `wants who was down back with the second request after it is well`() throws {
        let take = try #require(Scenario.all.first { $0.name == "flap" }?.takes.first)
        let cast = Cast([Self.member("a"), Self.member("b")], cue: take.cue, timing: .whole)
        func verdict(backAt: Int) -> DrillVerdict {
            let turns = (0..<20).map { place in
                Evidence.Turn(
                    at: .seconds(place * 4), heard: Self.heard(), attempts: [Self.tried(place * 4 < backAt ? "b" : "a")])
            }
            return take.verdict(Evidence(members: cast.members, calls: [], turns: turns, timing: .whole))
        }
        #expect(verdict(backAt: 60) == .pass)
        #expect(verdict(backAt: 64) == .pass)
        #expect(verdict(backAt: 68) != .pass)
        #expect(verdict(backAt: 200) != .pass)
    }
}

@Suite struct `A drill's cast` {
    static let four = [("a", "k1"), ("a", "k2"), ("b", "k1"), ("b", "k2")].map { `A drill's judge`.member($0.0, $0.1) }

    @Test func `has the first model hit, or its first key where there is no other model`() {
        #expect(Cue.Reach.lead.mark(Self.four).map(\.isHit) == [true, true, false, false])
        #expect(Cue.Reach.lead.mark(Array(Self.four.prefix(2))).map(\.isHit) == [true, false])
        #expect(Cue.Reach.model.mark(Array(Self.four.prefix(2))).map(\.isHit) == [true, true])
        #expect(Cue.Reach.lead.mark([]).isEmpty)
    }

    @Test func `goes on where the beginning of its line stops, and says a little again if it was asked in words`() throws {
        let words = Saying.words(of: DrillLine.text)
        let sent = words.prefix(20).joined()
        func asked(_ messages: [JSONValue]) -> AskedRequest {
            AskedRequest(body: JSONWriter.compact(["model": "m", "messages": .array(messages)]), model: "m")
        }
        let (question, begun): (JSONValue, JSONValue) = (
            ["role": "user", "content": "Who?"], ["role": "assistant", "content": .string(sent)]
        )
        #expect(DrillLine.saying(to: asked([question])).text == DrillLine.text)
        #expect(sent + DrillLine.saying(to: asked([question, begun])).text == DrillLine.text)
        let told = DrillLine.saying(to: asked([question, begun, ["role": "user", "content": "Go on."]])).text
        #expect(" " + told == words.dropFirst(16).joined())
    }

    @Test func `has sixteen faults with names of their own`() {
        #expect(Scenario.all.count == 16)
        #expect(Set(Scenario.all.map(\.name)).count == 16)
        #expect(Scenario.all.allSatisfy { !$0.takes.isEmpty && !$0.happens.isEmpty && !$0.wanted.isEmpty })
    }
}

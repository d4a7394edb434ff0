// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Rehearsal
import Testing

@testable import Relay

/// Which credential a session keeps.
@Suite(.timeLimit(.minutes(1))) struct `A session` {
    static let session: SessionID = "chat-1"

    static func served(_ run: FailoverRun) -> String { run.receipt.attempts.last.map { "\($0.candidate.credential)" } ?? "" }

    /// The first key is at its limit once, for so short that it is free again at the next request.
    static func played(params: JSONObject? = nil) async throws -> PlayedRelay {
        let isSpent = Flag()
        return try await PlayedRelay(
            [
                (
                    "one", ["a", "b"],
                    { asked in
                        guard asked.key == "a", !isSpent.isSet else { return .says("Yes.", to: asked, pace: .zero) }
                        isSpent.set()
                        return .refuses(429, "Rate limit reached.", code: "rate_limit_exceeded", headers: ["retry-after": "30"])
                    }
                )
            ], params: params)
    }

    @Test func `keeps the key that served it while others return to the first`() async throws {
        let played = try await Self.played()
        let second = Self.served(try await played.ask(session: Self.session))
        played.advance(by: .seconds(60))
        #expect(Self.served(try await played.ask(session: Self.session)) == second)
        let first = Self.served(try await played.ask())
        #expect(first != second)
        #expect(Self.served(try await played.ask(session: "chat-2")) == first)
        #expect(played.upstream(0).asked.map(\.key) == ["a", "b", "b", "a", "a"])
    }

    @Test func `returns to the first key when the provider has forgotten its prompt`() async throws {
        let played = try await Self.played()
        let second = Self.served(try await played.ask(session: Self.session))
        played.advance(by: .seconds(301))
        #expect(Self.served(try await played.ask(session: Self.session)) != second)
    }

    @Test(arguments: [("short", 301), ("long", 3601)])
    func `keeps it as long as the provider was asked to keep its prompt`(retention: String, seconds: Int) async throws {
        let played = try await Self.played(params: ["cacheRetention": .string(retention)])
        let second = Self.served(try await played.ask(session: Self.session))
        played.advance(by: .seconds(seconds - 2))
        #expect(Self.served(try await played.ask(session: Self.session)) == second)
        played.advance(by: .seconds(seconds))
        #expect(Self.served(try await played.ask(session: Self.session)) != second)
    }

    @Test func `is one of a bounded number`() {
        let pins = SessionPins()
        let candidate: Candidate = Candidate("one/m", credential: "one:a")
        let start = Timestamp(milliseconds: 0)
        for number in 0..<12_000 { pins.served(SessionID(rawValue: "s\(number)"), by: candidate, now: start) }
        let kept = (0..<12_000).count { pins.credential(for: SessionID(rawValue: "s\($0)"), at: "one", now: start) != nil }
        #expect(kept == 10_000)
        // Those that are cold make room.
        let later = start + .seconds(400)
        pins.served("late", by: candidate, now: later)
        #expect(pins.credential(for: "late", at: "one", now: later) == "one:a")
        #expect(pins.credential(for: "s1", at: "one", now: later) == nil)
    }
}

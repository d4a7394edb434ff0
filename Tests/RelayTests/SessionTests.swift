// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Rehearsal
import Testing

@testable import Relay

/// Which credential a session keeps.
@Suite(.timeLimit(.minutes(5))) struct `A session` {
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

    @Test("openclaw#38335: keeps the key that served it while its prompt is warm; others return to the first as soon as that is free")
    func keepsItsKey() async throws {
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

    @Test func `says in its receipts why it changed its key, whichever way it came to it`() async throws {
        let played = try await Self.played()
        let first = try await played.ask(session: Self.session)
        // It failed, in this very request.
        #expect(first.receipt.attempts.map { $0.failure?.reason } == [.rateLimit, nil])
        #expect(first.receipt.leftPins.isEmpty)
        let kept = try await played.ask(session: Self.session)
        #expect(Self.served(kept) == Self.served(first))
        #expect(kept.receipt.leftPins.isEmpty && kept.receipt.skipped.isEmpty)
        // It was not used for longer than the provider remembers.
        played.advance(by: .seconds(301))
        let left = try await played.ask(session: Self.session)
        #expect(Self.served(left) != Self.served(first))
        #expect(left.receipt.leftPins.map { "\($0.credential)" } == [Self.served(first)])
        #expect(Explanation.text(left.receipt).contains("the session's \(Self.served(first)) was used 6 min before, too long"))
        // It is blocked.
        played.block(Self.served(left))
        let passed = try await played.ask(session: Self.session)
        #expect(Self.served(passed) == Self.served(first))
        #expect(passed.receipt.skipped.first?.credential?.rawValue == Self.served(left))
        guard case .blocked? = passed.receipt.skipped.first?.reason else { return #expect(Bool(false), "\(passed.receipt.skipped)") }
        // What blocked it is over, and the session stays where its prompt is warm.
        played.relay.ledger.configurationChanged(renewed: [CredentialID(rawValue: Self.served(left))])
        #expect(Self.served(try await played.ask(session: Self.session)) == Self.served(first))
    }

    @Test func `is one of a bounded number`() {
        let pins = SessionPins()
        let candidate: Candidate = Candidate("one/m", credential: "one:a")
        let start = Timestamp(milliseconds: 0)
        for number in 0..<12_000 { pins.served(SessionID(rawValue: "s\(number)"), by: candidate, now: start) }
        let chain = Chain(links: [ChainLink(candidate: candidate)])
        func credential(_ session: SessionID, _ now: Timestamp) -> CredentialID? {
            pins.pins(of: session, in: chain).first { $0.isWarm(at: now) }?.credential
        }
        let kept = (0..<12_000).count { credential(SessionID(rawValue: "s\($0)"), start) != nil }
        #expect(kept == 10_000)
        // Those that are cold make room.
        let later = start + .seconds(400)
        pins.served("late", by: candidate, now: later)
        #expect(credential("late", later) == "one:a")
        #expect(credential("s1", later) == nil)
    }
}

/// Whose turn it is with `auth.spread: "leastRecentlyUsed"`.
@Suite(.timeLimit(.minutes(5))) struct `Keys that are used in turn` {
    static let answers: @Sendable (AskedRequest) -> Script = { .says("Yes.", to: $0, pace: .zero) }

    static func played(_ play: @escaping @Sendable (AskedRequest) -> Script = answers) async throws -> PlayedRelay {
        try await PlayedRelay([("one", ["a", "b", "c"], play)]) { $0.auth.spread = .leastRecentlyUsed }
    }

    @Test func `each serve one request before any serves a second`() async throws {
        let played = try await Self.played()
        for _ in 0..<6 { _ = try await played.ask() }
        #expect(played.upstream(0).asked.map(\.key) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test func `leave a session the one that it has`() async throws {
        let played = try await Self.played()
        for session in ["x", nil, "x", nil, "x"] as [SessionID?] { _ = try await played.ask(session: session) }
        #expect(played.upstream(0).asked.map(\.key) == ["a", "b", "a", "c", "a"])
    }

    @Test func `count as used when they were asked in vain`() async throws {
        let played = try await Self.played { asked in
            asked.key == "a" ? .refuses(429, "Rate limit reached.", headers: ["retry-after": "30"]) : Self.answers(asked)
        }
        _ = try await played.ask()
        played.advance(by: .seconds(31))
        for _ in 0..<3 { _ = try await played.ask() }
        #expect(played.upstream(0).asked.map(\.key) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test func `are used in their order without that setting, whatever was used before`() async throws {
        let played = try await PlayedRelay([("one", ["a", "b"], Self.answers)])
        for _ in 0..<3 { _ = try await played.ask() }
        #expect(played.upstream(0).asked.map(\.key) == ["a", "a", "a"])
        #expect(played.relay.uses.last(of: "one:ONE_API_KEYS.1") == nil)
    }

    @Test func `are remembered in a bounded number, the oldest forgotten first`() {
        let uses = CredentialUses()
        for number in 0..<5000 { uses.used(CredentialID(rawValue: "k\(number)"), at: Timestamp(milliseconds: Int64(number))) }
        let kept = (0..<5000).filter { uses.last(of: CredentialID(rawValue: "k\($0)")) != nil }
        #expect(kept == Array(904..<5000))
    }
}

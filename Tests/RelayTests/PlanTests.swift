// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Rehearsal
import Testing

@testable import Relay

/// What a running relay says of a request that nobody has made.
@Suite(.timeLimit(.minutes(5))) struct `A relay's plan` {
    static let answers: @Sendable (AskedRequest) -> Script = { .says("Yes.", to: $0, pace: .zero) }

    static func played(_ change: (inout Settings) -> Void = { _ in }) async throws -> PlayedRelay {
        try await PlayedRelay([("one", ["a", "b"], answers), ("two", ["c"], answers)], change)
    }

    static func places(_ plan: Plan) -> [String] { plan.places.map { "\($0.model)@\($0.credential) \($0.why.code)" } }

    @Test func `is the chain that the next request gets`() async throws {
        let played = try await Self.played()
        let plan = try played.relay.plan(PlanWishes())
        #expect(
            plan.places.map { "\($0.model)@\($0.credential)" } == [
                "one/m@one:ONE_API_KEYS.1", "one/m@one:ONE_API_KEYS.2", "two/m@two:TWO_API_KEYS.1",
            ])
        #expect(plan.places.allSatisfy { $0.why == .key && $0.origin == "test" })
        #expect(played.upstream(0).asked.isEmpty && played.upstream(1).asked.isEmpty)
    }

    @Test func `knows the session's credential, when it was used, and how long it stays`() async throws {
        let played = try await Self.played()
        played.block("one:ONE_API_KEYS.1")
        _ = try await played.ask(session: "s")
        played.relay.ledger.configurationChanged(renewed: ["one:ONE_API_KEYS.1"])
        played.advance(by: .seconds(120))
        var wishes = PlanWishes()
        wishes.session = "s"
        let plan = try played.relay.plan(wishes)
        #expect(Self.places(plan).prefix(2) == ["one/m@one:ONE_API_KEYS.2 session_pin", "one/m@one:ONE_API_KEYS.1 key"])
        #expect(plan.places[0].why.text(at: plan.facts.startedAt) == "the session's pin: used 2 min ago, warm for another 3 min")
        wishes.session = "other"
        #expect(Self.places(try played.relay.plan(wishes)).first == "one/m@one:ONE_API_KEYS.1 key")
        // The real request agrees.
        #expect(try await played.ask(session: "s").receipt.attempts.map { "\($0.candidate.credential)" } == ["one:ONE_API_KEYS.2"])
    }

    @Test func `knows whose turn it is`() async throws {
        let played = try await Self.played { $0.auth.spread = .leastRecentlyUsed }
        _ = try await played.ask()
        played.advance(by: .seconds(60))
        let plan = try played.relay.plan(PlanWishes())
        #expect(Self.places(plan).first == "one/m@one:ONE_API_KEYS.2 least_recently_used")
        #expect(plan.places[0].why.text(at: plan.facts.startedAt) == "least recently used: not yet")
        #expect(plan.places[1].why.text(at: plan.facts.startedAt) == "least recently used: 1 min ago")
    }

    @Test func `obeys what a request may ask for`() async throws {
        let played = try await Self.played()
        func asked(_ change: (inout PlanWishes) -> Void) throws -> [String] {
            var wishes = PlanWishes()
            change(&wishes)
            return Self.places(try played.relay.plan(wishes))
        }
        #expect(try asked { $0.noFallback = true }.count == 2)
        #expect(
            try asked {
                $0.model = "two/m"; $0.fallbacks = ["one/m"]
            }.first == "two/m@two:TWO_API_KEYS.1 key")
        #expect(try asked { $0.pin = "one:ONE_API_KEYS.2" } == ["one/m@one:ONE_API_KEYS.2 user_pin", "two/m@two:TWO_API_KEYS.1 key"])
        #expect(
            try asked { $0.model = "one/m@one:ONE_API_KEYS.2" } == ["one/m@one:ONE_API_KEYS.2 user_pin", "two/m@two:TWO_API_KEYS.1 key"])
        let pinned = try asked {
            $0.model = "one/m"
            $0.pin = "one:ONE_API_KEYS.2"
        }
        #expect(pinned == ["one/m@one:ONE_API_KEYS.2 user_pin", "two/m@two:TWO_API_KEYS.1 key"])
        #expect(try asked { $0.agent = "main" }.count == 3)
        var gone = PlanWishes()
        (gone.pin, gone.fallbacks) = ("one:lost", ["far/m"])
        let skipped = try played.relay.plan(gone).skipped
        #expect(skipped.map(\.reason) == [.credentialUnusable("there is no credential one:lost"), .unknownProvider])
    }

    static let nonsense: [(@Sendable (inout PlanWishes) -> Void, String)] = [
        ({ $0.when = ["oen=402"] }, "\"oen\" is nothing in this chain. Did you mean one?"),
        ({ $0.when = ["one=biling"] }, "\"biling\" is nothing that can happen. Did you mean billing?"),
        ({ $0.when = ["one/n=402"] }, "\"one/n\" is nothing in this chain. Did you mean one/m?"),
        ({ $0.agent = "mian" }, "there is no agent \"mian\". Did you mean main?"),
        ({ $0.model = "oen/m" }, "The model `oen/m` does not exist here: no provider `oen` is configured. Did you mean `one/m`?"),
        ({ $0.when = Array(repeating: "*=402", count: 65) }, "more than 64 things are supposed to happen"),
    ]

    @Test(arguments: nonsense)
    func `names the nearest where a word means nothing`(change: @Sendable (inout PlanWishes) -> Void, message: String) async throws {
        let played = try await Self.played()
        var wishes = PlanWishes()
        change(&wishes)
        let problem = #expect(throws: PlanProblem.self) { try played.relay.plan(wishes) }
        #expect(problem?.message.hasPrefix(message) == true, "\(problem?.message ?? "")")
    }

    @Test func `supposes by alias too, with the limits and ladders of each model`() async throws {
        let played = try await Self.played { settings in
            settings.agents.models.append(.init(provider: "one", model: "m", alias: "quick"))
            settings.policy.blocks.billing = [.seconds(7)]
            settings.limits[.localFirstToken] = .init(.seconds(3), setBy: "timeouts")
        }
        var wishes = PlanWishes()
        wishes.when = ["quick=402", "two=timeout"]
        let run = try #require(try played.relay.plan(wishes).run)
        #expect(run.receipt.attempts.map(\.duration) == [.milliseconds(300), .milliseconds(300), .seconds(3)])
        #expect(run.receipt.attempts[2].failure?.limit == TimeLimit(phase: "localFirstToken", seconds: 3, setBy: "timeouts"))
        guard case .blocked(_, .seconds(7), _)? = run.receipt.attempts[0].effect.first?.kind else {
            return #expect(Bool(false), "\(run.receipt.attempts[0].effect)")
        }
    }

    @Test func `changes nothing of the relay, whatever is supposed`() async throws {
        let played = try await Self.played()
        played.block("one:ONE_API_KEYS.1")
        played.advance(by: .seconds(90))
        let before = played.relay.ledger.ledger
        var wishes = PlanWishes()
        wishes.session = "s"
        for when in [[], ["*=402"], ["*=ok"], ["*=503,ok"], ["*=timeout"]] {
            wishes.when = when
            let plan = try played.relay.plan(wishes)
            guard case .halfOpen(.billing) = plan.places[0].state else { return #expect(Bool(false), "\(plan.places[0])") }
        }
        #expect(played.relay.ledger.ledger == before)
        // The look at the block was not taken, so the next request has it.
        let run = try await played.ask()
        guard case .halfOpen? = run.receipt.attempts.first?.mode else { return #expect(Bool(false), "\(run.receipt.attempts)") }
    }
}

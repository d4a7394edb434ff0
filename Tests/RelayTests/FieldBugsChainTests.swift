// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Rehearsal
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// Settings that made another chain than their author had written, by the number of the issue (docs/failover.md).
@Suite struct `Settings that betrayed others` {
    private struct OneFile: SettingsSource {
        var text: String
        func bytes(at path: String) -> Result<[UInt8]?, FileProblem> { .success(path == "/s.json" ? Array(text.utf8) : nil) }
    }

    static func snapshot(_ agents: String, providers: String = "", environment: [String: String] = [:]) throws -> RelaySnapshot {
        let text = """
            { models: { mode: "replace", providers: {
                one: { baseUrl: "https://one.example/v1", apiKey: "k-1", models: [{ id: "m" }] },
                two: { baseUrl: "https://two.example/v1", apiKey: "k-2", models: [{ id: "m" }] },
                local: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "m" }] },
                \(providers)
              } },
              agents: { \(agents) } }
            """
        let settings = try SettingsReader.read(path: "/s.json", source: OneFile(text: text), environment: environment).settings
        return RelaySnapshot(
            settings: settings,
            pool: CredentialPool.load(PoolSources(settings: settings, folders: [], home: "/nowhere"), now: Timestamp(milliseconds: 0)))
    }

    static func models(_ chain: Chain) -> [String] { chain.links.map(\.candidate.model.description) }

    @Test(
        "openclaw#11972, #19249: a table of models shortens no chain",
        arguments: ["{}", #"{ "one/m": {} }"#, #"{ "one/*": {} }"#, #"{ "other/x": { alias: "x" } }"#])
    func noAllowlist(table: String) throws {
        let snapshot = try Self.snapshot(#"defaults: { model: { primary: "one/m", fallbacks: ["two/m", "local/m"] }, models: \#(table) }"#)
        #expect(Self.models(try snapshot.plainChain(named: "default").chain) == ["one/m", "two/m", "local/m"])
    }

    @Test("openclaw#20265: naming a fallback closes nothing: the primary, and any other model, may still be asked for")
    func noClosing() throws {
        let snapshot = try Self.snapshot(#"defaults: { model: { primary: "one/m", fallbacks: ["two/m"] }, models: { "two/m": {} } }"#)
        for (name, chain) in [
            ("default", ["one/m", "two/m"]), ("one/m", ["one/m", "two/m"]), ("local/m", ["local/m", "two/m", "one/m"]),
            ("one/unlisted", ["one/unlisted", "two/m", "one/m"]),
        ] {
            #expect(Self.models(try snapshot.plainChain(named: name).chain) == chain)
        }
    }

    @Test("openclaw#6993, #11349, #18798: what is listed, what is planned and what runs are one chain")
    func oneBuilder() throws {
        let snapshot = try Self.snapshot(
            #"defaults: { model: { primary: "one/m", fallbacks: ["gone/m", "two/m"] } }, list: [{ id: "main" }, { id: "plain", model: "local/m" }, { id: "none", model: { primary: "one/m", fallbacks: [] } }]"#
        )
        for agent in ["main", "plain", "none"] {
            let listed = try snapshot.plainChain(named: "agent:\(agent)").chain
            let source = ChainSource(snapshot: snapshot, pins: SessionPins(), uses: CredentialUses())
            let runs = try source.chain(named: "agent:\(agent)", overrides: .init(), session: "s", now: Timestamp(milliseconds: 0)).chain
            var wishes = PlanWishes()
            wishes.agent = AgentID(rawValue: agent)
            let plan = try snapshot.plan(wishes, ledger: HealthLedger(), now: Timestamp(milliseconds: 0))
            #expect(listed == runs)
            #expect(plan.places.map { "\($0.model)@\($0.credential) \($0.origin)" } == listed.links.map { "\($0.candidate) \($0.origin)" })
            #expect(plan.skipped == listed.skipped)
        }
        #expect(Self.models(try snapshot.plainChain(named: "agent:plain").chain) == ["local/m", "two/m"])
    }

    @Test("openclaw#10462: a provider that needs no stored key has one credential all the same")
    func ambient() throws {
        let snapshot = try Self.snapshot(#"defaults: { model: { primary: "one/m", fallbacks: ["local/m"] } }"#)
        let link = try #require(try snapshot.plainChain(named: "default").chain.links.last)
        #expect(link.candidate.credential == "local:none" && link.kind == .none && link.place == .none)
    }

    @Test("openclaw#150865: a model without a route is passed over with its reason, wherever it stands", arguments: [0, 1, 2])
    func noRoute(place: Int) throws {
        var models = ["one/m", "two/m"]
        models.insert("strange/m", at: place)
        for strange in [
            "", #"strange: { baseUrl: "https://s.example", api: "bedrock-converse-stream", apiKey: "k", models: [{ id: "m" }] }"#,
        ] {
            let snapshot = try Self.snapshot(
                #"defaults: { model: { primary: "\#(models[0])", fallbacks: ["\#(models[1])", "\#(models[2])"] } }"#, providers: strange)
            let chain = try snapshot.plainChain(named: "default").chain
            #expect(Self.models(chain) == ["one/m", "two/m"])
            #expect(chain.skipped.map(\.reason) == [strange.isEmpty ? .unknownProvider : .unknownWire("bedrock-converse-stream")])
        }
    }
}

/// Walks on real sockets that went wrong elsewhere.
@Suite(.timeLimit(.minutes(5))) struct `A walk that was disturbed for others` {
    @Test("openclaw#58308: settings that change in the middle of a walk are the next request's")
    func frozen() async throws {
        let holder = Holder()
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { _ in
                    holder.reload()
                    return Script([.answer(status: 402, headers: [:], body: [])])
                }
            ), ("two", ["b"], { .says("Still here.", to: $0, pace: .zero) }), ("three", ["c"], { .says("Next.", to: $0, pace: .zero) }),
        ])
        holder.set { [relay = played.relay] in
            var settings = relay.snapshot.settings
            settings.agents.all[0].primary = settings.agents.all[0].fallbacks[1]
            settings.agents.all[0].fallbacks = []
            relay.replace(RelaySnapshot(settings: settings, pool: relay.snapshot.pool))
        }
        let run = try await played.ask()
        #expect(run.receipt.attempts.map { "\($0.candidate.model)" } == ["one/m", "two/m"])
        #expect(try await played.ask().receipt.attempts.map { "\($0.candidate.model)" } == ["three/m"])
    }

    @Test("openclaw#49811: a silent model is left after its own limit, not after the request's")
    func silent() async throws {
        let played = try await PlayedRelay([
            ("one", ["a"], { _ in Script([.stall]) }), ("two", ["b"], { .streams("At last.", model: $0.model, pace: .zero) }),
        ]) { $0.limits[.localFirstToken] = .init(.milliseconds(200), setBy: "timeouts") }
        let run = try await played.ask(stream: true, timeout: .seconds(600))
        guard case .streamed = run.result else { return #expect(Bool(false), "\(run.result)") }
        #expect(run.receipt.attempts.map { $0.failure?.reason } == [.timeout, nil])
        #expect(run.receipt.attempts[0].failure?.limit == TimeLimit(phase: "localFirstToken", seconds: 0.2, setBy: "timeouts"))
        #expect(run.receipt.attempts[0].duration < .seconds(10))
    }

    @Test("openclaw#62412: a fallback is one request's: the session's next one begins with the primary as soon as that may be looked at")
    func notKept() async throws {
        let round = Counter()
        let played = try await PlayedRelay([
            (
                "one", ["a"],
                { round.next() == 0 ? Script([.answer(status: 402, headers: [:], body: [])]) : .says("Back.", to: $0, pace: .zero) }
            ), ("two", ["b"], { .says("Meanwhile.", to: $0, pace: .zero) }),
        ])
        func models() async throws -> [String] { try await played.ask(session: "s").receipt.attempts.map { "\($0.candidate.model)" } }
        #expect(try await models() == ["one/m", "two/m"])
        #expect(try await models() == ["two/m"])
        played.advance(by: .seconds(70))
        #expect(try await models() == ["one/m"])
        #expect(try await models() == ["one/m"])
    }

    /// What a script does, given to it later.
    private final class Holder: Sendable {
        private let action = Mutex<@Sendable () -> Void>({})
        func set(_ body: @escaping @Sendable () -> Void) { action.withLock { $0 = body } }
        func reload() { action.withLock { $0 }() }
    }
}

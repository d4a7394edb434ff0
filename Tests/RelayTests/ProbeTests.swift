// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Rehearsal
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Relay

@Suite(.timeLimit(.minutes(5))) struct `A probe` {
    /// What was told, in order.
    final class Told: Sendable {
        private let results = Mutex<[ProbeResult]>([])
        var all: [ProbeResult] { results.withLock { $0 } }
        func take(_ result: ProbeResult) { results.withLock { $0.append(result) } }
    }

    static func probe(_ played: PlayedRelay, _ order: ProbeOrder = ProbeOrder()) async throws -> [ProbeResult] {
        let told = Told()
        let (relay, loop) = (played.relay, played.loops.loops[0])
        try await Task(executorPreference: loop) {
            let (session, _) = try relay.probe(order, on: loop)
            await session.run { told.take($0) }
        }.value
        return told.all
    }

    static func fault(_ name: String) throws -> @Sendable (AskedRequest) -> Script {
        try #require(Fault.all.first { $0.name == name }).script
    }

    static func quick(_ milliseconds: Int) -> ProbeOrder {
        var order = ProbeOrder()
        order.timeout = .milliseconds(milliseconds)
        return order
    }

    // MARK: What is found

    @Test(
        "openclaw#42264, #15881: asks once, whatever comes, and blocks nothing",
        arguments: [
            ("402-no-body", ProbeStatus.billing, "402, no body"),
            ("402-credits", .billing, "402 \"Insufficient credits. Add more to continue.\""),
            ("429-quota", .quota, "429 \"You exceeded"), ("429-rate", .rateLimit, "429 \"Rate limit reached"),
            ("401-bad-key", .auth, "401 "),
            ("404-model", .modelNotFound, "404 \"The model `m` does not exist.\""), ("400-invalid", .format, "400 "),
            ("500-error", .serverError, "500 "), ("503-overloaded", .overloaded, "503 "), ("error-in-200", .billing, ""),
            ("empty-reply", .malformed, ""), ("truncated-reply", .malformed, ""), ("reset", .network, ""), ("not-http", .malformed, ""),
            ("cut-at-40", .malformed, ""), ("error-at-40", .serverError, ""),
        ] as [(String, ProbeStatus, String)])
    func once(fault: String, status: ProbeStatus, words: String) async throws {
        let played = try await PlayedRelay([("a", ["k1"], try Self.fault(fault))])
        let results = try await Self.probe(played)
        #expect(results.count == 1)
        let result = try #require(results.first)
        #expect(result.status == status, "\(result)")
        #expect(result.error?.hasPrefix(words) == true, "\(result.error ?? "")")
        #expect(result.latency != nil && result.rule != nil && result.reasonCode != nil)
        #expect(played.upstream(0).asked.count == 1)
        #expect(played.relay.ledger.ledger.blocks.isEmpty)
        #expect(played.relay.gate.inFlight == 0)
    }

    @Test(arguments: ["no-terminator", "says"]) func `is fine with a proven end`(fault: String) async throws {
        let says: @Sendable (AskedRequest) -> Script = { .says("OK", to: $0, pace: .zero) }
        let script = fault == "says" ? says : try Self.fault(fault)
        let played = try await PlayedRelay([("a", ["k1"], script)])
        let result = try #require(try await Self.probe(played).first)
        #expect(result.status == .ok && result.error == nil && result.httpStatus == 200, "\(result)")
        let (first, whole) = (try #require(result.firstToken), try #require(result.latency))
        #expect(first <= whole)
    }

    @Test func `is fine where the few tokens were all thought`() async throws {
        let played = try await PlayedRelay([
            (
                "a", ["k1"],
                { asked in
                    Script([
                        .begin(status: 200, headers: Script.eventStream),
                        .bytes(Script.event(asked.model, delta: ["role": "assistant", "content": ""])),
                        .bytes(Script.event(asked.model, delta: [:], finish: "length")), .bytes(Script.done), .end,
                    ])
                }
            )
        ])
        #expect(try await Self.probe(played).first?.status == .ok)
    }

    @Test(
        "openclaw#96467, #41874: its limit is around all of it, and what runs into it is a timeout",
        arguments: ["stall", "stall-at-40", "trickle"])
    func deadline(fault: String) async throws {
        let trickle: @Sendable (AskedRequest) -> Script = { asked in
            let event = Script.event(asked.model, delta: ["content": "and "])
            return Script(
                [.begin(status: 200, headers: Script.eventStream)]
                    + (0..<200).flatMap { _ in [.wait(.milliseconds(50)), .bytes(event)] as [Script.Act] })
        }
        let script = fault == "trickle" ? trickle : try Self.fault(fault)
        let played = try await PlayedRelay([("a", ["k1"], script)])
        let began = ContinuousClock.now
        let result = try #require(try await Self.probe(played, Self.quick(400)).first)
        #expect(ContinuousClock.now - began < .seconds(9))
        #expect(result.status == .timeout, "\(result)")
        let latency = try #require(result.latency)
        #expect(latency >= .milliseconds(390) && latency < .seconds(4))
        #expect(result.error?.contains("--probe-timeout") == true, "\(result.error ?? "")")
    }

    @Test("openclaw#33949: an answer ends what was held against its model on its credential, and nothing else")
    func clears() async throws {
        let played = try await PlayedRelay([("a", ["k1", "k2"], { .says("OK", to: $0, pace: .zero) })])
        played.block("a:A_API_KEYS.1")
        played.block("a:A_API_KEYS.2")
        played.advance(by: .milliseconds(5))
        var order = ProbeOrder()
        order.credentials = ["a:A_API_KEYS.1"]
        let result = try #require(try await Self.probe(played, order).first)
        #expect(result.cleared.count == 1, "\(result.cleared)")
        #expect(played.relay.ledger.ledger.blocks.map(\.key.text).count == 1)
        #expect(played.relay.ledger.ledger.blocks.first?.key.text.contains("A_API_KEYS.2") == true)
    }

    @Test func `shows no secret that an upstream quotes`() async throws {
        let played = try await PlayedRelay([
            ("a", ["sk-verysecret-12345"], { _ in .refuses(401, "Incorrect API key: sk-verysecret-12345.") })
        ])
        let result = try #require(try await Self.probe(played).first)
        #expect(result.error == "401 \"Incorrect API key: <secret>.\"")
    }

    // MARK: What is sent

    @Test(
        "openclaw#87559: is a bare request of its target's wire",
        arguments: [
            (WireKind.openaiCompletions, #""max_tokens":8"#, []), (.openaiResponses, #""max_output_tokens":16"#, []),
            (.openaiCodexResponses, #""instructions":"You"#, ["max_output_tokens"]), (.anthropicMessages, #""max_tokens":8"#, []),
            (.googleGenerativeAI, #""maxOutputTokens":8"#, []), (.googleGeminiCLI, #""request":{"#, []),
        ] as [(WireKind, String, [String])])
    func bare(wire: WireKind, holds: String, lacks: [String]) async throws {
        let played = try await PlayedRelay(
            [("a", ["k1"], { .says("OK", to: $0, pace: .zero) })], params: ["temperature": 0.5, "thinking": ["budget_tokens": 9000]]
        ) { settings in settings.providers["a"]?.wireName = wire.rawValue }
        let result = try #require(try await Self.probe(played).first)
        let asked = try #require(played.upstream(0).asked.first)
        let body = String(decoding: asked.body, as: UTF8.self)
        #expect(result.status == .ok, "\(result) \(body)")
        #expect(body.contains(holds) && body.contains(ProbeRequest.prompt), "\(body)")
        #expect(!body.contains("temperature") && !body.contains("budget_tokens") && !body.contains("\"tools\""), "\(body)")
        for name in lacks { #expect(!body.contains(name), "\(body)") }
        #expect(asked.streaming && asked.key == "k1")
    }

    // MARK: Who is asked

    @Test("openclaw#34948, #63145: asks each model of the chain with each credential, one that is named, or all")
    func targets() async throws {
        let says: @Sendable (AskedRequest) -> Script = { .says("OK", to: $0, pace: .zero) }
        let played = try await PlayedRelay([("a", ["k1", "k2"], says), ("b", ["k3"], says)]) { settings in
            settings.providers["a"]?.models.append(Model(id: "spare"))
        }
        func rows(_ change: (inout ProbeOrder) -> Void) async throws -> Set<String> {
            var order = ProbeOrder()
            change(&order)
            return Set(
                try await Self.probe(played, order).map {
                    "\($0.target.model?.description ?? "-") \($0.target.credential?.rawValue ?? "-")"
                })
        }
        let chain: Set = ["a/m a:A_API_KEYS.1", "a/m a:A_API_KEYS.2", "b/m b:B_API_KEYS.1"]
        #expect(try await rows { _ in } == chain)
        #expect(try await rows { $0.allModels = true } == chain.union(["a/spare a:A_API_KEYS.1", "a/spare a:A_API_KEYS.2"]))
        #expect(try await rows { $0.provider = "b" } == ["b/m b:B_API_KEYS.1"])
        #expect(
            try await rows { $0.models = ["a/never-heard-of"] } == ["a/never-heard-of a:A_API_KEYS.1", "a/never-heard-of a:A_API_KEYS.2"])
        #expect(
            try await rows { $0.models = ["a/m@a:A_API_KEYS.2", "b/m"] } == ["a/m a:A_API_KEYS.2", "b/m b:B_API_KEYS.1"],
            "a credential behind a model's name is the one")
        #expect(try await rows { $0.credentials = ["a:A_API_KEYS.2", "b:B_API_KEYS.1"] } == ["a/m a:A_API_KEYS.2", "b/m b:B_API_KEYS.1"])
    }

    @Test(arguments: ["agent", "provider", "credential", "pin", "model"])
    func `says which name stands for nothing`(what: String) async throws {
        let played = try await PlayedRelay([("a", ["k1"], { .says("OK", to: $0, pace: .zero) })])
        var order = ProbeOrder()
        switch what {
        case "agent": order.agent = "nobody"
        case "provider": order.provider = "nowhere"
        case "credential": order.credentials = ["a:none-such"]
        case "pin": order.models = ["a/m@a:none-such"]
        default: order.models = ["no-such-model"]
        }
        let asked = order
        let problem = await #expect(throws: ProbeProblem.self) { try await Self.probe(played, asked) }
        #expect(problem?.what == (what == "pin" ? "credential" : what))
        #expect(played.upstream(0).asked.isEmpty)
    }

    @Test func `asks nobody with what is missing, paused or at a wire that is not spoken, and says why`() async throws {
        let says: @Sendable (AskedRequest) -> Script = { .says("OK", to: $0, pace: .zero) }
        let played = try await PlayedRelay([("a", ["k1"], says), ("b", ["k2"], says), ("c", [], says)]) { settings in
            settings.providers["b"]?.wireName = "carrier-pigeon"
            settings.providers["c"]?.needsCredential = true
        }
        _ = played.relay.ledger.decide(at: played.relay.now()) { $0.pause("a:A_API_KEYS.1", at: played.relay.now()) }
        let results = try await Self.probe(played)
        #expect(results.map(\.status) == [.paused, .unknown, .unknown])
        #expect(results.map(\.reasonCode) == ["paused", "unknown_wire", "missing_credential"])
        #expect(results.allSatisfy { $0.latency == nil && $0.error != nil })
        #expect((0..<3).allSatisfy { played.upstream($0).asked.isEmpty })
    }

    @Test func `leaves out what is beyond a hundred, and says how many`() async throws {
        let played = try await PlayedRelay([("a", (0..<120).map { "key-\($0)" }, { .says("OK", to: $0, pace: .zero) })])
        let found = try ProbeTargets(ProbeOrder(), in: played.relay.snapshot, ledger: HealthLedger(), now: played.relay.now())
        #expect(found.targets.count == ProbeOrder.targetLimit && found.leftOut == 20)
    }

    // MARK: Several

    @Test func `takes a few at a time and tells of each as it comes`() async throws {
        let active = Mutex<(now: Int, most: Int)>((0, 0))
        let played = try await PlayedRelay([
            (
                "a", (0..<9).map { "key-\($0)" },
                { asked in
                    active.withLock { $0.most = max($0.most, $0.now) }
                    let slow = asked.key == "key-0"
                    return Script([.wait(.milliseconds(slow ? 400 : 20))] + Script.says("OK", to: asked, pace: .zero).acts)
                }
            )
        ])
        var order = ProbeOrder()
        order.concurrency = 3
        let results = try await Self.probe(played, order)
        #expect(results.count == 9 && results.allSatisfy { $0.status == .ok })
        #expect(results.last?.target.credential == "a:A_API_KEYS.1", "the slow one does not hold up the others")
        #expect(played.upstream(0).connections <= 3)
    }

    @Test func `is ended by whoever leaves, and nothing more is told or begun`() async throws {
        let played = try await PlayedRelay([("a", ["k1", "k2", "k3"], { _ in Script([.stall]) })])
        let told = Told()
        let (relay, loop) = (played.relay, played.loops.loops[0])
        let session = Mutex<ProbeSession?>(nil)
        let work = Task(executorPreference: loop) {
            var order = ProbeOrder()
            order.concurrency = 2
            let (mine, _) = try relay.probe(order, on: loop)
            session.withLock { $0 = mine }
            await mine.run { told.take($0) }
        }
        #expect(await eventually { played.upstream(0).asked.count == 2 })
        await played.onLoop { session.withLock { $0 }?.cancel() }
        try await work.value
        #expect(told.all.isEmpty)
        #expect(played.upstream(0).asked.count == 2)
        #expect(await eventually { played.upstream(0).abandoned == 2 })
        #expect(relay.gate.inFlight == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

@Suite struct `A chain` {
    static func planned(
        _ ref: StaticString, _ credentials: [String], origin: String = "requested", pin: CredentialID? = nil, unusable: Set<String> = []
    ) throws -> PlannedModel {
        let ref = try #require(ModelRef("\(ref)"))
        var model = PlannedModel(ref: ref, pin: pin, origin: origin)
        model.endpoint = "https://\(ref.provider).example:443".asEndpoint
        model.credentials = credentials.map {
            PlannedCredential(
                id: CredentialID(rawValue: $0), kind: .apiKey,
                unusable: unusable.contains($0) ? .credentialUnusable("its file is empty") : nil)
        }
        return model
    }

    static func names(_ chain: Chain) -> [String] { chain.links.map(\.candidate.description) }

    @Test func `walks two models and two keys four times in a row`() throws {
        let chain = ChainBuilder.build(
            ChainPlan(models: [try Self.planned("a/A", ["k1", "k2"]), try Self.planned("a/B", ["k1", "k2"], origin: "fallbacks[0]")]))
        #expect(Self.names(chain) == ["a/A@k1", "a/A@k2", "a/B@k1", "a/B@k2"])
        #expect(chain.links.map(\.origin) == ["requested", "requested", "fallbacks[0]", "fallbacks[0]"])
        #expect(chain.skipped.isEmpty)
    }

    @Test func `holds requested, fallbacks and the primary again, each once`() throws {
        let chain = ChainBuilder.build(
            ChainPlan(models: [
                try Self.planned("b/B", ["k2"]), try Self.planned("c/C", ["k3"], origin: "fallbacks[0]"),
                try Self.planned("b/B", ["k2"], origin: "fallbacks[1]"), try Self.planned("a/A", ["k1"], origin: "primary"),
            ]))
        #expect(Self.names(chain) == ["b/B@k2", "c/C@k3", "a/A@k1"])
        #expect(chain.links.map(\.origin) == ["requested", "fallbacks[0]", "primary"])
    }

    @Test(arguments: [
        ("k2", ["a/A@k2", "a/A@k1", "a/A@k3"]),
        ("k1", ["a/A@k1", "a/A@k2", "a/A@k3"]),
        ("gone", ["a/A@k1", "a/A@k2", "a/A@k3"]),
    ])
    func `begins with the session's pin where it still exists`(pin: String, expected: [String]) throws {
        let chain = ChainBuilder.build(ChainPlan(models: [try Self.planned("a/A", ["k1", "k2", "k3"])]))
        #expect(Self.arranged(chain, pins: ["a": pin]) == expected)
        // Once it is cold, the order is asked again.
        #expect(Self.arranged(chain, pins: ["a": pin], at: .at(301)) == ["a/A@k1", "a/A@k2", "a/A@k3"])
    }

    /// The names of a chain as one request takes it, with pins that were used at 0 and are warm for 300 s.
    static func arranged(
        _ chain: Chain, pins: [ProviderID: String] = [:], at now: Timestamp = .at(1), uses: [CredentialID: UInt64]? = nil
    ) -> [String] {
        let pins = pins.map { SessionPin(provider: $0, credential: CredentialID(rawValue: $1), usedAt: .at(0), warmUntil: .at(300)) }
        let order = chain.order(pins: pins, at: now, lastUse: uses.map { uses in { uses[$0] } })
        return (order ?? Array(chain.links.indices)).map { chain.links[$0].candidate.description }
    }

    @Test(
        arguments: [
            ([:], [:], ["a/A@k1", "a/A@k2", "a/A@k3", "b/B@k4", "a/C@k1", "a/C@k2"]),
            (["k1": 1], [:], ["a/A@k2", "a/A@k3", "a/A@k1", "b/B@k4", "a/C@k2", "a/C@k1"]),
            (["k1": 9, "k2": 7, "k3": 8], [:], ["a/A@k2", "a/A@k3", "a/A@k1", "b/B@k4", "a/C@k2", "a/C@k1"]),
            (["k1": 9, "k2": 7, "k3": 8], ["a": "k3"], ["a/A@k3", "a/A@k2", "a/A@k1", "b/B@k4", "a/C@k2", "a/C@k1"]),
            (["k1": 9, "k2": 7, "k3": 8], ["a": "k1", "b": "k4"], ["a/A@k1", "a/A@k2", "a/A@k3", "b/B@k4", "a/C@k1", "a/C@k2"]),
            (["k4": 1], ["b": "gone"], ["a/A@k1", "a/A@k2", "a/A@k3", "b/B@k4", "a/C@k1", "a/C@k2"]),
        ] as [([CredentialID: UInt64], [ProviderID: String], [String])])
    func `takes the credential that was used longest ago, model by model, and the session's before it`(
        uses: [CredentialID: UInt64], pins: [ProviderID: String], expected: [String]
    ) throws {
        let chain = ChainBuilder.build(
            ChainPlan(models: [
                try Self.planned("a/A", ["k1", "k2", "k3"]), try Self.planned("b/B", ["k4"], origin: "fallbacks[0]"),
                try Self.planned("a/C", ["k1", "k2"], origin: "fallbacks[1]"),
            ]))
        #expect(Self.arranged(chain, pins: pins, uses: uses) == expected)
    }

    @Test func `keeps the user's one credential where it is, whatever was used last`() throws {
        let chain = ChainBuilder.build(
            ChainPlan(models: [
                try Self.planned("a/A", ["k1", "k2"], pin: "k2"), try Self.planned("a/A", ["k1", "k2"], origin: "fallbacks[0]"),
            ]))
        #expect(Self.arranged(chain, pins: ["a": "k1"], uses: ["k2": 5]) == ["a/A@k2", "a/A@k1"])
    }

    @Test func `keeps to the user's pin alone, then goes to the next model`() throws {
        let chain = ChainBuilder.build(
            ChainPlan(
                models: [try Self.planned("a/A", ["k1", "k2"], pin: "k2"), try Self.planned("b/B", ["k3"])]))
        #expect(Self.arranged(chain, pins: ["a": "k1"]) == ["a/A@k2", "b/B@k3"])
    }

    @Test func `names what cannot be called, with its reason, and goes on`() throws {
        var unknown = try Self.planned("nowhere/N", [])
        unknown.unbuildable = .unknownProvider
        var foreign = try Self.planned("far/F", ["k"])
        foreign.unbuildable = .unknownWire("bedrock-converse")
        let chain = ChainBuilder.build(
            ChainPlan(models: [
                unknown, foreign, try Self.planned("poor/P", []), try Self.planned("a/A", ["k1", "k2"], pin: "k9"),
                try Self.planned("a/B", ["k1", "k2"], unusable: ["k1"]), unknown,
            ]))
        #expect(Self.names(chain) == ["a/B@k2"])
        #expect(chain.skipped.map(\.model.description) == ["nowhere/N", "far/F", "poor/P", "a/A", "a/B"])
        #expect(
            chain.skipped.map(\.reason) == [
                .unknownProvider, .unknownWire("bedrock-converse"), .noCredential, .credentialUnusable("there is no credential k9"),
                .credentialUnusable("its file is empty"),
            ])
        #expect(chain.skipped.map(\.credential) == [nil, nil, nil, "k9", "k1"])
    }

    @Test func `drops no configured model, whatever its name`() throws {
        let models = try (0..<40).map { number in
            var model = try Self.planned("a/A", ["k1"], origin: "fallbacks[\(number)]")
            model.ref.model = "model-\(number)"
            return model
        }
        #expect(ChainBuilder.build(ChainPlan(models: models)).links.count == 40)
    }
}

extension String {
    fileprivate var asEndpoint: EndpointID { EndpointID(rawValue: self) }
}

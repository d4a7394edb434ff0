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
        let plan = ChainPlan(models: [try Self.planned("a/A", ["k1", "k2", "k3"])], pins: ["a": CredentialID(rawValue: pin)])
        #expect(Self.names(ChainBuilder.build(plan)) == expected)
    }

    @Test func `keeps to the user's pin alone, then goes to the next model`() throws {
        let chain = ChainBuilder.build(
            ChainPlan(
                models: [try Self.planned("a/A", ["k1", "k2"], pin: "k2"), try Self.planned("b/B", ["k3"])], pins: ["a": "k1"]))
        #expect(Self.names(chain) == ["a/A@k2", "b/B@k3"])
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

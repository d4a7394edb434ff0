// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Providers
import Testing

@testable import Relay

@Suite struct `What is known of a route` {
    static let seed = Repair.dropMember("seed")
    static let rename = Repair.renameMember(from: "max_tokens", to: "max_completion_tokens")
    static let unname = Repair.renameMember(from: "max_completion_tokens", to: "max_tokens")
    static let model = ModelRef(provider: "a", model: "m")
    static let now = Timestamp(milliseconds: 1_767_225_600_000)

    /// - Parameter url: Of the provider `a`.
    static func snapshot(_ url: String = "http://127.0.0.1:1/v1") throws -> RelaySnapshot {
        var settings = Settings()
        settings.providers = [:]
        settings.add(Provider(id: "a", baseURL: try #require(BaseURL(url)), models: [Model(id: "m")]))
        return RelaySnapshot(
            settings: settings, pool: CredentialPool.load(PoolSources(settings: settings, folders: [], home: "/nowhere"), now: now))
    }

    static func learn(
        _ capabilities: RouteCapabilities, _ asked: [Repair], made: [Repair], _ snapshot: RelaySnapshot, model: ModelRef = model,
        at seconds: Int = 0
    ) {
        _ = capabilities.learn(model, asked: asked, made: made, receipt: "R", in: snapshot, now: now + .seconds(seconds))
    }

    /// What was asked for, what the answered attempt went up with, and what is known then; one after the other.
    @Test(arguments: [
        [([seed], [seed], [seed])],
        // Nobody asked: what was known before was applied, and is known.
        [([], [seed], [])],
        // The other key was sent a body that had nothing of the kind.
        [([seed], [], [])],
        [([seed, rename], [seed, rename], [seed, rename]), ([seed], [seed], [seed, rename])],
        // The route has changed its mind.
        [([rename], [rename], [rename]), ([unname], [unname], [unname])],
        [([rename], [rename], [rename]), ([unname], [], [])],
    ])
    func `is what led to an answer`(steps: [([Repair], [Repair], [Repair])]) throws {
        let capabilities = RouteCapabilities()
        let snapshot = try Self.snapshot()
        for (asked, made, known) in steps {
            Self.learn(capabilities, asked, made: made, snapshot)
            #expect(capabilities.repairs(for: Self.model, in: snapshot) == known)
        }
        #expect(capabilities.repairs(for: ModelRef(provider: "a", model: "other"), in: snapshot) == [])
    }

    @Test func `is void under settings that say something else of it, and back under those that do not`() throws {
        let capabilities = RouteCapabilities()
        let (before, after) = (try Self.snapshot(), try Self.snapshot("http://127.0.0.1:2/v1"))
        Self.learn(capabilities, [Self.seed], made: [Self.seed], before)
        #expect(capabilities.repairs(for: Self.model, in: after) == [])
        #expect(capabilities.repairs(for: Self.model, in: try Self.snapshot()) == [Self.seed])
        // A restart, with the settings changed while nothing ran.
        let restored = RouteCapabilities(restoring: capabilities.all)
        #expect(restored.repairs(for: Self.model, in: before) == [Self.seed])
        restored.configurationChanged(to: after)
        #expect(restored.all.isEmpty)
        #expect(restored.repairs(for: Self.model, in: before) == [])
        // What is learned anew replaces what is void.
        Self.learn(capabilities, [Self.rename], made: [Self.rename], after)
        #expect(capabilities.all.map(\.repair) == [Self.rename])
    }

    @Test func `is not learned from a request that the settings have outrun`() throws {
        let capabilities = RouteCapabilities()
        let (before, after) = (try Self.snapshot(), try Self.snapshot("http://127.0.0.1:2/v1"))
        Self.learn(capabilities, [Self.rename], made: [Self.rename], after)
        let late = capabilities.learn(
            Self.model, asked: [Self.seed], made: [Self.seed], receipt: "R", in: before, now: Self.now,
            current: { after.fingerprint(of: Self.model) })
        #expect(late.isEmpty)
        #expect(capabilities.all.map(\.repair) == [Self.rename])
    }

    @Test func `is of a bounded number of routes: the oldest is forgotten`() throws {
        let capabilities = RouteCapabilities()
        let snapshot = try Self.snapshot()
        func model(_ number: Int) -> ModelRef { ModelRef(provider: "a", model: "m\(number)") }
        for number in 0..<1100 { Self.learn(capabilities, [Self.seed], made: [Self.seed], snapshot, model: model(number), at: number) }
        #expect(capabilities.all.count == 1000)
        #expect(capabilities.repairs(for: model(99), in: snapshot) == [])
        #expect(capabilities.repairs(for: model(100), in: snapshot) == [Self.seed])
        #expect(capabilities.repairs(for: model(1099), in: snapshot) == [Self.seed])
    }
}

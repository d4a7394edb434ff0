// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Rehearsal
import Relay

/// What is rehearsed: a chain, by settings and credentials none of which leads out of this machine.
struct DrillProgramme: Sendable {
    /// With providers where they are in truth.
    let settings: Settings
    /// With made-up secrets.
    let pool: PoolSnapshot
    /// What clients ask for.
    let model: String
    let timing: DrillTiming
    /// The chain, best first.
    let members: [Cast.Member]
    let skipped: [SkippedLink]
    /// Where the chain's providers are in truth.
    let endpoints: [EndpointID]

    /// - Throws: `.usage` where `model` stands for nothing.
    init(_ setup: Setup, model: String, timing: DrillTiming, withoutKeys: Bool, now: Timestamp) throws(CommandFailure) {
        var setup = setup
        if withoutKeys { setup.giveKeys(now: now) }
        self.timing = timing
        self.model = model
        settings = setup.settings.scaled(by: timing)
        pool = setup.credentials(now: now).disguised { Self.key(of: $0) }
        let chain: Chain
        do throws(UnknownModel) {
            chain = try RelaySnapshot(settings: settings, pool: pool).plainChain(named: model).chain
        } catch {
            throw CommandFailure(.usage, "rehearse: \(SafeText.line(error.text))", hints: ["see: understudy rehearse --help"])
        }
        let (settings, pool) = (settings, pool)
        members = chain.links.map { Self.member($0, settings, pool, isAlone: chain.links.count == 1) }
        skipped = chain.skipped
        var endpoints: [EndpointID] = []
        for link in chain.links where !endpoints.contains(link.candidate.endpoint) { endpoints.append(link.candidate.endpoint) }
        self.endpoints = endpoints
    }

    private static func key(of credential: CredentialID) -> Secret {
        // Of letters that any header takes, whatever the id has.
        let letters = credential.rawValue.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (97...122).contains(byte | 0x20) && byte < 128
            return isPlain ? String(UnicodeScalar(byte)) : "-\(byte)-"
        }
        return Secret("rehearsed-" + letters.joined())
    }

    private static func member(_ link: ChainLink, _ settings: Settings, _ pool: PoolSnapshot, isAlone: Bool) -> Cast.Member {
        let model = link.candidate.model
        let provider = settings.providers[model.provider]
        let limits = settings.limits(for: model)
        let reasons = provider?.model(model.model)?.reasons == true
        let phase: TimeLimits.Phase =
            provider?.isLocal == true ? .localFirstToken : isAlone || reasons ? .reasoningFirstToken : .firstToken
        return Cast.Member(
            model: model.description, name: model.model, credential: link.candidate.credential.rawValue,
            key: link.kind == .none ? "" : key(of: link.candidate.credential).withExposed { $0 },
            endpoint: link.candidate.endpoint.rawValue, contextWindow: link.contextWindow, firstToken: limits[phase].length)
    }
}

extension Setup {
    /// As if each provider that wants a key had one.
    fileprivate mutating func giveKeys(now: Timestamp) {
        let pool = credentials(now: now)
        let agents = settings.agents.all.map(\.id)
        for (id, provider) in settings.providers where provider.needsCredential {
            let hasOne = agents.allSatisfy { agent in pool.credentials(for: id, agent: agent).contains { $0.unusable == nil } }
            if !hasOne { settings.configuredKeys[id] = Secret("rehearsed-\(id)") }
        }
    }

    /// The built-in chain of two, each at a place of its own far away, so that it has the limits of providers on the network.
    ///
    /// - Parameters:
    ///   - wire: Of the first.
    ///   - standby: Of the second.
    static func builtIn(_ location: ConfigLocation, wire: WireKind, standby: WireKind) -> Setup {
        var setup = Setup(location: location, settings: Settings(), notes: [], secrets: SecretResolver(home: location.home))
        setup.rehearse(with: RehearsalProvider.remote(wire: wire, standby: standby))
        return setup
    }
}

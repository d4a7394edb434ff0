// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Providers
import Synchronization

/// The settings and credentials in force, and the chains that follow from them. Replaced whole at a reload; a request keeps
/// the one it began with.
public final class RelaySnapshot: Sendable {
    public let settings: Settings
    public let pool: PoolSnapshot
    private let chains = Mutex<[String: NamedChain]>([:])
    private let fingerprints = Mutex<[ModelRef: String]>([:])

    /// Names for which a chain or a fingerprint is kept; a stranger may ask for any number of others.
    private static let chainLimit = 1024

    public init(settings: Settings, pool: PoolSnapshot) {
        self.settings = settings
        self.pool = pool
    }

    /// The chain that `name` stands for when nothing but the settings has a say.
    func chain(named name: String, make: () throws(UnknownModel) -> NamedChain) throws(UnknownModel) -> NamedChain {
        if let known = chains.withLock({ $0[name] }) { return known }
        let made = try make()
        chains.withLock { chains in
            if chains.count < Self.chainLimit { chains[name] = made }
        }
        return made
    }

    /// The fingerprint of a model, made once.
    func fingerprint(of model: ModelRef, make: () -> String) -> String {
        if let known = fingerprints.withLock({ $0[model] }) { return known }
        let made = make()
        fingerprints.withLock { fingerprints in
            if fingerprints.count < Self.chainLimit { fingerprints[model] = made }
        }
        return made
    }
}

/// A chain and whose it is.
public struct NamedChain: Sendable {
    public let agent: AgentID
    public internal(set) var chain: Chain
    /// How each link is called; `nil` for one that cannot be.
    var routes: [Route?]
    /// What served the request's session before, and has lost its place.
    private(set) var leftPins: [SessionPin] = []

    init(agent: AgentID, chain: Chain, in snapshot: RelaySnapshot) {
        self.agent = agent
        self.chain = chain
        routes = chain.links.map { Route($0.candidate, agent: agent, in: snapshot) }
    }

    /// The same without the candidates that cannot do what is asked, which are skipped with a reason of their own.
    func serving(_ operation: Operation, from client: WireKind) -> NamedChain {
        if operation == .generate { return self }
        var serving = self
        serving.chain.links = []
        serving.routes = []
        for (link, route) in zip(chain.links, routes) {
            if let problem = route?.problem(operation, from: client) {
                serving.chain.skipped.append(
                    SkippedLink(
                        model: link.candidate.model, credential: link.candidate.credential, origin: link.origin, reason: problem))
            } else {
                serving.chain.links.append(link)
                serving.routes.append(route)
            }
        }
        return serving
    }

    /// The same for one request: with its session's credentials first, and the others by their last use where the settings want that.
    ///
    /// - Parameter uses: `nil`: credentials are used in their order.
    func arranged(for pins: [SessionPin], uses: CredentialUses?, now: Timestamp) -> NamedChain {
        guard !pins.isEmpty || uses != nil else { return self }
        var arranged = self
        if let order = chain.order(pins: pins, at: now, lastUse: uses.map { uses in { uses.last(of: $0)?.number } }) {
            arranged.chain.links = order.map { chain.links[$0] }
            arranged.routes = order.map { routes[$0] }
        }
        for pin in pins where arranged.chain.leaves(pin) { arranged.leftPins.append(pin) }
        return arranged
    }
}

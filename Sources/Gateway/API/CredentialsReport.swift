// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Providers
import Store

/// Every credential and how it stands: what `GET /api/credentials` answers, and `understudy credentials` prints where no gateway
/// runs. Pure: it follows from the arguments alone.
public struct CredentialsReport: Sendable {
    /// Which credentials are wanted.
    public struct Query: Hashable, Sendable {
        public var provider: ProviderID?
        /// `nil`: those of every agent.
        public var agent: AgentID?
        /// Also of providers that nothing in the configuration asks for.
        public var all = false

        public init(provider: ProviderID? = nil, agent: AgentID? = nil, all: Bool = false) {
            self.provider = provider
            self.agent = agent
            self.all = all
        }
    }

    public enum State: String, Hashable, Sendable {
        case ok
        /// A window is open on it, or on some of its models.
        case blocked
        /// Its windows have ended; one request looks, or will, whether it works again.
        case looking
        case paused
        /// No request may use it: it has expired, cannot be read, or is not what was said.
        case unusable
    }

    public struct Entry: Sendable {
        public var id: CredentialID
        public var provider: ProviderID
        public var kind: CredentialKind?
        /// The masked secret; empty where there is none.
        public var masked: String
        /// Where it was found, such as `env: OPENAI_API_KEY`.
        public var source: String
        public var agents: [AgentID]
        public var state: State
        public var unusable: String?
        /// How it stands as to time and renewal; `nil` for one that is gone.
        public var status: CredentialStatus?
        public var pause: Pause?
        /// On it or on a model with it, open and half open.
        public var blocks: [Block]
        public var use: CredentialUse?
    }

    public var entries: [Entry]
    /// Providers that are asked for and have no credential that may be used, each with a variable that would give it one.
    public var missing: [(provider: ProviderID, variable: String)]
    /// On models and endpoints of the listed providers, whatever the credential.
    public var shared: [Block]
    public var now: Timestamp

    public static func make(
        settings: Settings, pool: PoolSnapshot, ledger: HealthLedger, uses: [CredentialID: CredentialUse], query: Query = Query(),
        now: Timestamp
    ) -> CredentialsReport {
        var entries: [Entry] = []
        var providers: [ProviderID] = []
        for agent in settings.agents.all.map(\.id) where query.agent == nil || query.agent == agent {
            for provider in Self.providers(of: agent, settings, pool, query) {
                if !providers.contains(provider) { providers.append(provider) }
                for credential in pool.credentials(for: provider, agent: agent) {
                    let masked = credential.secret.isEmpty ? "" : credential.secret.masked
                    // One that agents share is one; where they have different secrets under an id, each is told.
                    if let known = entries.firstIndex(where: {
                        $0.id == credential.id && $0.provider == provider && $0.masked == masked && $0.source == credential.source
                    }) {
                        entries[known].agents.append(agent)
                        continue
                    }
                    entries.append(
                        entry(credential, masked: masked, of: provider, agent: agent, ledger: ledger, use: uses[credential.id], now: now))
                }
            }
        }
        if query.provider == nil, query.agent == nil {
            entries += ledger.pauses(at: now).filter { pause in !entries.contains { $0.id == pause.credential } }.map { gone($0) }
        }
        let endpoints = Set(providers.compactMap { settings.providers[$0]?.baseURL.endpoint })
        let shared = ledger.blocks.filter { block in
            switch block.key {
            case .credentialModel, .credential: false
            case .providerModel(let model): providers.contains(model.provider)
            case .endpoint(let endpoint): endpoints.contains(endpoint)
            }
        }
        let missing = providers.filter { id in
            settings.providers[id]?.needsCredential ?? false && !entries.contains { $0.provider == id && $0.unusable == nil }
        }
        return CredentialsReport(entries: entries, missing: missing.map { ($0, variable(of: $0)) }, shared: shared, now: now)
    }

    /// The variable that a key of the provider may stand in.
    public static func variable(of provider: ProviderID) -> String {
        let entry = Catalogue.builtIn.provider(provider)
        return (entry?.environmentPrefix ?? CatalogueEntry.environmentPrefix(for: provider)) + "_API_KEY"
    }

    /// Whether the settings or a credential know the provider.
    public static func knows(_ provider: ProviderID, settings: Settings, pool: PoolSnapshot) -> Bool {
        settings.providers[provider] != nil || settings.agents.all.contains { pool.providers(of: $0.id).contains(provider) }
    }

    /// Those in an agent's chain first, then what else is configured, then with `all` whatever a credential was found for.
    private static func providers(
        of agent: AgentID, _ settings: Settings, _ pool: PoolSnapshot, _ query: Query
    ) -> [ProviderID] {
        if let wanted = query.provider { return [wanted] }
        let chain = settings.agents[agent]?.chain.map(\.model.ref.provider) ?? []
        let known = chain + settings.configuredProviders + (query.all ? pool.providers(of: agent) : [])
        var found: [ProviderID] = []
        for provider in known where !found.contains(provider) { found.append(provider) }
        return found
    }

    private static func entry(
        _ credential: StoredCredential, masked: String, of provider: ProviderID, agent: AgentID, ledger: HealthLedger, use: CredentialUse?,
        now: Timestamp
    ) -> Entry {
        let blocks = ledger.blocks.filter { $0.key.concerns(credential.id) }
        let pause = ledger.pause(of: credential.id, at: now)
        let state: State =
            if pause != nil {
                .paused
            } else if credential.unusable != nil {
                .unusable
            } else if blocks.contains(where: { $0.isOpen(at: now) }) {
                .blocked
            } else {
                blocks.isEmpty ? .ok : .looking
            }
        return Entry(
            id: credential.id, provider: provider, kind: credential.kind, masked: masked, source: credential.source, agents: [agent],
            state: state, unusable: credential.unusable, status: credential.status(at: now), pause: pause, blocks: blocks, use: use)
    }

    /// Paused, and no longer there: only its owner can say whether it comes back.
    private static func gone(_ pause: Pause) -> Entry {
        let provider = ProviderID(rawValue: String(pause.credential.rawValue.prefix { $0 != ":" }))
        return Entry(
            id: pause.credential, provider: provider, kind: nil, masked: "", source: "not found any more", agents: [], state: .paused,
            unusable: nil, status: nil, pause: pause, blocks: [], use: nil)
    }

    /// Names that `name` may have been meant for, at most three: with other letters, or only its first or last part.
    public static func nearest(to name: String, in known: [String]) -> [String] {
        let close = NearestName.closest(to: name, in: known.sorted(), count: 3)
        if !close.isEmpty { return close }
        return Array(known.sorted().filter { $0.hasPrefix("\(name):") || $0.hasSuffix(":\(name)") }.prefix(3))
    }

    /// Every id that may be cleared, paused or resumed.
    public static func knownIDs(settings: Settings, pool: PoolSnapshot, ledger: HealthLedger, now: Timestamp) -> Set<CredentialID> {
        var known: Set<CredentialID> = []
        for agent in settings.agents.all.map(\.id) {
            for provider in pool.providers(of: agent) { known.formUnion(pool.credentials(for: provider, agent: agent).map(\.id)) }
        }
        known.formUnion(ledger.pauses(at: now).map(\.credential))
        for block in ledger.blocks {
            switch block.key {
            case .credentialModel(let id, _), .credential(let id): known.insert(id)
            case .providerModel, .endpoint: break
            }
        }
        return known
    }
}

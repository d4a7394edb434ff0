// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import Providers

/// All that decides which credentials there are, apart from the files' contents.
public struct PoolSources: Sendable {
    /// An agent and the folders that its `auth-profiles.json`, `auth-state.json` and `models.json` may be in, first wins.
    public struct Agent: Hashable, Sendable {
        public var id: AgentID
        /// The first is ours to write to; the others are read.
        public var folders: [String]

        public init(id: AgentID, folders: [String]) {
            self.id = id
            self.folders = folders
        }
    }

    public var providers: [ProviderID: Provider]
    /// `models.providers.<id>.apiKey`
    public var keys: [ProviderID: Secret]
    /// The first is the main one, whose profiles all others have too.
    public var agents: [Agent]
    /// `auth.order` and `auth.profiles`
    public var auth: AuthSettings
    public var environment: [String: Secret]
    /// How logins are renewed.
    public var logins: [ProviderID: LoginDescriptor]
    /// Why a provider's configured key could not be had.
    public var unresolvedKeys: [ProviderID: String] = [:]
    /// Where references to secrets lead.
    public var secrets = SecretsSettings()
    /// The state folders, ours first: older versions of OpenClaw kept credentials there that are no agent's, and later ones do again.
    public var roots: [String] = []
    /// What `~` stands for.
    public var home = "/"

    public init(
        providers: [ProviderID: Provider], keys: [ProviderID: Secret] = [:], agents: [Agent] = [], auth: AuthSettings = AuthSettings(),
        environment: [String: Secret] = [:], logins: [ProviderID: LoginDescriptor] = [:]
    ) {
        self.providers = providers
        self.keys = keys
        self.agents = agents
        self.auth = auth
        self.environment = environment
        self.logins = logins
    }

    /// The `auth-profiles.json` that an agent's own profiles and its order are written to. An agent that is not configured has main's.
    public func ownFile(of agent: AgentID) -> ProfileFile? {
        (agents.first { $0.id == agent } ?? agents.first)?.folders.first.map { ProfileFile(path: "\($0)/auth-profiles.json") }
    }

    /// - Parameters:
    ///   - folders: State folders in which `agents/<id>/agent` is looked for, absolute, first wins: our own, then the one that an
    ///     OpenClaw configuration lies in.
    ///   - home: What `~` in an `agentDir` stands for.
    public init(settings: Settings, folders: [String], home: String) {
        func agent(_ id: AgentID) -> Agent {
            let usual = folders.map { "\($0)/agents/\(id)/agent" }
            guard let written = settings.agents[id]?.agentDir else { return Agent(id: id, folders: usual) }
            let place = written == "~" || written.hasPrefix("~/") ? home + written.dropFirst() : written
            // A folder that OpenClaw's configuration names, or that is below OpenClaw's own, is OpenClaw's: what is written goes to ours,
            // before it.
            let isBelowOurs = folders.first.map { place.hasPrefix($0 + "/") } ?? false
            let isOpenClaws = folders.count > 1 || (place.hasPrefix(home + "/.openclaw/") && !isBelowOurs)
            return Agent(id: id, folders: isOpenClaws ? usual.prefix(1) + [place] : [place])
        }
        self.init(
            providers: settings.providers, keys: settings.configuredKeys,
            agents: ["main" as AgentID].map(agent) + settings.agents.all.map(\.id).filter { $0 != "main" }.map(agent),
            auth: settings.auth, environment: settings.environment, logins: settings.logins)
        unresolvedKeys = settings.unresolvedKeys
        secrets = settings.secrets
        roots = folders
        self.home = home
    }
}

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

    public init(
        providers: [ProviderID: Provider], keys: [ProviderID: Secret] = [:], agents: [Agent] = [], auth: AuthSettings = AuthSettings(),
        environment: [String: Secret] = [:]
    ) {
        self.providers = providers
        self.keys = keys
        self.agents = agents
        self.auth = auth
        self.environment = environment
    }

    /// - Parameters:
    ///   - folders: State folders in which `agents/<id>/agent` is looked for, absolute, first wins: our own, then the one that an
    ///     OpenClaw configuration lies in.
    ///   - home: What `~` in an `agentDir` stands for.
    public init(settings: Settings, folders: [String], home: String) {
        func agent(_ id: AgentID) -> Agent {
            if let written = settings.agents[id]?.agentDir {
                return Agent(id: id, folders: [written == "~" || written.hasPrefix("~/") ? home + written.dropFirst() : written])
            }
            return Agent(id: id, folders: folders.map { "\($0)/agents/\(id)/agent" })
        }
        self.init(
            providers: settings.providers, keys: settings.configuredKeys,
            agents: ["main" as AgentID].map(agent) + settings.agents.all.map(\.id).filter { $0 != "main" }.map(agent),
            auth: settings.auth, environment: settings.environment)
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `agents`: every agent with its own chain, and what they share.
public struct AgentsSettings: Hashable, Sendable {
    /// As written; never empty. Without any in the settings: `main`.
    public var all: [AgentSettings] = [AgentSettings(id: "main")]
    /// Whose chain the model names `default` and `understudy` mean: the one marked `default: true`, else the first.
    public var defaultID: AgentID = "main"
    /// `agents.defaults.models`, as written. Aliases and params; whatever it leaves out may be used all the same.
    public var models: [ModelEntry] = []
    /// `agents.defaults.params`
    public var params: JSONObject = [:]

    public init() {}

    /// `agents.defaults.models."<provider>/<model>"`
    public struct ModelEntry: Hashable, Sendable {
        public var provider: ProviderID
        /// `nil` for `<provider>/*`: every model of the provider.
        public var model: String?
        public var alias: String?
        public var params: JSONObject

        public init(provider: ProviderID, model: String?, alias: String? = nil, params: JSONObject = [:]) {
            self.provider = provider
            self.model = model
            self.alias = alias
            self.params = params
        }
    }

    public subscript(id: AgentID) -> AgentSettings? { all.first { $0.id == id } }

    /// The agent that speaks when a request names none.
    public var main: AgentSettings { self[defaultID] ?? all.first ?? AgentSettings(id: "main") }

    /// The model that `name` is an alias of, whatever its case.
    public func model(aliased name: String) -> ModelRef? {
        let wanted = name.lowercased()
        for entry in models {
            guard let alias = entry.alias, let model = entry.model, alias.lowercased() == wanted else { continue }
            return ModelRef(provider: entry.provider, model: model)
        }
        return nil
    }
}

/// One agent: `agents.list[]` or `agents.entries.<id>`.
public struct AgentSettings: Hashable, Sendable {
    public var id: AgentID
    public var name: String?
    /// The model that it is meant to speak with, and those behind it. What the agent does not say is the defaults'.
    public var primary: ChainEntry?
    public var fallbacks: [ChainEntry]
    public var params: JSONObject
    /// Where its credentials are, as written, `~` included; `nil`: `agents/<id>/agent` in the state folder.
    public var agentDir: String?
    /// `failover.midStream`; `nil` leaves it to the models and everybody's.
    public var midStream: FailoverSettings.MidStream?
    /// `imageModel`, the agent's own or the defaults'.
    public var images = ImageModels()

    public init(
        id: AgentID, name: String? = nil, primary: ChainEntry? = nil, fallbacks: [ChainEntry] = [], params: JSONObject = [:],
        agentDir: String? = nil
    ) {
        self.id = id
        self.name = name
        self.primary = primary
        self.fallbacks = fallbacks
        self.params = params
        self.agentDir = agentDir
    }

    /// The primary and the fallbacks, best first.
    public var chain: [ChainEntry] { (primary.map { [$0] } ?? []) + fallbacks }
}

/// A model in a chain, and the setting that put it there.
public struct ChainEntry: Hashable, Sendable {
    public var model: PinnedModelRef
    /// Such as `agents.defaults.model.fallbacks[1]`.
    public var origin: String
    /// What stands there: the alias or bare name that led to `model`, else `model` itself.
    public var written: String

    /// - Parameter written: `nil`: the model itself.
    public init(_ model: PinnedModelRef, origin: String, written: String? = nil) {
        self.model = model
        self.origin = origin
        self.written = written ?? model.description
    }
}

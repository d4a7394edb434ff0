// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// What a request's `model` may say, and what it stands for.
///
/// In this order: `default` and `understudy`; an agent (`agent:<id>`, and as OpenClaw's clients say it `openclaw`,
/// `openclaw/<id>`, `openclaw:<id>`); an alias; `provider/model`; a model's bare name that one configured provider alone has.
/// An alias or a model may be followed by `@credential`.
public enum ModelNames {
    /// Longer names stand for nothing.
    public static let maxBytes = 512

    /// - Parameter agent: Whose fallbacks stand behind a model; `nil`: the default agent's.
    public static func resolve(_ name: String, in settings: Settings, agent: AgentID? = nil) -> Result<NamedTarget, UnknownModel> {
        guard name.utf8.count <= maxBytes else {
            return .failure(UnknownModel(name: String(name.prefix(60)) + "…", why: .nothing, existing: someNames(in: settings)))
        }
        let asked = agent.flatMap { settings.agents[$0] } ?? settings.agents.main
        if let id = agentID(in: name, default: asked.id) {
            guard let found = settings.agents[id] else {
                let agents = settings.agents.all.prefix(UnknownModel.existingLimit).map { "agent:\($0.id)" }
                return .failure(
                    UnknownModel(name: name, why: .noAgent, suggestions: agentSuggestions(for: id, in: settings), existing: agents))
            }
            guard !found.chain.isEmpty else { return .failure(UnknownModel(name: name, why: .noChain(found.id))) }
            return .success(NamedTarget(agent: found.id, models: found.chain.map { ($0.model, $0.origin) }))
        }
        switch find(name, in: settings) {
        case .success(let model):
            // Whoever asks for the primary itself on one credential does not mean it on others.
            let primary = asked.primary.flatMap { $0.model.ref == model.ref && model.credential != nil ? nil : $0 }
            let behind = asked.fallbacks + (primary.map { [$0] } ?? [])
            return .success(NamedTarget(agent: asked.id, models: [(model, "requested")] + behind.map { ($0.model, $0.origin) }))
        case .failure(var unknown):
            if unknown.suggestions.isEmpty { unknown.suggestions = suggestions(for: name, in: settings) }
            unknown.existing = someNames(in: settings)
            return .failure(unknown)
        }
    }

    /// The names that are listed to clients, each with its owner: agents first, then aliases, then the models of configured
    /// providers. Whatever else `resolve` takes may be asked for too.
    public static func all(in settings: Settings) -> [(name: String, owner: String)] {
        var names: [(name: String, owner: String)] = []
        if !settings.agents.main.chain.isEmpty { names.append(("default", "understudy")) }
        for agent in settings.agents.all where !agent.chain.isEmpty { names.append(("agent:\(agent.id)", "understudy")) }
        for entry in settings.agents.models where entry.model != nil {
            if let alias = entry.alias { names.append((alias, entry.provider.rawValue)) }
        }
        var seen: Set<ModelRef> = []
        func add(_ ref: ModelRef) {
            if seen.insert(ref).inserted { names.append((ref.description, ref.provider.rawValue)) }
        }
        for agent in settings.agents.all { for entry in agent.chain { add(entry.model.ref) } }
        for id in settings.configuredProviders {
            for model in settings.providers[id]?.models ?? [] { add(ModelRef(provider: id, model: model.id)) }
        }
        return names
    }

    /// A model that a request wants behind the one it asks for. As in the settings, `provider/model` of a provider that is not there is one
    /// too: it is passed over with its reason, since whoever is asked first may well answer.
    public static func fallback(_ name: String, in settings: Settings) -> Result<PinnedModelRef, UnknownModel> {
        resolve(name, in: settings).flatMap { target in
            target.models.first.map { .success($0.model) } ?? .failure(UnknownModel(name: name, why: .nothing))
        }.flatMapError { unknown in
            let (text, credential) = split(name)
            guard case .noProvider = unknown.why, let ref = reference(text) else { return .failure(unknown) }
            return .success(PinnedModelRef(ref: ref, credential: credential))
        }
    }

    // MARK: One model

    /// The model that an alias, `provider/model` or a bare name means. Suggests nothing but the owners of a name that several have.
    public static func find(_ name: String, in settings: Settings) -> Result<PinnedModelRef, UnknownModel> {
        let (text, credential) = split(name)
        if let ref = settings.agents.model(aliased: text) { return .success(PinnedModelRef(ref: ref, credential: credential)) }
        if let ref = reference(text), settings.providers[ref.provider] != nil {
            return .success(PinnedModelRef(ref: ref, credential: credential))
        }
        let owners = providers(serving: text, in: settings)
        if let ref = owners.first, owners.count == 1 { return .success(PinnedModelRef(ref: ref, credential: credential)) }
        if owners.count > 1 {
            return .failure(UnknownModel(name: name, why: .ambiguous, suggestions: owners.prefix(UnknownModel.limit).map(\.description)))
        }
        let why: UnknownModel.Why = reference(text).map { .noProvider($0.provider) } ?? .nothing
        return .failure(UnknownModel(name: name, why: why))
    }

    /// `provider/model` with the provider's aliases taken for what they mean, whether there is such a provider or not.
    public static func reference(_ text: String) -> ModelRef? {
        guard var ref = ModelRef(text) else { return nil }
        ref.provider = Catalogue.builtIn.canonicalID(of: ref.provider)
        return ref
    }

    /// A name and the credential that `@` sets apart from it.
    ///
    /// An id of a credential has a colon (`openai:backup`, `openai:me@example.com`), and so tells itself from a version or a
    /// place within a model's name (`claude-sonnet-4@20250514`, `@cf/meta/llama`).
    public static func split(_ name: String) -> (name: String, credential: CredentialID?) {
        var rest = name[...]
        while let at = rest.firstIndex(of: "@") {
            let after = name[name.index(after: at)...]
            let provider = after.prefix { $0 != ":" && $0 != "@" && $0 != "/" }
            if !provider.isEmpty, provider.endIndex < after.endIndex, after[provider.endIndex] == ":", at > name.startIndex,
                after.index(after: provider.endIndex) < after.endIndex
            {
                return (String(name[..<at]), CredentialID(rawValue: String(after)))
            }
            rest = after
        }
        return (name, nil)
    }

    /// The configured models of this name; whatever its case, if there is none in the case written.
    private static func providers(serving name: String, in settings: Settings) -> [ModelRef] {
        var exact: [ModelRef] = []
        var other: [ModelRef] = []
        let lower = name.lowercased()
        for id in settings.configuredProviders {
            for model in settings.providers[id]?.models ?? [] {
                if model.id == name {
                    exact.append(ModelRef(provider: id, model: model.id))
                } else if model.id.lowercased() == lower {
                    other.append(ModelRef(provider: id, model: model.id))
                }
            }
        }
        return exact.isEmpty ? other : exact
    }

    // MARK: Agents

    /// The agent that `name` means; `nil` if it is no name of one.
    private static func agentID(in name: String, default main: AgentID) -> AgentID? {
        let lower = name.lowercased()
        if ["default", "understudy", "openclaw", "openclaw/default", "openclaw:default", "agent:default"].contains(lower) { return main }
        for prefix in ["agent:", "openclaw/", "openclaw:", "understudy/"] where lower.hasPrefix(prefix) {
            let id = lower.dropFirst(prefix.count)
            return AgentID(rawValue: String(id))
        }
        return nil
    }

    // MARK: Suggestions

    /// Names compared at most, so that a stranger's typos stay cheap.
    private static let comparedNames = 2000

    /// The first of those that are listed.
    private static func someNames(in settings: Settings) -> [String] {
        all(in: settings).prefix(UnknownModel.existingLimit).map(\.name)
    }

    private static func agentSuggestions(for id: AgentID, in settings: Settings) -> [String] {
        NearestName.closest(
            to: id.rawValue, in: settings.agents.all.prefix(comparedNames).map(\.id.rawValue), count: UnknownModel.limit
        ).map { "agent:\($0)" }
    }

    /// Listed names that are close to `name`, best first; where none is, models whose own name is.
    public static func suggestions(for name: String, in settings: Settings) -> [String] {
        let name = split(name).name
        let names = all(in: settings).prefix(comparedNames).map(\.name)
        let near = NearestName.closest(to: name, in: names, count: UnknownModel.limit)
        if !near.isEmpty { return near }
        let own = name.split(separator: "/").last.map(String.init) ?? name
        let tails = names.map { (name: $0, tail: $0.split(separator: "/").last.map(String.init) ?? $0) }
        let tail = NearestName.of(own, in: tails.map(\.tail))
        return tails.filter { $0.tail == tail }.prefix(UnknownModel.limit).map(\.name)
    }
}

/// An agent and the models to try for it, best first.
public struct NamedTarget: Sendable {
    public var agent: AgentID
    /// The same model may stand here twice; `ChainBuilder` tries it once.
    public var models: [(model: PinnedModelRef, origin: String)]

    public init(agent: AgentID, models: [(model: PinnedModelRef, origin: String)]) {
        self.agent = agent
        self.models = models
    }
}

/// A name that stands for no model here.
public struct UnknownModel: Error, Hashable, Sendable {
    public enum Why: Hashable, Sendable {
        case nothing
        case noAgent
        /// The agent has no chain, and there is no default one.
        case noChain(AgentID)
        case noProvider(ProviderID)
        /// Several providers have a model of this name.
        case ambiguous
    }

    /// The most suggestions.
    public static let limit = 3
    /// The most of `existing`.
    public static let existingLimit = 5

    /// As asked for, or its beginning.
    public var name: String
    public var why: Why
    /// What may have been meant, best first.
    public var suggestions: [String]
    /// The first few names that there are, for a name that is near none.
    public var existing: [String]

    public init(name: String, why: Why, suggestions: [String] = [], existing: [String] = []) {
        self.name = name
        self.why = why
        self.suggestions = suggestions
        self.existing = existing
    }

    /// For the person who asked.
    public var text: String {
        let name = "`\(String(String.UnicodeScalarView(self.name.unicodeScalars.filter { $0.properties.generalCategory != .control })))`"
        switch why {
        case .ambiguous: return "Several providers have a model \(name): say which, as in \(Self.list(suggestions))."
        case .noChain(let agent):
            return "The agent `\(agent)` has no model. Set agents.defaults.model in the configuration, or ask for a provider/model."
        case .noAgent: return "There is no agent for the model \(name).\(advice)"
        case .noProvider(let provider): return "The model \(name) does not exist here: no provider `\(provider)` is configured.\(advice)"
        case .nothing: return "The model \(name) does not exist here.\(advice)"
        }
    }

    /// What to ask for instead.
    private var advice: String {
        if !suggestions.isEmpty { return " Did you mean \(Self.list(suggestions))?" }
        return existing.isEmpty ? " No model is configured." : " There are: \(Self.list(existing)); GET /v1/models lists all."
    }

    private static func list(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}

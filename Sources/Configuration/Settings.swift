// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// All settings as one value, replaced whole at a reload. docs/configuration.md lists every key with type, unit and default.
public struct Settings: Hashable, Sendable {
    /// The configured providers and, unless `models.mode` is `replace`, those of the catalogue.
    public var providers: [ProviderID: Provider]
    /// `models.providers`, as written.
    public var configuredProviders: [ProviderID] = []
    /// `models.providers.<id>.apiKey`. May be a marker or a variable's name, as OpenClaw stores them.
    public var configuredKeys: [ProviderID: Secret] = [:]
    /// How people sign in: what is publicly known, and `models.providers.<id>.login` over it.
    public var logins = Dictionary(LoginCatalogue.builtIn.logins.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
    /// Why there is no key in `configuredKeys`, where one is written as a reference that leads nowhere now.
    public var unresolvedKeys: [ProviderID: String] = [:]
    public var agents = AgentsSettings()
    public var auth = AuthSettings()
    public var secrets = SecretsSettings()
    public var gateway = GatewaySettings()
    public var logging = LoggingSettings()
    public var receipts = ReceiptSettings()
    public var responses = ResponseSettings()
    /// What holds for every model that nobody says otherwise of; see `limits(for:)`.
    public var limits = TimeLimits.Resolved.standard
    /// As `limits`; see `policy(for:)`.
    public var policy = Policy.standard
    /// As `limits`; see `failover(for:)`.
    public var failover = FailoverSettings()
    /// `models.providers.<id>.failover`
    public var providerFailover: [ProviderID: FailoverOverrides] = [:]
    /// `models.providers.<id>.models[].failover`
    public var modelFailover: [ModelRef: FailoverOverrides] = [:]
    /// `models.providers.<id>.params`
    public var providerParams: [ProviderID: JSONObject] = [:]
    /// Every variable after `.env` files and the `env` section: where keys are looked for.
    public var environment: [String: Secret] = [:]
    /// Top-level sections that belong to others, as written. They are kept in the file and not looked at.
    public var foreignSections: [String] = []
    /// The files that these settings came from, or would have: what to watch for a change.
    public var files: [String] = []

    /// What holds without any file: the catalogue's providers, one agent without a chain.
    public init() {
        providers = Dictionary(
            Catalogue.builtIn.entries.compactMap { entry in entry.provider.map { (entry.id, $0) } }, uniquingKeysWith: { first, _ in first }
        )
    }

    /// Adds a provider as if it were configured.
    public mutating func add(_ provider: Provider) {
        if !configuredProviders.contains(provider.id) { configuredProviders.append(provider.id) }
        providers[provider.id] = provider
    }

    /// Gives every agent that has none the chain `models`, best first.
    ///
    /// - Parameter origin: Shown where a setting's path would be, such as `built in`.
    public mutating func useByDefault(_ models: [ModelRef], origin: String) {
        let entries = models.map { ChainEntry(PinnedModelRef(ref: $0), origin: origin) }
        for index in agents.all.indices where agents.all[index].chain.isEmpty {
            agents.all[index].primary = entries.first
            agents.all[index].fallbacks = Array(entries.dropFirst())
        }
    }

    /// The time limits of a call, each with the place that set it: the model's, else its provider's, else everybody's.
    public func limits(for ref: ModelRef) -> TimeLimits.Resolved {
        guard let provider = providers[ref.provider] else { return limits }
        var result = limits
        let place = "models.providers.\(ref.provider)"
        if !provider.limits.isEmpty { result = result.narrowed(by: provider.limits, setBy: place) }
        if let index = provider.models.firstIndex(where: { $0.id == ref.model }), !provider.models[index].limits.isEmpty {
            result = result.narrowed(by: provider.models[index].limits, setBy: "\(place).models[\(index)]")
        }
        return result
    }

    /// The policy for one model: how long its blocks last. What is about the whole request is the same for all.
    public func policy(for ref: ModelRef) -> Policy {
        var result = policy
        providerFailover[ref.provider]?.apply(to: &result)
        if !modelFailover.isEmpty { modelFailover[ref]?.apply(to: &result) }
        (result.patience, result.maxAttempts) = (policy.patience, policy.maxAttempts)
        return result
    }

    public func failover(for ref: ModelRef) -> FailoverSettings {
        var result = failover
        providerFailover[ref.provider]?.apply(to: &result)
        if !modelFailover.isEmpty { modelFailover[ref]?.apply(to: &result) }
        return result
    }

    /// What becomes of an agent's stream that breaks off while `ref` speaks: what the agent says wins.
    ///
    /// - Parameter agent: `nil` counts as the default agent.
    public func midStream(for ref: ModelRef, agent: AgentID?) -> FailoverSettings.MidStream {
        (agent.flatMap { agents[$0] } ?? agents.main).midStream ?? failover(for: ref).midStream
    }

    /// `UNDERSTUDY_CACHE_RETENTION`, else `OPENCLAW_CACHE_RETENTION`: what holds where no `params` say anything of it.
    public var cacheRetention: CacheRetention? {
        ["UNDERSTUDY_CACHE_RETENTION", "OPENCLAW_CACHE_RETENTION"].lazy
            .compactMap { environment[$0]?.withExposed { CacheRetention(rawValue: $0) } }.first
    }

    /// What to add to a request where the client said nothing; `nil`: nothing. Later ones win by name: the provider's, its
    /// model's, `agents.defaults.params`, `agents.defaults.models`, the agent's.
    ///
    /// - Parameter agent: `nil` counts as the default agent.
    public func params(for ref: ModelRef, agent: AgentID?) -> JSONObject? {
        var result: JSONObject = [:]
        func add(_ params: JSONObject?) {
            for (name, value) in params?.members ?? [] { result[name] = value }
        }
        add(providerParams[ref.provider])
        add(providers[ref.provider]?.model(ref.model)?.params)
        add(agents.params)
        for entry in agents.models where entry.model == nil && entry.provider == ref.provider { add(entry.params) }
        for entry in agents.models where entry.model == ref.model && entry.provider == ref.provider { add(entry.params) }
        add((agent.flatMap { agents[$0] } ?? agents.main).params)
        return result.isEmpty ? nil : result
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Providers

/// Who is probed: each model with each of its provider's credentials. Asks nobody.
public struct ProbeTargets: Hashable, Sendable {
    public var agent: AgentID
    /// In the order of the chain; at most `ProbeOrder.targetLimit`.
    public var targets: [ProbeTarget]
    /// Targets beyond that.
    public var leftOut: Int

    /// - Parameter ledger: Says what is paused.
    /// - Throws: A name that stands for nothing.
    public init(_ order: ProbeOrder, in snapshot: RelaySnapshot, ledger: HealthLedger, now: Timestamp) throws(ProbeProblem) {
        let settings = snapshot.settings
        let agent = try Self.agent(order.agent, in: settings)
        self.agent = agent.id
        if let provider = order.provider, settings.providers[provider] == nil {
            let known = (settings.configuredProviders + agent.chain.map(\.model.ref.provider)).map(\.rawValue)
            throw ProbeProblem("provider", "there is no provider \"\(provider.rawValue.prefix(64))\"; configured are: \(Self.list(known))")
        }
        var finder = Finder(order: order, snapshot: snapshot, agent: agent, ledger: ledger, now: now)
        try finder.find()
        targets = Array(finder.targets.prefix(ProbeOrder.targetLimit))
        leftOut = finder.targets.count - targets.count
    }

    private static func agent(_ id: AgentID?, in settings: Settings) throws(ProbeProblem) -> AgentSettings {
        guard let id else { return settings.agents.main }
        if let found = settings.agents[id] { return found }
        throw ProbeProblem(
            "agent", "there is no agent \"\(id.rawValue.prefix(64))\"; there are: \(list(settings.agents.all.map(\.id.rawValue)))")
    }

    fileprivate static func list(_ names: [String]) -> String {
        var seen: [String] = []
        for name in names where !seen.contains(name) { seen.append(name) }
        return seen.isEmpty ? "none" : seen.prefix(20).joined(separator: ", ")
    }
}

private struct Finder {
    let order: ProbeOrder
    let snapshot: RelaySnapshot
    let agent: AgentSettings
    let ledger: HealthLedger
    let now: Timestamp
    var targets: [ProbeTarget] = []
    private var seen: Set<[String]> = []
    /// Credentials that cannot be used, once said.
    private var told: Set<CredentialID> = []

    init(order: ProbeOrder, snapshot: RelaySnapshot, agent: AgentSettings, ledger: HealthLedger, now: Timestamp) {
        self.order = order
        self.snapshot = snapshot
        self.agent = agent
        self.ledger = ledger
        self.now = now
    }

    private var settings: Settings { snapshot.settings }

    mutating func find() throws(ProbeProblem) {
        let wanted = try wanted()
        let refs = wanted.map(\.ref)
        try checkCredentials(among: wanted)
        for pinned in wanted { add(pinned.ref, pin: pinned.credential) }
        guard order.models.isEmpty else { return }
        // Who has no model above is asked for one that is likely to be there.
        for provider in otherProviders(than: Set(refs.map(\.provider))) {
            if let model = representative(of: provider) {
                add(ModelRef(provider: provider, model: model))
            } else {
                addWithoutModel(provider)
            }
        }
    }

    // MARK: Models

    /// Where a credential stands behind a model, that one alone.
    private func wanted() throws(ProbeProblem) -> [PinnedModelRef] {
        var refs: [PinnedModelRef] = []
        func add(_ model: PinnedModelRef) {
            if order.provider == nil || order.provider == model.ref.provider, !refs.contains(model) { refs.append(model) }
        }
        func add(_ ref: ModelRef) { add(PinnedModelRef(ref: ref, credential: nil)) }
        guard order.models.isEmpty else {
            for name in order.models.prefix(ProbeOrder.nameLimit) { add(try model(name)) }
            return refs
        }
        for entry in agent.chain { add(entry.model.ref) }
        guard order.allModels else { return refs }
        for entry in settings.agents.models {
            if let model = entry.model { add(ModelRef(provider: entry.provider, model: model)) }
        }
        for id in settings.configuredProviders {
            for model in settings.providers[id]?.models ?? [] { add(ModelRef(provider: id, model: model.id)) }
        }
        return refs
    }

    private func model(_ name: String) throws(ProbeProblem) -> PinnedModelRef {
        switch ModelNames.resolve(name, in: settings, agent: agent.id) {
        case .success(let found):
            if let first = found.models.first { return first.model }
            throw ProbeProblem("model", "\"\(name.prefix(80))\" stands for no model")
        case .failure(let unknown): throw ProbeProblem("model", unknown.text)
        }
    }

    /// Configured ones, and those that somebody stored a profile for, that no model above is at.
    private func otherProviders(than asked: Set<ProviderID>) -> [ProviderID] {
        if let provider = order.provider { return asked.contains(provider) ? [] : [provider] }
        var others = settings.configuredProviders
        for provider in snapshot.pool.providers(of: agent.id) where !others.contains(provider) {
            let credentials = snapshot.pool.credentials(for: provider, agent: agent.id)
            if credentials.contains(where: { ProbeTarget.Source(of: $0) == .profile || order.credentials.contains($0.id) }) {
                others.append(provider)
            }
        }
        return others.filter { !asked.contains($0) && (order.credentials.isEmpty || hasWanted($0)) }
    }

    private func hasWanted(_ provider: ProviderID) -> Bool {
        snapshot.pool.credentials(for: provider, agent: agent.id).contains { order.credentials.contains($0.id) }
    }

    private func representative(of provider: ProviderID) -> String? {
        if let configured = settings.providers[provider]?.models.first { return configured.id }
        return Catalogue.builtIn.provider(provider)?.models.first?.id
    }

    // MARK: Credentials

    private func checkCredentials(among models: [PinnedModelRef]) throws(ProbeProblem) {
        let named = order.credentials + models.compactMap(\.credential)
        guard !named.isEmpty else { return }
        let providers = Set(models.map(\.ref.provider)).union(snapshot.pool.providers(of: agent.id))
        let known =
            providers.sorted().flatMap { snapshot.pool.credentials(for: $0, agent: agent.id) }.map(\.id)
            + snapshot.pool.profiles(of: agent.id).map(\.id)
        for wanted in named where !known.contains(wanted) {
            throw ProbeProblem(
                "credential",
                "the agent \(agent.id) has no credential \"\(wanted.rawValue.prefix(80))\"; there are: \(ProbeTargets.list(known.map(\.rawValue)))"
            )
        }
    }

    /// Whether a credential is asked with.
    ///
    /// - Parameter pin: The one that stands behind the model's name.
    private func isWanted(_ credential: CredentialID, pin: CredentialID?) -> Bool {
        (pin == nil || pin == credential) && (order.credentials.isEmpty || order.credentials.contains(credential))
    }

    private mutating func add(_ ref: ModelRef, pin: CredentialID? = nil) {
        let credentials = snapshot.pool.credentials(for: ref.provider, agent: agent.id)
        if credentials.isEmpty, pin == nil, order.credentials.isEmpty { addWithoutCredential(ref) }
        defer { addExcluded(ref, pin, Set(credentials.map(\.id)), Set(credentials.map(\.secretHash))) }
        for credential in credentials where isWanted(credential.id, pin: pin) {
            var target = ProbeTarget(
                provider: ref.provider, model: ref, credential: credential.id, kind: credential.kind, label: credential.label,
                source: .init(of: credential))
            target.hindrance = hindrance(ref)
            if target.hindrance == nil, let why = hindrance(credential) {
                // It is the same for every model of its provider.
                guard told.insert(credential.id).inserted else { continue }
                target.hindrance = why
            }
            add(target)
        }
    }

    /// Stored profiles that the order of their provider leaves out. One whose secret is asked with already is none of them.
    private mutating func addExcluded(_ ref: ModelRef, _ pin: CredentialID?, _ known: Set<CredentialID>, _ secrets: Set<String>) {
        for profile in snapshot.pool.profiles(of: agent.id) where profile.provider == ref.provider && !known.contains(profile.id) {
            let isNamed = pin == profile.id || order.credentials.contains(profile.id)
            guard isWanted(profile.id, pin: pin), isNamed || !secrets.contains(profile.secretHash), told.insert(profile.id).inserted else {
                continue
            }
            let text =
                secrets.contains(profile.secretHash)
                ? "another credential has the same secret"
                : "the order of \(ref.provider) leaves it out: understudy models auth order get --provider \(ref.provider)"
            add(
                ProbeTarget(
                    provider: ref.provider, model: ref, credential: profile.id, kind: profile.kind, label: profile.label, source: .profile,
                    hindrance: .init(.unknown, code: "excluded_by_auth_order", text: text)))
        }
    }

    private mutating func add(_ target: ProbeTarget) {
        guard seen.insert([target.provider.rawValue, target.model?.model ?? "", target.credential?.rawValue ?? ""]).inserted else { return }
        targets.append(target)
    }

    private mutating func addWithoutCredential(_ ref: ModelRef) {
        let prefix = Catalogue.builtIn.provider(ref.provider)?.environmentPrefix ?? CatalogueEntry.environmentPrefix(for: ref.provider)
        let text =
            "no credential: set \(prefix)_API_KEY, or run: understudy models auth add --provider \(ShellWord.operand(ref.provider.rawValue))"
        let missing = ProbeTarget.Hindrance(.unknown, code: "missing_credential", text: text)
        add(ProbeTarget(provider: ref.provider, model: ref, label: "no credential", hindrance: hindrance(ref) ?? missing))
    }

    private mutating func addWithoutModel(_ provider: ProviderID) {
        let text = "no model of \(provider) is known: name one with --probe-model \(provider)/<model>"
        let missing = ProbeTarget.Hindrance(.noModel, code: "no_model", text: text)
        for credential in snapshot.pool.credentials(for: provider, agent: agent.id)
        where order.credentials.isEmpty || order.credentials.contains(credential.id) {
            add(
                ProbeTarget(
                    provider: provider, model: nil, credential: credential.id, kind: credential.kind, label: credential.label,
                    source: .init(of: credential), hindrance: missing))
        }
    }

    private func hindrance(_ ref: ModelRef) -> ProbeTarget.Hindrance? {
        guard let provider = settings.providers[ref.provider] else {
            return .init(.unknown, code: "unknown_provider", text: "there is no provider \"\(ref.provider)\" in the configuration")
        }
        let wire = provider.wireName(for: ref.model)
        guard WireKind(rawValue: wire) == nil else { return nil }
        return .init(.unknown, code: "unknown_wire", text: "the wire \"\(wire)\" is not spoken here")
    }

    private func hindrance(_ credential: StoredCredential) -> ProbeTarget.Hindrance? {
        if let why = credential.unusable { return .init(.unknown, code: Self.code(of: why), text: why) }
        guard ledger.pause(of: credential.id, at: now) != nil else { return nil }
        return .init(
            .paused, code: "paused",
            text: "not used until it is resumed: understudy credentials resume \(ShellWord.operand(credential.id.rawValue))")
    }

    /// OpenClaw's word for why a credential may not be used.
    private static func code(of why: String) -> String {
        if why.hasPrefix("expired") { return "expired" }
        if why.contains("expiry") { return "invalid_expires" }
        if why.hasPrefix("auth.profiles says provider") { return "provider_mismatch" }
        if why.hasPrefix("auth.profiles says mode") { return "mode_mismatch" }
        return "unresolved_ref"
    }
}

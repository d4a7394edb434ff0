// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Providers
import Relay

/// `understudy models list`: which models there are, what they take and cost, and whether they could be called. Asks nobody.
enum ModelsList {
    static let all = Flag("all", .toggle, "Every model and provider of the built-in catalogue, not only those of the configuration")
    static let local = Flag("local", .toggle, "Only those of servers on this machine or in a private network")
    static let provider = Flag(
        "provider", .text(placeholder: "id"), "Only those of this provider, also such as nothing in the configuration asks for",
        example: "anthropic")
    static let plain = Flag("plain", .toggle, "Print one provider/model per line, and nothing else")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let setup = try Setup.forLooking(for: context)
        if let hint = setup.location.openClawHint { context.output.note(hint) }
        let agent = try ModelsStatus.agent(context.invocation.text(.agent), in: setup.settings)
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        let query = Query(
            all: context.invocation.isOn(all), local: context.invocation.isOn(local),
            provider: try provider(context.invocation.text(provider), in: setup.settings))
        let report = report(setup.settings, pool: setup.credentials(now: now), agent: agent, query: query)
        let output = context.output
        if output.wantsJSON {
            output.json(report.json)
        } else if context.invocation.isOn(plain) {
            if !report.models.isEmpty { output.text(report.models.map(\.key).joined(separator: "\n")) }
        } else {
            output.text(report.text(width: output.terminal.width, colour: output.terminal.colour))
        }
        return .fine
    }

    /// The provider that a name or an alias means.
    private static func provider(_ name: String?, in settings: Settings) throws(CommandFailure) -> ProviderID? {
        guard let name else { return nil }
        let id = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: name.lowercased()))
        if settings.providers[id] != nil || Catalogue.builtIn.provider(id) != nil { return id }
        let known = Set(settings.providers.keys.map(\.rawValue) + Catalogue.builtIn.entries.map(\.id.rawValue)).sorted()
        let nearest = NearestWord.of(name, in: known).map { " Did you mean \"\($0)\"?" } ?? ""
        throw CommandFailure(
            .failed, "there is no provider \"\(SafeText.line(name))\".\(nearest)",
            hints: ["see all of them: understudy models list --all"])
    }

    // MARK: The report

    struct Query: Hashable, Sendable {
        var all = false
        var local = false
        var provider: ProviderID?
    }

    /// Pure: what is shown follows from the arguments alone.
    static func report(_ settings: Settings, pool: PoolSnapshot, agent: AgentSettings, query: Query) -> ModelsListReport {
        var refs: [ModelRef] = []
        var seen: Set<ModelRef> = []
        func add(_ ref: ModelRef) { if seen.insert(ref).inserted { refs.append(ref) } }
        for entry in agent.chain { add(entry.model.ref) }
        let images = imageModels(settings, agent)
        for image in images { add(image.ref) }
        for entry in settings.agents.models {
            if let model = entry.model { add(ModelRef(provider: entry.provider, model: model)) }
        }
        for id in settings.configuredProviders {
            for model in settings.providers[id]?.models ?? [] { add(ModelRef(provider: id, model: model.id)) }
        }
        let configured = seen
        for entry in Catalogue.builtIn.entries where query.all || query.provider == entry.id {
            for model in entry.models { add(ModelRef(provider: entry.id, model: model.id)) }
        }
        func isWanted(_ id: ProviderID) -> Bool {
            (query.provider == nil || query.provider == id) && (!query.local || settings.providers[id]?.baseURL.isLocal == true)
        }
        var providers: [ProviderID] = settings.configuredProviders
        for ref in refs where !providers.contains(ref.provider) { providers.append(ref.provider) }
        for entry in Catalogue.builtIn.entries where query.all || query.provider == entry.id {
            if !providers.contains(entry.id) { providers.append(entry.id) }
        }
        return ModelsListReport(
            agent: agent.id.rawValue,
            models: refs.filter { isWanted($0.provider) }.map {
                row($0, settings, pool, agent: agent, images: images, isConfigured: configured.contains($0))
            },
            providers: providers.filter(isWanted).map { row($0, settings, pool, agent: agent) },
            showsProviders: query.all || query.provider != nil)
    }

    /// The models of the agent's `imageModel` that can be made out, and their tags.
    private static func imageModels(_ settings: Settings, _ agent: AgentSettings) -> [(ref: ModelRef, tag: String)] {
        let fallbacks = agent.images.fallbacks.enumerated().map { ($0.element, "img-fallback#\($0.offset + 1)") }
        return ((agent.images.primary.map { [($0, "image")] } ?? []) + fallbacks).compactMap { name, tag in
            guard case .success(let found) = ModelNames.find(name, in: settings) else { return nil }
            return (found.ref, tag)
        }
    }

    private static func row(
        _ ref: ModelRef, _ settings: Settings, _ pool: PoolSnapshot, agent: AgentSettings, images: [(ref: ModelRef, tag: String)],
        isConfigured: Bool
    ) -> ModelsListReport.Row {
        let provider = settings.providers[ref.provider]
        let entry = Catalogue.builtIn.provider(ref.provider)
        let listed = entry?.models.first { $0.id == ref.model }
        let model = provider?.model(ref.model) ?? listed?.model
        var tags: [String] = []
        if agent.primary?.model.ref == ref { tags.append("default") }
        for (index, fallback) in agent.fallbacks.enumerated() where fallback.model.ref == ref { tags.append("fallback#\(index + 1)") }
        tags += images.filter { $0.ref == ref }.map(\.tag)
        if isConfigured { tags.append("configured") }
        for entry in settings.agents.models where entry.provider == ref.provider && entry.model == ref.model {
            if let alias = entry.alias { tags.append("alias:\(alias)") }
        }
        let wire = provider?.wireName(for: ref.model) ?? model?.wireName ?? entry?.wireName ?? ""
        if provider == nil { tags.append("missing") }
        return ModelsListReport.Row(
            provider: ref.provider.rawValue, model: ref.model, name: model?.name ?? ref.model, wire: wire,
            isSpoken: WireKind(rawValue: wire) != nil, inputs: model?.inputs, contextWindow: model?.contextWindow,
            maxTokens: model?.maxTokens, reasons: model?.reasons, price: model?.price, isLocal: provider?.baseURL.isLocal ?? false,
            hasCredential: hasCredential(ref.provider, provider, pool, agent), tags: tags, isMissing: provider == nil,
            source: listed?.source, checked: listed?.checked)
    }

    private static func row(
        _ id: ProviderID, _ settings: Settings, _ pool: PoolSnapshot, agent: AgentSettings
    ) -> ModelsListReport.ProviderRow {
        let entry = Catalogue.builtIn.provider(id)
        let provider = settings.providers[id]
        let prefix = entry?.environmentPrefix ?? CatalogueEntry.environmentPrefix(for: id)
        return ModelsListReport.ProviderRow(
            id: id.rawValue, aliases: entry?.aliases ?? [], wire: provider?.wireName ?? entry?.wireName ?? "",
            baseURL: provider?.baseURL.description ?? entry?.baseURL?.description,
            variables: ["\(prefix)_API_KEY"] + (entry?.environment ?? []),
            isConfigured: settings.configuredProviders.contains(id), needsCredential: provider?.needsCredential ?? true,
            hasCredential: hasCredential(id, provider, pool, agent), note: entry?.note, source: entry?.source, checked: entry?.checked)
    }

    private static func hasCredential(_ id: ProviderID, _ provider: Provider?, _ pool: PoolSnapshot, _ agent: AgentSettings) -> Bool {
        provider?.needsCredential == false || pool.credentials(for: id, agent: agent.id).contains { $0.unusable == nil && $0.kind != .none }
    }
}

extension Command {
    static let modelsList = Command(
        words: ["models", "list"], summary: "List models: what they take and cost, and whether there is a key for them",
        discussion: [
            "Without flags: the models of the agent's chain, those with an alias or params, and those that the configuration describes. --all "
                + "adds the built-in catalogue, whose facts and prices were read on the day shown and may have changed since; --json names the "
                + "source of each. A chain may name any model of a provider, listed or not.",
            "Prices are US dollars for a million tokens, input / output; \"+\" marks one that holds up to some length of prompt. Where none is "
                + "known, none is shown. Nothing is sent to anybody.",
        ],
        flags: [ModelsList.all, ModelsList.provider, ModelsList.local, .agent, ModelsList.plain],
        examples: [
            Example("understudy models list", "The models that the configuration names."),
            Example("understudy models list --provider anthropic", "Those of one provider, and how it is called."),
            Example("understudy models list --all --json", "The whole catalogue, as data."),
            Example("understudy models list --all --plain", "One provider/model per line."),
        ],
        exitCodes: [
            (.fine, "fine, also if there is none"), (.failed, "no such provider or agent"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await ModelsList.run(context) })
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

extension SettingsReader {
    /// `agents`, after `models` and `auth`, which chains refer to.
    static func readAgents(_ root: SettingsCursor?, into settings: inout Settings) {
        guard let agents = root?.section("agents") else { return }
        let defaults = agents.section("defaults")
        if let defaults {
            readModelTable(defaults, into: &settings)
            settings.agents.params = params(defaults) ?? [:]
        }
        let shared = defaults.map { chain($0, in: settings) } ?? WrittenChain()
        let sharedMidStream = defaults.flatMap(midStream)
        let sharedImages = ImageModels(defaults?.child("imageModel")?.value)

        var found: [(settings: AgentSettings, isDefault: Bool)] = []
        var ids: Set<AgentID> = []
        func add(_ cursor: SettingsCursor, id text: String) {
            guard let id = agentID(text, at: cursor) else { return }
            guard ids.insert(id).inserted else {
                cursor.report("\(cursor.path.text) is the agent \(id) a second time", "write it once")
                return
            }
            let own = Self.chain(cursor, in: settings)
            var agent = AgentSettings(id: id, name: cursor.text("name"), primary: own.primary ?? shared.primary)
            agent.fallbacks = own.fallbacks ?? shared.fallbacks ?? []
            agent.params = params(cursor) ?? [:]
            agent.agentDir = cursor.text("agentDir")
            agent.midStream = midStream(cursor) ?? sharedMidStream
            agent.images = ImageModels(cursor.child("imageModel")?.value, otherwise: sharedImages)
            found.append((agent, cursor.flag("default") ?? false))
        }
        for cursor in agents.sections("list") {
            guard let id = cursor.text("id") else {
                if cursor.child("id") == nil { cursor.report("\(cursor.path.text) has no id", "it takes a name for the agent") }
                continue
            }
            add(cursor, id: id)
        }
        for (name, cursor) in agents.entries("entries") {
            if let entry = cursor.opened() { add(entry, id: name) }
        }
        if found.isEmpty {
            settings.agents.all = [AgentSettings(id: "main", primary: shared.primary, fallbacks: shared.fallbacks ?? [])]
            settings.agents.all[0].midStream = sharedMidStream
            settings.agents.all[0].images = sharedImages
            settings.agents.defaultID = "main"
            return
        }
        settings.agents.all = found.map(\.settings)
        let marked = found.filter(\.isDefault)
        if marked.count > 1 { agents.note("several agents are marked as default; \(marked[0].settings.id) is") }
        settings.agents.defaultID = marked.first?.settings.id ?? found[0].settings.id
    }

    /// `failover.midStream` of an agent or of the defaults.
    private static func midStream(_ agent: SettingsCursor) -> FailoverSettings.MidStream? {
        agent.section("failover")?.choice("midStream").flatMap(FailoverSettings.MidStream.init)
    }

    /// An agent's id as names refer to it: lower-case.
    private static func agentID(_ text: String, at cursor: SettingsCursor) -> AgentID? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x41...0x5A, 0x61...0x7A, 0x30...0x39: true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isPlain, (1...64).contains(text.utf8.count) else {
            return cursor.problem("\(Shown.name(text)) is no id for an agent", "it takes 1 to 64 letters, digits, -, _ and .")
        }
        return AgentID(rawValue: text.lowercased())
    }

    // MARK: Chains

    /// What one place says about a chain. `nil` is not said; no fallbacks at all is an empty list.
    struct WrittenChain {
        var primary: ChainEntry?
        var fallbacks: [ChainEntry]?
    }

    /// `model` of an agent or of the defaults.
    private static func chain(_ agent: SettingsCursor, in settings: Settings) -> WrittenChain {
        guard let model = agent.child("model") else { return WrittenChain() }
        if let text = model.top.string {
            guard text != "" else {
                model.mismatch()
                return WrittenChain()
            }
            return WrittenChain(primary: model.text().flatMap { entry($0, at: model, in: settings) })
        }
        guard model.top.object != nil else {
            model.mismatch()
            return WrittenChain()
        }
        guard let section = model.opened() else { return WrittenChain() }
        var chain = WrittenChain()
        if let primary = section.child("primary"), let text = primary.text() { chain.primary = entry(text, at: primary, in: settings) }
        chain.fallbacks = section.texts("fallbacks")?.compactMap { entry($0.text, at: $0.cursor, in: settings) }
        return chain
    }

    /// One model of a chain. A provider that is not there is no problem: the candidate is skipped, and a receipt says why.
    private static func entry(_ text: String, at cursor: SettingsCursor, in settings: Settings) -> ChainEntry? {
        switch ModelNames.find(text, in: settings) {
        case .success(let model):
            if let provider = settings.providers[model.ref.provider], WireKind(rawValue: provider.wireName(for: model.ref.model)) == nil {
                cursor.note(
                    "\(cursor.path.text): this version does not speak \(provider.wireName(for: model.ref.model)), so \(model.ref) will be passed over"
                )
            }
            return ChainEntry(model, origin: cursor.path.text, written: text)
        case .failure(let unknown):
            let (name, credential) = ModelNames.split(text)
            guard case .noProvider = unknown.why, let ref = ModelNames.reference(name) else {
                if unknown.why == .ambiguous {
                    let names = unknown.suggestions.joined(separator: ", ")
                    return cursor.problem(
                        "\(cursor.path.text) is \(Shown.quoted(text)), which several providers have", "write one of \(names)")
                }
                cursor.report(
                    "\(cursor.path.text) is \(Shown.quoted(text)), which is neither provider/model nor an alias",
                    "write it with its provider, such as openai/gpt-5.4",
                    nearest: cursor.reading.isFull ? nil : ModelNames.suggestions(for: text, in: settings).first)
                return nil
            }
            cursor.note("\(cursor.path.text) names the provider \(ref.provider), which is not configured: \(ref) will be passed over")
            return ChainEntry(PinnedModelRef(ref: ref, credential: credential), origin: cursor.path.text, written: text)
        }
    }

    // MARK: The table of models

    /// `agents.defaults.models`: aliases and params, no list of what is allowed.
    private static func readModelTable(_ defaults: SettingsCursor, into settings: inout Settings) {
        var aliases: Set<String> = []
        for (name, cursor) in defaults.entries("models") {
            guard let row = cursor.opened() else { continue }
            guard let ref = ModelNames.reference(name) else {
                row.report("\(Shown.name(name)) is no model", "write provider/model or provider/*")
                continue
            }
            var alias = row.text("alias")
            if let text = alias, let problem = refusal(of: text) {
                row.child("alias")?.report("\(row.path.text).alias is \(Shown.quoted(text))", problem)
                alias = nil
            }
            if let text = alias, !aliases.insert(text.lowercased()).inserted {
                row.child("alias")?.note("the alias \(Shown.quoted(text)) is given twice; the first model has it")
                alias = nil
            }
            let isWhole = ref.model == "*"
            if isWhole, alias != nil {
                row.child("alias")?.report("\(row.path.text) has an alias", "one model can have one, not all of a provider")
            }
            settings.agents.models.append(
                AgentsSettings.ModelEntry(
                    provider: ref.provider, model: isWhole ? nil : ref.model, alias: alias, params: params(row) ?? [:]))
        }
    }

    /// Why a text cannot be an alias.
    private static func refusal(of alias: String) -> String? {
        if alias.utf8.count > 64 { return "an alias has at most 64 bytes" }
        if alias.contains("@") || alias.unicodeScalars.contains(where: { $0.properties.isWhitespace }) {
            return "an alias has neither white space nor @"
        }
        if ["default", "understudy", "openclaw"].contains(alias.lowercased()) { return "this name has a meaning of its own" }
        return nil
    }
}

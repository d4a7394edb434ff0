// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import JSON
import Providers

/// `understudy providers list`: whom models can be asked from, on which wire, where, and what lets one in. Asks nobody.
struct ProvidersList {
    struct Row: Hashable, Sendable {
        var id: String
        /// Other names that chains may use for it.
        var aliases: [String]
        var isConfigured: Bool
        var wire: String
        /// Whether this version speaks the wire.
        var isSpoken: Bool
        /// `nil`: the configuration has to say it.
        var baseURL: String?
        /// The variable that would give it a key.
        var variable: String
        /// People sign in there, and no variable of the catalogue lets anybody in.
        var takesLogin: Bool
        /// Ids of those that may be used.
        var credentials: [String]
        var needsCredential: Bool
        var note: String?

        /// What stands in its way; empty: nothing.
        var lacking: String {
            if !isSpoken { return "wire not spoken yet" }
            if baseURL == nil { return "needs a baseUrl" }
            return needsCredential && credentials.isEmpty ? "no credential" : ""
        }
    }

    var rows: [Row]

    /// Configured ones first, as written; then the catalogue's.
    static func make(_ settings: Settings, pool: PoolSnapshot, agent: AgentID) -> ProvidersList {
        let known = Catalogue.builtIn.entries.map(\.id)
        let ids = settings.configuredProviders + known.filter { !settings.configuredProviders.contains($0) }
        return ProvidersList(
            rows: ids.map { id in
                let entry = Catalogue.builtIn.provider(id)
                let provider = settings.providers[id]
                let wire = provider?.wireName ?? entry?.wireName ?? ""
                return Row(
                    id: id.rawValue, aliases: entry?.aliases ?? [], isConfigured: settings.configuredProviders.contains(id), wire: wire,
                    isSpoken: WireKind(rawValue: wire) != nil, baseURL: provider?.baseURL.description ?? entry?.baseURL?.description,
                    variable: entry?.environment.first
                        ?? (entry?.environmentPrefix ?? CatalogueEntry.environmentPrefix(for: id)) + "_API_KEY",
                    takesLogin: LoginCatalogue.builtIn[id] != nil && entry?.environment.isEmpty ?? true,
                    credentials: pool.credentials(for: id, agent: agent).filter { $0.unusable == nil && $0.kind != .none }.map(
                        \.id.rawValue),
                    needsCredential: provider?.needsCredential ?? !(entry?.isLocal ?? false), note: entry?.note)
            })
    }

    func text(width: Int?, colour: Bool) -> String {
        var table = Table([
            .flexible("Provider", least: 14), .flexible("Wire", least: 18, leaves: 1), .flexible("Base URL", least: 24),
            .flexible("Key from", least: 16, leaves: 2), .flexible("Credentials", least: 16),
        ])
        for row in rows {
            let found = row.credentials.isEmpty ? (row.needsCredential ? "-" : "none needed") : row.credentials.joined(separator: ", ")
            let status =
                row.lacking.isEmpty || row.lacking == "no credential"
                ? Table.Cell(found, row.credentials.isEmpty ? .faint : .good) : Table.Cell(row.lacking, .warning)
            table.add([
                Table.Cell(row.isConfigured ? "\(row.id) *" : row.id, row.isConfigured ? .strong : .plain), Table.Cell(row.wire),
                Table.Cell(row.baseURL ?? "-"),
                Table.Cell(row.takesLogin ? "a login" : row.variable), status,
            ])
        }
        let configured = rows.count { $0.isConfigured }
        let ready = rows.count { $0.lacking.isEmpty }
        return table.lines(width: width, colour: colour).joined(separator: "\n")
            + "\n\n\(rows.count) providers: \(configured) in the configuration (*), \(ready) ready to be asked."
    }

    var json: JSONValue {
        [
            "count": .number(JSONNumber(rows.count)),
            "providers": .array(
                rows.map { row in
                    [
                        "id": .string(row.id), "aliases": .array(row.aliases.map { .string($0) }), "configured": .bool(row.isConfigured),
                        "api": .string(row.wire), "spoken": .bool(row.isSpoken),
                        "baseUrl": row.baseURL.map { .string($0) } ?? .null, "env": .string(row.variable),
                        "credentials": .array(row.credentials.map { .string($0) }), "needsCredential": .bool(row.needsCredential),
                        "ready": .bool(row.lacking.isEmpty), "note": row.note.map { .string($0) } ?? .null,
                    ]
                }),
        ]
    }

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let setup = try Setup.load(for: context)
        let agent = try ModelsStatus.agent(context.invocation.text(.agent), in: setup.settings)
        var list = make(
            setup.settings, pool: setup.credentials(now: Timestamp(milliseconds: HostFacts.nowMilliseconds())), agent: agent.id)
        if context.invocation.isOn(ready) { list.rows = list.rows.filter(\.lacking.isEmpty) }
        let output = context.output
        if output.wantsJSON {
            output.json(list.json)
        } else if context.invocation.isOn(ModelsChange.plain) {
            if !list.rows.isEmpty { output.text(list.rows.map(\.id).joined(separator: "\n")) }
        } else {
            output.text(list.text(width: output.terminal.width, colour: output.terminal.colour))
        }
        return .fine
    }

    static let ready = Flag("ready", .toggle, "Only those that could be asked now: spoken to, with an address and a credential")
}

extension CommandList {
    static let providers = CommandList(
        commands: [.providersList, .pluginsList, .pluginsEnable],
        groups: [
            CommandGroup("providers", summary: "Whom models can be asked from", standsFor: "list"),
            CommandGroup("plugins", summary: "OpenClaw's plugins for providers, which are built in here", standsFor: "list"),
        ])
}

extension Command {
    static let providersList = Command(
        words: ["providers", "list"], summary: "List the providers, their wire, address, variable and credentials",
        discussion: [
            "Those of the configuration first, marked with *, then those of the built-in catalogue, which need no entry, only a credential. Asks "
                + "nobody: whether one answers says understudy models status --probe."
        ],
        flags: [.agent, ProvidersList.ready, ModelsChange.plain],
        examples: [
            Example("understudy providers list", "All that can be asked."),
            Example("understudy providers list --ready", "Those that have a credential."),
            Example("understudy providers list --json | jq -r '.providers[] | select(.configured) | .baseUrl'", "For programs."),
        ],
        exitCodes: [(.fine, "fine"), (.configuration, "the configuration has problems, which are listed")],
        run: { context throws(CommandFailure) in try ProvidersList.run(context) })
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Providers

/// `understudy plugins`: what people type who come from OpenClaw, where providers and their logins are plugins. Here they are built in, so
/// that there is nothing to enable, and the next step is said.
enum Plugins {
    struct Plugin: Hashable, Sendable {
        /// OpenClaw's name for it.
        var id: String
        /// A provider's; `nil`: what `instead` says.
        var provider: String?
        /// The next step, or why there is none.
        var instead: String
    }

    /// OpenClaw's plugins for logins and providers (docs.openclaw.ai/plugins and docs.openclaw.ai/concepts/model-providers), then every
    /// provider by its own name.
    static let all: [Plugin] = logins + providers

    private static let logins = [
        ("google-gemini-cli-auth", "google-gemini-cli"), ("qwen-portal-auth", "qwen-portal"), ("minimax-portal-auth", "minimax-portal"),
        ("github-copilot-auth", "github-copilot"), ("openai-codex-auth", "openai-codex"),
    ].map { Plugin(id: $0.0, provider: $0.1, instead: "sign in: understudy models auth login --provider \($0.1)") }

    private static let providers = Catalogue.builtIn.entries.map { entry in
        let id = entry.id.rawValue
        let instead = entry.isLocal ? "start its server; it needs no key" : "give it a key: understudy models auth add --provider \(id)"
        return Plugin(id: id, provider: id, instead: instead)
    }

    static func list(_ context: CommandContext) -> ExitStatus {
        let output = context.output
        guard !output.wantsJSON else {
            output.json([
                "plugins": .array(
                    all.map { plugin in
                        [
                            "id": .string(plugin.id), "enabled": true, "builtIn": true,
                            "provider": plugin.provider.map { .string($0) } ?? .null,
                        ]
                    })
            ])
            return .fine
        }
        output.text("Providers and their logins are built in: nothing has to be installed or enabled.\n")
        var table = Table([.fixed("Plugin of OpenClaw"), .fixed("Provider")])
        for plugin in logins { table.add([Table.Cell(plugin.id), Table.Cell(plugin.provider ?? "-")]) }
        output.table(table)
        output.text("\nSign in at one: understudy models auth login --provider <provider>")
        output.text("All \(providers.count) providers: understudy providers list")
        return .fine
    }

    static func enable(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard let typed = context.invocation.words.first else { throw CommandFailure(.usage, "give a plugin") }
        let id = typed.lowercased()
        let plugin = all.first { $0.id == id } ?? alias(of: id)
        guard let plugin else {
            let nearest = NearestWord.of(id, in: all.map(\.id)).map { " Did you mean \($0)?" } ?? ""
            throw CommandFailure(
                .failed, "there is no plugin \"\(SafeText.line(typed))\" here.\(nearest)",
                hints: ["providers and their logins are built in: understudy plugins list"])
        }
        let output = context.output
        guard !output.wantsJSON else {
            output.json(["id": .string(plugin.id), "enabled": true, "builtIn": true, "changed": false])
            return .fine
        }
        output.text("\(plugin.id) is built in: there is nothing to enable.")
        output.text("Next, \(plugin.instead)")
        return .fine
    }

    /// A provider under another of its names, or with OpenClaw's ending for plugins of logins.
    private static func alias(of id: String) -> Plugin? {
        let bare = id.hasSuffix("-auth") ? String(id.dropLast(5)) : id
        guard let entry = Catalogue.builtIn.entries.first(where: { $0.id.rawValue == bare || $0.aliases.contains(bare) }) else {
            return nil
        }
        var found = providers.first { $0.id == entry.id.rawValue }
        found?.id = id
        return found
    }
}

extension Command {
    static let pluginsList = Command(
        words: ["plugins", "list"], summary: "List OpenClaw's plugins that are built in here",
        examples: [Example("understudy plugins list", "What OpenClaw's names are here.")],
        run: { context throws(CommandFailure) in Plugins.list(context) })

    static let pluginsEnable = Command(
        words: ["plugins", "enable"], summary: "Say that a plugin is built in, and what comes next",
        parameters: [Parameter(name: "plugin", summary: "OpenClaw's name, such as google-gemini-cli-auth, or a provider")],
        examples: [Example("understudy plugins enable google-gemini-cli-auth", "Nothing to enable; the next step is told.")],
        exitCodes: [(.fine, "it is built in"), (.failed, "there is no such plugin here")],
        run: { context throws(CommandFailure) in try Plugins.enable(context) })
}

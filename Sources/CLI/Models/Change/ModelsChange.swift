// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON

/// What the commands that change chains have in common: the flags, the writing, and the telling.
enum ModelsChange {
    static let agent = Flag(
        "agent", .text(placeholder: "id"), "Change this agent's; otherwise the defaults, which hold for every agent that says nothing else",
        example: "research")
    static let force = Flag("force", .toggle, "Take a provider that is not there")
    static let plain = Flag("plain", .toggle, "Print one per line, and nothing else")

    /// What is told of every change of `imageModel`.
    static let notAsked =
        "imageModel is kept for OpenClaw and asked by nobody here: a request with pictures goes to the models of the chain that take them"

    /// The words that every such command takes last.
    static let flags: [Flag] = [agent, force, .dryRun]

    /// Makes `model` the one that is asked first. What `models set` and logins with `--set-default` do.
    static func setDefault(
        _ model: String, kind: ChainSetting.Kind = .model, agent: String? = nil, force: Bool = false, in draft: ConfigDraft
    ) throws(CommandFailure) -> NamedModel {
        let found = try NamedModel.find(model, in: draft, force: force)
        let chain = try ChainSetting(kind, agent: agent, in: draft)
        try chain.setPrimary(found.text)
        try chain.list(found.ref)
        return found
    }

    /// Tells what was written: the lines that OpenClaw has, then the change, or one document.
    static func tell(
        _ change: ConfigChange, _ lines: [String], _ members: JSONObject, doubts: [String] = [], _ context: CommandContext
    ) -> ExitStatus {
        var change = change
        if let written = change.writtenAt {
            let hash = change.after.flatMap { GatewayLoader.hash(of: $0.files) }
            change.gateway = .find(after: written, hash: hash, change.location, context: context)
        }
        let output = context.output
        guard !output.wantsJSON else {
            var object = members
            for (name, value) in change.json.members { object[name] = value }
            if !doubts.isEmpty { object["warnings"] = .array(doubts.map { .string($0) }) }
            output.json(.object(object))
            return .fine
        }
        for line in lines { output.text(line) }
        change.show(on: output)
        for doubt in doubts { output.note("Note: \(doubt)\(doubt.hasSuffix("?") ? "" : ".")") }
        return .fine
    }

    /// Whether a key, token or login for the model's provider is there, and what to type if not. Blocks on files.
    static func lacking(_ model: NamedModel, agent: AgentID?, _ context: CommandContext) -> [String] {
        guard let setup = try? Setup.load(for: context) else { return [] }
        let pool = setup.credentials(now: Timestamp(milliseconds: HostFacts.nowMilliseconds()))
        let agent = agent ?? setup.settings.agents.defaultID
        let provider = model.ref.provider
        guard setup.settings.providers[provider]?.needsCredential ?? false,
            !pool.credentials(for: provider, agent: agent).contains(where: { $0.unusable == nil })
        else { return [] }
        var lines = ["\(provider) has no credential here, so it is passed over: understudy models auth add --provider \(provider)"]
        if provider != "openrouter", pool.credentials(for: "openrouter", agent: agent).contains(where: { $0.unusable == nil }) {
            lines.append("for the same model through OpenRouter, whose key is here, write openrouter/\(model.ref)")
        }
        return lines
    }
}

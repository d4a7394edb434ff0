// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `understudy models set` and `set-image`: the model that is asked first.
enum ModelsSet {
    static func run(_ kind: ChainSetting.Kind, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let invocation = context.invocation
        guard let name = invocation.words.first else { throw CommandFailure(.usage, "give a model") }
        let agent = invocation.text(ModelsChange.agent)
        var found: NamedModel?
        var owner: ChainSetting?
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            found = try ModelsChange.setDefault(name, kind: kind, agent: agent, force: invocation.isOn(ModelsChange.force), in: draft)
            owner = try ChainSetting(kind, agent: agent, in: draft)
        }
        guard let found, let owner else { throw CommandFailure(.internalFault, "the change was never made") }
        var doubts = found.doubts
        switch kind {
        case .model: if !change.isDry { doubts += ModelsChange.lacking(found, agent: owner.agent, context) }
        case .imageModel: doubts.append(ModelsChange.notAsked)
        }
        let heading = owner.agent.map { "\(kind == .model ? "Model" : "Image model") of \($0)" } ?? kind.defaultHeading
        var lines = ["\(heading): \(found.text)"]
        if !change.isChange { lines.append("It was so already.") }
        if let own = try Self.shadows(kind, agent: owner.agent, change) { lines.append(own) }
        return ModelsChange.tell(
            change, lines,
            [
                kind == .model ? "defaultModel" : "imageModel": .string(found.text),
                "agent": owner.agent.map { .string($0.rawValue) } ?? .null,
            ], doubts: doubts, context)
    }

    /// Agents that do not go by the defaults that were just set.
    private static func shadows(_ kind: ChainSetting.Kind, agent: AgentID?, _ change: ConfigChange) throws(CommandFailure) -> String? {
        guard agent == nil, kind == .model, let after = change.after else { return nil }
        let own = after.agents.all.filter { $0.primary.map { !$0.origin.hasPrefix("agents.defaults.") } ?? false }.map(\.id.rawValue)
        guard !own.isEmpty else { return nil }
        let names = own.prefix(10).joined(separator: ", ")
        return "With a model of \(own.count == 1 ? "its" : "their") own, and so not changed: \(names) (--agent \(own[0]))."
    }
}

extension Command {
    static let modelsSet = set(.model)
    static let modelsSetImage = set(.imageModel)

    private static func set(_ kind: ChainSetting.Kind) -> Command {
        let isModel = kind == .model
        let word = isModel ? "set" : "set-image"
        return Command(
            words: ["models", word], summary: isModel ? "Choose the model that is asked first" : "Choose the model for pictures",
            discussion: [
                "Writes agents.defaults.\(kind.key).primary, or with --agent the agent's own; fallbacks stay. The file keeps its comments, order and "
                    + "formatting, the old one is kept beside it, and what changed is shown. A running gateway goes by it at once.",
                isModel
                    ? "Tells, before the first request has to, if the provider has no credential here, or is not known to have such a model."
                    : "The setting is OpenClaw's: this version keeps it and does not choose models by what a request holds.",
            ],
            parameters: [Parameter(name: "model", summary: "provider/model, an alias, or a model's name that one configured provider has")],
            flags: ModelsChange.flags,
            examples: isModel
                ? [
                    Example("understudy models set google/gemini-3-flash-preview", "The default for every agent."),
                    Example("understudy models set opus --agent research", "One agent's, by an alias."),
                    Example("understudy models set openai/gpt-5.4 --dry-run", "Show what would be written."),
                ]
                : [Example("understudy models set-image google/gemini-3-flash-preview", "The model for pictures.")],
            exitCodes: Self.changeCodes,
            run: { context throws(CommandFailure) in try ModelsSet.run(kind, context) })
    }

    /// Of every command that changes the configuration.
    static let changeCodes: [(status: ExitStatus, meaning: String)] = [
        (.fine, "done, or it was so already"), (.failed, "there is no such agent, provider or model, or the file cannot be written"),
        (.configuration, "the configuration cannot be read, or would be refused after the change; nothing was written"),
    ]
}

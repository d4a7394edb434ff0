// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// `understudy models fallbacks` and `image-fallbacks`: who steps in, in which order.
enum ModelsFallbacks {
    static func list(_ kind: ChainSetting.Kind, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let draft = ConfigDraft(ConfigLocation.find(for: context), environment: context.environment)
        if let missing = draft.location.missing { throw missing }
        if let hint = draft.location.openClawHint { context.output.note(hint) }
        let chain = try ChainSetting(kind, agent: context.invocation.text(ModelsChange.agent), in: draft)
        let (list, isOwn) = try chain.fallbacks()
        let output = context.output
        if output.wantsJSON {
            output.json([Self.member(kind): .array(list.map { .string($0) }), "inherited": .bool(!isOwn)])
        } else if context.invocation.isOn(ModelsChange.plain) {
            if !list.isEmpty { output.text(list.joined(separator: "\n")) }
        } else {
            output.text(([heading(kind, list)] + (list.isEmpty ? ["- none"] : list.map { "- \($0)" })).joined(separator: "\n"))
            if !isOwn { output.note("These are the defaults': the agent has none of its own.") }
        }
        return .fine
    }

    static func add(_ kind: ChainSetting.Kind, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard !context.invocation.words.isEmpty else { throw CommandFailure(.usage, "give a model") }
        var found: [NamedModel] = []
        var remarks: [String] = []
        let result = try change(kind, context) { draft, chain, list throws(CommandFailure) in
            (found, remarks) = ([], [])
            let primary = try chain.primary()
            for name in context.invocation.words {
                let model = try NamedModel.find(name, in: draft, force: context.invocation.isOn(ModelsChange.force))
                found.append(model)
                remarks += model.doubts
                if list.contains(where: { model.isSame(as: $0, in: draft) }) {
                    remarks.append("\(model.text) is among them already")
                    continue
                }
                if let primary, model.isSame(as: primary, in: draft) {
                    remarks.append("\(model.text) is the model that is asked first, and not asked twice")
                }
                list.append(model.text)
                try chain.list(model.ref)
            }
        }
        if kind == .imageModel { remarks.append(ModelsChange.notAsked) }
        if kind == .model, !result.change.isDry {
            var told: Set<ProviderID> = []
            for model in found where told.insert(model.ref.provider).inserted {
                remarks += ModelsChange.lacking(model, agent: result.agent, context)
            }
        }
        return tell(kind, result, remarks, context)
    }

    static func remove(_ kind: ChainSetting.Kind, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard !context.invocation.words.isEmpty else { throw CommandFailure(.usage, "give a model") }
        let result = try change(kind, context) { draft, _, list throws(CommandFailure) in
            for name in context.invocation.words {
                let model = try? NamedModel.find(name, in: draft, force: true)
                let place = list.firstIndex { $0 == name || model?.isSame(as: $0, in: draft) ?? false }
                guard let place else {
                    let nearest = NearestWord.of(name, in: list).map { " Did you mean \($0)?" } ?? ""
                    throw CommandFailure(
                        .failed, "Fallback not found: \(SafeText.line(name)).\(nearest)",
                        hints: ["there are: understudy \(kind.command) list"])
                }
                list.remove(at: place)
            }
        }
        return tell(kind, result, [], context)
    }

    static func clear(_ kind: ChainSetting.Kind, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let result = try change(kind, context) { _, _, list throws(CommandFailure) in list = [] }
        let remark = result.agent.map {
            "\($0) has no fallbacks now, not even the defaults'; to have those: understudy config unset \(result.path)"
        }
        return tell(kind, result, remark.map { [$0] } ?? [], context)
    }

    // MARK: Changing

    private struct Result {
        var change: ConfigChange
        var list: [String]
        var agent: AgentID?
        /// Of the list in the settings.
        var path: String
        /// The agent had the defaults' list until now.
        var wasInherited: Bool
    }

    private static func change(
        _ kind: ChainSetting.Kind, _ context: CommandContext,
        _ edit: (ConfigDraft, ChainSetting, inout [String]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> Result {
        var result: (list: [String], agent: AgentID?, path: String, wasInherited: Bool)?
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            let chain = try ChainSetting(kind, agent: context.invocation.text(ModelsChange.agent), in: draft)
            let (before, isOwn) = try chain.fallbacks()
            var list = before
            try edit(draft, chain, &list)
            let isWritten = try draft.value(at: chain.path)?["fallbacks"] != nil
            if list != before || !isWritten && (list.isEmpty && chain.agent != nil) { try chain.setFallbacks(list) }
            result = (list, chain.agent, ConfigDraft.text(chain.path + [.key("fallbacks")]), !isOwn && list != before)
        }
        guard let result else { throw CommandFailure(.internalFault, "the change was never made") }
        return Result(
            change: change, list: result.list, agent: result.agent, path: result.path, wasInherited: result.wasInherited)
    }

    private static func tell(
        _ kind: ChainSetting.Kind, _ result: Result, _ remarks: [String], _ context: CommandContext
    ) -> ExitStatus {
        var remarks = remarks
        if result.wasInherited, let agent = result.agent {
            remarks.append("\(agent) had the defaults' fallbacks until now, and has a list of its own from now on")
        }
        let shown = result.list.isEmpty ? "none" : result.list.joined(separator: ", ")
        let whose = result.agent.map { " of \($0)" } ?? ""
        return ModelsChange.tell(
            result.change, ["\(kind.heading)\(whose): \(shown)"],
            [
                member(kind): .array(result.list.map { .string($0) }), "agent": result.agent.map { .string($0.rawValue) } ?? .null,
            ], doubts: remarks, context)
    }

    private static func heading(_ kind: ChainSetting.Kind, _ list: [String]) -> String { "\(kind.heading) (\(list.count)):" }

    private static func member(_ kind: ChainSetting.Kind) -> String { kind == .model ? "fallbacks" : "imageFallbacks" }
}

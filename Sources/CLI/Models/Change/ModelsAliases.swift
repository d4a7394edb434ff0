// SPDX-License-Identifier: Apache-2.0
import Configuration
import JSON

/// `understudy models aliases`: short names, which stand in `agents.defaults.models`.
enum ModelsAliases {
    private static let table = ChainSetting.defaults + [.key("models")]

    /// As written: the alias, and the model that has it.
    private static func all(in draft: ConfigDraft) throws(CommandFailure) -> [(alias: String, model: String)] {
        (try draft.value(at: table)?.object?.members ?? []).compactMap { member in
            member.value["alias"]?.string.map { ($0, member.key) }
        }
    }

    static func list(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let draft = ConfigDraft(ConfigLocation.find(for: context), environment: context.environment)
        if let missing = draft.location.missing { throw missing }
        if let hint = draft.location.openClawHint { context.output.note(hint) }
        let found = try all(in: draft)
        let output = context.output
        if output.wantsJSON {
            output.json(["aliases": .object(JSONObject(found.map { ($0.alias, .string($0.model)) }))])
        } else if context.invocation.isOn(ModelsChange.plain) {
            if !found.isEmpty { output.text(found.map { "\($0.alias) \($0.model)" }.joined(separator: "\n")) }
        } else {
            let lines = found.isEmpty ? ["- none"] : found.map { "- \($0.alias) -> \($0.model)" }
            output.text((["Aliases (\(found.count)):"] + lines).joined(separator: "\n"))
        }
        return .fine
    }

    static func add(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard context.invocation.words.count == 2 else { throw CommandFailure(.usage, "give an alias and the model that it stands for") }
        let (alias, name) = (context.invocation.words[0], context.invocation.words[1])
        var found: NamedModel?
        var remarks: [String] = []
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            let model = try NamedModel.find(name, in: draft, force: context.invocation.isOn(ModelsChange.force))
            found = model
            remarks = model.doubts
            let known = try all(in: draft)
            if let other = known.first(where: { $0.alias.lowercased() == alias.lowercased() }) {
                guard model.isSame(as: other.model, in: draft) else {
                    throw CommandFailure(
                        .failed, "the alias \"\(other.alias)\" stands for \(other.model) already",
                        hints: ["take that away first: understudy models aliases remove \(other.alias)"])
                }
            }
            let row = try draft.value(at: table)?.object?.keys.first { model.isSame(as: $0, in: draft) } ?? model.ref.description
            if let before = known.first(where: { $0.model == row }), before.alias != alias {
                remarks.append("until now its alias was \(before.alias)")
            }
            if try draft.value(at: table)?.object?.isEmpty ?? true, draft.location.configPath.hasSuffix("/openclaw.json") {
                remarks.append("OpenClaw takes a table with entries for all models that may be chosen; here it allows and forbids nothing")
            }
            try draft.set(.string(alias), at: table + [.key(row), .key("alias")])
        }
        guard let found else { throw CommandFailure(.internalFault, "the change was never made") }
        return ModelsChange.tell(
            change, ["Alias \(alias) -> \(found.ref)"] + (change.isChange ? [] : ["It was so already."]),
            ["alias": .string(alias), "model": .string(found.ref.description)], doubts: remarks, context)
    }

    static func remove(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard let alias = context.invocation.words.first else { throw CommandFailure(.usage, "give an alias") }
        var model = ""
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            let known = try all(in: draft)
            guard let entry = known.first(where: { $0.alias.lowercased() == alias.lowercased() }) else {
                let nearest = NearestWord.of(alias, in: known.map(\.alias)).map { " Did you mean \($0)?" } ?? ""
                throw CommandFailure(
                    .failed, "Alias not found: \(SafeText.line(alias)).\(nearest)", hints: ["there are: understudy models aliases list"])
            }
            model = entry.model
            let row = table + [.key(entry.model)]
            // A row that said nothing else goes, unless other rows make the table a list in which OpenClaw would miss it.
            let isBare = try draft.value(at: row)?.object?.count == 1
            let isOnly = try draft.value(at: table)?.object?.count == 1
            _ = try draft.remove(at: isBare && isOnly ? row : row + [.key("alias")])
        }
        return ModelsChange.tell(
            change, ["Alias removed: \(alias) (was \(model))"], ["alias": .string(alias), "model": .string(model)], context)
    }
}

extension Command {
    static let modelsAliasesList = Command(
        words: ["models", "aliases", "list"], summary: "List the short names of models",
        flags: [ModelsChange.plain],
        examples: [Example("understudy models aliases list", "Each alias and its model.")],
        exitCodes: changeCodes, run: { context throws(CommandFailure) in try ModelsAliases.list(context) })

    static let modelsAliasesAdd = Command(
        words: ["models", "aliases", "add"], summary: "Give a model a short name",
        discussion: [
            "An alias may be used wherever a model may: in chains, in requests, in these commands. A model has one; a new one takes its place."
        ],
        parameters: [
            Parameter(name: "alias", summary: "without white space and @; its case does not count"),
            Parameter(name: "model", summary: "provider/model, or an alias of it"),
        ],
        flags: [ModelsChange.force, .dryRun],
        examples: [Example("understudy models aliases add fast cerebras/llama3.1-8b", "Ask for it as fast.")],
        exitCodes: changeCodes, run: { context throws(CommandFailure) in try ModelsAliases.add(context) })

    static let modelsAliasesRemove = Command(
        words: ["models", "aliases", "remove"], summary: "Take a model's short name away",
        parameters: [Parameter(name: "alias", summary: "as listed; its case does not count")],
        flags: [.dryRun],
        examples: [Example("understudy models aliases remove fast", "It stands for nothing any more.")],
        exitCodes: changeCodes, run: { context throws(CommandFailure) in try ModelsAliases.remove(context) })
}

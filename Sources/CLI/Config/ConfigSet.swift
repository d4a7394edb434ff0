// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON

/// `understudy config set` and `unset`.
enum ConfigSet {
    static let strict = Flag("strict-json", .toggle, "The value is JSON and nothing else; without it, JSON5, and a bare word is a text")
    static let merge = Flag("merge", .toggle, "Merge an object into the one that is there: what it does not name stays")
    static let replace = Flag("replace", .toggle, "Take out what the new value does not have")

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let invocation = context.invocation
        guard invocation.words.count == 2 else { throw CommandFailure(.usage, "give a path and a value") }
        if invocation.isOn(merge), invocation.isOn(replace) {
            throw CommandFailure(.usage, "config set: --merge and --replace contradict each other")
        }
        var path: [JSON5Document.Step] = []
        var new = JSONValue.null
        // Asked for once, whatever the number of tries.
        var typed: JSONValue?
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            path = try ConfigPath.read(invocation.words[0], in: draft)
            let key = try ConfigPath.key(at: path)
            let value: JSONValue = if let typed { typed } else { try read(invocation.words[1], for: key, at: path, context) }
            (typed, new) = (value, value)
            if invocation.isOn(merge) {
                guard let object = value.object else { throw CommandFailure(.usage, "config set: --merge takes an object") }
                try draft.merge(object, at: path)
            } else {
                if !invocation.isOn(replace) { try guardMembers(of: try draft.value(at: path), new: value, path) }
                try draft.set(value, at: path)
            }
        }
        let shown = ConfigMask(settings: change.after).value(new, at: path)
        let text = ConfigDraft.text(path)
        return ModelsChange.tell(
            change, change.isChange ? [] : ["\(text) was so already."], ["path": .string(text), "value": shown], context)
    }

    /// What was typed, as the key takes it.
    private static func read(
        _ text: String, for key: KnownKey, at path: [JSON5Document.Step], _ context: CommandContext
    ) throws(CommandFailure) -> JSONValue {
        if context.invocation.isOn(strict) {
            do {
                return try JSONValue.parse(Array(text.utf8))
            } catch {
                throw CommandFailure(.usage, "config set: the value is not JSON: \(error)")
            }
        }
        if key.kind == .secret, !text.hasPrefix("{") {
            if ConfigMask.isVariable(text) { return .string(text) }
            let secret = try SecretInput(context).secret(text, what: ConfigDraft.text(path), flag: "config set <path>")
            return .string(secret.withExposed { $0 })
        }
        let parsed = try? JSON5Document(Array(text.utf8)).value
        switch key.kind {
        case .text, .url, .choice: return parsed?.string.map { .string($0) } ?? (parsed?.object).map { .object($0) } ?? .string(text)
        default: break
        }
        if let parsed { return parsed }
        // A slip in a list or object must not become a text.
        if let first = text.first, "[{\"'".contains(first) {
            do {
                _ = try JSON5Document(Array(text.utf8))
            } catch {
                throw CommandFailure(.usage, "config set: the value cannot be read: \(error)", hints: ["quote it for the shell: '\(text)'"])
            }
        }
        return .string(text)
    }

    /// A value that would take members out by the way is not set: OpenClaw's people lost chains to that.
    private static func guardMembers(of old: JSONValue?, new: JSONValue, _ path: [JSON5Document.Step]) throws(CommandFailure) {
        guard let old = old?.object, !old.isEmpty else { return }
        let lost = old.keys.filter { new.object?[$0] == nil }
        guard !lost.isEmpty else { return }
        let names = lost.prefix(5).map { SafeText.line($0) }.joined(separator: ", ") + (lost.count > 5 ? " and \(lost.count - 5) more" : "")
        throw CommandFailure(
            .failed, "\(ConfigDraft.text(path)) has members that would be lost: \(names)",
            hints: [
                new.string != nil && old["primary"] != nil
                    ? "keep them: understudy config set \(ShellWord.operand(ConfigDraft.text(path) + ".primary")) <value>"
                    : "keep them: --merge",
                "lose them: --replace",
            ])
    }

    static func unset(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        guard let typed = context.invocation.words.first else { throw CommandFailure(.usage, "give a path") }
        var text = ""
        let change = try ConfigWriter(for: context).write { draft throws(CommandFailure) in
            let path = try ConfigPath.read(typed, in: draft)
            text = ConfigDraft.text(path)
            guard try draft.remove(at: path) else {
                if case .failure(let problem) = known(path) { throw problem }
                throw CommandFailure(.failed, "\(text) is not set")
            }
        }
        return ModelsChange.tell(change, [], ["path": .string(text)], context)
    }

    private static func known(_ path: [JSON5Document.Step]) -> Result<KnownKey, CommandFailure> {
        do throws(CommandFailure) { return .success(try ConfigPath.key(at: path)) } catch { return .failure(error) }
    }
}

extension Command {
    static let configSet = Command(
        words: ["config", "set"], summary: "Write a setting",
        discussion: [
            "The file keeps its comments, order and formatting; the one before is kept beside it as .bak (five of them), and what changed is shown. A "
                + "value in an included file is changed there. Nothing is written that the gateway would refuse: the error says what would do. A running "
                + "gateway goes by it at once.",
            "The value is JSON5, and a bare word is a text: 7100, true, '[\"a\", \"b\"]', openai/gpt-5.4. For keys, tokens and passwords, \(SecretInput.ways).",
        ],
        parameters: [ConfigPath.word, Parameter(name: "value", summary: "JSON5, or a bare text")],
        flags: [ConfigSet.strict, ConfigSet.merge, ConfigSet.replace, .dryRun],
        examples: [
            Example("understudy config set gateway.port 7200", "A number."),
            Example("understudy config set models.providers.openai.apiKey '${OPENAI_API_KEY}'", "A key that stands in a variable."),
            Example(
                #"understudy config set agents.defaults.models '{"openai/gpt-5.4": {}}' --strict-json --merge"#,
                "One more entry of a table."),
            Example("understudy config set agents.defaults.model.fallbacks '[]' --dry-run", "Show what would be written."),
        ],
        exitCodes: [(.fine, "done, or it was so already"), (.failed, "there is no such setting, or the file cannot be written")]
            + changeCodes.filter { $0.status == .configuration },
        run: { context throws(CommandFailure) in try ConfigSet.run(context) })

    static let configUnset = Command(
        words: ["config", "unset"], summary: "Take a setting out of the file",
        discussion: ["Without it, its default holds, which docs/configuration.md tells. The file before is kept as with config set."],
        parameters: [ConfigPath.word], flags: [.dryRun],
        examples: [
            Example("understudy config unset gateway.port", "The default port."),
            Example("understudy config unset 'agents.list[1]'", "The second agent."),
        ],
        exitCodes: [
            (.fine, "it is not in the file any more"), (.failed, "it was not set, there is no such setting, or the file cannot be written"),
        ] + changeCodes.filter { $0.status == .configuration }, run: { context throws(CommandFailure) in try ConfigSet.unset(context) })
}

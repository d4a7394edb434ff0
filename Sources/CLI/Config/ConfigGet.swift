// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import JSON

/// `understudy config get`: a setting as it is written, secrets masked.
enum ConfigGet {
    static let showSecrets = Flag("show-secrets", .toggle, "Print keys, tokens and passwords as they are")

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let draft = ConfigDraft(ConfigLocation.find(for: context), environment: context.environment)
        if let missing = draft.location.missing { throw missing }
        let path: [JSON5Document.Step] =
            if let text = context.invocation.words.first { try ConfigPath.read(text, in: draft) } else { [] }
        guard var value = try draft.value(at: path) else { return try absent(path, draft, context) }
        if !context.invocation.isOn(showSecrets) { value = ConfigMask(settings: draft.settings).value(value, at: path) }
        let output = context.output
        if output.wantsJSON {
            output.json(value)
        } else {
            switch value {
            case .string(let text): output.text(text)
            case .null, .bool, .number: output.text(value.description)
            case .array, .object: output.text(String(decoding: JSONWriter.pretty(value), as: UTF8.self))
            }
        }
        return .fine
    }

    /// Nothing is written there: what holds then, or what was probably meant.
    private static func absent(
        _ path: [JSON5Document.Step], _ draft: ConfigDraft, _ context: CommandContext
    ) throws(CommandFailure) -> ExitStatus {
        guard !path.isEmpty else {
            context.output.wantsJSON ? context.output.json([:]) : context.output.text("{}")
            return .fine
        }
        let key = try ConfigPath.key(at: path)
        var text = "\(ConfigDraft.text(path)) is not set"
        if !key.fallback.isEmpty { text += "; without it: \(key.fallback.filter { $0 != "`" })" }
        throw CommandFailure(.failed, text, hints: ["set it: understudy config set \(ShellWord.operand(ConfigDraft.text(path))) <value>"])
    }
}

extension Command {
    static let configGet = Command(
        words: ["config", "get"], summary: "Print a setting as it is written",
        discussion: [
            "What stands in the configuration file and in those that it includes, variables such as ${OPENAI_API_KEY} as they are. Keys, tokens and "
                + "passwords are masked. A text is printed bare, everything else as JSON. Without a path: all of it.",
            "A name that has points or brackets in it stands in brackets and quotes; elements count from 0. All keys are described in "
                + "docs/configuration.md.",
        ],
        parameters: [
            Parameter(name: "path", summary: ConfigPath.word.summary, optional: true)
        ],
        flags: [ConfigGet.showSecrets],
        examples: [
            Example("understudy config get agents.defaults.model", "The chain, as written."),
            Example("understudy config get 'agents.list[0].id'", "The first agent's id."),
            Example("understudy config get models --json | jq .providers", "A part of it, for programs."),
        ],
        exitCodes: [
            (.fine, "it is set"), (.failed, "it is not set, or there is no such setting"),
            (.configuration, "the configuration cannot be read"),
        ],
        run: { context throws(CommandFailure) in try ConfigGet.run(context) })
}

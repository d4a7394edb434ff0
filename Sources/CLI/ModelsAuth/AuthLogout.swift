// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON

/// `understudy models auth logout`: takes stored profiles out of their file.
enum AuthLogout {
    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let chosen = try chosen(context, place)
        for profile in chosen {
            guard let path = profile.file, place.isOurs(path) else {
                throw CommandFailure(
                    .failed,
                    "\(SafeText.line(profile.id.rawValue)) stands in \(place.short(profile.file ?? "")), which is OpenClaw's and never written here",
                    hints: [
                        "remove it there: openclaw models auth logout \(ShellWord.operand(profile.id.rawValue))",
                        "or do not use it here: understudy models auth order set --provider \(profile.provider) <the others>",
                    ])
            }
        }
        if !context.invocation.isOn(AuthFlags.yes) {
            let names = chosen.map { SafeText.line($0.id.rawValue) }.joined(separator: ", ")
            guard try Prompt().yes("Remove \(names)? The secret is gone then.", otherwise: false, flag: "--yes") else {
                throw Prompt.cancelled
            }
        }
        var lines: [String] = []
        for profile in chosen {
            guard let path = profile.file else { continue }
            let gone = try place.change(ProfileFile(path: path)) { contents in ProfileEdit.remove(profile.id, from: &contents) != nil }
            let whose = path == place.file.path ? "" : ", \(place.owner(of: path))'s file, which the agent \(place.agent) reads too"
            lines.append(
                "\(gone ? "Removed" : "Was gone already"): \(SafeText.line(profile.id.rawValue)) (\(profile.kind.rawValue)) from \(place.short(path))\(whose)"
            )
        }
        if context.output.wantsJSON {
            context.output.json([
                "removed": .array(chosen.map { .string($0.id.rawValue) }), "agentId": .string(place.agent.rawValue),
                "files": .array(Set(chosen.compactMap(\.file)).sorted().map { .string($0) }),
            ])
        } else {
            context.output.text((lines + kept(chosen, place, context)).joined(separator: "\n"))
        }
        return .fine
    }

    private static func chosen(_ context: CommandContext, _ place: AuthPlace) throws(CommandFailure) -> [StoredCredential] {
        let provider = context.invocation.text(AuthFlags.provider)
        switch (context.invocation.words.first, provider) {
        case (let text?, nil): return [try place.profile(text)]
        case (nil, let text?):
            let id = try place.provider(text, force: true)
            let all = place.profiles(of: id)
            guard !all.isEmpty else {
                throw CommandFailure(
                    .failed, "the agent \(place.agent) has no stored profile of \(id)",
                    hints: ["see which there are: understudy models auth list\(place.agentFlag)"])
            }
            return all
        case (nil, nil):
            let all = place.profiles()
            guard !all.isEmpty else { throw CommandFailure(.failed, "the agent \(place.agent) has no stored profiles") }
            let choices = all.map { Prompt.Choice($0.id.rawValue, "\($0.kind.rawValue)  \($0.secret.isEmpty ? "" : $0.secret.masked)") }
            return [all[try Prompt().choose("Which one is to go?", from: choices, flag: "the profile's id, or --provider")]]
        case (_, _):
            throw CommandFailure(.usage, "models auth logout: give a profile's id or --provider, not both")
        }
    }

    /// What still lets us in at the provider.
    private static func kept(_ chosen: [StoredCredential], _ place: AuthPlace, _ context: CommandContext) -> [String] {
        guard let after = try? AuthPlace(context, after: place) else { return [] }
        return Set(chosen.map(\.provider)).sorted().map { provider in
            let left = after.pool.credentials(for: provider, agent: after.agent).filter { $0.kind != .none }
            if left.isEmpty { return "\(provider) has no credential any more." }
            return "\(provider) still has: \(left.map { SafeText.line($0.id.rawValue) }.joined(separator: ", "))"
        }
    }
}

extension Command {
    static let modelsAuthLogout = Command(
        words: ["models", "auth", "logout"], otherWords: [["models", "auth", "remove"]], summary: "Remove stored keys, tokens and logins",
        discussion: [
            "The profile and its place in the stored order go; requests under way with it go on. The provider is not told: end a login or revoke a key "
                + "on the provider's page. A profile that an agent has from main is removed from main's file."
        ],
        parameters: [Command.Parameter(name: "profile-id", summary: "Its id, such as openai:backup", optional: true)],
        flags: [
            Flag("provider", .text(placeholder: "id"), "All of this provider", example: "openai"), AuthFlags.agent, AuthFlags.yes,
        ],
        examples: [
            Example("understudy models auth logout openai:backup", "Asks, and removes it."),
            Example("understudy models auth logout --provider qwen-portal --yes", "All of one provider, without a question."),
        ],
        exitCodes: [
            (.fine, "removed"), (.failed, "there is none, it is not ours to remove, or the answer was no"),
            (.usage, "the command line is wrong, or nobody can be asked"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await AuthLogout.run(context) })

    static let modelsAuthClearCooldown = Command(
        words: ["models", "auth", "clear-cooldown"], summary: "Forget what is held against a credential, so that it is used at once",
        discussion: [
            "The same as credentials clear: the running gateway does it at once; where none runs, it is done in what the gateway kept. What is held "
                + "against a credential is held for all agents, so --agent makes no difference."
        ],
        parameters: [Command.Parameter(name: "profile-id", summary: "Its id, such as openai:backup", optional: true)],
        flags: [CredentialsCommands.model, CredentialsCommands.provider, CredentialsCommands.all, AuthFlags.agent] + Flag.connection,
        examples: [Example("understudy models auth clear-cooldown openai:backup", "The account has money again.")],
        exitCodes: Command.credentialsClear.exitCodes,
        run: { context throws(CommandFailure) in try await CredentialsCommands.clear(context) })
}

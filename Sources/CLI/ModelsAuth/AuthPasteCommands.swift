// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// `understudy models auth paste-api-key`, `paste-token` and `setup-token`.
enum AuthPasteCommands {
    static let key = Flag("key", .text(placeholder: "key"), "The key; without it you are asked. \(SecretInput.ways)", example: "-")
    static let token = Flag("token", .text(placeholder: "token"), "The token; without it you are asked. \(SecretInput.ways)", example: "-")

    static func pasteKey(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        try paste(.apiKey, provider: try provider(context), context)
    }

    static func pasteToken(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        try paste(.token, provider: try provider(context), context)
    }

    /// - Parameter provider: As typed.
    static func paste(_ kind: AuthPaste.Kind, provider text: String, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let invocation = context.invocation
        let provider = try place.provider(text, force: invocation.isOn(AuthFlags.force))
        let id = try place.profileID(invocation.text(AuthFlags.profile), of: provider, usual: kind.usual)
        let paste = AuthPaste(place: place, kind: kind, provider: provider, id: id)
        let flag = kind == .apiKey ? key : token
        let held: AuthPaste.Held
        if let reference = invocation.text(AuthFlags.reference) {
            guard invocation.text(flag) == nil else { throw usage(context, "give --ref or --\(flag.name), not both") }
            guard let object = AuthReference.read(reference) else {
                throw usage(context, "--ref takes \(AuthReference.expectation), and \"\(SafeText.line(reference))\" is none")
            }
            held = .reference(object, shown: reference)
        } else {
            let what = "\(provider) \(kind.words)"
            let secret = try SecretInput(context).secret(invocation.text(flag), what: what, flag: "--\(flag.name)")
            if let warning = shapeWarning(secret, kind, provider) { context.output.note(warning) }
            held = .secret(secret)
        }
        let lifetime = kind == .token ? invocation.age(AuthFlags.expires) : nil
        return try paste.store(held, label: invocation.text(AuthFlags.label), lifetime: lifetime, context)
    }

    /// A remark about a secret that looks like another kind of thing; it is stored all the same, since shapes change.
    static func shapeWarning(_ secret: Secret, _ kind: AuthPaste.Kind, _ provider: ProviderID) -> String? {
        secret.withExposed { text in
            if provider == "anthropic", kind == .apiKey, text.hasPrefix("sk-ant-oat") {
                return
                    "This looks like a token of claude setup-token, not like an API key: understudy models auth setup-token --provider anthropic"
            }
            if provider == "anthropic", kind == .token, text.hasPrefix("sk-ant-api") {
                return "This looks like an API key, not like a token: understudy models auth paste-api-key --provider anthropic"
            }
            if text.hasPrefix("sk-ant-"), provider != "anthropic" {
                return "This looks like a secret of Anthropic, and \(provider) was named."
            }
            if text.hasPrefix("sk-or-"), provider != "openrouter" {
                return "This looks like a key of OpenRouter, and \(provider) was named."
            }
            if text.utf8.count < 16 { return "This is shorter than the keys of most providers; was it cut?" }
            return nil
        }
    }

    // MARK: Setup tokens

    /// How Anthropic's setup tokens begin (docs.openclaw.ai/providers/anthropic).
    static let setupPrefix = "sk-ant-oat01-"

    static func setupToken(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let provider = try place.provider(context.invocation.text(AuthFlags.provider) ?? "anthropic")
        guard provider == "anthropic" else {
            throw usage(
                context, "setup tokens are Anthropic's alone; for \(provider): understudy models auth paste-token --provider \(provider)")
        }
        let id = try place.profileID(context.invocation.text(AuthFlags.profile), of: provider, usual: AuthPaste.Kind.token.usual)
        if context.invocation.text(token) == nil, TypedLine.canAsk {
            TypedLine.show("On a machine with a browser and Claude Code run `claude setup-token`, sign in, and copy what it prints.\n")
        }
        let secret = try SecretInput(context).secret(context.invocation.text(token), what: "Anthropic setup token", flag: "--token")
        guard secret.withExposed({ $0.hasPrefix(setupPrefix) && $0.utf8.count >= 40 }) else {
            throw CommandFailure(
                .failed, "that is no setup token: they begin with \(setupPrefix) and are longer",
                hints: ["an API key: understudy models auth paste-api-key --provider anthropic", "make one: claude setup-token"])
        }
        context.output.note(
            "Such a token stands for a Claude subscription and is not refreshed: when it ends, make another. Anthropic may refuse it to programs "
                + "other than Claude Code; an API key has no such limit.")
        let paste = AuthPaste(place: place, kind: .token, provider: provider, id: id)
        return try paste.store(
            .secret(secret), label: context.invocation.text(AuthFlags.label), lifetime: context.invocation.age(AuthFlags.expires), context)
    }

    private static func provider(_ context: CommandContext) throws(CommandFailure) -> String {
        if let text = context.invocation.text(AuthFlags.provider) { return text }
        throw usage(context, "--provider is missing")
    }

    private static func usage(_ context: CommandContext, _ what: String) -> CommandFailure {
        CommandFailure(
            .usage, "\(context.invocation.command.words.joined(separator: " ")): \(what)",
            hints: ["see: \(context.invocation.command.name) --help"])
    }
}

extension Command {
    private static let codes: [(status: ExitStatus, meaning: String)] = [
        (.fine, "stored"), (.failed, "it could not be stored, or nothing was typed"),
        (.usage, "the command line or what was handed over is wrong, or nobody can be asked"),
        (.configuration, "the configuration has problems, which are listed"), (.interrupted, "Ctrl-C at the prompt; nothing was changed"),
    ]
    private static let replaces =
        "What has the same id is replaced, and the health of that credential begins anew. --profile-id keeps several keys of one provider side by "
        + "side; models auth order says which comes first."

    static let modelsAuthPasteKey = Command(
        words: ["models", "auth", "paste-api-key"], summary: "Store an API key of a provider",
        discussion: ["Its id is <provider>:default without --profile-id. \(replaces)"],
        flags: [
            AuthFlags.provider, AuthFlags.profile, AuthPasteCommands.key, AuthFlags.reference, AuthFlags.label, AuthFlags.agent,
            AuthFlags.force,
            AuthFlags.yes,
        ],
        examples: [
            Example("understudy models auth paste-api-key --provider openai", "Asks for the key, which is not shown."),
            Example(
                "understudy models auth paste-api-key --provider openai --profile-id openai:backup --key -",
                "A second key, from standard input."),
            Example("understudy models auth paste-api-key --provider groq --ref env:GROQ_API_KEY", "Only where it stands is stored."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await AuthPasteCommands.pasteKey(context) })

    static let modelsAuthPasteToken = Command(
        words: ["models", "auth", "paste-token"], summary: "Store a token that was made elsewhere",
        discussion: ["A token is sent as it is and never refreshed. Its id is <provider>:manual without --profile-id. \(replaces)"],
        flags: [
            AuthFlags.provider, AuthFlags.profile, AuthPasteCommands.token, AuthFlags.reference, AuthFlags.expires, AuthFlags.label,
            AuthFlags.agent, AuthFlags.force, AuthFlags.yes,
        ],
        examples: [
            Example("understudy models auth paste-token --provider anthropic", "Asks for the token, which is not shown."),
            Example(
                "understudy models auth paste-token --provider anthropic --expires-in 365d --token env:TOKEN",
                "With its end, from a variable."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await AuthPasteCommands.pasteToken(context) })

    static let modelsAuthSetupToken = Command(
        words: ["models", "auth", "setup-token"], summary: "Store a token that claude setup-token made",
        discussion: [
            "For a Claude subscription on a machine without a browser: run claude setup-token where there is one, and hand the token over here. It is "
                + "looked at for its shape (\(AuthPasteCommands.setupPrefix)…), not tried.", replaces,
        ],
        flags: [
            AuthFlags.provider, AuthFlags.profile, AuthPasteCommands.token, AuthFlags.expires, AuthFlags.label, AuthFlags.agent,
            AuthFlags.yes,
        ],
        examples: [
            Example("understudy models auth setup-token --provider anthropic", "Asks for the token, which is not shown."),
            Example("understudy models auth setup-token --provider anthropic --token - --yes", "From standard input, for scripts."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await AuthPasteCommands.setupToken(context) })
}

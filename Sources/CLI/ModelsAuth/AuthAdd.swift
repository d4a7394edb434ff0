// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// `understudy models auth add`: asks for a provider and a way to be let in, and goes that way. Everything can be said by flags.
enum AuthAdd {
    enum Method: String, CaseIterable {
        case apiKey = "api-key"
        case token
        case login

        var text: String {
            switch self {
            case .apiKey: "an API key from the provider's page"
            case .token: "a token that was made elsewhere, such as by claude setup-token"
            case .login: "sign in with an account, in a browser"
            }
        }
    }

    static let method = Flag("method", .choice(Method.allCases.map(\.rawValue)), "How to be let in; without it you are asked")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let provider = try provider(context, place)
        switch try chosen(context, provider, place) {
        case .apiKey: return try AuthPasteCommands.paste(.apiKey, provider: provider.rawValue, context)
        case .token:
            if provider == "anthropic", context.invocation.text(AuthFlags.reference) == nil {
                return try await AuthPasteCommands.setupToken(context.with(AuthFlags.provider, provider.rawValue))
            }
            return try AuthPasteCommands.paste(.token, provider: provider.rawValue, context)
        case .login:
            guard let login = context.list.command(["models", "auth", "login"]) else {
                throw CommandFailure(
                    .failed, "this version cannot sign in at \(provider)", hints: ["a key or token: --method api-key, --method token"])
            }
            return try await other(login, of: provider, context)
        }
    }

    private static func provider(_ context: CommandContext, _ place: AuthPlace) throws(CommandFailure) -> ProviderID {
        if let text = context.invocation.text(AuthFlags.provider) {
            return try place.provider(text, force: context.invocation.isOn(AuthFlags.force))
        }
        let own = place.setup.settings.configuredProviders
        let others = Catalogue.builtIn.entries.filter { $0.wireName != "cli-backend" && !own.contains($0.id) }.map(\.id)
        let choices = (own + others).map { id in
            let stored = place.profiles(of: id).count
            return Prompt.Choice(id.rawValue, stored == 0 ? "" : "(\(stored) stored)")
        }
        return (own + others)[try Prompt().choose("Which provider?", from: choices, flag: "--provider")]
    }

    private static func chosen(_ context: CommandContext, _ provider: ProviderID, _ place: AuthPlace) throws(CommandFailure) -> Method {
        if let said = context.invocation.text(method).flatMap(Method.init(rawValue:)) { return said }
        // A key that is handed over says the method.
        if context.invocation.text(AuthPasteCommands.key) != nil { return .apiKey }
        if context.invocation.text(AuthPasteCommands.token) != nil { return .token }
        // Those that are publicly known are of providers that people have accounts with, and not keys.
        if LoginCatalogue.builtIn[provider] != nil { return .login }
        let offered = Method.allCases.filter { $0 != .login || place.setup.settings.logins[provider] != nil }
        let choices = offered.map { Prompt.Choice($0.rawValue, $0.text) }
        return offered[try Prompt().choose("How does \(provider) let you in?", from: choices, flag: "--method")]
    }

    /// Runs another command as if it had been typed with the flags that both have in the same sense.
    private static func other(
        _ command: Command, of provider: ProviderID, _ context: CommandContext
    ) async throws(CommandFailure) -> ExitStatus {
        var invocation = Invocation(command: command)
        let shared = Flag.everywhere.map(\.name) + [AuthFlags.agent.name, AuthFlags.profile.name]
        for (name, value) in context.invocation.flags where shared.contains(name) { invocation.flags[name] = value }
        invocation.flags[AuthLogin.provider.name] = .text(provider.rawValue)
        var context = context
        context.invocation = invocation
        return try await command.run(context)
    }
}

extension CommandContext {
    /// The same with one flag said.
    fileprivate func with(_ flag: Flag, _ text: String) -> CommandContext {
        var context = self
        context.invocation.flags[flag.name] = .text(text)
        return context
    }
}

extension Command {
    static let modelsAuthAdd = Command(
        words: ["models", "auth", "add"], summary: "Add a key, token or login, step by step",
        discussion: [
            "Asks for the provider and for how it lets you in, then for the key. Without a terminal the flags say it: --provider, --method and --key or "
                + "--token."
        ],
        flags: [
            AuthFlags.provider, AuthAdd.method, AuthFlags.profile, AuthPasteCommands.key, AuthPasteCommands.token, AuthFlags.reference,
            AuthFlags.expires, AuthFlags.label, AuthFlags.agent, AuthFlags.force, AuthFlags.yes,
        ],
        examples: [
            Example("understudy models auth add", "Asks for everything."),
            Example("understudy models auth add --provider openrouter --key env:NEW_KEY", "Asks for nothing."),
        ],
        exitCodes: [
            (.fine, "stored, or signed in"), (.failed, "it could not be stored, or nothing was chosen"),
            (.usage, "the command line or what was handed over is wrong, or nobody can be asked"),
            (.configuration, "the configuration has problems, which are listed"), (.interrupted, "Ctrl-C at a prompt; nothing was changed"),
        ],
        run: { context throws(CommandFailure) in try await AuthAdd.run(context) })
}

// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON

/// `understudy models auth order get|set|clear`: the order that is stored with an agent's credentials, which comes before `auth.order`.
enum AuthOrder {
    static func get(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        return show(try provider(context, place), place, context)
    }

    static func set(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let provider = try provider(context, place)
        let tried = place.pool.credentials(for: provider, agent: place.agent).filter { $0.kind != .none }
        let stored = place.profiles(of: provider).filter { profile in !tried.contains { $0.id == profile.id } }
        let all = tried + stored
        var ids: [CredentialID] = []
        for text in context.invocation.words.flatMap({ $0.split(separator: ",") }).map(String.init) {
            guard let found = all.first(where: { $0.id.rawValue == text }) else { throw unknown(text, provider, all, place) }
            if !ids.contains(found.id) { ids.append(found.id) }
        }
        try place.change(place.orderFile(of: provider)) { contents in ProfileEdit.setOrder(of: provider, to: ids, in: &contents) }
        let left = all.filter { $0.file != nil && !ids.contains($0.id) }.map(\.id.rawValue)
        if !left.isEmpty {
            context.output.note(
                "Not used any more, as the order does not name them: \(left.map { SafeText.line($0) }.joined(separator: ", "))")
        }
        return show(provider, try AuthPlace(context, after: place), context)
    }

    static func clear(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let provider = try provider(context, place)
        var had = false
        while let file = place.fileWithOrder(of: provider) {
            try place.change(file) { contents in ProfileEdit.setOrder(of: provider, to: nil, in: &contents) }
            had = true
        }
        if !had { context.output.note("No order of \(provider) was stored for the agent \(place.agent); nothing has changed.") }
        return show(provider, try AuthPlace(context, after: place), context)
    }

    private static func provider(_ context: CommandContext, _ place: AuthPlace) throws(CommandFailure) -> ProviderID {
        guard let text = context.invocation.text(AuthFlags.provider) else {
            throw CommandFailure(
                .usage, "\(context.invocation.command.words.joined(separator: " ")): --provider is missing",
                hints: ["such as: \(context.invocation.command.name) --provider openai"])
        }
        return try place.provider(text)
    }

    private static func unknown(
        _ text: String, _ provider: ProviderID, _ all: [StoredCredential], _ place: AuthPlace
    ) -> CommandFailure {
        if let other = place.profiles().first(where: { $0.id.rawValue == text }) {
            return CommandFailure(.failed, "\(SafeText.line(text)) is a credential of \(other.provider), not of \(provider)")
        }
        let nearest = NearestWord.of(text, in: all.map(\.id.rawValue)).map { " Did you mean \(SafeText.line($0))?" } ?? ""
        let known = all.map { SafeText.line($0.id.rawValue) }.joined(separator: ", ")
        return CommandFailure(
            .failed, "\(provider) has no credential \"\(SafeText.line(text))\" for the agent \(place.agent).\(nearest)",
            hints: [
                known.isEmpty
                    ? "it has none at all; add one: understudy models auth add --provider \(provider)\(place.agentFlag)"
                    : "there are: \(known)"
            ])
    }

    // MARK: What is shown

    private static func show(_ provider: ProviderID, _ place: AuthPlace, _ context: CommandContext) -> ExitStatus {
        let tried = place.pool.credentials(for: provider, agent: place.agent)
        let isStored = tried.contains { $0.place == .storedOrder }
        let stored = isStored ? tried.filter { $0.place == .storedOrder }.map(\.id.rawValue) : nil
        if context.output.wantsJSON {
            context.output.json([
                "agentId": .string(place.agent.rawValue), "provider": .string(provider.rawValue), "authStorePath": .string(place.file.path),
                "order": stored.map { .array($0.map { .string($0) }) } ?? nil, "source": .string(source(tried).code),
                "tried": .array(tried.map { .string($0.id.rawValue) }),
            ])
            return .fine
        }
        var lines = ["Agent         : \(place.agent)", "Provider      : \(provider)", "Auth store    : \(place.short(place.file.path))"]
        lines.append("Order         : " + (stored?.map { SafeText.line($0) }.joined(separator: ", ") ?? "none stored"))
        if tried.isEmpty {
            lines.append("Tried         : nothing; \(provider) has no credential")
        } else {
            lines.append("Tried         : \(source(tried).text)")
            for (number, credential) in tried.enumerated() {
                let why = credential.unusable.map { "  (skipped: \(SafeText.line($0)))" } ?? ""
                lines.append("  \(number + 1)  \(SafeText.line(credential.id.rawValue))\(why)")
            }
        }
        context.output.text(lines.joined(separator: "\n"))
        return .fine
    }

    private static func source(_ tried: [StoredCredential]) -> (code: String, text: String) {
        if tried.contains(where: { $0.place == .storedOrder }) { return ("stored", "as stored, then keys that are no profiles") }
        if tried.contains(where: { $0.place == .order }) { return ("config", "as auth.order says, then keys that are no profiles") }
        return ("default", "logins before tokens before API keys, then keys that are no profiles")
    }
}

extension Command {
    private static let codes: [(status: ExitStatus, meaning: String)] = [
        (.fine, "done"), (.failed, "there is no such agent or credential, or the file could not be written"),
        (.usage, "the command line is wrong, or there is no such provider"),
        (.configuration, "the configuration has problems, which are listed"),
    ]
    private static let whoReads =
        "The order is stored with the agent's credentials and comes before auth.order of the configuration. Of the stored profiles only those that "
        + "it names are used. A running gateway follows it at once."

    static let modelsAuthOrderGet = Command(
        words: ["models", "auth", "order", "get"], summary: "Show in which order a provider's credentials are tried",
        discussion: [whoReads], flags: [AuthFlags.provider, AuthFlags.agent],
        examples: [Example("understudy models auth order get --provider openai", "What is stored, and what is tried.")], exitCodes: codes,
        run: { context throws(CommandFailure) in try await AuthOrder.get(context) })

    static let modelsAuthOrderSet = Command(
        words: ["models", "auth", "order", "set"], summary: "Store in which order a provider's credentials are tried",
        discussion: [whoReads],
        parameters: [
            Parameter(name: "credential", summary: "Its id; keys of the configuration and the environment may be named too", repeats: true)
        ],
        flags: [AuthFlags.provider, AuthFlags.agent],
        examples: [
            Example("understudy models auth order set --provider openai openai:key1 openai:key2", "First one key, then the other."),
            Example("understudy models auth order set --provider openai --agent research openai:key2", "One agent uses one key only."),
        ],
        exitCodes: codes, run: { context throws(CommandFailure) in try await AuthOrder.set(context) })

    static let modelsAuthOrderClear = Command(
        words: ["models", "auth", "order", "clear"], summary: "Forget the stored order of a provider",
        discussion: ["auth.order of the configuration holds then, else logins come before tokens before API keys."],
        flags: [AuthFlags.provider, AuthFlags.agent],
        examples: [Example("understudy models auth order clear --provider openai", "All of its credentials count again.")],
        exitCodes: codes,
        run: { context throws(CommandFailure) in try await AuthOrder.clear(context) })
}

// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON
import Store

/// `understudy models auth clean`: takes out what can never be used again.
enum AuthClean {
    static let preview = Flag("dry-run", .toggle, "Only say what would go")

    private enum Item: Hashable {
        /// A token whose time is over, and which nothing refreshes.
        case expired(CredentialID)
        /// An order names a credential that is not there.
        case order(ProviderID, CredentialID)

        var text: String {
            switch self {
            case .expired(let id): "\(SafeText.line(id.rawValue)): an expired token"
            case .order(let provider, let id): "\(SafeText.line(id.rawValue)) in the order of \(provider): there is no such credential"
            }
        }
    }

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let items = try items(place)
        let isPreview = context.invocation.isOn(preview)
        if !items.isEmpty, !isPreview {
            if !context.invocation.isOn(AuthFlags.yes) {
                TypedLine.show(items.map { "  \($0.text)\n" }.joined())
                guard try Prompt().yes("Remove these?", otherwise: false, flag: "--yes, or --dry-run to look") else {
                    throw Prompt.cancelled
                }
            }
            try place.change(place.file) { contents in
                for item in items { remove(item, from: &contents, place) }
            }
        }
        if context.output.wantsJSON {
            context.output.json([
                "agentId": .string(place.agent.rawValue), "authStorePath": .string(place.file.path),
                "removed": .bool(!isPreview && !items.isEmpty),
                "items": .array(items.map { .string($0.text) }),
            ])
        } else if items.isEmpty {
            context.output.text("Nothing to remove in \(place.short(place.file.path)).")
        } else {
            let head = isPreview ? "Would go from" : "Removed from"
            context.output.text(([head + " \(place.short(place.file.path)):"] + items.map { "  " + $0.text }).joined(separator: "\n"))
        }
        return .fine
    }

    /// What stands in the agent's own file. Entries that make no sense stay: a later version may know them.
    private static func items(_ place: AuthPlace) throws(CommandFailure) -> [Item] {
        let contents: JSONObject?
        do throws(StoreProblem) {
            contents = try place.file.contents()
        } catch {
            throw CommandFailure(.failed, error.description)
        }
        guard let contents else { return [] }
        var items: [Item] = []
        for (name, value) in contents["profiles"]?.object?.members ?? [] where value["type"]?.string == "token" {
            guard let expires = value["expires"]?.double, expires > 0, expires <= Double(place.now.milliseconds) else { continue }
            items.append(.expired(CredentialID(rawValue: name)))
        }
        for (name, _) in contents["order"]?.object?.members ?? [] {
            let provider = ProviderID(rawValue: name)
            let known = Set(place.pool.credentials(for: provider, agent: place.agent).map(\.id)).union(
                place.profiles(of: provider).map(\.id))
            // One that another agent's file or an invalid entry has is not lost.
            let written = Set((contents["profiles"]?.object?.keys ?? []).map { CredentialID(rawValue: $0) })
            for id in ProfileEdit.order(of: provider, in: contents) ?? [] where !known.contains(id) && !written.contains(id) {
                items.append(.order(provider, id))
            }
        }
        return items
    }

    private static func remove(_ item: Item, from contents: inout JSONObject, _ place: AuthPlace) {
        switch item {
        case .expired(let id):
            // Somebody may have replaced it meanwhile.
            guard let expires = ProfileEdit.profile(id, in: contents)?["expires"]?.double, expires <= Double(place.now.milliseconds) else {
                return
            }
            ProfileEdit.remove(id, from: &contents)
        case .order(let provider, let id):
            guard let ids = ProfileEdit.order(of: provider, in: contents) else { return }
            let left = ids.filter { $0 != id }
            ProfileEdit.setOrder(of: provider, to: left.isEmpty ? nil : left, in: &contents)
        }
    }
}

extension Command {
    static let modelsAuthClean = Command(
        words: ["models", "auth", "clean"], summary: "Remove expired tokens and names of credentials that are gone",
        discussion: [
            "Of the agent's own file: tokens whose time is over, and places in its stored orders that name nothing. Logins stay, since they are "
                + "refreshed or ask for a new sign-in; so do entries that make no sense to this version."
        ],
        flags: [AuthFlags.agent, AuthClean.preview, AuthFlags.yes],
        examples: [
            Example("understudy models auth clean --dry-run", "What would go."),
            Example("understudy models auth clean --yes", "Remove it without a question."),
        ],
        exitCodes: [
            (.fine, "done, also where there was nothing to do"), (.failed, "there is no such agent, or the answer was no"),
            (.usage, "nobody can be asked"), (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await AuthClean.run(context) })
}

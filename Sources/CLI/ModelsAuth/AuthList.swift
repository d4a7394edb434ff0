// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON

/// `understudy models auth list`: an agent's stored profiles.
enum AuthList {
    static let provider = Flag("provider", .text(placeholder: "id"), "Only those of this provider", example: "openai")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        var only: ProviderID?
        if let text = context.invocation.text(provider) { only = try place.provider(text, force: true) }
        let profiles = place.profiles(of: only)
        if context.output.wantsJSON {
            context.output.json(json(profiles, only, place))
        } else {
            context.output.text(text(profiles, only, place, context.output))
        }
        return .fine
    }

    private static func text(_ profiles: [StoredCredential], _ only: ProviderID?, _ place: AuthPlace, _ output: Output) -> String {
        var lines = ["Agent         : \(place.agent)", "Auth store    : \(place.short(place.file.path))"]
        if profiles.isEmpty {
            let add = "understudy models auth add" + (only.map { " --provider \($0)" } ?? "") + place.agentFlag
            lines += ["Profiles (0)  : none", "", "Add one: \(add)"]
        } else {
            lines.append(
                "Profiles (\(profiles.count))" + String(repeating: " ", count: max(0, 3 - String(profiles.count).count))
                    + ": tried in this order")
            var table = Table([
                .fixed("profile"), .fixed("type"), .flexible("secret", least: 9), .flexible("label", least: 8), .flexible("now", least: 20),
                .flexible("in", least: 10),
            ])
            for profile in profiles {
                table.add([
                    Table.Cell(profile.id.rawValue), Table.Cell(profile.kind.rawValue),
                    Table.Cell(profile.secret.isEmpty ? "–" : profile.secret.masked),
                    Table.Cell(profile.label == profile.id.rawValue ? "–" : profile.label), state(of: profile, place),
                    Table.Cell(standing(profile, place)),
                ])
            }
            lines += [""] + table.lines(width: output.terminal.width, colour: output.terminal.colour)
        }
        let notes = place.pool.notes.filter { note in
            place.sources.agents.contains { $0.folders.contains { note.place.hasPrefix($0 + "/") } }
        }
        if !notes.isEmpty { lines += [""] + notes.map { SafeText.line($0.description) } }
        lines += ["", "Keys of the configuration and the environment too: understudy credentials list --all"]
        return lines.joined(separator: "\n")
    }

    private static func state(of profile: StoredCredential, _ place: AuthPlace) -> Table.Cell {
        let status = profile.status(at: place.now)
        let text = status.text(at: place.now, duration: { Age.text($0) })
        switch status {
        case .unlimited, .ok:
            if let why = place.problem(of: profile) { return Table.Cell(why, .warning) }
            return Table.Cell(status == .unlimited ? "ok" : text, .good)
        case .expiring, .refreshesOnUse, .refreshFailed: return Table.Cell(text, .warning)
        case .signInAgain, .expired, .unusable: return Table.Cell(text, .bad)
        }
    }

    /// In whose file it stands, where that is not the agent's own.
    private static func standing(_ profile: StoredCredential, _ place: AuthPlace) -> String {
        guard let file = profile.file, file != place.file.path else { return "own file" }
        return place.isOurs(file) ? "\(place.owner(of: file))'s file" : place.short(file)
    }

    private static func json(_ profiles: [StoredCredential], _ only: ProviderID?, _ place: AuthPlace) -> JSONValue {
        let rows = profiles.map { profile -> JSONValue in
            let file = profile.file ?? ""
            return [
                "id": .string(profile.id.rawValue), "profileId": .string(profile.id.rawValue),
                "provider": .string(profile.provider.rawValue),
                "type": .string(profile.kind.rawValue), "label": .string(profile.label),
                "secret": profile.secret.isEmpty ? nil : .string(profile.secret.masked), "file": .string(file),
                "inherited": .bool(place.isOurs(file) && file != place.file.path), "readOnly": .bool(!place.isOurs(file)),
                "usable": .bool(place.problem(of: profile) == nil), "problem": place.problem(of: profile).map { .string($0) } ?? nil,
                "status": .string(profile.status(at: place.now).code),
                "expires": profile.status(at: place.now).expires.map { .number(JSONNumber(Int($0.milliseconds))) } ?? nil,
            ]
        }
        return [
            "agentId": .string(place.agent.rawValue), "authStorePath": .string(place.file.path),
            "provider": only.map { .string($0.rawValue) } ?? nil, "profiles": .array(rows),
            "notes": .array(place.pool.notes.map { .string(SafeText.line($0.description)) }),
        ]
    }
}

extension Command {
    static let modelsAuthList = Command(
        words: ["models", "auth", "list"], summary: "List an agent's stored keys, tokens and logins",
        discussion: [
            "Secrets are masked. Agents other than main have main's profiles behind their own. What stands in OpenClaw's own folder is used and "
                + "never written."
        ],
        flags: [AuthList.provider, AuthFlags.agent],
        examples: [
            Example("understudy models auth list", "The default agent's."),
            Example("understudy models auth list --provider openai --json", "One provider's, as data."),
        ],
        exitCodes: [
            (.fine, "listed, also where there are none"), (.failed, "there is no such agent"), (.usage, "that is no name of a provider"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await AuthList.run(context) })
}

// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import JSON
import Providers
import Store

/// `understudy models auth import`: takes a login that another program has made into our own file, to serve until it ends, or for good.
enum AuthImport {
    static let provider = Flag("provider", .text(placeholder: "id"), "Whose login, where it stands in that provider's own program's file")
    static let from = Flag("from", .text(placeholder: "path"), "The file, where it is not the usual one", example: "~/.codex/auth.json")
    static let takeOver = Flag(
        "take-over", .toggle, "Renew it from now on; the other program has to sign in anew once it would, and so does OpenClaw")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let place = try AuthPlace(context)
        let found = try source(context, place)
        let takesOver = context.invocation.isOn(takeOver)
        if takesOver { try warn(found, context) }
        let foreign: ForeignLogin
        do throws(ForeignLogin.Problem) {
            foreign = try found.read(place.now)
        } catch {
            throw CommandFailure(
                .failed, "no login was taken from \(found.shown): \(error.message)", hints: ["sign in instead: \(found.signIn)"])
        }
        if takesOver, foreign.tokens.refresh == nil {
            throw CommandFailure(
                .failed, "the login in \(found.shown) has no refresh token, so it cannot be taken over",
                hints: ["sign in instead: \(found.signIn)"])
        }
        let usual = foreign.tokens.email ?? "default"
        var id = found.id ?? CredentialID(rawValue: "")
        if found.id == nil {
            id = try place.profileID(context.invocation.text(AuthFlags.profile), of: found.descriptor.provider, usual: usual)
        }
        try confirmReplacing(id, place, context)
        do throws(StoreProblem) {
            if place.file.path.hasPrefix(place.setup.location.stateFolder + "/") {
                _ = try StateFolder(path: place.setup.location.stateFolder).ensure()
            }
            try place.file.store(foreign.tokens, as: id, of: found.descriptor, managedBy: takesOver ? nil : found.program)
        } catch {
            throw CommandFailure(.failed, "the login could not be stored: \(error.description)")
        }
        tell(id, found, takesOver: takesOver, place, context)
        return .fine
    }

    /// Where a login is.
    private struct Source {
        var descriptor: LoginDescriptor
        var shown: String
        /// Such as `codex-cli` or `openclaw`.
        var program: String
        /// Of a stored profile, whose name stays.
        var id: CredentialID?
        var read: (Timestamp) throws(ForeignLogin.Problem) -> ForeignLogin

        var signIn: String { "understudy models auth login --provider \(descriptor.provider)" }
    }

    private static func source(_ context: CommandContext, _ place: AuthPlace) throws(CommandFailure) -> Source {
        if let word = context.invocation.words.first {
            let profile = try place.profile(word)
            guard let login = profile.login, let file = profile.file, let descriptor = login.descriptor else {
                throw CommandFailure(.failed, "\(profile.id) is no login that can be renewed")
            }
            guard !login.isOurs || login.managedBy != nil else {
                throw CommandFailure(.failed, "\(profile.id) is ours already, and renewed by itself")
            }
            return Source(
                descriptor: descriptor, shown: place.short(file), program: login.managedBy ?? "another", id: profile.id
            ) { now throws(ForeignLogin.Problem) in
                try ForeignLogin(profile: profile.id, path: file, descriptor: descriptor, now: now)
            }
        }
        let logins = place.setup.settings.logins
        let known = logins.values.filter { $0.importFile != nil }.sorted { $0.provider < $1.provider }
        guard let text = context.invocation.text(provider) else {
            throw CommandFailure(
                .usage, "say which login: a stored profile's id, or --provider \(known.map(\.provider.rawValue).joined(separator: ", "))")
        }
        let id = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: text.lowercased()))
        guard let descriptor = logins[id], let path = context.invocation.text(from) ?? descriptor.importFile.map({ "~/\($0)" }) else {
            throw CommandFailure(
                .usage, "nothing is known of another program's login at \"\(SafeText.line(text))\"",
                hints: [
                    "there are: \(known.map { "\($0.provider) (\($0.importName ?? "~/\($0.importFile ?? "")"))" }.joined(separator: ", "))"
                ])
        }
        let home = place.setup.location.home
        let full = ConfigLocation.absolute(path, home: home, workingFolder: HostFacts.workingFolder())
        let program = descriptor.importName ?? "another program"
        return Source(
            descriptor: descriptor, shown: place.short(full), program: program.lowercased().split(separator: " ").joined(separator: "-"),
            id: nil
        ) { now throws(ForeignLogin.Problem) in
            try ForeignLogin(path: full, program: program, descriptor: descriptor, now: now)
        }
    }

    private static func warn(_ found: Source, _ context: CommandContext) throws(CommandFailure) {
        let text =
            "A refresh token that rotates has one owner. Once Understudy has renewed this login, what stands in \(found.shown) is worth nothing, "
            + "and its program has to sign in anew; if that program renews it first, Understudy has to."
        context.output.note(text)
        guard !context.invocation.isOn(AuthFlags.yes) else { return }
        guard try Prompt().yes("Take it over?", otherwise: false, flag: "--yes") else { throw Prompt.cancelled }
    }

    /// A key, or a login that is renewed here, is not given up in passing.
    private static func confirmReplacing(_ id: CredentialID, _ place: AuthPlace, _ context: CommandContext) throws(CommandFailure) {
        guard let there = place.profiles().first(where: { $0.id == id }), there.file == place.file.path, there.login?.isKept ?? true,
            !context.invocation.isOn(AuthFlags.yes)
        else { return }
        let what = there.login == nil ? "with type \(there.kind.rawValue)" : "and renewed here"
        let other = "--yes, or another name: --profile-id \(there.provider):imported"
        guard try Prompt().yes("\(SafeText.line(id.rawValue)) is stored \(what). Replace it?", otherwise: false, flag: other) else {
            throw Prompt.cancelled
        }
    }

    private static func tell(
        _ id: CredentialID, _ found: Source, takesOver: Bool, _ place: AuthPlace, _ context: CommandContext
    ) {
        let after = try? AuthPlace(context)
        let status = after?.profiles().first { $0.id == id }.map { $0.status(at: place.now) }
        if context.output.wantsJSON {
            context.output.json([
                "profileId": .string(id.rawValue), "provider": .string(found.descriptor.provider.rawValue), "from": .string(found.shown),
                "takenOver": .bool(takesOver), "file": .string(place.file.path), "status": status.map { .string($0.code) } ?? nil,
            ])
            return
        }
        var lines = ["\(takesOver ? "Taken over" : "Imported"): \(SafeText.line(id.rawValue)) in \(place.short(place.file.path))"]
        if let status { lines.append("Status: \(status.text(at: place.now))") }
        if !takesOver { lines.append("It serves until it ends and is not renewed. To have it renewed: --take-over, or \(found.signIn)") }
        context.output.text(lines.joined(separator: "\n"))
    }
}

extension Command {
    static let modelsAuthImport = Command(
        words: ["models", "auth", "import"], summary: "Take in a login that another program has made",
        discussion: [
            "Reads Codex CLI's ~/.codex/auth.json, Gemini CLI's ~/.gemini/oauth_creds.json, Qwen Code's ~/.qwen/oauth_creds.json, or a profile of OpenClaw's. "
                + "They are read by this command alone, and never stand in for a login that has ended.",
            "Without --take-over its token serves until it ends. With it the login is renewed here from then on, and the other program has to sign in anew: "
                + "the provider takes two programs that renew one login for theft.",
        ],
        parameters: [Parameter(name: "profile", summary: "A stored profile, such as OpenClaw's, to make ours", optional: true)],
        flags: [AuthImport.provider, AuthImport.from, AuthImport.takeOver, AuthFlags.profile, AuthFlags.yes, AuthFlags.agent],
        examples: [
            Example("understudy models auth import --provider openai-codex", "Codex CLI's login, until it ends."),
            Example("understudy models auth import google-gemini-cli:default --take-over", "OpenClaw's, for good."),
        ],
        exitCodes: [
            (.fine, "stored"), (.failed, "there is no login, or it could not be stored"),
            (.usage, "nothing says which, or nobody can be asked"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await AuthImport.run(context) })
}

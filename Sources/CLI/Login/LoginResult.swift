// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Store

/// What a login came to: the profile that it is stored as, and what is said of it.
struct LoginResult {
    let login: AuthLogin
    let tokens: LoginTokens

    private var place: AuthPlace { login.place }
    private var descriptor: LoginDescriptor { login.descriptor }
    private var context: CommandContext { login.context }

    func store() throws(CommandFailure) -> ExitStatus {
        let id = try profileID()
        let file = try target(of: id)
        try confirmReplacing(id, in: file)
        do throws(StoreProblem) {
            if file.path.hasPrefix(place.setup.location.stateFolder + "/") {
                _ = try StateFolder(path: place.setup.location.stateFolder).ensure()
            }
            try file.store(tokens, as: id, of: descriptor)
        } catch {
            throw CommandFailure(.failed, "you are signed in, but the login could not be stored: \(error.description)")
        }
        var model: (model: String, change: ConfigChange)?
        if wants(AuthLogin.setDefault) { model = try LoginDefault.set(descriptor, place: place, context) }
        report(id, file, model)
        return .fine
    }

    private func wants(_ flag: Flag) -> Bool { context.invocation.command.flag(named: flag.name) != nil && context.invocation.isOn(flag) }

    // MARK: Where

    /// What was typed; else that of a login of the same account, or of the one that has to be made again; else as OpenClaw calls it.
    private func profileID() throws(CommandFailure) -> CredentialID {
        let usual = tokens.email.flatMap { Self.isName($0) ? $0 : nil } ?? "default"
        if let said = context.invocation.text(AuthFlags.profile) { return try place.profileID(said, of: descriptor.provider, usual: usual) }
        if let fixed = descriptor.profile { return CredentialID(rawValue: fixed) }
        let logins = place.profiles(of: descriptor.provider).filter { $0.kind == .oauth && $0.file.map(place.isOurs) ?? false }
        if let email = tokens.email {
            if let same = logins.first(where: { $0.label == email || $0.id.rawValue == "\(descriptor.provider):\(email)" }) {
                return same.id
            }
        }
        let broken = logins.filter { !$0.status(at: place.now).isUsable || $0.login?.failure != nil }
        if broken.count == 1, logins.count == 1, broken[0].label == broken[0].id.rawValue || tokens.email == nil { return broken[0].id }
        return CredentialID(rawValue: "\(descriptor.provider):\(usual)")
    }

    private static func isName(_ email: String) -> Bool {
        email.utf8.count <= 100 && email.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'`\\/".utf8.contains($0) }
    }

    /// The file that has it, where that is ours, as an inherited one is in main's; else the agent's own.
    private func target(of id: CredentialID) throws(CommandFailure) -> ProfileFile {
        guard let path = place.profiles().first(where: { $0.id == id })?.file, place.isOurs(path) else { return place.file }
        return ProfileFile(path: path)
    }

    private func confirmReplacing(_ id: CredentialID, in file: ProfileFile) throws(CommandFailure) {
        guard let there = place.profiles().first(where: { $0.id == id }), there.file == file.path,
            there.kind != (descriptor.keepsToken ? .token : .oauth), !wants(AuthLogin.force), !wants(AuthFlags.yes)
        else { return }
        let question = "\(SafeText.line(id.rawValue)) is stored with type \(there.kind.rawValue). Replace it?"
        let other = "--force, or another name: --profile-id \(descriptor.provider):login"
        guard try Prompt().yes(question, otherwise: false, flag: other) else { throw Prompt.cancelled }
    }

    // MARK: What is said

    private func report(_ id: CredentialID, _ file: ProfileFile, _ model: (model: String, change: ConfigChange)?) {
        let kind = descriptor.keepsToken ? "token" : "oauth"
        let output = context.output
        let after = try? AuthPlace(context)
        let stored = after?.profiles().first { $0.id == id }
        if output.wantsJSON {
            output.json([
                "profileId": .string(id.rawValue), "provider": .string(descriptor.provider.rawValue), "type": .string(kind),
                "email": tokens.email.map { .string($0) } ?? nil, "projectId": tokens.project.map { .string($0) } ?? nil,
                "expires": descriptor.keepsToken ? nil : .number(JSONNumber(Int(tokens.expires.milliseconds))),
                "renewed": .bool(stored?.login?.isRefreshable ?? false), "file": .string(file.path),
                "agentId": .string(place.owner(of: file.path).rawValue), "defaultModel": model.map { .string($0.model) } ?? nil,
            ])
            return
        }
        var lines = ["Signed in at \(descriptor.name)" + (tokens.email.map { " as \(SafeText.line($0))" } ?? "") + "."]
        lines.append("Auth profile: \(SafeText.line(id.rawValue)) (\(descriptor.provider)/\(kind)) in \(place.short(file.path))")
        if let stored, let now = after?.now {
            lines.append("Status: \(stored.status(at: now).text(at: now))")
        }
        if let model { lines.append("Default model: \(model.model)") }
        if let after, !after.pool.credentials(for: descriptor.provider, agent: after.agent).contains(where: { $0.id == id }) {
            lines.append("It is not used yet, as the order of \(descriptor.provider) does not name it:")
            lines.append("  understudy models auth order get --provider \(descriptor.provider)\(after.agentFlag)")
        }
        if place.setup.settings.providers[descriptor.provider]?.wire == nil {
            lines.append("This version does not speak \(descriptor.provider)'s protocol yet, so no request can use it.")
        }
        if let url = tokens.resource { lines.append(contentsOf: resource(url)) }
        lines.append("A running gateway uses it at once.")
        output.text(lines.joined(separator: "\n"))
        model?.change.show(on: output)
    }

    /// Where the provider wants this account's requests, if that is elsewhere.
    private func resource(_ text: String) -> [String] {
        let written = text.hasPrefix("http") ? text : "https://\(text)"
        guard let url = BaseURL(written), let base = place.setup.settings.providers[descriptor.provider]?.baseURL, url.host != base.host
        else {
            return []
        }
        return [
            "The provider wants this account's requests at \(url.host): set it if they are refused at \(base.host):",
            "  understudy config set models.providers.\(descriptor.provider).baseUrl \(url)\(url.path.isEmpty ? "/v1" : "")",
        ]
    }
}

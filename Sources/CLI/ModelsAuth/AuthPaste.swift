// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import HTTP
import JSON

/// Stores one key or token as a profile: what `paste-api-key`, `paste-token`, `setup-token` and `add` come to.
struct AuthPaste {
    enum Kind: Hashable {
        case apiKey
        case token

        var type: String { self == .apiKey ? "api_key" : "token" }
        var member: String { self == .apiKey ? "key" : "token" }
        var reference: String { self == .apiKey ? "keyRef" : "tokenRef" }
        var words: String { self == .apiKey ? "API key" : "token" }
        /// As OpenClaw calls one that nobody named.
        var usual: String { self == .apiKey ? "default" : "manual" }
    }

    /// What is stored of the secret.
    enum Held {
        case secret(Secret)
        case reference(JSONObject, shown: String)
    }

    let place: AuthPlace
    let kind: Kind
    let provider: ProviderID
    let id: CredentialID

    /// - Parameters:
    ///   - label: `nil`: that of the profile that is replaced stays.
    ///   - lifetime: `nil`: it does not end, as far as we know.
    func store(_ held: Held, label: String?, lifetime: Duration?, _ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let (file, isInherited) = try target(context)
        try confirmReplacing(in: file, context)
        let expires = lifetime.map { place.now.milliseconds + $0.components.seconds * 1000 }
        let before = try place.change(file) { contents in
            ProfileEdit.put(id, profile(held, over: ProfileEdit.profile(id, in: contents)?.object, label, expires), in: &contents)
        }
        report(held, before, file, expires, isInherited, context)
        return .fine
    }

    /// The file that has a profile of this id, which its owner's is when the agent inherits it; else the agent's own.
    private func target(_ context: CommandContext) throws(CommandFailure) -> (file: ProfileFile, isInherited: Bool) {
        guard let there = place.profiles().first(where: { $0.id == id }), let path = there.file, path != place.file.path else {
            return (place.file, false)
        }
        // One of the same id in a file of ours comes before OpenClaw's.
        guard place.isOurs(path) else { return (place.file, false) }
        return (ProfileFile(path: path), true)
    }

    /// A login is not replaced by a pasted key in passing.
    private func confirmReplacing(in file: ProfileFile, _ context: CommandContext) throws(CommandFailure) {
        guard let there = place.profiles().first(where: { $0.id == id }), there.file == file.path, there.kind.rawValue != kind.type,
            !context.invocation.isOn(AuthFlags.yes)
        else { return }
        let question = "\(SafeText.line(id.rawValue)) is stored with type \(there.kind.rawValue). Replace it?"
        let other = "--yes, or another name: --profile-id \(provider):second"
        guard try Prompt().yes(question, otherwise: false, flag: other) else { throw Prompt.cancelled }
    }

    private func profile(_ held: Held, over before: JSONObject?, _ label: String?, _ expires: Int64?) -> JSONObject {
        var profile: JSONObject = ["type": .string(kind.type), "provider": .string(provider.rawValue)]
        switch held {
        case .secret(let secret): profile[kind.member] = secret.withExposed { .string($0) }
        case .reference(let reference, _): profile[kind.reference] = .object(reference)
        }
        if let expires { profile["expires"] = .number(JSONNumber(Int(expires))) }
        // What people wrote about it stays; what belonged to the old secret goes.
        for name in ["email", "displayName", "metadata"] { profile[name] = before?[name] }
        if let label { profile["displayName"] = .string(label) }
        return profile
    }

    // MARK: What is said

    private func report(
        _ held: Held, _ before: JSONValue?, _ file: ProfileFile, _ expires: Int64?, _ isInherited: Bool, _ context: CommandContext
    ) {
        let after = try? AuthPlace(context, after: place)
        let output = context.output
        var shown = ""
        switch held {
        case .secret(let secret): shown = secret.masked
        case .reference(_, let text): shown = text
        }
        let warnings = self.warnings(after, held)
        if output.wantsJSON {
            output.json([
                "id": .string(id.rawValue), "profileId": .string(id.rawValue), "provider": .string(provider.rawValue),
                "type": .string(kind.type), "secret": .string(shown), "agentId": .string(place.owner(of: file.path).rawValue),
                "file": .string(file.path), "replaced": .bool(before != nil),
                "expires": expires.map { .number(JSONNumber(Int($0))) } ?? nil, "warnings": .array(warnings.map { .string($0) }),
            ])
            return
        }
        var lines = [
            "\(before == nil ? "Stored" : "Replaced"): \(SafeText.line(id.rawValue)) (\(kind.words) \(shown)) in \(place.short(file.path))"
        ]
        if isInherited { lines.append("That is \(place.owner(of: file.path))'s file, which the agent \(place.agent) reads too.") }
        if let expires { lines.append("It ends at \(HostFacts.localTime(milliseconds: expires)).") }
        lines += warnings
        lines.append("A running gateway uses it at once. To see it: understudy models auth list\(place.agentFlag)")
        output.text(lines.joined(separator: "\n"))
    }

    /// What keeps it from being used all the same.
    private func warnings(_ after: AuthPlace?, _ held: Held) -> [String] {
        guard let after else { return [] }
        let tried = after.pool.credentials(for: provider, agent: after.agent)
        var lines: [String] = []
        if let stored = tried.first(where: { $0.id == id }) {
            if let why = stored.unusable { lines.append("It cannot be used yet: \(SafeText.line(why)).") }
        } else if case .secret(let secret) = held, let twin = tried.first(where: { $0.secret == secret }) {
            lines.append("The same secret is there as \(SafeText.line(twin.id.rawValue)) already, and counts once.")
        } else {
            let ids = (tried.filter { $0.file != nil }.map(\.id.rawValue) + [id.rawValue]).map { ShellWord.quoted($0) }
            lines.append("It is not used, as the order of \(provider) does not name it. To add it:")
            lines.append("  understudy models auth order set --provider \(provider)\(after.agentFlag) \(ids.joined(separator: " "))")
        }
        if !place.isKnown(provider) {
            lines.append("Nothing asks \(provider) for anything yet: it is missing in models.providers of the configuration.")
        }
        return lines
    }
}

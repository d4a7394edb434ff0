// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import JSON
import Providers
import Store

/// What a `models auth` command works on: one agent's credentials, and the file that its changes go to.
struct AuthPlace: Sendable {
    let setup: Setup
    let sources: PoolSources
    let pool: PoolSnapshot
    let agent: AgentID
    /// The agent's own `auth-profiles.json`. An inherited profile stands in another.
    let file: ProfileFile
    let now: Timestamp

    /// Blocks on files, and on helpers where secrets stand behind references of source `exec`.
    ///
    /// - Parameter before: The place before a change, which knows already where references lead.
    init(_ context: CommandContext, after before: AuthPlace? = nil) throws(CommandFailure) {
        setup = try Setup.forLooking(
            ConfigLocation.find(for: context), environment: context.environment, secrets: before?.setup.secrets)
        agent = try Self.agent(context.invocation.text(AuthFlags.agent), in: setup.settings)
        now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        sources = setup.poolSources
        pool = setup.credentials(now: now)
        guard let file = sources.ownFile(of: agent) else {
            throw CommandFailure(.internalFault, "the agent \(agent) has no folder for its credentials")
        }
        self.file = file
    }

    private static func agent(_ text: String?, in settings: Settings) throws(CommandFailure) -> AgentID {
        // Main's credentials are behind everybody's, also where no agent is called that.
        if text?.lowercased() == "main" { return "main" }
        return try ModelsStatus.agent(text, in: settings).id
    }

    func short(_ path: String) -> String { setup.location.short(path) }

    // MARK: What there is

    /// The agent's stored profiles by provider, inherited ones among them: in the order in which they are tried, then those that no order
    /// names.
    func profiles(of provider: ProviderID? = nil) -> [StoredCredential] {
        let all = pool.profiles(of: agent).filter { provider == nil || $0.provider == provider }
        return Dictionary(grouping: all, by: \.provider).sorted { $0.key < $1.key }.flatMap { provider, profiles in
            let tried = pool.credentials(for: provider, agent: agent).compactMap { tried in profiles.first { $0.id == tried.id } }
            return tried + profiles.filter { profile in !tried.contains { $0.id == profile.id } }
        }
    }

    /// Why no request uses a stored profile; `nil`: one may.
    func problem(of profile: StoredCredential) -> String? {
        if let why = profile.unusable { return why }
        let tried = pool.credentials(for: profile.provider, agent: agent)
        if tried.contains(where: { $0.id == profile.id }) { return nil }
        if let twin = tried.first(where: { $0.secret == profile.secret }) { return "the same secret as \(twin.id), which comes first" }
        return "not in the order of \(profile.provider)"
    }

    /// Whether a profile stands in a file that is ours, and not OpenClaw's.
    func isOurs(_ path: String) -> Bool { sources.agents.contains { sources.ownFile(of: $0.id)?.path == path } }

    /// The agent that a file belongs to.
    func owner(of path: String) -> AgentID { sources.agents.first { sources.ownFile(of: $0.id)?.path == path }?.id ?? agent }

    /// The stored profile with this id.
    ///
    /// - Throws: With the nearest one, and where all are listed.
    func profile(_ text: String) throws(CommandFailure) -> StoredCredential {
        let all = profiles()
        if let found = all.first(where: { $0.id.rawValue == text }) { return found }
        let nearest = NearestWord.of(text, in: all.map(\.id.rawValue)).map { " Did you mean \($0)?" } ?? ""
        throw CommandFailure(
            .failed, "the agent \(agent) has no stored profile \"\(SafeText.line(text))\".\(nearest)",
            hints: ["see which there are: understudy models auth list\(agentFlag)"])
    }

    /// ` --agent ops` where the command must be typed with it.
    var agentFlag: String { agent == setup.settings.agents.main.id ? "" : " --agent \(ShellWord.quoted(agent.rawValue))" }

    /// The provider that a name or an alias means.
    func provider(_ text: String, force: Bool = false) throws(CommandFailure) -> ProviderID {
        let id = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: text.lowercased()))
        if Self.isName(id.rawValue), force || isKnown(id) { return id }
        let known = Array(Set(Catalogue.builtIn.entries.map(\.id.rawValue) + setup.settings.providers.keys.map(\.rawValue)))
        let nearest = NearestWord.of(id.rawValue, in: known.sorted()).map { " Did you mean \($0)?" } ?? ""
        throw CommandFailure(
            .usage, "there is no provider \"\(SafeText.line(text))\".\(nearest)",
            hints: [
                "a provider of your own: write it into models.providers of \(short(setup.location.configPath)) first, or add --force"
            ])
    }

    func isKnown(_ id: ProviderID) -> Bool {
        Catalogue.builtIn.provider(id) != nil || setup.settings.providers[id] != nil || pool.providers(of: agent).contains(id)
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-_.".utf8.contains($0) }
    }

    /// The id of a new profile: what was typed, behind the provider's name if that is missing, else `<provider>:<usual>`.
    func profileID(_ text: String?, of provider: ProviderID, usual: String) throws(CommandFailure) -> CredentialID {
        guard let text else { return CredentialID(rawValue: "\(provider):\(usual)") }
        let id = text.contains(":") ? text : "\(provider):\(text)"
        let bytes = id.utf8
        guard bytes.count <= 128, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"'`\\/".utf8.contains($0) }),
            bytes.last != UInt8(ascii: ":")
        else {
            throw CommandFailure(
                .usage, "\"\(SafeText.line(text))\" is no id of a profile; it takes letters, digits and marks, such as \(provider):work")
        }
        let prefix = Catalogue.builtIn.canonicalID(of: ProviderID(rawValue: String(id.prefix { $0 != ":" }).lowercased()))
        guard prefix == provider else {
            throw CommandFailure(
                .usage, "\(SafeText.line(text)) is called after another provider than \(provider)",
                hints: ["such as: --profile-id \(provider):work"])
        }
        return CredentialID(rawValue: id)
    }

    // MARK: Changing

    /// The file of the agent's own that holds an order of `provider`, if one does: OpenClaw's later `auth-state.json` counts first.
    func fileWithOrder(of provider: ProviderID) -> ProfileFile? {
        let folder = AtomicFile.folder(of: file.path)
        return [ProfileFile(path: folder + "/auth-state.json"), file].first { file in
            guard let bytes = try? AtomicFile.read(file.path), let contents = try? JSONValue.parse(bytes).object else { return false }
            return ProfileEdit.order(of: provider, in: contents) != nil
        }
    }

    /// Where an order of `provider` is to be written: where there is one, else beside the profiles.
    func orderFile(of provider: ProviderID) -> ProfileFile { fileWithOrder(of: provider) ?? file }

    /// Changes a file of ours.
    func change<Answer>(
        _ file: ProfileFile, _ edit: (inout JSONObject) throws(StoreProblem) -> Answer
    ) throws(CommandFailure) -> Answer {
        do throws(StoreProblem) {
            if file.path.hasPrefix(setup.location.stateFolder + "/") { _ = try StateFolder(path: setup.location.stateFolder).ensure() }
            return try file.change(edit)
        } catch {
            let hint =
                error.kind == .busy
                ? ["another understudy is writing there, or was stopped while it did: try again, or look for it with ps"] : []
            throw CommandFailure(.failed, error.description, hints: hint)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads every place where a credential may be.
public enum CredentialPool {
    /// A file's bytes; `nil` if there is no such file.
    public typealias Reader = (_ path: String) throws(StoreProblem) -> [UInt8]?

    /// The most bytes read of one file.
    public static let fileLimit = 1 << 20

    /// Never fails: a file that cannot be read or understood is a note, and the rest counts. Blocks on files.
    ///
    /// - Parameters:
    ///   - now: Decides which tokens have expired.
    ///   - secrets: Follows references to secrets; `nil`: one that remembers nothing.
    public static func load(
        _ sources: PoolSources, now: Timestamp, secrets: SecretResolver? = nil,
        reading: @escaping Reader = { path throws(StoreProblem) in try AtomicFile.read(path, limit: fileLimit) }
    ) -> PoolSnapshot {
        withoutActuallyEscaping(reading) { reading in
            var loading = Loading(
                sources: sources, now: now, secrets: secrets ?? SecretResolver(home: sources.home), read: reading)
            return loading.snapshot()
        }
    }
}

/// One reading of all places.
private struct Loading {
    let sources: PoolSources
    let now: Timestamp
    let secrets: SecretResolver
    let read: CredentialPool.Reader

    var notes: [PoolSnapshot.Note] = []
    var paths: [String] = []
    /// What a path held, so that each file is read once.
    var documents: [String: JSONValue?] = [:]

    init(sources: PoolSources, now: Timestamp, secrets: SecretResolver, read: @escaping CredentialPool.Reader) {
        self.sources = sources
        self.now = now
        self.secrets = secrets
        self.read = read
    }

    /// What an agent's folders hold.
    struct Found {
        var profiles: [StoredCredential] = []
        var order: [ProviderID: [CredentialID]] = [:]
        var modelKeys: [ProviderID: StoredCredential] = [:]
    }

    mutating func snapshot() -> PoolSnapshot {
        var agents: [AgentID: PoolSnapshot.OfAgent] = [:]
        let main = sources.agents.first
        prepareReferences()
        var stored: [AgentID: [StoredCredential]] = [:]
        let inherited = main.map { found(of: $0) } ?? Found()
        let mainID = main?.id ?? AgentID(rawValue: "main")
        agents[mainID] = arranged(inherited)
        stored[mainID] = inherited.profiles.map(judged)
        for agent in sources.agents.dropFirst() {
            let all = Self.merged(found(of: agent), inherited)
            agents[agent.id] = arranged(all)
            stored[agent.id] = all.profiles.map(judged)
        }
        for note in secrets.notes where !notes.contains(note) { notes.append(note) }
        return PoolSnapshot(
            agents: agents, stored: stored, main: mainID, hidden: hidden(agents, stored), notes: notes,
            paths: paths + secrets.paths.filter { !paths.contains($0) })
    }

    // MARK: Files

    /// Asks for all secrets that stand elsewhere at once, since each program that is asked takes its time.
    private mutating func prepareReferences() {
        var references: [SecretReference] = []
        for place in sources.agents.flatMap({ places(of: $0) }) where place.content == .profiles {
            if let root = document(place) { references += ProfileDocument.references(in: root) }
        }
        secrets.prepare(references, in: sources.secrets, variables: sources.environment)
    }

    /// A file with profiles or an order.
    private struct ProfilePlace {
        var path: String
        var content = OpenClawStores.Content.profiles
        var isOurs = false

        var name: String { String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]) }
    }

    /// Where an agent's profiles and its order are, first wins.
    private func places(of agent: PoolSources.Agent) -> [ProfilePlace] {
        var places: [ProfilePlace] = []
        for folder in agent.folders {
            let isOurs = folder == agent.folders.first
            // The later state file's order counts before the one that older versions kept beside the secrets.
            let files = [
                ProfilePlace(path: "\(folder)/auth-state.json", content: .state),
                ProfilePlace(path: "\(folder)/auth-profiles.json", isOurs: isOurs),
            ]
            let database = "\(folder)/\(OpenClawStores.agentDatabase)"
            let rows = [ProfilePlace(path: database, content: .state), ProfilePlace(path: database)]
            // OpenClaw reads its database alone, once it has one; what we write stands in the file.
            places += isOurs ? files + (isThere(database) ? rows : []) : rows + files
        }
        guard agent.id == sources.agents.first?.id else { return places }
        for (number, root) in sources.roots.enumerated() {
            let shared = "\(root)/\(OpenClawStores.sharedDatabase)"
            let rest =
                [ProfilePlace(path: shared, content: .state), ProfilePlace(path: shared)]
                + OpenClawStores.legacyFiles.map { ProfilePlace(path: "\(root)/\($0)") }
            // Nothing of the kind is going to appear in a folder that is ours alone, so it is not watched for.
            places += number == 0 ? rest.filter { isThere($0.path) } : rest
        }
        return places
    }

    private func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private mutating func found(of agent: PoolSources.Agent) -> Found {
        var result = Found()
        for place in places(of: agent) {
            guard let root = document(place) else { continue }
            let profiles = ProfileDocument(root, source: place.name, now: now) { [secrets, sources] reference in
                secrets.secret(reference, in: sources.secrets, variables: sources.environment)
            }
            var here = Found()
            here.order = profiles.order
            if place.content == .profiles {
                here.profiles = profiles.profiles.map { placed($0, in: place.path, isOurs: place.isOurs) }
                note(profiles.notes, place.path)
            }
            result = Self.merged(result, here)
        }
        for folder in agent.folders {
            var here = Found()
            if let root = document("\(folder)/models.json") {
                let models = ModelsJSON(root, source: "models.json", environment: sources.environment)
                here.modelKeys = Dictionary(models.credentials.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
                note(models.notes, "\(folder)/models.json")
            }
            result = Self.merged(result, here)
        }
        return result
    }

    /// A profile with the file that it stands in, and a login with who renews it, and how.
    private func placed(_ profile: StoredCredential, in file: String, isOurs: Bool) -> StoredCredential {
        var profile = profile
        profile.file = file
        guard var login = profile.login else { return profile }
        login.key.file = file
        login.isOurs = isOurs
        login.descriptor = sources.logins[profile.provider]
        profile.login = login
        // One that failed for good is tried once more by a request, whose receipt then says why.
        if profile.unusable == nil, login.failure == nil, !profile.status(at: now).isUsable { profile.unusable = "expired; sign in again" }
        return profile
    }

    /// What `first` has, and of `second` what it has not.
    private static func merged(_ first: Found, _ second: Found) -> Found {
        let ids = Set(first.profiles.map(\.id))
        return Found(
            profiles: first.profiles + second.profiles.filter { !ids.contains($0.id) },
            order: first.order.merging(second.order) { first, _ in first },
            modelKeys: first.modelKeys.merging(second.modelKeys) { first, _ in first })
    }

    private mutating func document(_ place: ProfilePlace) -> JSONValue? {
        guard OpenClawStores.isDatabase(place.path) else { return document(place.path) }
        let name = "\(place.path)#\(place.content)"
        if let known = documents[name] { return known }
        // The log beside it is what changes while OpenClaw runs.
        for path in [place.path, place.path + "-wal"] where !paths.contains(path) { paths.append(path) }
        var value: JSONValue?
        do throws(StoreProblem) {
            if let text = try OpenClawStores.text(place.content, in: place.path) { value = parsed(Array(text.utf8), place.path) }
        } catch {
            note(["it is not read: \(error.reason)"], place.path)
        }
        documents[name] = .some(value)
        return value
    }

    private mutating func document(_ path: String) -> JSONValue? {
        if let known = documents[path] { return known }
        paths.append(path)
        let value = parsed(path)
        documents[path] = .some(value)
        return value
    }

    private mutating func parsed(_ path: String) -> JSONValue? {
        let bytes: [UInt8]?
        do throws(StoreProblem) {
            bytes = try read(path)
        } catch {
            note([error.fix.map { "it is not read: \(error.reason). \($0)" } ?? "it is not read: \(error.reason)"], path)
            return nil
        }
        return bytes.flatMap { parsed($0, path) }
    }

    private mutating func parsed(_ bytes: [UInt8], _ path: String) -> JSONValue? {
        do throws(JSONProblem) {
            return try JSONValue.parse(bytes)
        } catch {
            note(["it is not JSON: line \(error.line), column \(error.column): \(error.message). Mend it there, or move it away"], path)
            return nil
        }
    }

    private mutating func note(_ texts: [String], _ place: String) {
        for note in texts.map({ PoolSnapshot.Note(place: place, text: $0) }) where !notes.contains(note) { notes.append(note) }
    }

    // MARK: Credentials

    private mutating func arranged(_ found: Found) -> PoolSnapshot.OfAgent {
        let profiles = Dictionary(grouping: found.profiles.map(judged), by: \.provider)
        var result: PoolSnapshot.OfAgent = [:]
        for provider in Set(sources.providers.keys).union(profiles.keys).sorted() {
            let order = CredentialOrder(
                explicit: found.order[provider] ?? sources.auth.order[provider],
                saidBy: found.order[provider] == nil ? .order : .storedOrder,
                configured: sources.auth.profiles.filter { $0.provider == provider }.map(\.id))
            let shared = SharedCredentials.providers(with: provider).flatMap { profiles[$0] ?? [] }
            let arranged = order.arrange(profiles: (profiles[provider] ?? []) + shared, keys: keys(of: provider, found))
            if arranged.hasDrifted {
                note(["none of the credentials in the order of \(provider) exists; all of its credentials are used"], "auth.order")
            }
            var credentials = arranged.credentials
            if sources.providers[provider]?.needsCredential == false, !credentials.contains(where: { $0.unusable == nil }) {
                credentials.append(.none(for: provider))
            }
            if !credentials.isEmpty { result[provider] = credentials }
        }
        return result
    }

    /// The keys that are no profiles: configuration, `models.json`, environment.
    private func keys(of provider: ProviderID, _ found: Found) -> [StoredCredential] {
        var keys: [StoredCredential] = []
        if let key = sources.keys[provider],
            let secret = key.withExposed({ ModelsJSON.secret($0, in: sources.environment)?.secret })
        {
            keys.append(
                StoredCredential(
                    id: CredentialID(rawValue: "\(provider):config"), provider: provider, kind: .apiKey, secret: secret, label: "config",
                    source: "models.providers.\(provider).apiKey"))
        }
        if let why = sources.unresolvedKeys[provider] {
            keys.append(
                StoredCredential(
                    id: CredentialID(rawValue: "\(provider):config"), provider: provider, kind: .apiKey, secret: Secret(""),
                    label: "config",
                    source: "models.providers.\(provider).apiKey", unusable: why))
        }
        if let key = found.modelKeys[provider] { keys.append(key) }
        return keys
            + EnvironmentKeys.credentials(
                of: provider, entry: Catalogue.builtIn.provider(provider), environment: sources.environment)
    }

    /// What the configuration says of a stored profile: its label, and that it must be what was said (docs/credentials.md).
    private func judged(_ profile: StoredCredential) -> StoredCredential {
        guard let said = sources.auth.profiles.first(where: { $0.id == profile.id }) else { return profile }
        var profile = profile
        if let label = said.label { profile.label = label }
        guard profile.unusable == nil else { return profile }
        if said.provider != profile.provider {
            profile.unusable = "auth.profiles says provider \(said.provider), the stored profile \(profile.provider)"
        } else if said.kind != profile.kind, !(said.kind == .oauth && profile.kind == .token) {
            profile.unusable = "auth.profiles says mode \(said.kind.rawValue), the stored profile is \(profile.kind.rawValue)"
        }
        return profile
    }

    private func hidden(_ agents: [AgentID: PoolSnapshot.OfAgent], _ stored: [AgentID: [StoredCredential]]) -> [Secret] {
        let all = agents.values.flatMap { $0.values.joined() } + stored.values.joined()
        var secrets = Set(all.map(\.secret).filter { !$0.isEmpty })
        for provider in sources.providers.values { secrets.formUnion(provider.headers.map(\.value)) }
        secrets.formUnion(all.compactMap { $0.login?.refresh })
        secrets.formUnion(sources.logins.values.compactMap(\.clientSecret))
        return Array(secrets)
    }
}

/// Providers that let the same credentials in (docs/credentials.md).
enum SharedCredentials {
    private static let groups: [[ProviderID]] = [["volcengine", "volcengine-plan"], ["byteplus", "byteplus-plan"]]

    /// The others whose profiles `provider` takes.
    static func providers(with provider: ProviderID) -> [ProviderID] {
        groups.first { $0.contains(provider) }?.filter { $0 != provider } ?? []
    }
}

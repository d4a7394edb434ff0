// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP

/// Every credential there was when the files and the environment were read. A value: a request keeps the one it began with.
public struct PoolSnapshot: Sendable {
    /// What was wrong with a file or a profile in it. The rest was read.
    public struct Note: Hashable, Sendable, CustomStringConvertible {
        /// A file's path, or a setting.
        public var place: String
        /// Names no value.
        public var text: String

        public var description: String { "\(place): \(text)" }
    }

    typealias OfAgent = [ProviderID: [StoredCredential]]

    private let agents: [AgentID: OfAgent]
    private let stored: [AgentID: [StoredCredential]]
    private let secrets: [AgentID: [CredentialID: Secret]]
    private let main: AgentID
    /// Replaces each secret of the pool in text that is kept or shown.
    public let redactor: Redactor
    /// Those that it replaces.
    private let hidden: [Secret]
    public let notes: [Note]
    /// The files that were read, or would have been had they been there: what to watch.
    public let paths: [String]

    init(
        agents: [AgentID: OfAgent], stored: [AgentID: [StoredCredential]] = [:], main: AgentID, hidden: [Secret], notes: [Note],
        paths: [String]
    ) {
        self.agents = agents
        self.stored = stored
        self.main = main
        self.hidden = hidden
        redactor = Redactor(secrets: hidden)
        self.notes = notes
        self.paths = paths
        secrets = agents.mapValues { providers in
            Dictionary(
                providers.values.joined().filter { !$0.secret.isEmpty }.map { ($0.id, $0.secret) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// A provider's credentials in the order in which an agent's chain has them, those that are unusable among them. An
    /// agent that was not configured has the main agent's.
    public func credentials(for provider: ProviderID, agent: AgentID) -> [StoredCredential] {
        (agents[agent] ?? agents[main])?[provider] ?? []
    }

    /// An agent's stored profiles as they are written, inherited ones behind its own: also those that an order leaves out.
    public func profiles(of agent: AgentID) -> [StoredCredential] { stored[agent] ?? stored[main] ?? [] }

    /// What goes up; `nil` where nothing does.
    public func secret(_ id: CredentialID, agent: AgentID) -> Secret? { (secrets[agent] ?? secrets[main])?[id] }

    /// See `StoredCredential.project`.
    public func project(_ id: CredentialID, of provider: ProviderID, agent: AgentID) -> String? {
        (agents[agent] ?? agents[main])?[provider]?.first { $0.id == id }?.project
    }

    /// One that replaces a secret as well that is newer than the pool, as a renewed login's is.
    public func redactor(with secret: Secret?) -> Redactor {
        guard let secret, !secret.isEmpty, !hidden.contains(secret) else { return redactor }
        return Redactor(secrets: hidden + [secret])
    }

    /// The login behind a credential; `nil` for what nobody renews.
    public func login(_ id: CredentialID, of provider: ProviderID, agent: AgentID) -> StoredLogin? {
        (agents[agent] ?? agents[main])?[provider]?.first { $0.id == id }?.login
    }

    /// Every login of ours, once.
    public var logins: [StoredLogin.Key: StoredCredential] {
        var logins: [StoredLogin.Key: StoredCredential] = [:]
        for credential in agents.values.lazy.flatMap({ $0.values.joined() }) {
            if let login = credential.login, login.isOurs { logins[login.key] = credential }
        }
        return logins
    }

    /// Each credential's hash, for `LedgerStore.renewSecretHashes`: a new one ends what is held against it. Where agents have
    /// different secrets under one id, all their hashes.
    public var secretHashes: [CredentialID: String] {
        var hashes: [CredentialID: Set<String>] = [:]
        for credential in agents.values.lazy.flatMap({ $0.values.joined() }) where !credential.secretHash.isEmpty {
            hashes[credential.id, default: []].insert(credential.secretHash)
        }
        return hashes.mapValues { $0.sorted().joined(separator: ",") }
    }

    /// The same credentials in the same order with made-up secrets, for a rehearsal: no key of the owner's may be sent.
    ///
    /// - Parameter secret: What stands for a credential's secret.
    public func disguised(_ secret: (CredentialID) -> Secret) -> PoolSnapshot {
        let disguised = agents.mapValues { providers in
            providers.mapValues { credentials in
                credentials.map { credential in
                    var credential = credential
                    if !credential.secret.isEmpty { credential.secret = secret(credential.id) }
                    return credential
                }
            }
        }
        return PoolSnapshot(agents: disguised, main: main, hidden: [], notes: notes, paths: paths)
    }

    /// The providers that an agent has a credential for.
    public func providers(of agent: AgentID) -> [ProviderID] { ((agents[agent] ?? agents[main])?.keys).map { $0.sorted() } ?? [] }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import JSON
import Store

/// What an owner decides about credentials. One function makes it, in the running gateway and in what a stopped one kept.
public enum CredentialDecision: Hashable, Sendable {
    /// Forget what is held against a credential, or against one model on it.
    case clear(CredentialID, model: ModelRef?)
    case clearProvider(ProviderID)
    case clearAll
    /// Not used for so long; `nil`: until it is resumed.
    case pause(CredentialID, seconds: Int?)
    case resume(CredentialID)

    /// Seconds that a pause with an end may last: ten years.
    public static let longestPause = 3650 * 86_400

    /// A name that means nothing here.
    public struct UnknownName: Error, Hashable, Sendable {
        /// `credential` or `provider`.
        public var what: String
        public var name: String
        /// Those it may have been meant for.
        public var nearest: [String]

        public init(what: String, name: String, among known: some Sequence<String>) {
            self.what = what
            self.name = String(name.prefix(200))
            nearest = CredentialsReport.nearest(to: self.name, in: Array(known))
        }

        public var text: String {
            "There is no \(what) \(name).\(nearest.isEmpty ? "" : " Did you mean \(nearest.joined(separator: " or "))?")"
        }
    }

    /// What came of it.
    public struct Outcome: Hashable, Sendable {
        /// `nil` where it was about more than one.
        public var credential: CredentialID?
        /// What stood in the way, open or half open, and does no more.
        public var cleared: [Block] = []
        /// What still does: of the credential, its provider's models, its endpoint.
        public var left: [Block] = []
        public var before: Pause?
        public var pause: Pause?

        public var json: JSONValue {
            [
                "credential": credential.map { .string($0.rawValue) } ?? .null, "cleared": .array(cleared.map { BlockJSON.value($0) }),
                "left": .array(left.map { BlockJSON.value($0) }), "pause": CredentialsReport.json(pause),
                "pause_before": CredentialsReport.json(before),
            ]
        }
    }

    /// Pure: changes `ledger` and nothing else.
    public func make(
        on ledger: inout HealthLedger, settings: Settings, pool: PoolSnapshot, now: Timestamp
    ) throws(UnknownName) -> Outcome {
        var outcome = Outcome()
        if let credential {
            let known = CredentialsReport.knownIDs(settings: settings, pool: pool, ledger: ledger, now: now)
            guard known.contains(credential) else {
                throw UnknownName(what: "credential", name: credential.rawValue, among: known.map(\.rawValue))
            }
            outcome.credential = credential
            outcome.before = ledger.pause(of: credential, at: now)
        }
        switch self {
        case .clear(let id, nil): outcome.cleared = ledger.clear(.credential(id), at: now)
        case .clear(let id, let model?): outcome.cleared = ledger.clear(.credentialModel(id, model), at: now)
        case .clearProvider(let id):
            guard let provider = settings.providers[id] else {
                throw UnknownName(what: "provider", name: id.rawValue, among: settings.providers.keys.map(\.rawValue))
            }
            let own = settings.agents.all.flatMap { pool.credentials(for: id, agent: $0.id).map(\.id) }
            outcome.cleared = ledger.clear(.provider(id, credentials: Set(own), endpoint: provider.baseURL.endpoint), at: now)
        case .clearAll: outcome.cleared = ledger.clear(.all, at: now)
        case .pause(let id, let seconds):
            ledger.pause(id, at: now, until: seconds.map { now + .seconds(min(max($0, 1), Self.longestPause)) })
        case .resume(let id): ledger.resume(id, at: now)
        }
        if let credential {
            outcome.pause = ledger.pause(of: credential, at: now)
            outcome.left = Self.left(for: credential, in: ledger, settings: settings, pool: pool, now: now)
        }
        return outcome
    }

    private var credential: CredentialID? {
        switch self {
        case .clear(let id, _), .pause(let id, _), .resume(let id): id
        case .clearProvider, .clearAll: nil
        }
    }

    private static func left(
        for credential: CredentialID, in ledger: HealthLedger, settings: Settings, pool: PoolSnapshot, now: Timestamp
    ) -> [Block] {
        let providers = settings.providers.values.filter { provider in
            settings.agents.all.contains { agent in pool.credentials(for: provider.id, agent: agent.id).contains { $0.id == credential } }
        }
        return ledger.blocks.filter { block in
            guard block.isOpen(at: now) else { return false }
            return switch block.key {
            case .credentialModel(let own, _), .credential(let own): own == credential
            case .providerModel(let model): providers.contains { $0.id == model.provider }
            case .endpoint(let endpoint): providers.contains { $0.baseURL.endpoint == endpoint }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover

/// A model and a credential that are to be asked together.
public struct ProbeTarget: Hashable, Sendable {
    public var provider: ProviderID
    /// `nil`: there is none to ask for.
    public var model: ModelRef?
    /// `nil`: there is none to ask with.
    public var credential: CredentialID?
    public var kind: CredentialKind?
    /// For the owner's eyes.
    public var label: String
    public var source: Source
    /// Why it is not asked; `nil`: it is.
    public var hindrance: Hindrance?

    /// Where its credential was found.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        case profile, env
        case modelsJSON = "models.json"
        /// `models.providers.<id>.apiKey`
        case config
        /// None is needed, or there is none.
        case none
    }

    /// Why nothing is sent. The codes are OpenClaw's, and `paused`, `unknown_provider` and `unknown_wire`.
    public struct Hindrance: Hashable, Sendable {
        public var status: ProbeStatus
        public var code: String
        public var text: String

        public init(_ status: ProbeStatus, code: String, text: String) {
            self.status = status
            self.code = code
            self.text = text
        }
    }

    public init(
        provider: ProviderID, model: ModelRef?, credential: CredentialID? = nil, kind: CredentialKind? = nil, label: String = "",
        source: Source = .none, hindrance: Hindrance? = nil
    ) {
        self.provider = provider
        self.model = model
        self.credential = credential
        self.kind = kind
        self.label = label
        self.source = source
        self.hindrance = hindrance
    }
}

extension ProbeTarget.Source {
    /// - Parameter source: A credential's own words for the place.
    public init(of credential: StoredCredential) {
        if credential.kind == .none {
            self = .none
        } else if credential.source.hasPrefix("env:") {
            self = .env
        } else if credential.source.hasPrefix("models.providers.") {
            self = .config
        } else if credential.source == "models.json" {
            self = .modelsJSON
        } else {
            self = .profile
        }
    }
}

/// Whom to probe, and how.
public struct ProbeOrder: Hashable, Sendable {
    /// Whose chain and credentials; `nil`: the default agent's.
    public var agent: AgentID?
    public var provider: ProviderID?
    /// Empty: every credential.
    public var credentials: [CredentialID] = []
    /// As somebody wrote them: aliases and refs. Empty: those of the chain.
    public var models: [String] = []
    /// Every model that the configuration names, not only those of the chain.
    public var allModels = false
    /// Around the whole probe of a target.
    public var timeout = Duration.seconds(8)
    /// Targets at a time.
    public var concurrency = 2
    /// Tokens of each reply.
    public var maxTokens = 8

    public init() {}

    public static let timeouts = 100...600_000
    public static let concurrencies = 1...16
    public static let tokens = 1...4096
    /// Names of credentials, and of models.
    public static let nameLimit = 100
    /// More targets than these are left out, and said to be.
    public static let targetLimit = 100
}

/// Why there is nobody to probe.
public struct ProbeProblem: Error, Hashable, Sendable {
    /// `agent`, `provider`, `credential` or `model`.
    public var what: String
    /// A sentence, with what there is instead.
    public var text: String

    public init(_ what: String, _ text: String) {
        self.what = what
        self.text = text
    }
}

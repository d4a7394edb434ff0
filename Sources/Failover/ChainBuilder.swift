// SPDX-License-Identifier: Apache-2.0

/// What a chain is made of: models in the order of the request, each with its credentials in the order of the pool.
public struct ChainPlan: Hashable, Sendable {
    /// The requested one, the fallbacks, the primary again.
    public var models: [PlannedModel]
    /// The credentials that served this request's session last.
    public var pins: [ProviderID: CredentialID]

    public init(models: [PlannedModel], pins: [ProviderID: CredentialID] = [:]) {
        self.models = models
        self.pins = pins
    }
}

/// A model in a plan.
public struct PlannedModel: Hashable, Sendable {
    public var ref: ModelRef
    /// The user's: this credential alone.
    public var pin: CredentialID?
    public var origin: String
    /// Of its provider, in the order in which they are to be used.
    public var credentials: [PlannedCredential] = []
    /// `nil` where the provider is not known.
    public var endpoint: EndpointID?
    public var contextWindow: Int?
    public var acceptsImages = true
    public var acceptsTools = true
    /// Why it cannot be called with any credential.
    public var unbuildable: SkipReason?

    public init(ref: ModelRef, pin: CredentialID? = nil, origin: String) {
        self.ref = ref
        self.pin = pin
        self.origin = origin
    }
}

/// A credential in a plan.
public struct PlannedCredential: Hashable, Sendable {
    public var id: CredentialID
    public var kind: CredentialKind
    public var unusable: SkipReason?

    public init(id: CredentialID, kind: CredentialKind, unusable: SkipReason? = nil) {
        self.id = id
        self.kind = kind
        self.unusable = unusable
    }
}

/// Puts a chain in order. Model by model, and for each the session's pin first, then its credentials as given: A/k1, A/k2,
/// B/k1, B/k2.
///
/// No allowlist and no catalogue drops a configured model. What cannot be called is in `Chain.skipped` with its reason.
public enum ChainBuilder {
    public static func build(_ plan: ChainPlan) -> Chain {
        var builder = Builder()
        for model in plan.models { builder.add(model, sessionPin: plan.pins[model.ref.provider]) }
        return builder.chain
    }

    private struct Builder {
        var chain = Chain(links: [])
        /// What has a place already: each model and credential has one.
        private var placed: Set<Candidate> = []
        private var skippedModels: Set<ModelRef> = []
        private var skippedCredentials: Set<Candidate> = []

        mutating func add(_ model: PlannedModel, sessionPin: CredentialID?) {
            guard model.unbuildable == nil, let endpoint = model.endpoint else {
                return skip(model, model.unbuildable ?? .unknownProvider)
            }
            let credentials = Builder.ordered(model, sessionPin)
            guard !credentials.isEmpty else {
                return skip(model, model.pin.map { .credentialUnusable("there is no credential \($0)") } ?? .noCredential)
            }
            for credential in credentials {
                let candidate = Candidate(model.ref, credential: credential.id, endpoint: endpoint)
                if let reason = credential.unusable {
                    guard skippedCredentials.insert(candidate).inserted else { continue }
                    chain.skipped.append(
                        SkippedLink(model: model.ref, credential: credential.id, origin: model.origin, reason: reason))
                } else if placed.insert(candidate).inserted {
                    chain.links.append(
                        ChainLink(
                            candidate: candidate, contextWindow: model.contextWindow, acceptsImages: model.acceptsImages,
                            acceptsTools: model.acceptsTools, origin: model.origin, kind: credential.kind))
                }
            }
        }

        private mutating func skip(_ model: PlannedModel, _ reason: SkipReason) {
            guard skippedModels.insert(model.ref).inserted else { return }
            chain.skipped.append(SkippedLink(model: model.ref, credential: model.pin, origin: model.origin, reason: reason))
        }

        /// The user's pin stands alone; the session's goes first, where it is one of them.
        private static func ordered(_ model: PlannedModel, _ sessionPin: CredentialID?) -> [PlannedCredential] {
            if let pin = model.pin { return model.credentials.filter { $0.id == pin } }
            guard let sessionPin, let place = model.credentials.firstIndex(where: { $0.id == sessionPin }) else {
                return model.credentials
            }
            var credentials = model.credentials
            credentials.insert(credentials.remove(at: place), at: 0)
            return credentials
        }
    }
}

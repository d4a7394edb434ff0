// SPDX-License-Identifier: Apache-2.0

/// What a chain is made of: models in the order of the request, each with its credentials in the order of the pool.
public struct ChainPlan: Hashable, Sendable {
    /// The requested one, the fallbacks, the primary again.
    public var models: [PlannedModel]

    public init(models: [PlannedModel]) { self.models = models }
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
    public var place: CredentialPlace

    public init(id: CredentialID, kind: CredentialKind, unusable: SkipReason? = nil, place: CredentialPlace = .kind) {
        self.id = id
        self.kind = kind
        self.unusable = unusable
        self.place = place
    }
}

/// Puts a chain in order. Model by model, and for each its credentials as given: A/k1, A/k2, B/k1, B/k2. What a session or the time of
/// the last use has to say comes later, request by request (`Chain.order`).
///
/// No allowlist and no catalogue drops a configured model. What cannot be called is in `Chain.skipped` with its reason.
public enum ChainBuilder {
    public static func build(_ plan: ChainPlan) -> Chain {
        var builder = Builder()
        for model in plan.models { builder.add(model) }
        return builder.chain
    }

    private struct Builder {
        var chain = Chain(links: [])
        /// What has a place already: each model and credential has one.
        private var placed: Set<Candidate> = []
        private var skippedModels: Set<PinnedModelRef> = []
        private var skippedCredentials: Set<Candidate> = []

        mutating func add(_ model: PlannedModel) {
            guard model.unbuildable == nil, let endpoint = model.endpoint else {
                return skip(model, model.unbuildable ?? .unknownProvider)
            }
            let credentials = model.pin.map { pin in model.credentials.filter { $0.id == pin } } ?? model.credentials
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
                            acceptsTools: model.acceptsTools, origin: model.origin, kind: credential.kind,
                            place: model.pin == nil ? credential.place : .userPin))
                }
            }
        }

        private mutating func skip(_ model: PlannedModel, _ reason: SkipReason) {
            guard skippedModels.insert(PinnedModelRef(ref: model.ref, credential: model.pin)).inserted else { return }
            chain.skipped.append(SkippedLink(model: model.ref, credential: model.pin, origin: model.origin, reason: reason))
        }
    }
}

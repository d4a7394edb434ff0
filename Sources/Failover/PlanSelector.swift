// SPDX-License-Identifier: Apache-2.0

/// Which candidates something is supposed to happen to.
public enum PlanSelector: Hashable, Sendable {
    case all
    case provider(ProviderID)
    case model(ModelRef)
    case credential(CredentialID)
    case candidate(ModelRef, CredentialID)

    /// Reads `*`, `provider`, `provider/model`, a credential's id, or `provider/model@credential`, of what is in `chain`.
    ///
    /// - Throws: With the names that there are, where `text` is none of them.
    public init(_ text: String, in chain: Chain) throws(PlanProblem) {
        let names = Names(chain)
        if text == "*" {
            self = .all
        } else if let credential = names.credentials.first(where: { $0.rawValue == text }) {
            self = .credential(credential)
        } else if let provider = names.providers.first(where: { $0.rawValue == text.lowercased() }) {
            self = .provider(provider)
        } else if let model = names.models.first(where: { $0.description == text || $0 == ModelRef(text) }) {
            self = .model(model)
        } else if let link = chain.links.first(where: { $0.candidate.description == text }) {
            self = .candidate(link.candidate.model, link.candidate.credential)
        } else {
            throw PlanProblem("\"\(text)\" is nothing in this chain", word: text, known: names.all)
        }
    }

    public func matches(_ candidate: Candidate) -> Bool {
        switch self {
        case .all: true
        case .provider(let provider): candidate.model.provider == provider
        case .model(let model): candidate.model == model
        case .credential(let credential): candidate.credential == credential
        case .candidate(let model, let credential): candidate.model == model && candidate.credential == credential
        }
    }

    /// The narrowest of several that match counts. As with scopes, a credential is narrower than a model at its provider.
    var narrowness: Int {
        switch self {
        case .all: 0
        case .provider: 1
        case .model: 2
        case .credential: 3
        case .candidate: 4
        }
    }

    /// What a chain has names for, each once.
    private struct Names {
        var providers: [ProviderID] = []
        var models: [ModelRef] = []
        var credentials: [CredentialID] = []
        var candidates: [String] = []

        init(_ chain: Chain) {
            for link in chain.links { add(link.candidate.model, link.candidate.credential) }
            for link in chain.skipped { add(link.model, link.credential) }
            candidates = chain.links.map(\.candidate.description)
        }

        var all: [String] {
            ["*"] + providers.map(\.rawValue) + models.map(\.description) + credentials.map(\.rawValue) + candidates
        }

        private mutating func add(_ model: ModelRef, _ credential: CredentialID?) {
            if !providers.contains(model.provider) { providers.append(model.provider) }
            if !models.contains(model) { models.append(model) }
            if let credential, !credentials.contains(credential) { credentials.append(credential) }
        }
    }
}

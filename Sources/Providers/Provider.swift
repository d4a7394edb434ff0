// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// A named place that serves models.
public struct Provider: Hashable, Sendable {
    public var id: ProviderID
    public var baseURL: BaseURL
    /// The wire as configuration names it, such as `openai-completions`; it may be one that is not built.
    public var wireName: String
    /// Go up with each request and win over everything else that would.
    public var headers: [ProviderHeader]
    /// Where the credential goes; `nil`: where its wire has it.
    public var credentialHeader: CredentialHeader?
    public var limits: TimeLimits
    /// The models that configuration tells of.
    public var models: [Model]
    /// Models that the catalogue tells of: looked at where a chain names one and configuration says nothing of it.
    public var known: [Model] = []
    /// The wires of models by how their names begin, where the model itself has none. The longest that fits counts.
    public var wirePrefixes: [WirePrefix] = []
    /// Members for the requests of all its models, where neither the client nor the model says otherwise.
    public var params: JSONObject?
    /// How the names of models begin that take Anthropic's cache marks within this wire.
    public var markerModels: [String]
    /// Where it differs from its wire's usual ways.
    public var quirks = Quirks()
    /// `false`: a request may go up without a credential, as local servers allow.
    public var needsCredential: Bool
    /// Where it is in truth, while `baseURL` leads to somebody who plays it; `nil`: nobody does.
    public var standsFor: BaseURL?

    public init(
        id: ProviderID,
        baseURL: BaseURL,
        wireName: String = WireKind.openaiCompletions.rawValue,
        headers: [ProviderHeader] = [],
        credentialHeader: CredentialHeader? = nil,
        limits: TimeLimits = TimeLimits(),
        models: [Model] = [],
        params: JSONObject? = nil,
        markerModels: [String] = [],
        needsCredential: Bool? = nil
    ) {
        self.id = id
        self.baseURL = baseURL
        self.wireName = wireName
        self.headers = headers
        self.credentialHeader = credentialHeader
        self.limits = limits
        self.models = models
        self.params = params
        self.markerModels = markerModels
        self.needsCredential = needsCredential ?? !baseURL.isLocal
    }

    /// Its prompts are slow to read: it has the limits of loopback and private hosts.
    public var isLocal: Bool { (standsFor ?? baseURL).isLocal }

    /// `nil` where this build does not speak `wireName`.
    public var wire: WireKind? { WireKind(rawValue: wireName) }

    /// What is known of a model; `nil` for one that only a chain names.
    public func model(_ id: String) -> Model? { models.first { $0.id == id } ?? known.first { $0.id == id } }

    /// Where `model` differs from the wire's usual ways: its own quirks, else the provider's.
    public func quirks(for model: String) -> Quirks { self.model(model)?.quirks.over(quirks) ?? quirks }

    /// Whether `model` is known to take cache marks, so that a client that writes none may be given some.
    public func takesMarkers(_ model: String) -> Bool {
        self.model(model)?.takesMarkers ?? markerModels.contains { model.hasPrefix($0) }
    }

    /// The name of the wire that `model` is called on: its own, else the one of names that begin like it, else the provider's.
    public func wireName(for model: String) -> String {
        if let own = self.model(model)?.wireName { return own }
        let fits = wirePrefixes.filter { model.hasPrefix($0.prefix) }
        return fits.max { $0.prefix.utf8.count < $1.prefix.utf8.count }?.wireName ?? wireName
    }
}

/// The wire of a provider's models whose names begin with `prefix`.
public struct WirePrefix: Hashable, Sendable {
    public var prefix: String
    public var wireName: String

    public init(prefix: String, wireName: String) {
        self.prefix = prefix
        self.wireName = wireName
    }
}

/// A header that configuration adds to each request to a provider. The value may be a key.
public struct ProviderHeader: Hashable, Sendable {
    public var name: String
    public var value: Secret

    public init(name: String, value: Secret) {
        self.name = name
        self.value = value
    }
}

/// Where a credential's secret goes.
public enum CredentialHeader: Hashable, Sendable {
    /// `Authorization: Bearer <secret>`, where OpenAI's wires have it.
    case bearer
    /// `<name>: <prefix><secret>`, such as Anthropic's `x-api-key: …` and Google's `x-goog-api-key: …`.
    case named(String, prefix: String)
    /// The provider's own headers say who is asking.
    case nowhere
}

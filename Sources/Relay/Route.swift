// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers

/// How a link of a chain is called: all that follows from settings and credentials alone, worked out once for the chain and not
/// for each request.
final class Route: Sendable {
    let provider: Provider
    /// The one that the provider answers on.
    private let wire: any Wire
    let limits: TimeLimits.Resolved
    /// Put into a request where its client wrote nothing.
    let params: JSONObject?
    /// What is made of cache marks; `nil`: the client's go up untouched.
    let retention: CacheRetention?
    /// Takes cache marks, also such as the client did not write.
    let takesMarkers: Bool
    /// `nil` sends none.
    let secret: Secret?
    /// Where the credential is a login that we renew: then `secret` may be older than what the keeper has.
    let login: StoredLogin.Key?
    /// The credential's own project, for wires that name it.
    private let project: String?
    /// The model thinks before it speaks.
    let reasons: Bool
    private let model: Model?
    private let name: String
    private let plainURL: String
    private let streamURL: String

    /// - Returns: `nil` for a link whose provider or wire the settings do not have.
    init?(_ candidate: Candidate, agent: AgentID, in snapshot: RelaySnapshot) {
        let settings = snapshot.settings
        let ref = candidate.model
        guard let provider = settings.providers[ref.provider], let kind = WireKind(rawValue: provider.wireName(for: ref.model)) else {
            return nil
        }
        self.provider = provider
        name = ref.model
        model = provider.model(ref.model)
        wire = kind.wire
        limits = settings.limits(for: ref)
        params = settings.params(for: ref, agent: agent)
        retention = CacheRetention(params: params) ?? settings.cacheRetention
        takesMarkers = provider.takesMarkers(ref.model)
        secret = snapshot.pool.secret(candidate.credential, agent: agent)
        let stored = snapshot.pool.login(candidate.credential, of: provider.id, agent: agent)
        login = stored.flatMap { $0.isKept ? $0.key : nil }
        project = snapshot.pool.project(candidate.credential, of: provider.id, agent: agent)
        reasons = model?.reasons == true
        let base = provider.baseURL
        guard let plain = wire.path(.generate, model: ref.model, streaming: false, base: base),
            let stream = wire.path(.generate, model: ref.model, streaming: true, base: base)
        else { return nil }
        plainURL = base.appending(plain)
        streamURL = base.appending(stream)
    }

    /// How long after its last use a provider's prompt cache is warm.
    var warmth: Duration { retention == .long ? .seconds(3600) : SessionPins.warmth }

    /// A first token is waited for longer (docs/configuration.md) where nobody else could speak sooner, where the model thinks first, and
    /// where prompts are slow to read.
    ///
    /// - Parameter hasSpare: Asked only if it matters.
    func firstTokenPhase(asksReasoning: Bool, hasSpare: () -> Bool) -> TimeLimits.Phase {
        if provider.isLocal { return .localFirstToken }
        return !asksReasoning && !reasons && hasSpare() ? .firstToken : .reasoningFirstToken
    }

    /// What a crossed request has to know of whom it is written for.
    func target(_ name: String) -> RequestTarget {
        RequestTarget(
            provider: provider.id, model: name, known: model, quirks: model.map { $0.quirks.over(provider.quirks) } ?? provider.quirks,
            options: project.map { [RequestTarget.project: $0] } ?? [:])
    }

    var price: Price? { model?.price }

    /// It is known to continue a last message of the assistant's.
    var takesPrefill: Bool { (model?.quirks.takesPrefill ?? provider.quirks.takesPrefill) == true }

    /// How it is told that a last message is a beginning.
    var prefillMark: PrefillMark? { model?.quirks.prefillMark ?? provider.quirks.prefillMark }

    /// What is put into requests of this kind: what is asked besides an answer takes none of an answer's settings.
    func params(of operation: Operation) -> JSONObject? { operation == .generate ? params : nil }

    func wire(for operation: Operation) -> any Wire { operation == .generate ? wire : wire.kind.wire(for: operation) }

    /// - Parameter operation: One that the wire has.
    func url(_ operation: Operation, streaming: Bool) -> String {
        if operation == .generate { return streaming ? streamURL : plainURL }
        return path(operation).map(provider.baseURL.appending) ?? plainURL
    }

    private func path(_ operation: Operation) -> String? {
        wire(for: operation).path(operation, model: name, streaming: false, base: provider.baseURL)
    }

    /// Why this candidate cannot do what is asked, in its client's wire; `nil` if it can.
    func problem(_ operation: Operation, from client: WireKind) -> SkipReason? {
        switch operation {
        case .generate: return nil
        case .countTokens:
            return path(operation) == nil ? .noTokenCount : nil
        case .embeddings:
            return path(operation) != nil && wire(for: operation).family == client ? nil : .otherWire(wire.kind.rawValue)
        }
    }
}

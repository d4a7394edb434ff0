// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers

/// Settings, pool, pins and a request's own wishes to a chain.
struct ChainSource {
    let snapshot: RelaySnapshot
    let pins: SessionPins

    /// - Throws: `UnknownModel` when `name` or one of the request's own fallbacks stands for nothing.
    func chain(
        named name: String, overrides: RelayRequest.Overrides, session: SessionID?, now: Timestamp
    ) throws(UnknownModel) -> NamedChain {
        let plain: NamedChain
        if overrides.fallbacks == nil && !overrides.noFallback {
            plain = try snapshot.chain(named: name) { () throws(UnknownModel) in try make(name, overrides, pins: [:]) }
        } else {
            plain = try make(name, overrides, pins: [:])
        }
        guard let session else { return plain }
        let wanted = pinned(session, in: plain.chain, now)
        return wanted.isEmpty ? plain : try make(name, overrides, pins: wanted)
    }

    /// The session's pins that would change the order of `chain`.
    private func pinned(_ session: SessionID, in chain: Chain, _ now: Timestamp) -> [ProviderID: CredentialID] {
        var result: [ProviderID: CredentialID] = [:]
        var seen: Set<ProviderID> = []
        for link in chain.links where seen.insert(link.candidate.model.provider).inserted {
            let provider = link.candidate.model.provider
            if let pin = pins.credential(for: session, at: provider, now: now), pin != link.candidate.credential { result[provider] = pin }
        }
        return result
    }

    private func make(
        _ name: String, _ overrides: RelayRequest.Overrides, pins: [ProviderID: CredentialID]
    ) throws(UnknownModel) -> NamedChain {
        let target = try ModelNames.resolve(name, in: snapshot.settings).get()
        var models = target.models
        if overrides.noFallback {
            models = Array(models.prefix(1))
        } else if let fallbacks = overrides.fallbacks {
            models = Array(models.prefix(1))
            for (index, fallback) in fallbacks.enumerated() {
                let named = try ModelNames.resolve(fallback, in: snapshot.settings).get()
                if let first = named.models.first { models.append((first.model, "\(overrides.fallbacksOrigin)[\(index)]")) }
            }
        }
        let plan = ChainPlan(models: models.map { planned($0.model, origin: $0.origin, agent: target.agent) }, pins: pins)
        return NamedChain(agent: target.agent, chain: ChainBuilder.build(plan), in: snapshot)
    }

    private func planned(_ pinned: PinnedModelRef, origin: String, agent: AgentID) -> PlannedModel {
        let ref = pinned.ref
        var planned = PlannedModel(ref: ref, pin: pinned.credential, origin: origin)
        guard let provider = snapshot.settings.providers[ref.provider] else {
            planned.unbuildable = .unknownProvider
            return planned
        }
        let model = provider.model(ref.model)
        planned.endpoint = provider.baseURL.endpoint
        planned.contextWindow = model?.contextWindow
        planned.acceptsImages = model?.acceptsImages ?? true
        planned.acceptsTools = model?.acceptsTools ?? true
        let wireName = provider.wireName(for: ref.model)
        if WireKind(rawValue: wireName) == nil { planned.unbuildable = .unknownWire(wireName) }
        planned.credentials = snapshot.pool.credentials(for: provider.id, agent: agent).map { credential in
            PlannedCredential(
                id: credential.id, kind: credential.kind, unusable: credential.unusable.map { .credentialUnusable($0) })
        }
        return planned
    }
}

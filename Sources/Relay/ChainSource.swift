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
    let uses: CredentialUses

    /// - Throws: `UnknownModel` when `name` or one of the request's own fallbacks stands for nothing.
    func chain(
        named name: String, overrides: RelayRequest.Overrides, session: SessionID?, now: Timestamp
    ) throws(UnknownModel) -> NamedChain {
        let plain: NamedChain
        if overrides.changesChain {
            plain = try make(name, overrides)
        } else {
            plain = try snapshot.chain(named: name) { () throws(UnknownModel) in try make(name, overrides) }
        }
        return plain.arranged(
            for: session.map { pins.pins(of: $0, in: plain.chain) } ?? [], uses: snapshot.settings.spreads ? uses : nil, now: now)
    }

    private func make(_ name: String, _ overrides: RelayRequest.Overrides) throws(UnknownModel) -> NamedChain {
        let target = try ModelNames.resolve(name, in: snapshot.settings, agent: overrides.agent).get()
        var models = target.models
        if let pin = overrides.pin, let first = models.first {
            models[0].model.credential = pin
            // As behind `provider/model@credential`: the same model does not come again as the primary.
            let primary = snapshot.settings.agents[target.agent]?.primary
            if let last = models.last, models.count > 1, last.origin == primary?.origin, last.model.ref == first.model.ref {
                models.removeLast()
            }
        }
        if overrides.noFallback {
            models = Array(models.prefix(1))
        } else if let fallbacks = overrides.fallbacks {
            models = Array(models.prefix(1))
            for (index, fallback) in fallbacks.enumerated() {
                let model = try ModelNames.fallback(fallback, in: snapshot.settings).get()
                models.append((model, "\(overrides.fallbacksOrigin)[\(index)]"))
            }
        }
        let plan = ChainPlan(models: models.map { planned($0.model, origin: $0.origin, agent: target.agent) })
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
                id: credential.id, kind: credential.kind, unusable: credential.unusable.map { .credentialUnusable($0) },
                place: credential.place)
        }
        return planned
    }
}

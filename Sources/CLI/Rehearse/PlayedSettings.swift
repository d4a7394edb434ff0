// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers
import Rehearsal

extension Settings {
    /// The same with somebody who plays in the place of each provider. Whoever has no part is at an address where nobody listens.
    ///
    /// - Parameter ports: Where each endpoint is played, on this machine.
    func played(at ports: [EndpointID: UInt16]) -> Settings {
        var played = self
        for (id, provider) in providers {
            let truth = provider.standsFor ?? provider.baseURL
            guard let url = BaseURL("http://127.0.0.1:\(ports[truth.endpoint] ?? 9)\(provider.baseURL.path)") else { continue }
            played.providers[id]?.baseURL = url
            played.providers[id]?.standsFor = truth
        }
        return played
    }

    /// The same with limits and blocks as long as they are in the drill. Its patience stays as it is, as does what a provider says: a
    /// `Retry-After` has whole seconds.
    func scaled(by timing: DrillTiming) -> Settings {
        guard timing.scale != 1 else { return self }
        var scaled = self
        for phase in TimeLimits.Phase.allCases { scaled.limits[phase].length = timing.scaled(limits[phase].length) }
        for (id, provider) in providers {
            scaled.providers[id]?.limits = provider.limits.scaled(by: timing)
            for place in provider.models.indices {
                scaled.providers[id]?.models[place].limits = provider.models[place].limits.scaled(by: timing)
            }
        }
        scaled.policy.blocks = policy.blocks.scaled(by: timing)
        scaled.policy.overloadedBackoff = policy.overloadedBackoff == .zero ? .zero : timing.scaled(policy.overloadedBackoff)
        scaled.policy.leaseSlack = timing.scaled(policy.leaseSlack)
        scaled.providerFailover = providerFailover.mapValues { $0.scaled(by: timing) }
        scaled.modelFailover = modelFailover.mapValues { $0.scaled(by: timing) }
        scaled.failover.hedge.after = failover.hedge.after.map { timing.scaled($0) }
        return scaled
    }
}

extension TimeLimits {
    fileprivate func scaled(by timing: DrillTiming) -> TimeLimits {
        var scaled = self
        for phase in Phase.allCases { scaled[phase] = self[phase].map { timing.scaled($0) } }
        return scaled
    }
}

extension Ladders {
    fileprivate func scaled(by timing: DrillTiming) -> Ladders {
        var scaled = self
        for ladder in [\Ladders.rateLimit, \.transient, \.billing, \.auth, \.model, \.authPermanent] {
            scaled[keyPath: ladder] = self[keyPath: ladder].map { timing.scaled($0) }
        }
        return scaled
    }
}

extension FailoverOverrides {
    fileprivate func scaled(by timing: DrillTiming) -> FailoverOverrides {
        var scaled = self
        for ladder in [\FailoverOverrides.rateLimit, \.transient, \.billing, \.auth, \.model] {
            scaled[keyPath: ladder] = self[keyPath: ladder]?.map { timing.scaled($0) }
        }
        if let after = hedgeAfter { scaled.hedgeAfter = after.map { timing.scaled($0) } }
        return scaled
    }
}

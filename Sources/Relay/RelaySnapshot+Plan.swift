// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers

extension Relay {
    /// What would become of a request that came now. Nothing of this gateway changes: the policy is asked on copies.
    ///
    /// - Throws: A sentence about what was asked, with the nearest name that there is.
    public func plan(_ wishes: PlanWishes) throws(PlanProblem) -> Plan {
        try snapshot.plan(wishes, pins: pins, uses: uses, ledger: ledger.ledger, now: now())
    }
}

extension RelaySnapshot {
    /// The same of settings and credentials that no gateway may run with.
    ///
    /// - Parameters:
    ///   - pins: Empty where no gateway runs: they live in its memory. So do `uses`.
    ///   - ledger: As a gateway has it, or has stored it.
    public func plan(
        _ wishes: PlanWishes, pins: SessionPins = SessionPins(), uses: CredentialUses = CredentialUses(), ledger: HealthLedger,
        now: Timestamp
    ) throws(PlanProblem) -> Plan {
        guard wishes.when.count <= PlanWishes.limit else {
            throw PlanProblem("more than \(PlanWishes.limit) things are supposed to happen", word: "")
        }
        let named = try chain(of: wishes, pins: pins, uses: uses, now: now)
        let facts = facts(of: wishes, agent: named.agent, now: now)
        let warm = wishes.session.map { pins.pins(of: $0, in: named.chain) }?.filter { $0.isWarm(at: now) } ?? []
        var plan = Plan(chain: named.chain, facts: facts, policy: settings.policy, ledger: ledger) { link in
            place(of: link, warm, settings.spreads ? uses : nil)
        }
        if !wishes.when.isEmpty {
            var suppositions: [PlanWhen] = []
            for text in wishes.when { suppositions.append(try supposition(text, in: named.chain)) }
            plan.run = PlanRun.play(stage(named, facts), supposing: suppositions, ledger: ledger)
        }
        return plan
    }

    // MARK: Parts

    private func chain(
        of wishes: PlanWishes, pins: SessionPins, uses: CredentialUses, now: Timestamp
    ) throws(PlanProblem) -> NamedChain {
        var overrides = RelayRequest.Overrides()
        (overrides.fallbacks, overrides.fallbacksOrigin) = (wishes.fallbacks, "request.fallbacks")
        (overrides.noFallback, overrides.pin) = (wishes.noFallback, wishes.pin)
        if let agent = wishes.agent, settings.agents[agent] == nil {
            throw PlanProblem("there is no agent \"\(agent)\"", word: agent.rawValue, known: settings.agents.all.map(\.id.rawValue)).advised
        }
        let agent = wishes.agent.map { "agent:\($0)" }
        do throws(UnknownModel) {
            if wishes.model != nil { overrides.agent = wishes.agent }
            return try ChainSource(snapshot: self, pins: pins, uses: uses).chain(
                named: wishes.model ?? agent ?? "default", overrides: overrides, session: wishes.session, now: now)
        } catch {
            throw PlanProblem(error.text, word: error.name, known: error.suggestions)
        }
    }

    private func facts(of wishes: PlanWishes, agent: AgentID, now: Timestamp) -> RequestFacts {
        RequestFacts(
            // In the place of an id, where messages have one.
            id: "<id>", startedAt: now, deadline: now + settings.limits.request.length,
            requestedModel: wishes.model ?? wishes.agent.map { "agent:\($0)" } ?? "default", agent: agent, session: wishes.session,
            wire: WireKind.openaiCompletions.rawValue, streaming: wishes.streaming, estimatedTokens: wishes.tokens,
            hasImages: wishes.images, hasTools: wishes.tools, firstTokenLimit: settings.limits.firstToken.length)
    }

    private func place(of link: ChainLink, _ warm: [SessionPin], _ uses: CredentialUses?) -> CredentialPlace {
        if link.place == .userPin { return .userPin }
        let candidate = link.candidate
        if let pin = warm.first(where: { $0.provider == candidate.model.provider && $0.credential == candidate.credential }) {
            return .sessionPin(usedAt: pin.usedAt, warmUntil: pin.warmUntil)
        }
        guard let uses, link.place != .none else { return link.place }
        return .leastRecentlyUsed(usedAt: uses.last(of: candidate.credential)?.at)
    }

    /// A supposition may name a model by its alias too.
    private func supposition(_ text: String, in chain: Chain) throws(PlanProblem) -> PlanWhen {
        do throws(PlanProblem) {
            return try PlanWhen(text, in: chain)
        } catch {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, String(parts[0]) == error.word, case .success(let target) = ModelNames.resolve(error.word, in: settings),
                let first = target.models.first, first.origin == "requested",
                let when = try? PlanWhen("\(first.model)=\(parts[1])", in: chain)
            {
                return when
            }
            throw error.advised
        }
    }

    private func stage(_ named: NamedChain, _ facts: RequestFacts) -> PlanStage {
        var stage = PlanStage(chain: named.chain, facts: facts, policy: settings.policy)
        for (link, route) in zip(named.chain.links, named.routes) {
            let model = link.candidate.model
            let limits = settings.limits(for: model)
            func limit(_ phase: TimeLimits.Phase) -> TimeLimit {
                let limit = limits[phase]
                return TimeLimit(
                    phase: phase.rawValue,
                    seconds: Double(limit.length.components.seconds)
                        + Double(limit.length.components.attoseconds / 1_000_000_000_000_000) / 1000, setBy: limit.setBy)
            }
            func firstToken(hasSpare: Bool) -> TimeLimit {
                limit(route?.firstTokenPhase(asksReasoning: false) { hasSpare } ?? .firstToken)
            }
            stage.policies.append(settings.policy(for: model))
            stage.wires.append(settings.providers[model.provider]?.wireName(for: model.model) ?? facts.wire)
            stage.times.append(
                PlanTimes(
                    connect: limit(.connect), firstToken: firstToken(hasSpare: true), lastFirstToken: firstToken(hasSpare: false),
                    plain: limit(.plain)))
        }
        return stage
    }
}

extension PlanProblem {
    /// The same with the nearest of what would have done, or the first few of it.
    fileprivate var advised: PlanProblem {
        var advised = self
        if let nearest = NearestName.of(word, in: known) {
            advised.message += ". Did you mean \(nearest)?"
        } else if !known.isEmpty {
            let few = known.prefix(12).joined(separator: ", ")
            advised.message += ". These would do: \(few)\(known.count > 12 ? ", …" : "")"
        }
        return advised
    }
}

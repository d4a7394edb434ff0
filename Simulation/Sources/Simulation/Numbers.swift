// SPDX-License-Identifier: Apache-2.0
import Failover
import Oracle

/// Turns names into the oracle's numbers, and the policy's values into the oracle's.
struct Numbers {
    private var models: [ModelRef: Int] = [:]
    private var accounts: [CredentialID: Int] = [:]
    private var endpoints: [EndpointID: Int] = [:]
    private var keys: [ScopeKey: Oracle.Key] = [:]

    init(_ town: Town) {
        for (number, model) in town.models.enumerated() { models[model.ref] = number }
        for (number, account) in town.accounts.enumerated() { accounts[account.id] = number }
        for number in town.accountsOf.indices { endpoints[EndpointID(rawValue: "https://p\(number)")] = number }
    }

    func model(_ ref: ModelRef) -> Int { models[ref] ?? -1 }
    func account(_ id: CredentialID) -> Int { accounts[id] ?? -1 }

    func link(_ link: ChainLink, _ town: Town) -> Oracle.Link {
        let model = model(link.candidate.model)
        let provider = town.models[model].provider
        return Oracle.Link(
            Oracle.Candidate(
                provider: provider, credential: account(link.candidate.credential), model: model,
                endpoint: endpoints[link.candidate.endpoint] ?? -1),
            window: link.contextWindow, images: link.acceptsImages, tools: link.acceptsTools)
    }

    mutating func key(_ key: ScopeKey) -> Oracle.Key {
        if let known = keys[key] { return known }
        let number: Oracle.Key =
            switch key {
            case .credentialModel(let credential, let model): .credentialModel(account(credential), self.model(model))
            case .credential(let credential): .credential(account(credential))
            case .providerModel(let model): .providerModel(self.model(model))
            case .endpoint(let endpoint): .endpoint(endpoints[endpoint] ?? -1)
            }
        keys[key] = number
        return number
    }

    mutating func effect(_ effect: BlockEffect) -> Oracle.Effect {
        let kind: Oracle.Effect.Kind =
            switch effect.kind {
            case .blocked(let until, _, let setBy): .blocked(until: until.milliseconds, byLadder: setBy == .ladder)
            case .widened(let until, _, let setBy): .widened(until: until.milliseconds, byLadder: setBy == .ladder)
            case .cleared: .cleared
            case .narrowed: .narrowed
            case .unchanged: .unchanged
            case .ownNetwork: .ownNetwork
            }
        return Oracle.Effect(key(effect.key), kind)
    }

    mutating func skip(_ reason: SkipReason) -> Oracle.Skip {
        switch reason {
        case .blocked(let block): .blocked(key(block.key))
        case .leased: .leased
        case .returning: .returning
        case .paused: .paused
        case .tooSmall: .tooSmall
        case .noLargerWindow: .noLargerWindow
        case .noImages: .noImages
        case .noTools: .noTools
        case .endpointDown: .endpointDown
        case .sameModel: .sameModel
        case .attemptsSpent: .attemptsSpent
        case .deadlinePassed: .deadlinePassed
        case .notNeeded, .rotationsSpent, .unknownProvider, .unknownWire, .noCredential, .credentialUnusable, .noTokenCount, .otherWire,
            .boundElsewhere:
            .notNeeded
        }
    }

    func decision(_ step: Step) -> Oracle.Decision {
        switch step {
        case .attempt(let index, let mode): .attempt(link: index, self.mode(mode))
        case .wait(let duration, let index): .wait(milliseconds: duration.milliseconds, link: index)
        case .answer(let attempt): .answer(attempt: attempt)
        case .refuse: .refuse
        case .stop: .stop
        }
    }

    private func mode(_ mode: AttemptMode) -> Oracle.Mode {
        switch mode {
        case .normal: .normal
        case .quickRepeat: .quickRepeat
        case .early: .early
        case .halfOpen(let lease): .halfOpen(endsAt: lease.endsAt.milliseconds)
        case .returning(let lease): .returning(endsAt: lease.endsAt.milliseconds)
        }
    }

    func failed(_ failure: Failure, _ attempt: Attempt) -> Oracle.Failed {
        var failed = Oracle.Failed(reason(failure.reason), scope: failure.scope.map(scope))
        failed.reset = failure.reset?.milliseconds
        failed.namesMember = failure.namesMember != nil
        failed.committed = attempt.committed
        switch failure.fault {
        case .dns, .refused, .unreachable, .tls: failed.certain = true
        case .reset(let reused): failed.reused = reused
        default: break
        }
        failed.repair = failure.repair.flatMap { Errors.repairs.firstIndex(of: $0) }
        for repair in attempt.repairs { if let number = Errors.repairs.firstIndex(of: repair) { failed.repairs |= 1 << UInt64(number) } }
        return failed
    }

    private func scope(_ scope: Failover.Scope) -> Oracle.Scope {
        switch scope {
        case .credentialModel: .credentialModel
        case .credential: .credential
        case .providerModel: .providerModel
        case .endpoint: .endpoint
        }
    }

    private func reason(_ reason: Failover.Reason) -> Oracle.Reason {
        switch reason {
        case .rateLimit: .rateLimit
        case .quota: .quota
        case .billing: .billing
        case .auth: .auth
        case .authPermanent: .authPermanent
        case .overloaded: .overloaded
        case .serverError: .serverError
        case .timeout: .timeout
        case .network: .network
        case .modelNotFound: .modelNotFound
        case .format: .format
        case .invalidRequest: .invalidRequest
        case .contextOverflow: .contextOverflow
        case .contentPolicy: .contentPolicy
        case .malformed: .malformed
        case .unknown: .unknown
        case .cancelled: .cancelled
        }
    }
}

extension Duration {
    /// Cut towards zero.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

extension FailoverRun {
    /// - Returns: `nil` if it cannot be called after all, which the receipt says.
    ///
    /// - Parameter first: The attempt beside which it is started; `nil`: it is the only one.
    func begin(_ index: Int, _ mode: AttemptMode, beside first: OpenAttempt? = nil) -> OpenAttempt? {
        let link = chain.links[index]
        let model = link.candidate.model
        let startedAt = relay.now()
        var attempt = Attempt(candidate: link.candidate, origin: link.origin, mode: mode, kind: link.kind, startedAt: startedAt)
        guard let route = routes[index] else {
            // The chain was built from the same snapshot, so this is a fault of ours; the next candidate hides it from the client.
            relay.log.error("A candidate could not be called", ["model": .string(model.description)])
            if first != nil {
                relay.ledger.giveBack(mode, of: link.candidate, now: startedAt)
                return nil
            }
            attempt.failure = Failure(reason: .unknown, scope: nil, rule: "gateway.no_plan")
            drop(attempt)
            return nil
        }
        let secret: Secret?
        switch secretNow(of: index, by: route) {
        case .secret(let known): secret = known
        // Beside another one, nobody waits for a login.
        case .due, .failed:
            relay.ledger.giveBack(mode, of: link.candidate, now: startedAt)
            return nil
        }
        let plan: CallPlan
        do throws(RequestProblem) {
            plan = try CallPlan(
                request, link.candidate, by: route, secret: secret,
                repairs: receipt.repairs(for: model, known: relay.capabilities.repairs(for: model, in: snapshot)),
                memory: relay.memory, firstTokens: relay.firstTokens, sent: sent, remaining: time.remaining(at: startedAt), now: startedAt,
                isRepeat: receipt.attempts.last?.candidate == link.candidate
            ) { relay.ledger.hasSpare(snapshot.settings.policy, chain, besides: index, receipt, now: startedAt) }
        } catch {
            if sent != nil {
                attempt.part = SentPart(asked: .transcript)
                attempt.failure = Failure(reason: .invalidRequest, scope: nil, rule: "rescue.no_place", message: error.message)
                drop(attempt)
            } else {
                // Its client's own wire forbids it: another candidate's would not make it better.
                relay.ledger.giveBack(mode, of: link.candidate, now: startedAt)
                if first == nil { end(.refused(Refusal(error))) }
            }
            return nil
        }
        attempt.repairs = plan.repairs
        attempt.part = plan.asked.map { SentPart(asked: $0) }
        if let lost = plan.crossed?.lost {
            attempt.crossedTo = plan.wire.kind.rawValue
            attempt.lost = lost
        }
        // The step knew the usual limit; this candidate's may be longer.
        attempt.mode = relay.ledger.extend(
            mode, until: startedAt + plan.firstToken.length + snapshot.settings.policy.leaseSlack, now: startedAt)
        if snapshot.settings.spreads { relay.uses.used(link.candidate.credential, at: startedAt) }
        let served = Served(model: model, credential: link.candidate.credential, attempts: receipt.attempts.count + (first == nil ? 1 : 2))
        let call = UpstreamCall(plan, client: stream, served: served, quotas: relay.quotas, on: loop) { [unowned self] in spoke(index) }
        let open = OpenAttempt(attempt, of: index, by: route, served, secret: secret, call: call)
        if first == nil { self.open = open }
        return open
    }

    /// Puts an attempt that could not be made into the receipt.
    private func drop(_ attempt: Attempt) {
        relay.ledger.giveBack(attempt.mode, of: attempt.candidate, now: attempt.startedAt)
        starts?.append(receipt.attempts.count)
        receipt.attempts.append(attempt)
    }

    func succeeded(_ open: OpenAttempt, endIsProven: Bool) {
        let effects = relay.ledger.succeeded(
            open.attempt.candidate, startedAt: open.attempt.startedAt, mode: open.attempt.mode, now: relay.now(), endIsProven: endIsProven)
        if !effects.isEmpty { open.attempt.effect += effects }
    }
}

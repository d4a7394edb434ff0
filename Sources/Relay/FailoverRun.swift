// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Telemetry
import Transport

/// Takes one request down its chain: asks the policy for a step, does it, records what came of it, asks again. The one retry
/// loop of the project.
///
/// `@unchecked Sendable`: confined to the request's loop.
final class FailoverRun: @unchecked Sendable {
    private let relay: Relay
    private let snapshot: RelaySnapshot
    private let request: RelayRequest
    private let chain: Chain
    private let agent: AgentID
    private let sink: any ReplySink
    private let client: any HTTPClient
    private let loop: EventLoop
    private let policy: Policy

    private var receipt: Receipt
    private var call: UpstreamCall?
    private var isCancelled = false
    /// Upstreams' refusals as they came, by attempt.
    private var replies: [Int: UpstreamReply] = [:]
    /// The attempt whose refusal the client gets.
    private var passedOn: Int?

    init(
        relay: Relay, snapshot: RelaySnapshot, request: RelayRequest, named: NamedChain, sink: any ReplySink, client: any HTTPClient,
        loop: EventLoop
    ) {
        self.relay = relay
        self.snapshot = snapshot
        self.request = request
        chain = named.chain
        agent = named.agent
        self.sink = sink
        self.client = client
        self.loop = loop
        policy = snapshot.settings.policy
        let limit = request.overrides.timeout ?? snapshot.settings.limits.request.length
        let shape = request.shape
        let facts = RequestFacts(
            id: request.id, startedAt: request.startedAt, deadline: request.startedAt + limit, requestedModel: shape.model, agent: named.agent,
            session: request.session, wire: request.wire.rawValue, streaming: shape.streaming, estimatedTokens: shape.estimatedTokens,
            hasImages: shape.hasImages, hasTools: shape.hasTools, sentAsWritten: true,
            firstTokenLimit: snapshot.settings.limits.firstToken.length)
        receipt = Receipt(facts: facts, skipped: chain.skipped)
    }

    func answer() async -> (RelayResult, Receipt) {
        guard relay.gate.enter() else { return (finish(.refused(.busy)), receipt) }
        defer { relay.gate.leave() }
        receipt.facts.activeRequests = relay.gate.inFlight
        sink.onClientGone = { [weak self] in self?.clientLeft() }
        while true {
            if isCancelled || sink.isClientGone { return (finish(.cancelled), receipt) }
            switch relay.ledger.step(policy, chain, &receipt, now: relay.now()) {
            case .attempt(let index, let mode):
                if let result = await attempt(index, mode) { return (finish(result), receipt) }
            case .wait(let duration, _):
                receipt.waits.append(duration)
                await loop.sleep(for: duration)
            case .answer(let attempt): return (finish(passOn(attempt)), receipt)
            case .refuse(let refusal): return (finish(.refused(refusal)), receipt)
            case .stop: return (finish(.cancelled), receipt)
            }
        }
    }

    private func clientLeft() {
        isCancelled = true
        call?.cancel()
    }

    // MARK: One attempt

    /// - Returns: What ends the request, or `nil` to ask for the next step.
    private func attempt(_ index: Int, _ mode: AttemptMode) async -> RelayResult? {
        let link = chain.links[index]
        let startedAt = relay.now()
        let clock = ContinuousClock()
        let began = clock.now
        var attempt = Attempt(candidate: link.candidate, origin: link.origin, mode: mode, kind: link.kind, startedAt: startedAt)
        let served = Served(
            model: link.candidate.model, credential: link.candidate.credential, attempts: receipt.attempts.count + 1)
        guard let plan = plan(for: index, startedAt) else {
            // The chain was built from the same snapshot, so this is a fault of ours; the next candidate hides it from the client.
            relay.log.error("A candidate could not be called", ["model": .string(link.candidate.model.description)])
            relay.ledger.giveBack(mode, now: startedAt)
            attempt.failure = Failure(reason: .unknown, scope: nil, rule: "gateway.no_plan")
            receipt.attempts.append(attempt)
            return nil
        }
        func succeeded(endIsProven: Bool) {
            attempt.effect += relay.ledger.succeeded(
                link.candidate, startedAt: startedAt, mode: mode, now: relay.now(), endIsProven: endIsProven)
        }
        let upstream = UpstreamCall(plan, sink: sink, served: served, on: loop) { succeeded(endIsProven: false) }
        call = upstream
        let outcome = await upstream.outcome(of: client)
        call = nil
        attempt.duration = clock.now - began
        attempt.timeToFirstToken = upstream.firstContentAfter
        attempt.status = upstream.status
        switch outcome {
        case .whole(let status, let contentType, let body, let usage):
            attempt.usage = usage
            succeeded(endIsProven: true)
            answered(attempt)
            return .whole(status: status, contentType: contentType, body: body, served)
        case .streamed(let usage):
            attempt.usage = usage
            attempt.committed = true
            succeeded(endIsProven: true)
            answered(attempt)
            return .streamed(served)
        case .failed(let error, let limit, let reply, let committed):
            return failed(&attempt, error, limit, reply, committed: committed, served)
        case .cancelled:
            relay.ledger.giveBack(mode, now: relay.now())
            attempt.committed = upstream.firstContentAfter != nil
            attempt.failure = Failure(reason: .cancelled, scope: nil, rule: "client.left")
            receipt.attempts.append(attempt)
            return .cancelled
        }
    }

    private func answered(_ attempt: Attempt) {
        if let session = request.session { relay.pins.served(session, by: attempt.candidate, now: relay.now()) }
        receipt.attempts.append(attempt)
    }

    private func failed(
        _ attempt: inout Attempt, _ error: ErrorObject, _ limit: TimeLimit?, _ reply: UpstreamReply?, committed: Bool, _ served: Served
    ) -> RelayResult? {
        var failure = Classifier.classify(error)
        failure.limit = limit
        failure.message = failure.message.map { snapshot.pool.redactor.redact($0) }
        attempt.failure = failure
        attempt.status = error.status ?? attempt.status
        attempt.committed = committed
        attempt.effect += relay.ledger.failed(
            failure, of: attempt.candidate, startedAt: attempt.startedAt, mode: attempt.mode, receipt: receipt,
            policy: snapshot.settings.policy(for: attempt.candidate.model), now: relay.now())
        if let reply { replies[receipt.attempts.count] = reply }
        receipt.attempts.append(attempt)
        return committed ? .brokenStream(failure, served) : nil
    }

    private func passOn(_ index: Int) -> RelayResult {
        passedOn = index
        let attempt = receipt.attempts[index]
        let served = Served(
            model: attempt.candidate.model, credential: attempt.candidate.credential, attempts: receipt.attempts.count)
        guard let reply = replies[index] else {
            return .refused(Refusal(judging: attempt))
        }
        return .passedOn(status: reply.status, contentType: reply.contentType, body: reply.body, served)
    }

    // MARK: What goes up

    private func plan(for index: Int, _ now: Timestamp) -> CallPlan? {
        let candidate = chain.links[index].candidate
        guard let provider = snapshot.settings.providers[candidate.model.provider],
            let kind = WireKind(rawValue: provider.wireName(for: candidate.model.model))
        else { return nil }
        let wire = kind.wire
        let model = candidate.model.model
        let shape = request.shape
        let limits = snapshot.settings.limits(for: candidate.model)
        let reasons = shape.asksReasoning || provider.model(model)?.reasons == true
        let phase: TimeLimits.Phase
        if provider.baseURL.isLocal {
            phase = .localFirstToken
        } else if !reasons && relay.ledger.hasSpare(chain, besides: index, in: receipt, now: now) {
            phase = .firstToken
        } else {
            phase = .reasoningFirstToken
        }
        let body = wire.passthrough(
            body: request.body, index: request.index, model: model, params: snapshot.settings.params(for: candidate.model, agent: agent))
        let headers = wire.headers(
            client: request.headers, credential: snapshot.pool.secret(candidate.credential, agent: agent), provider: provider,
            streaming: shape.streaming)
        let upstream = ClientRequest(
            url: provider.baseURL.appending(wire.path(model: model, streaming: shape.streaming)), headers: headers, body: body,
            connectTime: limits.connect.length, onFreshConnection: repeats(candidate), bypassesProxy: provider.baseURL.isLocal)
        let left = TimeLimits.Resolved.Limit(
            receipt.facts.deadline - now, setBy: request.overrides.timeout == nil ? limits.request.setBy : "x-understudy-timeout-ms")
        return CallPlan(
            request: upstream, wire: wire, context: ErrorContext(provider: provider.id, model: model), streaming: shape.streaming,
            firstToken: limits[phase], firstTokenPhase: phase, idle: limits.idle, plain: limits.plain, remaining: left, now: now)
    }

    /// A repeat after a broken connection must not meet another that the peer has closed meanwhile.
    private func repeats(_ candidate: Candidate) -> Bool { receipt.attempts.last?.candidate == candidate }

    // MARK: The end

    private func finish(_ result: RelayResult) -> RelayResult {
        sink.onClientGone = nil
        let last = receipt.attempts.count - 1
        receipt.endedAt = relay.now()
        receipt.outcome =
            switch result {
            case .whole(let status, _, _, _): .answered(attempt: last, status: status)
            case .streamed: .answered(attempt: last, status: 200)
            case .brokenStream: .failed(attempt: last)
            case .passedOn: .passedOn(attempt: passedOn ?? last)
            case .refused(let refusal): .refused(refusal)
            case .cancelled: .cancelled
            }
        relay.recorder.record(receipt)
        return result
    }
}

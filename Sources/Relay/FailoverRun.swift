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
/// What it knows it keeps in itself, and only `answer` and what it waits for are `async`: a request that waits for a silent
/// upstream then holds a few pointers on its task, instead of copies of its receipt and chain.
///
/// `@unchecked Sendable`: confined to the request's loop.
public final class FailoverRun: @unchecked Sendable {
    private enum Next {
        case call(UpstreamCall)
        case wait(Duration)
        case over
    }

    /// An attempt under way. A class, so that looking at one part of it copies no others.
    private final class Open {
        var attempt: Attempt
        /// Of its link in the chain.
        let index: Int
        let route: Route
        let served: Served
        let began = ContinuousClock.now

        init(_ attempt: Attempt, of index: Int, by route: Route, _ served: Served) {
            self.attempt = attempt
            self.index = index
            self.route = route
            self.served = served
        }
    }

    private let relay: Relay
    private let snapshot: RelaySnapshot
    private var request: RelayRequest
    private let chain: Chain
    private let routes: [Route?]
    private let sink: any ReplySink
    private let client: any HTTPClient
    private let loop: EventLoop

    /// Complete once `answer` has returned.
    public private(set) var receipt: Receipt
    /// How it ended.
    public private(set) var result = RelayResult.cancelled
    private var open: Open?
    private var call: UpstreamCall?
    /// To be asked once more at once, with the conversation written out.
    private var again: (index: Int, mode: AttemptMode)?
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
        routes = named.routes
        self.sink = sink
        self.client = client
        self.loop = loop
        let limit = request.overrides.timeout ?? snapshot.settings.limits.request.length
        let shape = request.shape
        let facts = RequestFacts(
            id: request.id, startedAt: request.startedAt, deadline: request.startedAt + limit, requestedModel: shape.model,
            agent: named.agent, session: request.session, wire: request.wire.rawValue, streaming: shape.streaming,
            estimatedTokens: shape.estimatedTokens,
            hasImages: shape.hasImages, hasTools: shape.hasTools, sentAsWritten: true,
            firstTokenLimit: snapshot.settings.limits.firstToken.length)
        receipt = Receipt(facts: facts, skipped: chain.skipped)
        receipt.leftPins = named.leftPins
    }

    /// Whether anybody could be asked, blocked or not.
    public var hasCandidates: Bool { !chain.links.isEmpty }

    /// Returns when the request has ended; `result` and `receipt` say how.
    public func answer() async {
        guard enter() else { return }
        while true {
            switch next() {
            case .call(let call):
                await call.run(on: client)
                conclude(call)
            case .wait(let duration): await loop.sleep(for: duration)
            case .over: return leave()
            }
        }
    }

    private func enter() -> Bool {
        guard relay.gate.enter() else {
            end(.refused(.busy))
            return false
        }
        receipt.facts.activeRequests = relay.gate.inFlight
        sink.onClientGone = { [weak self] in self?.clientLeft() }
        return true
    }

    private func leave() {
        sink.onClientGone = nil
        relay.gate.leave()
    }

    private func clientLeft() {
        isCancelled = true
        call?.cancel()
    }

    // MARK: One step

    @inline(never)
    private func next() -> Next {
        if let again {
            self.again = nil
            if isCancelled || sink.isClientGone {
                relay.ledger.giveBack(again.mode, of: chain.links[again.index].candidate, now: relay.now())
            } else if let call = begin(again.index, again.mode) {
                return .call(call)
            }
        }
        while receipt.outcome == nil {
            if isCancelled || sink.isClientGone {
                end(.cancelled)
                break
            }
            switch relay.ledger.step(snapshot.settings.policy, chain, &receipt, now: stepTime) {
            case .attempt(let index, let mode):
                if let call = begin(index, mode) { return .call(call) }
            case .wait(let duration, _):
                receipt.waits.append(duration)
                return .wait(duration)
            case .answer(let attempt): end(passOn(attempt))
            case .refuse(let refusal): end(.refused(refusal))
            case .stop: end(.cancelled)
            }
        }
        return .over
    }

    /// A limit runs on the loop's clock, the deadline on the wall's: they may differ by a millisecond, and time that was up stays up.
    private var stepTime: Timestamp {
        let isUp = receipt.attempts.last?.failure?.fault == .requestDeadline
        return isUp ? max(relay.now(), receipt.facts.deadline) : relay.now()
    }

    /// - Returns: `nil` if it cannot be called after all, which the receipt says.
    private func begin(_ index: Int, _ mode: AttemptMode) -> UpstreamCall? {
        let link = chain.links[index]
        let startedAt = relay.now()
        var attempt = Attempt(candidate: link.candidate, origin: link.origin, mode: mode, kind: link.kind, startedAt: startedAt)
        let served = Served(
            model: link.candidate.model, credential: link.candidate.credential, attempts: receipt.attempts.count + 1)
        guard let route = routes[index] else {
            // The chain was built from the same snapshot, so this is a fault of ours; the next candidate hides it from the client.
            relay.log.error("A candidate could not be called", ["model": .string(link.candidate.model.description)])
            relay.ledger.giveBack(mode, of: link.candidate, now: startedAt)
            attempt.failure = Failure(reason: .unknown, scope: nil, rule: "gateway.no_plan")
            receipt.attempts.append(attempt)
            return nil
        }
        let model = link.candidate.model
        let plan: CallPlan
        do throws(RequestProblem) {
            plan = try CallPlan(
                request, link.candidate, by: route,
                repairs: receipt.repairs(for: model, known: relay.capabilities.repairs(for: model, in: snapshot)),
                memory: relay.memory, deadline: receipt.facts.deadline, now: startedAt,
                isRepeat: receipt.attempts.last?.candidate == link.candidate
            ) { relay.ledger.hasSpare(snapshot.settings.policy, chain, besides: index, receipt, now: startedAt) }
        } catch {
            // Its client's own wire forbids it: another candidate's would not make it better.
            relay.ledger.giveBack(mode, of: link.candidate, now: startedAt)
            end(.refused(Refusal(error)))
            return nil
        }
        attempt.repairs = plan.repairs
        if let lost = plan.crossed?.lost {
            attempt.crossedTo = plan.wire.kind.rawValue
            attempt.lost = lost
        }
        // The step knew the usual limit; this candidate's may be longer.
        attempt.mode = relay.ledger.extend(
            mode, until: startedAt + plan.firstToken.length + snapshot.settings.policy.leaseSlack, now: startedAt)
        if snapshot.settings.spreads { relay.uses.used(link.candidate.credential, at: startedAt) }
        open = Open(attempt, of: index, by: route, served)
        let call = UpstreamCall(plan, sink: sink, served: served, keepAlive: relay.keepAlive, on: loop) { [unowned self] in
            succeeded(endIsProven: false)
        }
        self.call = call
        return call
    }

    private func succeeded(endIsProven: Bool) {
        guard let open else { return }
        let effects = relay.ledger.succeeded(
            open.attempt.candidate, startedAt: open.attempt.startedAt, mode: open.attempt.mode, now: relay.now(), endIsProven: endIsProven)
        if !effects.isEmpty { open.attempt.effect += effects }
    }

    // MARK: What came of it

    @inline(never)
    private func conclude(_ call: UpstreamCall) {
        self.call = nil
        open?.attempt.timeToFirstToken = call.firstContentAfter
        open?.attempt.status = call.status
        open?.attempt.usage = call.usage
        switch call.outcome {
        case .whole(let status, let contentType, let body, let usage):
            succeeded(endIsProven: true)
            guard let served = answered(usage) else { return }
            end(.whole(status: status, contentType: contentType, body: body, served))
        case .streamed(let usage):
            open?.attempt.committed = true
            succeeded(endIsProven: true)
            guard let served = answered(usage) else { return }
            end(.streamed(served))
        case .failed(let failed): self.failed(failed, call.plan)
        case .cancelled:
            guard let attempt = open?.attempt else { return }
            relay.ledger.giveBack(attempt.mode, of: attempt.candidate, now: relay.now())
            open?.attempt.committed = call.firstContentAfter != nil
            open?.attempt.failure = Failure(reason: .cancelled, scope: nil, rule: "client.left")
            _ = close()
            end(.cancelled)
        }
    }

    /// Puts the attempt that was under way into the receipt.
    private func close() -> Open? {
        guard let open else { return nil }
        self.open = nil
        open.attempt.duration = .now - open.began
        receipt.attempts.append(open.attempt)
        return open
    }

    private func answered(_ usage: Usage?) -> Served? {
        open?.attempt.usage = usage
        guard let closed = close() else { return nil }
        let candidate = closed.attempt.candidate
        if let session = request.session {
            relay.pins.served(session, by: candidate, warmth: closed.route.warmth, now: relay.now())
        }
        learn(from: closed.attempt)
        return closed.served
    }

    /// What was asked for and led to an answer, the route is known to need from now on.
    private func learn(from attempt: Attempt) {
        let model = attempt.candidate.model
        let asked = receipt.repairsAsked(of: model)
        if asked.isEmpty { return }
        let new = relay.capabilities.learn(
            model, asked: asked, made: attempt.repairs, receipt: receipt.facts.id, in: snapshot, now: relay.now(),
            current: { [relay] in relay.snapshot.fingerprint(of: model) })
        for repair in new {
            relay.log.with(request: receipt.facts.id.rawValue).notice(
                "Route needs a repair", ["model": .string(model.description), "repair": .string(repair.code)])
        }
    }

    private func failed(_ failed: FailedCall, _ plan: CallPlan) {
        guard let attempt = open?.attempt else { return }
        var failure = Classifier.classify(failed.error)
        // A repair that would change nothing is none.
        failure.repair = failure.repair.flatMap { plan.wire.repaired(plan.request.body, by: $0) == nil ? nil : $0 }
        failure.limit = failed.limit
        if let crossed = plan.crossed, crossed.lost != nil {
            // What our translation made of it is none of the client's.
            failure.namesMember = failure.namesMember.flatMap { crossed.isClients($0) ? $0 : nil }
        }
        relay.recorder.keepSample(
            of: failed, judged: failure, model: attempt.candidate.model, receipt: receipt.facts.id, at: relay.now(),
            redactor: snapshot.pool.redactor)
        // What broke the wire's grammar is shown, and was judged by nobody: a model may have written it.
        let words = failure.message ?? failed.offending.map { String(decoding: $0, as: UTF8.self) }
        failure.message = words.map { snapshot.pool.redactor.redact($0) }
        open?.attempt.failure = failure
        open?.attempt.status = failed.error.status ?? attempt.status
        open?.attempt.committed = failed.committed
        if isReplyLost(failed, plan) {
            // Nothing is wrong with who lost it, and what was said is known here.
            request.binding?.keeper = .nobody
            if let closed = close() { again = (closed.index, closed.attempt.mode) }
            return
        }
        if isSecretReplaced(of: attempt.candidate.credential) {
            // It says nothing of the secret that there is now.
            relay.ledger.giveBack(attempt.mode, of: attempt.candidate, now: relay.now())
        } else {
            open?.attempt.effect += relay.ledger.failed(
                failure, of: attempt.candidate, startedAt: attempt.startedAt, mode: attempt.mode, committed: failed.committed,
                receipt: receipt, policy: snapshot.settings.policy(for: attempt.candidate.model), now: relay.now())
        }
        if let reply = failed.reply {
            replies[receipt.attempts.count] =
                plan.crossed?.refusal(failed.error, status: reply.status, message: failure.message, param: failure.namesMember) ?? reply
        }
        if let closed = close(), failed.committed { end(.brokenStream(failure, closed.served)) }
    }

    /// Whether who was to go on from a reply has it no more, or keeps none at all, and can be told what was said.
    private func isReplyLost(_ failed: FailedCall, _ plan: CallPlan) -> Bool {
        guard let candidate = open?.attempt.candidate, let binding = request.binding, binding.writtenOut != nil, plan.crossed?.lost == nil,
            binding.isKept(by: candidate), failed.reply != nil, !failed.committed
        else { return false }
        return failed.error.code == "previous_response_not_found" || failed.error.namesMember == "previous_response_id"
    }

    /// Whether a reload has given the credential another secret since this request began.
    private func isSecretReplaced(of credential: CredentialID) -> Bool {
        let current = relay.snapshot
        return current !== snapshot && current.pool.secretHashes[credential] != snapshot.pool.secretHashes[credential]
    }

    private func passOn(_ index: Int) -> RelayResult {
        passedOn = index
        let attempt = receipt.attempts[index]
        let served = Served(
            model: attempt.candidate.model, credential: attempt.candidate.credential, attempts: receipt.attempts.count)
        guard let reply = replies[index], !snapshot.pool.redactor.holdsSecret(reply.body) else {
            // A client may see none of the secrets we hold, whatever the upstream quotes.
            return .refused(Refusal(judging: attempt))
        }
        return .passedOn(status: reply.status, contentType: reply.contentType, body: reply.body, served)
    }

    // MARK: The end

    private func end(_ result: RelayResult) {
        self.result = result
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
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import JSON
import Providers
import Transport

/// One probe: a tiny request to one model with one credential, on the path of every request, but once: nothing is tried again, nobody
/// stands in. A failure says nothing to the ledger; an answer ends what is held against its candidate.
///
/// `@unchecked Sendable`: confined to its loop.
final class ProbeRun: @unchecked Sendable {
    private let relay: Relay
    private let snapshot: RelaySnapshot
    private let target: ProbeTarget
    private let order: ProbeOrder
    private let agent: AgentID
    private let loop: EventLoop
    private var call: UpstreamCall?
    private var redactor: Redactor
    private(set) var isCancelled = false

    init(_ target: ProbeTarget, _ order: ProbeOrder, agent: AgentID, relay: Relay, snapshot: RelaySnapshot, on loop: EventLoop) {
        self.relay = relay
        self.snapshot = snapshot
        self.target = target
        self.order = order
        redactor = snapshot.pool.redactor
        self.agent = agent
        self.loop = loop
    }

    func cancel() {
        isCancelled = true
        call?.cancel()
    }

    /// Returns within the order's time.
    func run() async -> ProbeResult {
        if let hindrance = target.hindrance { return ProbeResult(target, hindrance) }
        guard let model = target.model, let credential = target.credential, let provider = snapshot.settings.providers[model.provider]
        else {
            return ProbeResult(target, .noModel, reasonCode: "no_model", error: "there is no model to ask for")
        }
        guard relay.gate.enter() else {
            return ProbeResult(
                target, .unknown, reasonCode: "gateway_busy", error: "the gateway has as many requests under way as it takes")
        }
        defer { relay.gate.leave() }
        let began = Began(at: relay.now(), loop: loop.now)
        let candidate = Candidate(model, credential: credential, endpoint: provider.baseURL.endpoint)
        guard let route = Route(candidate, agent: agent, in: snapshot),
            let request = ProbeRequest.make(for: candidate, by: route, order, at: began.time)
        else { return ProbeResult(target, .unknown, reasonCode: "no_route", error: "no request can be written for it") }
        let secret: Secret?
        switch await relay.secret(of: route, limit: order.timeout, on: loop) {
        case .success(let known): secret = known
        case .failure(let failure):
            // Its time went by before anything was asked: no word about the login.
            let isLate = failure.rule == "oauth.late"
            let code = isLate ? "timeout" : failure.isPermanent ? "auth_permanent" : "auth"
            var result = ProbeResult(target, isLate ? .timeout : .auth, reasonCode: code, error: failure.text)
            result.rule = failure.rule
            return result
        }
        let plan: CallPlan
        do throws(RequestProblem) {
            let left = order.timeout - .milliseconds(loop.now - began.loop)
            plan = try CallPlan(
                request, candidate, by: route, secret: secret, repairs: relay.capabilities.repairs(for: model, in: snapshot),
                memory: relay.memory,
                firstTokens: FirstTokenMemory(), sent: nil, remaining: .init(max(left, .milliseconds(1)), setBy: Self.setBy),
                now: began.time,
                isRepeat: false, hasSpare: { false })
        } catch {
            return ProbeResult(target, .format, reasonCode: error.code, error: error.message)
        }
        redactor = snapshot.pool.redactor(with: secret)
        return await send(plan, candidate, request.id, began)
    }

    /// When the probe of a target began.
    private struct Began {
        var time: Timestamp
        /// Milliseconds of the loop's clock.
        var loop: Int64

        init(at time: Timestamp, loop: Int64) {
            self.time = time
            self.loop = loop
        }
    }

    private static let setBy = "--probe-timeout"

    private func send(_ plan: CallPlan, _ candidate: Candidate, _ id: ReceiptID, _ began: Began) async -> ProbeResult {
        let stream = ClientStream(Nobody(), sign: [], silence: .zero, on: loop)
        let served = Served(model: candidate.model, credential: candidate.credential, attempts: 1)
        let call = UpstreamCall(plan, client: stream, served: served, quotas: relay.quotas, on: loop) {}
        self.call = call
        let startedAt = relay.now()
        let clock = ContinuousClock.now
        if !isCancelled { await call.run(on: relay.client(of: loop)) }
        let latency = ContinuousClock.now - clock
        stream.end()
        self.call = nil

        var attempt = Attempt(candidate: candidate, origin: "probe", kind: target.kind, startedAt: startedAt, duration: latency)
        attempt.repairs = plan.repairs
        attempt.status = call.status
        attempt.timeToFirstToken = call.firstContentAfter
        attempt.usage = call.usage
        var result = ProbeResult(target, .ok)
        result.latency = latency
        // The loop counts whole milliseconds.
        result.firstToken = call.firstContentAfter.map { min($0, latency) }
        switch call.outcome {
        case .whole, .streamed:
            attempt.effect = relay.ledger.proved(candidate, startedAt: startedAt, now: relay.now())
            result.cleared = attempt.effect.map { "\($0.kind == .narrowed ? "narrowed" : "ended"): \($0.key.text), \($0.reason.rawValue)" }
        case .failed(let failed):
            let failure = judge(failed, plan)
            attempt.failure = failure
            attempt.status = failed.error.status ?? call.status
            describe(failure, attempt, in: &result)
        case .cancelled: return ProbeResult(target, .cancelled, error: "ended before it was done")
        }
        result.httpStatus = attempt.status
        if keep(attempt, id, plan, began) { result.receipt = id }
        return result
    }

    // MARK: What came of it

    private func judge(_ failed: FailedCall, _ plan: CallPlan) -> Failure {
        var failure = failed.judged ?? Classifier.classify(failed.error)
        failure.limit = failed.limit
        failure.repair = failure.repair.flatMap { plan.wire.repaired(plan.request.body, by: $0) == nil ? nil : $0 }
        let words = failure.message ?? failed.offending.map { String(decoding: $0, as: UTF8.self) }
        failure.message = words.map { redactor.redact($0) }
        return failure
    }

    private func describe(_ failure: Failure, _ attempt: Attempt, in result: inout ProbeResult) {
        result.status = ProbeStatus(failure.reason)
        result.reasonCode = failure.reason.rawValue
        result.rule = failure.rule
        result.reset = failure.reset
        var text = Explanation.happened(attempt)
        if let repair = failure.repair { text += "; a request is sent again, \(repair.text)" }
        result.error = text
    }

    private func keep(_ attempt: Attempt, _ id: ReceiptID, _ plan: CallPlan, _ began: Began) -> Bool {
        let facts = RequestFacts(
            id: id, startedAt: began.time, deadline: began.time + order.timeout, requestedModel: attempt.candidate.description,
            agent: agent,
            wire: plan.clientWire.kind.rawValue, streaming: true)
        var receipt = Receipt(facts: facts, attempts: [attempt])
        receipt.outcome = attempt.failure == nil ? .answered(attempt: 0, status: 200) : .refused(Refusal(judging: attempt))
        receipt.endedAt = relay.now()
        return relay.recorder.keep(receipt)
    }
}

/// Whom a probe's reply is for.
private final class Nobody: ReplySink {
    var onDrain: (() -> Void)?
    var onClientGone: (() -> Void)?
    var pendingBytes: Int { 0 }
    var isClientGone: Bool { false }
    func keepAlive(_ sign: RawSpan) {}
    func begin(_ served: Served) {}
    func goOn(_ served: Served) {}
    func write(_ bytes: RawSpan) {}
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Transport

/// One probe: a tiny request to one model with one credential, on the path of every request, but once: nothing is tried again but a login
/// that is refused, with a new token, and nobody stands in. A failure says nothing to the ledger; an answer ends what is held against its
/// candidate.
///
/// `@unchecked Sendable`: confined to its loop.
final class ProbeRun: @unchecked Sendable {
    let relay: Relay
    private let snapshot: RelaySnapshot
    let target: ProbeTarget
    let order: ProbeOrder
    let agent: AgentID
    private let loop: EventLoop
    private var call: UpstreamCall?
    private var wait: LoginWait?
    private(set) var redactor: Redactor
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
        wait?.end(nil)
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
        var probed = Probed(request: request, candidate: candidate, route: route, began: began)
        let result = await ask(&probed)
        return finished(result, probed)
    }

    private func ask(_ probed: inout Probed) async -> ProbeResult {
        var first: ProbeResult?
        while true {
            let startedAt = relay.now()
            let clock = ContinuousClock.now
            switch await secret(for: probed) {
            case .failure(let failure):
                return unrenewed(failure, after: first, startedAt: startedAt, took: .now - clock, &probed)
            case .success(let secret):
                if isCancelled { return .cancelled(target) }
                let plan: CallPlan
                switch self.plan(probed, secret) {
                case .failure(let problem): return ProbeResult(target, .format, reasonCode: problem.code, error: problem.message)
                case .success(let made): plan = made
                }
                redactor = snapshot.pool.redactor(with: secret)
                let result = await send(plan, &probed)
                guard first == nil, renews(probed, secret) else { return result }
                first = result
                probed.refused = secret
                probed.attempts[0].next = "then once more with a renewed login"
            }
        }
    }

    /// When the probe of a target began.
    struct Began {
        var time: Timestamp
        /// Milliseconds of the loop's clock.
        var loop: Int64

        init(at time: Timestamp, loop: Int64) {
            self.time = time
            self.loop = loop
        }
    }

    /// What is asked, and what became of it so far.
    struct Probed {
        let request: RelayRequest
        let candidate: Candidate
        let route: Route
        let began: Began
        /// One, or two where a login was renewed between them.
        var attempts: [Attempt] = []
        /// The token that the first of them was refused with.
        var refused: Secret?
    }

    // MARK: What it is let in with

    private func secret(for probed: Probed) async -> Result<Secret?, RefreshFailure> {
        let wait = LoginWait()
        self.wait = wait
        defer { self.wait = nil }
        return await relay.secret(
            of: probed.route.login, known: probed.route.secret, refused: probed.refused, within: left(since: probed.began), wait: wait,
            on: loop)
    }

    private func left(since began: Began) -> Duration { max(order.timeout - .milliseconds(loop.now - began.loop), .milliseconds(1)) }

    /// Whether the attempt that has just ended was refused for a token that can be renewed, as requests have it.
    private func renews(_ probed: Probed, _ secret: Secret?) -> Bool {
        guard !isCancelled, secret != nil, probed.route.login != nil, relay.logins != nil, let last = probed.attempts.last,
            let failure = last.failure
        else { return false }
        return failure.speaksOfToken(status: last.status)
    }

    // MARK: One call

    private static let setBy = "--probe-timeout"

    private func plan(_ probed: Probed, _ secret: Secret?) -> Result<CallPlan, RequestProblem> {
        Result { () throws(RequestProblem) in
            try CallPlan(
                probed.request, probed.candidate, by: probed.route, secret: secret,
                repairs: relay.capabilities.repairs(for: probed.candidate.model, in: snapshot), memory: relay.memory,
                firstTokens: FirstTokenMemory(), sent: nil, remaining: .init(left(since: probed.began), setBy: Self.setBy),
                now: relay.now(), isRepeat: false, hasSpare: { false })
        }
    }

    private func send(_ plan: CallPlan, _ probed: inout Probed) async -> ProbeResult {
        let candidate = probed.candidate
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
        return conclude(call, plan, startedAt: startedAt, latency: latency, &probed)
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

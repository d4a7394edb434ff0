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
    enum Next {
        case call(OpenAttempt)
        case renew(LoginRenewal)
        case wait(Duration)
        case over
    }

    let relay: Relay
    let snapshot: RelaySnapshot
    let request: RelayRequest
    let chain: Chain
    let routes: [Route?]
    let sink: any ReplySink
    let stream: ClientStream
    let client: any HTTPClient
    let loop: EventLoop

    /// Complete once `answer` has returned.
    public internal(set) var receipt: Receipt
    /// How it ended.
    public private(set) var result = RelayResult.cancelled
    private(set) var time: RequestTime
    /// The attempt under way.
    var open: OpenAttempt?
    /// When the last wait for a candidate is over, whatever a clock says behind it.
    private var waitedUntil = Timestamp(milliseconds: .min)
    /// Whether another is started beside it; `nil`: none is, or one has spoken.
    var race: Race?
    /// When each attempt was started, among them; `nil`: one after the other.
    var starts: [Int]?
    /// What the client has of a reply that broke off, for the next candidate to go on with.
    var sent: SentReply?
    /// How far the client's stream has got, once it broke off.
    var position = StreamPosition()
    /// To be asked once more at once, with the conversation written out.
    var again: (index: Int, mode: AttemptMode)?
    /// What it has to do with logins, where it has.
    var renewals: LoginRenewals?
    /// Its client has left.
    var isCancelled = false
    /// Why we end it, if we do.
    var stopped: StopCause?
    /// The wait under way.
    var pause: Pause?
    /// Upstreams' refusals as they came, by attempt.
    var replies: [Int: UpstreamReply] = [:]
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
        stream = ClientStream(
            sink, sign: request.wire.wire.keepAlive, silence: Self.keepAlive(of: request, in: snapshot.settings), on: loop)
        self.client = client
        self.loop = loop
        time = RequestTime(request, limit: snapshot.settings.limits.request)
        let shape = request.shape
        let facts = RequestFacts(
            id: request.id, startedAt: request.startedAt, deadline: time.deadline, requestedModel: shape.model,
            agent: named.agent, session: request.session, wire: request.wire.rawValue, streaming: shape.streaming,
            estimatedTokens: shape.estimatedTokens,
            hasImages: shape.hasImages, hasTools: shape.hasTools, sentAsWritten: true,
            firstTokenLimit: snapshot.settings.limits.firstToken.length)
        receipt = Receipt(facts: facts, skipped: chain.skipped)
        receipt.leftPins = named.leftPins
    }

    /// How long a client may hear nothing before it is told that its request lives; zero: as long as it takes. Half of its patience, where
    /// that is known and short, so that it stays.
    private static func keepAlive(of request: RelayRequest, in settings: Settings) -> Duration {
        let wanted = request.overrides.keepAlive ?? settings.gateway.keepAlive
        return min(wanted, request.overrides.silence.map { $0 / 2 } ?? wanted)
    }

    /// Whether anybody could be asked, blocked or not.
    public var hasCandidates: Bool { !chain.links.isEmpty }

    /// Returns when the request has ended; `result` and `receipt` say how.
    public func answer() async {
        guard enter() else { return }
        while true {
            switch next() {
            case .call(let open):
                watch(open)
                await open.call.run(on: client)
                await settle(open)
            case .renew(let renewal): await renew(renewal)
            case .wait(let duration): await wait(duration)
            case .over: return leave()
            }
        }
    }

    private func enter() -> Bool {
        guard relay.gate.enter() else {
            end(.refused(Refusal.busy.told(on: request.wire)))
            return false
        }
        guard relay.running.enter(self) else {
            relay.gate.leave()
            end(.refused(StopCause.gateway.refusal))
            return false
        }
        receipt.facts.activeRequests = relay.gate.inFlight
        if request.shape.streaming, request.shape.operation == .generate { stream.listen() }
        // Until `leave`, which `answer` calls in any case. Weak, it would make every count of references take the long way.
        sink.onClientGone = { [unowned self] in clientLeft() }
        return true
    }

    private func leave() {
        stream.end()
        sink.onClientGone = nil
        relay.running.leave(self)
        relay.gate.leave()
    }

    // MARK: One step

    @inline(never)
    private func next() -> Next {
        if let again {
            self.again = nil
            if interrupted != nil {
                relay.ledger.giveBack(again.mode, of: chain.links[again.index].candidate, now: relay.now())
            } else if let next = attempt(again.index, again.mode) {
                return next
            }
        }
        while receipt.outcome == nil {
            if let interrupted {
                end(interrupted)
                break
            }
            let now = stepTime
            switch relay.ledger.step(snapshot.settings.policy, chain, &receipt, now: now) {
            case .attempt(let index, let mode):
                if let next = attempt(index, mode) { return next }
            case .wait(let duration, _):
                receipt.waits.append(duration)
                waitedUntil = now + duration
                return .wait(duration)
            case .answer(let attempt): end(brokenOff ?? passOn(attempt))
            case .refuse(let refusal): end(brokenOff ?? .refused(refusal.told(on: request.wire)))
            case .stop: end(.cancelled)
            }
        }
        return .over
    }

    /// Limits and waits run on the loop's clock, deadlines and blocks on the wall's: they may differ by some milliseconds, and time that
    /// was up stays up.
    private var stepTime: Timestamp {
        let isUp = receipt.attempts.last?.failure?.fault == .requestDeadline
        return max(relay.now(), isUp ? receipt.facts.deadline : waitedUntil)
    }

    /// A model speaks: what the client does not wait for in silence may take longer.
    func modelSpoke(on open: OpenAttempt) {
        guard time.modelSpoke() else { return }
        receipt.facts.deadline = time.deadline
        open.call.allow(time.remaining(at: relay.now()))
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

    func end(_ result: RelayResult) {
        self.result = result
        let place = sortAttempts()
        let last = place(receipt.attempts.count - 1)
        receipt.endedAt = relay.now()
        receipt.outcome =
            switch result {
            case .whole(let status, _, _, _): .answered(attempt: last, status: status)
            case .streamed: .answered(attempt: last, status: 200)
            case .brokenStream where stopped != nil, .refused where stopped != nil: .cancelled
            case .brokenStream: .failed(attempt: last)
            case .passedOn: .passedOn(attempt: passedOn.map(place) ?? last)
            case .refused(let refusal): .refused(refusal)
            case .cancelled: .cancelled
            }
        relay.recorder.record(receipt)
    }
}

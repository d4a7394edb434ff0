// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Transport

/// One attempt: sends the request, keeps its limits, and turns what comes back into an outcome.
///
/// A streamed reply is passed to the sink event by event by `StreamRelay`; everything else is collected, bounded, and judged at
/// its end. `@unchecked Sendable`: confined to the request's loop.
final class UpstreamCall: HTTPCallDelegate, @unchecked Sendable {
    private enum Progress {
        case waiting
        case collecting(ResponseHead)
        case streaming
        case over
    }

    let plan: CallPlan
    private let loop: EventLoop
    private let stream: StreamRelay
    private var progress = Progress.waiting
    private var call: (any HTTPCall)?
    private var body: [UInt8] = []
    private var continuation: UnsafeContinuation<Void, Never>?
    private let timer = LoopTimer()
    private var running: (fault: TransportFault, phase: TimeLimits.Phase, limit: TimeLimits.Resolved.Limit)?
    /// When its end is given to the client, though the terminator has not come.
    private var terminatorUntil: Int64?
    private let beganAt: Int64
    private var endsAt: Int64
    private let client: ClientStream
    /// When it was over; `nil`: it is under way.
    private(set) var endedAt: ContinuousClock.Instant?
    var isOver: Bool { endedAt != nil }
    private let quotas: QuotaMemory

    /// Set when `run` returns.
    private(set) var outcome = CallOutcome.cancelled
    private(set) var status: Int?
    private(set) var times = ClientTimes()
    var firstContentAfter: Duration? { stream.firstContentAfter }
    /// What a stream has said of its tokens so far, also one that was cut or given up.
    var usage: Usage? { stream.usage }
    /// Of thoughts that came as a stream.
    var proofs: [Proof] { stream.proofs }
    /// The client has content of this candidate.
    var isCommitted: Bool { stream.isCommitted }
    /// What the client has of a reply that broke off, or went on with another's.
    var left: StreamRelay.Left { stream.left }
    var obstacle: RescueObstacle? { stream.obstacle }
    /// How far the client's stream has got.
    var position: StreamPosition { stream.position }

    func writer(goingOnTo context: ReplyContext) -> any EventWriter { stream.writer(goingOnTo: context) }

    /// Bytes of a whole reply, and of an error's body.
    private static let replyLimit = 32 << 20
    private static let errorLimit = 64 << 10

    init(
        _ plan: CallPlan, client: ClientStream, served: Served, quotas: QuotaMemory, on loop: EventLoop,
        firstContent: @escaping () -> Void
    ) {
        self.plan = plan
        self.quotas = quotas
        self.loop = loop
        self.client = client
        stream = StreamRelay(plan, client: client, served: served, firstContent: firstContent)
        beganAt = loop.now
        endsAt = beganAt + plan.remaining.length.milliseconds
    }

    /// Runs the attempt; `outcome` says how it ended. Ends within the loop's turn in which `cancel` is called.
    func run(on client: any HTTPClient) async {
        await withUnsafeContinuation { continuation in
            self.continuation = continuation
            start(on: client)
        }
    }

    /// Returns once an attempt that was started is over.
    func wait() async {
        if isOver { return }
        await withUnsafeContinuation { continuation = $0 }
    }

    /// Begins, for somebody to `wait` for it.
    func start(on client: any HTTPClient) {
        timer.fire = { [unowned(unsafe) self] in timedOut() }
        if plan.streaming {
            limit(plan.firstToken, .firstTokenTimeout, plan.firstTokenPhase)
        } else {
            limit(plan.plain, .plainTimeout, .plain)
        }
        let call = client.start(plan.request, self)
        // A reply may have ended within it, before there was anything to cancel.
        if case .over = progress { return call.cancel() }
        self.call = call
    }

    /// Gives it another time than it had, from now on. Limits that run go on.
    func allow(_ remaining: TimeLimits.Resolved.Limit) {
        plan.allow(remaining)
        endsAt = loop.now + remaining.length.milliseconds
    }

    func cancel() { finish(.cancelled) }

    // MARK: The reply

    func headCame(_ head: ResponseHead) {
        status = head.status
        quotas.note(head.headers, of: stream.served.credential, stream.served.model, at: plan.now)
        // Who does nothing but stream may leave it unsaid, as ChatGPT's backend does (docs/wire/openai-responses.md, "Codex").
        let isStream = head.headers.first("content-type").map { $0.lowercased().hasPrefix("text/event-stream") } ?? plan.wire.onlyStreams
        progress = plan.streaming && isStream && !head.isRefusal ? .streaming : .collecting(head)
        // Its status has said enough: nobody waits long for the words.
        if head.isRefusal { limit(.init(Self.refusalTime, setBy: TimeLimits.Resolved.builtIn), .plainTimeout, .plain) }
    }

    func bodyCame(_ bytes: RawSpan) {
        switch progress {
        case .waiting, .over: break
        case .collecting(let head):
            guard body.count + bytes.byteCount <= (head.isRefusal ? Self.errorLimit : Self.replyLimit) else {
                // An error's beginning says enough; a reply must be whole.
                return head.isRefusal ? judge(head) : fail(.tooLarge)
            }
            bytes.withUnsafeBytes { body.append(contentsOf: $0) }
        case .streaming:
            switch stream.take(bytes, elapsed: elapsed) {
            case .goOn:
                waitForMore()
                if stream.isFarBehind { holdBack() }
            case let verdict: end(verdict)
            }
        }
    }

    private func end(_ verdict: StreamRelay.Verdict) {
        switch verdict {
        case .goOn: break
        case .ended: finishStream()
        case .failed(let error, let offending):
            finish(.failed(FailedCall(error: error, offending: offending, committed: stream.isCommitted)))
        case .apart(let problem):
            let error = describe(.malformed(problem.text))
            finish(.failed(FailedCall(error: error, judged: Failure(problem), committed: stream.isCommitted)))
        }
    }

    func ended(_ problem: ClientProblem?, _ times: ClientTimes) {
        self.times = times
        switch progress {
        case .over: break
        case .waiting: fail(problem.map(TransportFault.init) ?? .emptyReply)
        case .collecting(let head):
            if let problem, !head.isRefusal {
                fail(TransportFault(problem))
            } else {
                judge(head)
            }
        case .streaming:
            // A connection that breaks after the proven end has lost nothing.
            var verdict = stream.upstreamEnded()
            // What the provider said last counts before how its connection ended.
            if let problem, case .failed(let error, _) = verdict, error.saysOnlyThatItEnded {
                verdict = .failed(describe(TransportFault(problem)))
            }
            end(verdict)
        }
    }

    /// Starts the limit of what a stream says next.
    ///
    /// - Parameter anew: It was not read from for a while, which is not its fault. Otherwise a limit for more than one event goes on.
    private func waitForMore(anew: Bool = false) {
        if anew { terminatorUntil = nil }
        if stream.hasEnded {
            // Only the terminator is missing: it is not worth a long wait, whatever signs of life come in its place.
            let until = terminatorUntil ?? loop.now + Self.terminatorTime.milliseconds
            terminatorUntil = until
            limit(
                .init(min(Self.terminatorSilence, .milliseconds(max(1, until - loop.now))), setBy: TimeLimits.Resolved.builtIn),
                .idleTimeout, .idle)
        } else if stream.hasSpoken {
            limit(plan.idle, .idleTimeout, .idle)
        } else {
            limit(plan.firstToken, .firstTokenTimeout, plan.firstTokenPhase, restart: anew)
        }
    }

    /// The stream's end is proven, and all of it has been passed on or put together.
    private func finishStream() {
        guard let whole = stream.whole else { return finish(.streamed(usage: stream.usage)) }
        finish(.whole(status: 200, contentType: "application/json", body: whole, usage: stream.usage))
    }

    /// Judges a reply that was collected.
    private func judge(_ head: ResponseHead) {
        let now = plan.now.milliseconds
        let contentType = head.headers.first("content-type")
        guard !head.isRefusal else {
            let error = plan.wire.readError(
                status: head.status, headers: head.headers, body: body, context: plan.context, nowMilliseconds: now)
            let reply = UpstreamReply(status: head.status, contentType: contentType, body: body)
            return finish(.failed(FailedCall(error: error, reply: reply)))
        }
        switch verdict(head, now) {
        case .bad(let error): finish(.failed(FailedCall(error: error, offending: error.transport == nil ? nil : offending)))
        case .good where plan.streaming: fail(.malformed("a whole reply to a request for a stream"))
        case .good(let usage, _):
            guard let crossed = plan.crossed else {
                return finish(.whole(status: head.status, contentType: contentType, body: body, usage: usage))
            }
            let told = plan.operation == .countTokens ? crossed.crossing.count(body) : crossed.reply(body)
            guard let told else {
                let error = describe(.malformed("a reply that \(plan.clientWire.kind.rawValue) cannot say"))
                return finish(.failed(FailedCall(error: error, offending: offending)))
            }
            finish(.whole(status: head.status, contentType: "application/json", body: told, usage: usage))
        }
    }

    private func verdict(_ head: ResponseHead, _ now: Int64) -> ReplyVerdict {
        if plan.operation == .generate {
            return plan.wire.readReply(
                status: head.status, headers: head.headers, body: body, context: plan.context, nowMilliseconds: now)
        }
        return OtherReply.judge(
            body, headers: head.headers, reader: ErrorReader(wire: plan.wire.kind, context: plan.context, nowMilliseconds: now))
    }

    /// The beginning of a reply that broke its wire's grammar.
    private var offending: [UInt8] { Array(body.prefix(4 << 10)) }

    // MARK: Limits

    /// Starts a phase's limit, within what is left for the whole request. `restart: false` lets a running one go on.
    private func limit(
        _ limit: TimeLimits.Resolved.Limit, _ fault: TransportFault, _ phase: TimeLimits.Phase, restart: Bool = true
    ) {
        if !restart && timer.isArmed { return }
        let length = limit.length.milliseconds
        let left = endsAt - loop.now
        running = length <= left ? (fault, phase, limit) : (.requestDeadline, .request, plan.remaining)
        loop.arm(timer, after: min(length, left))
    }

    private func timedOut() {
        guard let running else { return }
        switch progress {
        case .streaming where stream.hasEnded: return end(stream.supplyEnd())
        case .collecting(let head) where head.isRefusal: return judge(head)
        case .waiting, .collecting, .streaming, .over: break
        }
        let seconds = Double(running.limit.length.milliseconds) / 1000
        let passed = TimeLimit(phase: running.phase.rawValue, seconds: seconds, setBy: running.limit.setBy)
        finish(.failed(FailedCall(error: describe(running.fault), limit: passed, committed: stream.isCommitted)))
    }

    /// Time from a proven end to its terminator, and without a word.
    private static let terminatorTime = Duration.seconds(3)
    private static let terminatorSilence = Duration.seconds(1)
    /// Time from a refusal's head to the end of its words.
    private static let refusalTime = Duration.seconds(3)

    // MARK: Back-pressure

    /// Stops reading until the client has taken what waits for it.
    private func holdBack() {
        call?.pause()
        // The upstream is not to blame for its silence now, but the request still has a deadline.
        limit(plan.remaining, .requestDeadline, .request)
        client.whenDrained { [weak self] in
            guard let self, case .streaming = progress else { return }
            waitForMore(anew: true)
            call?.resume()
        }
    }

    // MARK: The end

    private var elapsed: Duration { .milliseconds(loop.now - beganAt) }

    private func fail(_ fault: TransportFault) {
        finish(.failed(FailedCall(error: describe(fault), committed: stream.isCommitted)))
    }

    private func describe(_ fault: TransportFault) -> ErrorObject {
        ErrorReader(wire: plan.wire.kind, context: plan.context, nowMilliseconds: plan.now.milliseconds).fault(fault)
    }

    private func finish(_ outcome: CallOutcome) {
        if isOver { return }
        endedAt = .now
        progress = .over
        loop.disarm(timer)
        client.release()
        // Behind a stream's terminator comes the end of the reply, and then the connection serves again.
        switch outcome {
        case .streamed, .whole: call?.letGo()
        case .failed, .cancelled: call?.cancel()
        }
        call = nil
        self.outcome = outcome
        continuation?.resume()
        continuation = nil
    }
}

extension ResponseHead {
    /// Anything but success; redirects are not followed.
    fileprivate var isRefusal: Bool { !(200..<300).contains(status) }
}

extension ErrorObject {
    /// The stream was not whole, and nobody has said why.
    fileprivate var saysOnlyThatItEnded: Bool {
        switch transport {
        case .closedEarly, .emptyReply: true
        default: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Transport

/// What one attempt sends, and how long each part of it may take.
///
/// A class: a call and what passes its stream on share one for as long as the stream is open. Confined to the request's loop.
final class CallPlan {
    private(set) var request: ClientRequest
    /// What was changed in the body, of what the route is known to refuse or just has.
    let repairs: [Repair]
    /// The provider's.
    let wire: any Wire
    /// What the client is to get in its own wire; `nil` where both speak the same.
    let crossed: Crossed?
    /// What the client has already, of another candidate's reply; `nil`: nothing.
    let sent: SentReply?
    /// How this one is asked to go on with it.
    let asked: Continuing?
    /// Where the two are joined.
    private(set) var seam: Seam?
    let operation: Operation
    let context: ErrorContext
    /// The provider is to stream, whatever the client wants.
    let streaming: Bool
    let firstToken: TimeLimits.Resolved.Limit
    let firstTokenPhase: TimeLimits.Phase
    let idle: TimeLimits.Resolved.Limit
    let plain: TimeLimits.Resolved.Limit
    /// What is left of the request's own limit.
    let remaining: TimeLimits.Resolved.Limit
    let now: Timestamp

    /// The client gets what comes as it comes.
    var clientStreams: Bool { crossed?.wantsStream ?? streaming }
    /// The wire that the client speaks.
    var clientWire: any Wire { crossed?.crossing.client ?? wire }

    /// - Parameters:
    ///   - repairs: What the route needs, as far as it is known.
    ///   - isRepeat: The same candidate was tried just before.
    ///   - memory: Has what belongs to providers and clients' wires have no place for.
    ///   - sent: What the client has already.
    ///   - hasSpare: Whether another candidate could be tried instead; asked only if it matters.
    /// - Throws: What the client's own wire forbids.
    init(
        _ request: RelayRequest, _ candidate: Candidate, by route: Route, repairs: [Repair], memory: ProvenanceMemory,
        sent: SentReply?, deadline: Timestamp, now: Timestamp, isRepeat: Bool, hasSpare: () -> Bool
    ) throws(RequestProblem) {
        let shape = request.shape
        let limits = route.limits
        let phase = route.firstTokenPhase(asksReasoning: shape.asksReasoning, hasSpare: hasSpare)
        wire = route.wire(for: shape.operation)
        context = ErrorContext(provider: route.provider.id, model: candidate.model.model)
        operation = shape.operation
        streaming = operation == .generate && (shape.streaming || wire.onlyStreams)
        firstToken = limits[phase]
        firstTokenPhase = phase
        idle = limits.idle
        plain = limits.plain
        remaining = TimeLimits.Resolved.Limit(
            deadline - now, setBy: request.overrides.timeout == nil ? limits.request.setBy : request.overrides.timeoutOrigin)
        self.now = now
        let body = try UpstreamBody(request, for: candidate, by: route, repairs: repairs, memory: memory, sent: sent, now: now)
        self.repairs = body.repairs
        self.sent = sent
        asked = body.asked
        if let sent, let asked {
            seam = Seam(after: sent.text, asked: asked, leftOut: body.leftOut, isStructured: sent.isStructured)
        }
        crossed = body.crossed
        self.request = ClientRequest(
            url: route.url(operation, streaming: streaming),
            headers: wire.headers(client: request.headers, credential: route.secret, provider: route.provider, streaming: streaming),
            body: body.bytes,
            connectTime: limits.connect.length,
            // A repeat after a broken connection must not meet another that the peer has closed meanwhile.
            onFreshConnection: isRepeat, bypassesProxy: route.provider.baseURL.isLocal)
    }

    /// The client has part of the reply: what is asked after that begins with the client's own request.
    func letRequestGo() {
        request.body = []
        request.headers = [:]
    }
}

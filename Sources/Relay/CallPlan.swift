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
    /// White space at the end of what the client has, which this one is not told.
    private let leftOut: String
    let operation: Operation
    let context: ErrorContext
    /// The provider is to stream, whatever the client wants.
    let streaming: Bool
    let firstToken: TimeLimits.Resolved.Limit
    let firstTokenPhase: TimeLimits.Phase
    /// How long its first token takes is remembered.
    let teaches: Bool
    let idle: TimeLimits.Resolved.Limit
    let plain: TimeLimits.Resolved.Limit
    /// What was left of the request's time when it began, or when the model spoke.
    private(set) var remaining: TimeLimits.Resolved.Limit
    let now: Timestamp

    /// The client gets what comes as it comes.
    var clientStreams: Bool { crossed?.wantsStream ?? streaming }
    /// The wire that the client speaks.
    var clientWire: any Wire { crossed?.crossing.client ?? wire }
    /// Where this one's words and what the client has are to be joined, before its first one. Made when it is needed: most calls have none.
    var seam: Seam? {
        guard let sent, let asked else { return nil }
        return Seam(after: sent.text, asked: asked, leftOut: leftOut, isStructured: sent.isStructured)
    }

    /// - Parameters:
    ///   - secret: What lets it in now.
    ///   - repairs: What the route needs, as far as it is known.
    ///   - isRepeat: The same candidate was tried just before.
    ///   - memory: Has what belongs to providers and clients' wires have no place for.
    ///   - firstTokens: How long models took lately.
    ///   - sent: What the client has already.
    ///   - remaining: Of the request's time.
    ///   - hasSpare: Whether another candidate could be tried instead; asked only if it matters.
    /// - Throws: What the client's own wire forbids.
    init(
        _ request: RelayRequest, _ candidate: Candidate, by route: Route, secret: Secret?, repairs: [Repair], memory: ProvenanceMemory,
        firstTokens: FirstTokenMemory, sent: SentReply?, remaining: TimeLimits.Resolved.Limit, now: Timestamp, isRepeat: Bool,
        hasSpare: () -> Bool
    ) throws(RequestProblem) {
        let shape = request.shape
        let limits = route.limits
        let phase = route.firstTokenPhase(asksReasoning: shape.asksReasoning, hasSpare: hasSpare)
        wire = route.wire(for: shape.operation)
        context = ErrorContext(provider: route.provider.id, model: candidate.model.model, choices: shape.choices)
        operation = shape.operation
        streaming = operation == .generate && (shape.streaming || wire.onlyStreams)
        if phase == .firstToken, streaming, let times = firstTokens.times(of: candidate.model, PromptSize(tokens: shape.estimatedTokens)) {
            firstToken = limits.learnedFirstToken(from: times, at: now) ?? limits.firstToken
        } else {
            firstToken = limits[phase]
        }
        // What takes its time to think, or to load, says nothing of the others.
        teaches = streaming && !shape.asksReasoning && !route.reasons && !route.provider.isLocal
        firstTokenPhase = phase
        idle = limits.idle
        plain = limits.plain
        self.remaining = remaining
        self.now = now
        let body = try UpstreamBody(request, for: candidate, by: route, repairs: repairs, memory: memory, sent: sent, now: now)
        self.repairs = body.repairs
        self.sent = sent
        asked = body.asked
        leftOut = body.leftOut
        crossed = body.crossed
        self.request = ClientRequest(
            url: route.url(operation, streaming: streaming),
            headers: wire.headers(client: request.headers, credential: secret, provider: route.provider, streaming: streaming),
            body: body.bytes,
            connectTime: limits.connect.length,
            // A repeat after a broken connection must not meet another that the peer has closed meanwhile.
            onFreshConnection: isRepeat, bypassesProxy: route.provider.baseURL.isLocal)
    }

    /// The request has another time than it had, from now on.
    func allow(_ remaining: TimeLimits.Resolved.Limit) { self.remaining = remaining }

    /// The client has part of the reply: what is asked after that begins with the client's own request.
    func letRequestGo() {
        request.body = []
        request.headers = [:]
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Transport

/// What one attempt sends, and how long each part of it may take.
struct CallPlan {
    var request: ClientRequest
    /// What was changed in the body, of what the route is known to refuse or just has.
    var repairs: [Repair]
    var wire: any Wire
    var context: ErrorContext
    var streaming: Bool
    var firstToken: TimeLimits.Resolved.Limit
    var firstTokenPhase: TimeLimits.Phase
    var idle: TimeLimits.Resolved.Limit
    var plain: TimeLimits.Resolved.Limit
    /// What is left of the request's own limit.
    var remaining: TimeLimits.Resolved.Limit
    var now: Timestamp

    /// - Parameters:
    ///   - repairs: What the route needs, as far as it is known.
    ///   - isRepeat: The same candidate was tried just before.
    ///   - hasSpare: Whether another candidate could be tried instead; asked only if it matters.
    init(
        _ request: RelayRequest, _ candidate: Candidate, by route: Route, repairs: [Repair], deadline: Timestamp, now: Timestamp,
        isRepeat: Bool, hasSpare: () -> Bool
    ) {
        let shape = request.shape
        let limits = route.limits
        let phase = route.firstTokenPhase(asksReasoning: shape.asksReasoning, hasSpare: hasSpare)
        wire = route.wire
        context = ErrorContext(provider: route.provider.id, model: candidate.model.model)
        streaming = shape.streaming
        firstToken = limits[phase]
        firstTokenPhase = phase
        idle = limits.idle
        plain = limits.plain
        remaining = TimeLimits.Resolved.Limit(
            deadline - now, setBy: request.overrides.timeout == nil ? limits.request.setBy : "x-understudy-timeout-ms")
        self.now = now
        let body: [UInt8]
        (body, self.repairs) = Self.body(of: request, for: candidate, by: route, repairs)
        self.request = ClientRequest(
            url: route.url(streaming: shape.streaming),
            headers: wire.headers(
                client: request.headers, credential: route.secret, provider: route.provider, streaming: shape.streaming),
            body: body,
            connectTime: limits.connect.length,
            // A repeat after a broken connection must not meet another that the peer has closed meanwhile.
            onFreshConnection: isRepeat, bypassesProxy: route.provider.baseURL.isLocal)
    }

    /// The client's body for this candidate: with its model and params, its cache marks as the settings want them, and repaired.
    private static func body(
        of request: RelayRequest, for candidate: Candidate, by route: Route, _ repairs: [Repair]
    ) -> (body: [UInt8], made: [Repair]) {
        let wire = route.wire
        let written = request.written(for: candidate, on: wire.kind)
        var body = wire.passthrough(body: written.body, index: written.index, model: candidate.model.model, params: route.params)
        if let retention = route.retention { body = wire.marked(body, for: retention, placing: route.takesMarkers) ?? body }
        var made: [Repair] = []
        for repair in repairs {
            guard let repaired = wire.repaired(body, by: repair) else { continue }
            body = repaired
            made.append(repair)
        }
        return (body, made)
    }
}

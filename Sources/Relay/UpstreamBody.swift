// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one attempt sends: the client's body as it wrote it, but for what has to change, or what crossed to the provider's wire.
struct UpstreamBody {
    private(set) var bytes: [UInt8]
    /// What was changed in it, of what the route is known to refuse or just has.
    private(set) var repairs: [Repair] = []
    /// `nil` where the client gets what the provider says as it says it.
    private(set) var crossed: Crossed?
    /// How it asks to go on with what the client has; `nil`: the client has nothing.
    private(set) var asked: Continuing?
    /// White space at the end of what the client has, of which it does not tell.
    private(set) var leftOut = ""

    /// - Parameters:
    ///   - repairs: What the route needs, as far as it is known.
    ///   - memory: Has the states that the client's wire has no place for.
    ///   - sent: What the client has, of another candidate's reply.
    /// - Throws: What the client's own wire forbids, found out when it is read.
    init(
        _ request: RelayRequest, for candidate: Candidate, by route: Route, repairs: [Repair], memory: ProvenanceMemory, sent: SentReply?,
        now: Timestamp
    ) throws(RequestProblem) {
        let wire = route.wire(for: request.shape.operation)
        let client = request.written(for: candidate, on: wire.kind)
        let model = candidate.model.model
        let params = request.isBare ? nil : route.params(of: request.shape.operation)
        let crossing = Crossing(from: request.wire.wire, to: wire, of: Maker(provider: route.provider.id, wire: wire.kind))
        func crossed(_ asked: Conversation, _ lost: [Loss]?) -> Crossed {
            Crossed(
                crossing: crossing,
                context: ReplyContext(
                    id: request.id.rawValue, created: Int(now.milliseconds / 1000), model: model, request: asked, body: client.body,
                    index: client.index),
                lost: lost.map { $0.map(\.code) }, wantsStream: request.shape.streaming, memory: memory)
        }
        if wire.family == request.wire {
            bytes = wire.passthrough(body: client.body, index: client.index, model: model, params: params)
            if Self.holdsSeal(client.body), let without = wire.withoutSeals(bytes) { bytes = without }
            if let without = memory.proofs.without(bytes, for: route.provider.id, on: wire) { bytes = without }
            if let retention = route.retention { mark(on: wire, for: retention, placing: route.takesMarkers) }
            if wire.onlyStreams && !request.shape.streaming {
                var asked = try request.wire.wire.translation.readRequest(client.body, index: client.index, shape: request.shape)
                asked.turns = []
                self.crossed = crossed(asked, nil)
            }
            if let sent { self.crossed = crossed(sent.context.request, nil) }
        } else {
            let written = try Self.cross(client, request.shape, crossing, route.target(model), memory)
            bytes = Self.trimmed(written.body)
            self.crossed = crossed(written.asked, written.lost)
            addParams(params, model, on: wire)
            if let retention = route.retention {
                mark(on: wire, for: retention, placing: route.takesMarkers)
            } else if written.asked.hasCacheMarks && route.takesMarkers {
                // The client's own marks do not cross; what they are for does.
                mark(on: wire, for: .short, placing: true)
            }
        }
        if let sent {
            let thinks = request.shape.asksReasoning || route.reasons
            try goOn(from: sent.text, on: wire, route, isRefused: repairs.contains(.askToContinue), thinks: thinks)
        }
        for repair in repairs {
            guard let repaired = wire.repaired(bytes, by: repair) else { continue }
            bytes = repaired
            self.repairs.append(repair)
        }
    }

    /// - Parameters:
    ///   - isRefused: The route is known to refuse a prefill.
    ///   - thinks: The model thinks before it speaks.
    /// - Throws: It has no place for what the client has.
    private mutating func goOn(from text: [UInt8], on wire: any Wire, _ route: Route, isRefused: Bool, thinks: Bool) throws(RequestProblem)
    {
        // What the client has are thoughts at most: they are not gone on with.
        if text.isEmpty { return asked = .afresh }
        let continuation = Continuation(
            text: String(decoding: text, as: UTF8.self), method: route.takesPrefill && !isRefused ? .prefill : .transcript,
            mark: route.prefillMark, lowersLimit: !thinks)
        guard let continued = wire.continued(bytes, by: continuation) else {
            throw RequestProblem(path: "", message: "The request has no place for the beginning of its reply.", code: "unsupported")
        }
        bytes = continued.body
        asked = continued.method
        if route.takesPrefill, isRefused { repairs.append(.askToContinue) }
        leftOut = continued.leftOut
    }

    /// Without the room that it grew into: it stays as long as its attempt, mostly that of an open stream.
    private static func trimmed(_ body: [UInt8]) -> [UInt8] {
        body.capacity - body.count > 1 << 10 ? body.withUnsafeBufferPointer { Array($0) } : body
    }

    private static func cross(
        _ client: (body: [UInt8], index: JSONIndex), _ shape: RequestShape, _ crossing: Crossing, _ target: RequestTarget,
        _ memory: ProvenanceMemory
    ) throws(RequestProblem) -> Crossing.Request {
        if shape.operation == .countTokens {
            let count = try crossing.countRequest(client.body, index: client.index, shape: shape, for: target)
            if let count { return count }
            throw RequestProblem(path: "", message: "The provider's wire counts no tokens.", code: "unsupported")
        }
        let onlyStreams = crossing.upstream.onlyStreams
        return try crossing.request(client.body, index: client.index, shape: shape, for: target) { conversation in
            memory.putBack(&conversation)
            if onlyStreams { conversation.streaming = true }
        }
    }

    private mutating func addParams(_ params: JSONObject?, _ model: String, on wire: any Wire) {
        guard let params, !params.isEmpty, let index = try? JSONIndex(scanning: bytes.span.bytes) else { return }
        bytes = wire.passthrough(body: bytes, index: index, model: model, params: params)
    }

    private mutating func mark(on wire: any Wire, for retention: CacheRetention, placing: Bool) {
        if let marked = wire.marked(bytes, for: retention, placing: placing) { bytes = marked }
    }

    /// Whether a client sends back what a provider of another wire gave it.
    static func holdsSeal(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { body in
            guard let start = body.baseAddress, body.count >= mark.count else { return false }
            // A letter of the mark that is rare in text, where the system's own search is fast.
            var position = rarePlace
            while let found = memchr(start + position, Int32(mark[rarePlace]), body.count - position) {
                let place = start.distance(to: UnsafeRawPointer(found))
                let begin = place - rarePlace
                if begin + mark.count > body.count { return false }
                if memcmp(start + begin, mark, mark.count) == 0 { return true }
                position = place + 1
            }
            return false
        }
    }

    private static let mark = Array(Seal.mark.utf8)
    private static let rarePlace = mark.firstIndex(of: UInt8(ascii: "X")) ?? 0
}

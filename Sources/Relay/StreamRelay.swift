// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// Passes a stream on, event by event as it came, or as its client's wire has it, and follows how far the reply has got.
///
/// Until the model first speaks nothing is sent: the events before that (a role, a comment) are held back, so that another
/// candidate may still begin afresh. Confined to the request's loop.
struct StreamRelay {
    enum Verdict {
        case goOn
        /// The whole reply has been sent, terminator included.
        case ended
        /// `offending`: what broke the wire's grammar.
        case failed(ErrorObject, offending: [UInt8]? = nil)
    }

    private var events = EventStreamReader()
    private var reader: any StreamReader
    private let plan: CallPlan
    private let sink: any ReplySink
    private let served: Served
    private let firstContent: () -> Void
    private var heldBack: [UInt8] = []
    /// `nil` where the client speaks the provider's wire.
    private var crossed: CrossedStream?
    /// What the client gets for one event of another wire.
    private var output: [UInt8] = []

    /// The client has content.
    private(set) var isCommitted = false
    /// The model spoke, though a client that wants a whole reply has nothing yet.
    private(set) var hasSpoken = false
    /// The client has its wire's own end.
    private var isOver = false
    private(set) var firstContentAfter: Duration?

    /// Bytes that a client may lag behind before its upstream is slowed down.
    private static let farBehind = 256 << 10
    /// Bytes before the first content; more is no preamble. Responses repeat the request's instructions and tools in theirs, twice.
    private static let preambleLimit = 2 << 20
    /// Bytes of an event that broke the grammar.
    private static let offendingLimit = 4 << 10
    /// A buffer that has grown beyond this is given back.
    private static let keptCapacity = 1 << 10

    init(_ plan: CallPlan, sink: any ReplySink, served: Served, firstContent: @escaping () -> Void) {
        reader = plan.wire.makeStreamReader(context: plan.context, nowMilliseconds: plan.now.milliseconds)
        crossed = plan.crossed.map { CrossedStream($0) }
        self.plan = plan
        self.sink = sink
        self.served = served
        self.firstContent = firstContent
    }

    /// The reply's end is proven; its terminator may be missing.
    var hasEnded: Bool { reader.endIsProven }

    var usage: Usage? { reader.usage }

    var isFarBehind: Bool { sink.pendingBytes > Self.farBehind }

    /// Takes a part of the stream, cut anywhere.
    mutating func take(_ bytes: RawSpan, elapsed: Duration) -> Verdict {
        var verdict = Verdict.goOn
        var events = events
        self.events = EventStreamReader()
        defer { self.events = events }
        do throws(HTTPProblem) {
            try events.feed(bytes) { raw, data, name in
                guard case .goOn = verdict else { return }
                verdict = eventCame(raw, data, name, elapsed)
            }
        } catch {
            return hasEnded ? supplyEnd() : malformed(error.message, bytes)
        }
        return verdict
    }

    private func malformed(_ why: String, _ offending: RawSpan) -> Verdict {
        let reader = ErrorReader(wire: plan.wire.kind, context: plan.context, nowMilliseconds: plan.now.milliseconds)
        return .failed(reader.fault(.malformed(why)), offending: Self.beginning(of: offending))
    }

    private static func beginning(of bytes: RawSpan) -> [UInt8] { bytes.withUnsafeBytes { Array($0.prefix(offendingLimit)) } }

    private mutating func eventCame(_ raw: RawSpan, _ data: RawSpan, _ name: RawSpan, _ elapsed: Duration) -> Verdict {
        let wasWhole = hasEnded
        let data = data.byteCount == 0 && Self.isBare(raw) ? raw : data
        let event = reader.read(data: data, name: name)
        if let failure = event.failure {
            return wasWhole ? supplyEnd() : .failed(failure, offending: failure.transport == nil ? nil : Self.beginning(of: data))
        }
        if crossed != nil { return cross(event, data, name, elapsed) }
        if event.marks.contains(.done) {
            // A terminator proves nothing by itself.
            if let error = reader.upstreamEnded() { return .failed(error) }
            send(raw)
            isOver = true
            return .ended
        }
        if isCommitted {
            send(raw)
        } else if event.isSpoken || event.marks.contains(.finish) {
            commit(elapsed)
            send(raw)
        } else {
            raw.withUnsafeBytes { heldBack.append(contentsOf: $0) }
            if heldBack.count > Self.preambleLimit {
                return malformed("no content in the first 2 MB", raw)
            }
        }
        return .goOn
    }

    /// Whether a block is JSON with no `data:` before it: Google breaks a stream off with an error like that, and its SDKs wait for it
    /// (docs/wire/google-generative-ai.md, "Streams").
    private static func isBare(_ raw: RawSpan) -> Bool {
        guard raw.byteCount > 1 else { return false }
        let first = raw.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    /// What an event of another wire means to the client, at once.
    private mutating func cross(_ event: StreamEvent, _ data: RawSpan, _ name: RawSpan, _ elapsed: Duration) -> Verdict {
        if event.marks.contains(.done), let error = reader.upstreamEnded() { return .failed(error) }
        output.removeAll(keepingCapacity: true)
        crossed?.take(data: data, name: name, into: &output)
        if crossed?.isTooLarge == true { return malformed("more than a reply may hold", data) }
        if !hasSpoken && (event.isSpoken || event.marks.contains(.finish)) { commit(elapsed) }
        if isCommitted {
            send(output.span.bytes)
        } else {
            heldBack += output
            if heldBack.count > Self.preambleLimit { return malformed("no content in the first 2 MB", data) }
        }
        if output.capacity > Self.keptCapacity { output = [] }
        return event.marks.contains(.done) ? supplyEnd() : .goOn
    }

    /// What goes wrong after a proven end takes nothing from the reply.
    private mutating func supplyEnd() -> Verdict {
        _ = endWithoutTerminator()
        return .ended
    }

    private mutating func commit(_ elapsed: Duration) {
        hasSpoken = true
        firstContentAfter = elapsed
        firstContent()
        // Nobody has anything of a reply that is to be whole: another candidate may still begin afresh.
        guard plan.clientStreams else { return }
        isCommitted = true
        sink.begin(served)
        if !heldBack.isEmpty {
            sink.write(heldBack.span.bytes)
            heldBack = []
        }
    }

    private func send(_ bytes: RawSpan) {
        if bytes.byteCount > 0 { sink.write(bytes) }
    }

    /// Tells the client that its stream still lives; only whole events have been sent, so it stands between two. One that has yet
    /// to take what it got needs no telling.
    func sendKeepAlive() {
        if sink.pendingBytes == 0 { sink.write(plan.clientWire.keepAlive.span.bytes) }
    }

    /// The upstream closed. `nil`: the reply was whole, and its terminator, if missing, has been supplied.
    mutating func upstreamEnded() -> ErrorObject? {
        if let error = lastWords() ?? reader.upstreamEnded() { return error }
        _ = endWithoutTerminator()
        return nil
    }

    /// What the upstream ended with and forgot the empty line behind: an event, or an error by itself. What was cut off is no more than
    /// that.
    private mutating func lastWords() -> ErrorObject? {
        guard !hasEnded, events.hasPartial else { return nil }
        var rest = EventStreamReader()
        swap(&rest, &events)
        var error: ErrorObject?
        rest.finish { raw, data, name in
            guard (try? JSONIndex(scanning: data.byteCount == 0 && Self.isBare(raw) ? raw : data)) != nil else { return }
            if case .failed(let failure, _) = eventCame(raw, data, name, .zero) { error = failure }
            if crossed == nil, isCommitted, error == nil { send(Self.emptyLine.span.bytes) }
        }
        return error
    }

    private static let emptyLine = Array("\n\n".utf8)

    /// Supplies the terminator that the upstream left out after a proven end.
    mutating func endWithoutTerminator() -> Usage? {
        if !hasSpoken { commit(.zero) }
        guard plan.clientStreams, !isOver else { return reader.usage }
        isOver = true
        if crossed != nil {
            output.removeAll(keepingCapacity: true)
            crossed?.end(into: &output)
            send(output.span.bytes)
        } else if let terminator = plan.wire.doneTerminator {
            sink.write(terminator.span.bytes)
        }
        return reader.usage
    }

    /// The reply that was put together; `nil` where the client has had it as a stream.
    var whole: [UInt8]? { plan.clientStreams ? nil : crossed?.whole }

    func whenDrained(_ action: @escaping () -> Void) {
        sink.onDrain = { [sink] in
            sink.onDrain = nil
            action()
        }
    }

    /// Lets go of what would hold the request in memory.
    func release() { sink.onDrain = nil }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers

/// Passes a stream on, event by event as it came, and follows how far the reply has got.
///
/// Until the model first speaks nothing is sent: the events before that (a role, a comment) are held back, so that another
/// candidate may still begin afresh. Confined to the request's loop.
struct StreamRelay {
    enum Verdict {
        case goOn
        /// The whole reply has been sent, terminator included.
        case ended
        case failed(ErrorObject)
    }

    private var events = EventStreamReader()
    private var reader: any StreamReader
    private let plan: CallPlan
    private let sink: any ReplySink
    private let served: Served
    private let firstContent: () -> Void
    private var heldBack: [UInt8] = []

    private(set) var isCommitted = false
    private(set) var firstContentAfter: Duration?

    /// Bytes that a client may lag behind before its upstream is slowed down.
    private static let farBehind = 256 << 10
    /// Bytes before the first content; more is no preamble.
    private static let preambleLimit = 64 << 10

    init(_ plan: CallPlan, sink: any ReplySink, served: Served, firstContent: @escaping () -> Void) {
        reader = plan.wire.makeStreamReader(context: plan.context, nowMilliseconds: plan.now.milliseconds)
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
            return hasEnded ? supplyEnd() : malformed(error.message)
        }
        return verdict
    }

    private func malformed(_ why: String) -> Verdict {
        let reader = ErrorReader(wire: plan.wire.kind, context: plan.context, nowMilliseconds: plan.now.milliseconds)
        return .failed(reader.fault(.malformed(why)))
    }

    private mutating func eventCame(_ raw: RawSpan, _ data: RawSpan, _ name: RawSpan, _ elapsed: Duration) -> Verdict {
        let wasWhole = hasEnded
        let event = reader.read(data: data, name: name)
        if let failure = event.failure { return wasWhole ? supplyEnd() : .failed(failure) }
        if event.marks.contains(.done) {
            // A terminator proves nothing by itself.
            if let error = reader.upstreamEnded() { return .failed(error) }
            send(raw)
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
                return malformed("no content in the first 64 KB")
            }
        }
        return .goOn
    }

    /// What goes wrong after a proven end takes nothing from the reply.
    private mutating func supplyEnd() -> Verdict {
        _ = endWithoutTerminator()
        return .ended
    }

    private mutating func commit(_ elapsed: Duration) {
        isCommitted = true
        firstContentAfter = elapsed
        firstContent()
        sink.begin(served)
        if !heldBack.isEmpty {
            sink.write(heldBack.span.bytes)
            heldBack = []
        }
    }

    private func send(_ bytes: RawSpan) { sink.write(bytes) }

    /// Tells the client that its stream still lives; only whole events have been sent, so it stands between two. One that has yet
    /// to take what it got needs no telling.
    func sendKeepAlive() {
        if sink.pendingBytes == 0 { sink.write(plan.wire.keepAlive.span.bytes) }
    }

    /// The upstream closed. `nil`: the reply was whole, and its terminator, if missing, has been supplied.
    mutating func upstreamEnded() -> ErrorObject? {
        if let error = reader.upstreamEnded() { return error }
        _ = endWithoutTerminator()
        return nil
    }

    /// Supplies the terminator that the upstream left out after a proven end.
    mutating func endWithoutTerminator() -> Usage? {
        if !isCommitted { commit(.zero) }
        if let terminator = plan.wire.doneTerminator { sink.write(terminator.span.bytes) }
        return reader.usage
    }

    func whenDrained(_ action: @escaping () -> Void) {
        sink.onDrain = { [sink] in
            sink.onDrain = nil
            action()
        }
    }

    /// Lets go of what would hold the request in memory.
    func release() { sink.onDrain = nil }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON
import Providers

/// Passes a stream on, event by event as it came, or as its client's wire has it, and follows how far the reply has got.
///
/// Until the model first speaks nothing is sent: the events before that (a role, a comment) are kept back, so that another candidate may
/// still begin afresh. From its first tool call on all is kept back until the end is proven: a half-written or lonely call never
/// reaches a client. Confined to the request's loop. A class, so that asking it something copies nothing of it.
final class StreamRelay {
    enum Verdict {
        case goOn
        /// The whole reply has been sent, terminator included.
        case ended
        /// `offending`: what broke the wire's grammar.
        case failed(ErrorObject, offending: [UInt8]? = nil)
        /// It does not go on with what the client has.
        case apart(Seam.Problem)
    }

    private var events = EventStreamReader()
    private var reader: any StreamReader
    private let plan: CallPlan
    private let client: ClientStream
    let served: Served
    private let firstContent: () -> Void
    /// What the client does not get yet.
    private var keptBack: [UInt8] = []
    /// `nil` where the client gets what comes as it comes.
    private var crossed: CrossedStream?
    /// What the client gets for one event that is written anew.
    private var output: [UInt8] = []

    /// The client has content of this candidate.
    private(set) var isCommitted = false
    /// The model spoke, though a client that wants a whole reply, or one of tool calls, has nothing yet.
    private(set) var hasSpoken = false
    /// The reply's end is proven; its terminator may be missing.
    private(set) var hasEnded = false
    /// A tool call has begun and the end is not proven.
    private var isHolding = false
    /// The last event ended in the middle of a character.
    private var isSplit = false
    /// What the client had when that began, where events are written anew.
    private var before: Left?
    /// The same of numbers, on either kind of stream.
    private var heldAt: StreamPosition?
    /// The client has its wire's own end.
    private var isOver = false
    private(set) var firstContentAfter: Duration?

    /// Bytes that a client may lag behind before its upstream is slowed down.
    private static let farBehind = 256 << 10
    /// Bytes before the first content; more is no preamble. Responses repeat the request's instructions and tools in theirs, twice.
    private static let preambleLimit = 2 << 20
    /// Bytes from the first tool call to the end.
    private static let callsLimit = 16 << 20
    /// Bytes of an event that broke the grammar.
    private static let offendingLimit = 4 << 10
    /// A buffer that has grown beyond this is given back.
    private static let keptCapacity = 1 << 10

    init(_ plan: CallPlan, client: ClientStream, served: Served, firstContent: @escaping () -> Void) {
        reader = plan.wire.makeStreamReader(context: plan.context, nowMilliseconds: plan.now.milliseconds)
        crossed = plan.crossed.map { CrossedStream($0, after: plan.sent, seam: plan.seam, as: plan.context.model) }
        self.plan = plan
        self.client = client
        self.served = served
        self.firstContent = firstContent
    }

    var usage: Usage? { reader.usage }

    var proofs: [Proof] { reader.proofs }

    var isFarBehind: Bool { client.pendingBytes > Self.farBehind }

    /// Takes a part of the stream, cut anywhere.
    func take(_ bytes: RawSpan, elapsed: Duration) -> Verdict {
        var verdict = Verdict.goOn
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

    private func eventCame(_ raw: RawSpan, _ data: RawSpan, _ name: RawSpan, _ elapsed: Duration) -> Verdict {
        let wasWhole = hasEnded
        let data = data.byteCount == 0 && Self.isBare(raw) ? raw : data
        let followed = reader.follow(data: data, name: name)
        let event = followed.event
        hasEnded = followed.endIsProven
        isSplit = followed.endsInHalf
        if let failure = event.failure {
            // What goes wrong after a proven end takes nothing from the reply.
            return wasWhole ? supplyEnd() : .failed(failure, offending: failure.transport == nil ? nil : Self.beginning(of: data))
        }
        if event.marks.contains(.toolCall), heldAt == nil, !wasWhole { heldAt = crossed?.position ?? reader.position.previous }
        // A terminator proves nothing by itself.
        if event.marks.contains(.done), let error = reader.upstreamEnded() { return .failed(error) }
        if crossed != nil { return cross(event, data, name, elapsed) }
        if event.marks.contains(.done) {
            client.write(raw)
            isOver = true
            return .ended
        }
        return pass(raw, event, elapsed)
    }

    /// Whether a block is JSON with no `data:` before it: Google breaks a stream off with an error like that, and its SDKs wait for it
    /// (docs/wire/google-generative-ai.md, "Streams").
    private static func isBare(_ raw: RawSpan) -> Bool {
        guard raw.byteCount > 1 else { return false }
        let first = raw.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    /// What an event means to a client for which it is written anew, at once.
    private func cross(_ event: StreamEvent, _ data: RawSpan, _ name: RawSpan, _ elapsed: Duration) -> Verdict {
        guard let crossed else { return .goOn }
        if event.marks.contains(.toolCall), !isHolding, !hasEnded { before = left }
        output.removeAll(keepingCapacity: true)
        do throws(Seam.Problem) {
            try crossed.take(data: data, name: name, into: &output)
        } catch {
            return .apart(error)
        }
        if crossed.isTooLarge { return malformed("more than a reply may hold", data) }
        var written: [UInt8] = []
        swap(&written, &output)
        let verdict = pass(written.span.bytes, event, elapsed)
        if written.capacity <= Self.keptCapacity { swap(&written, &output) }
        if case .goOn = verdict, event.marks.contains(.done) { return supplyEnd() }
        return verdict
    }

    /// Sends what an event is to the client, or keeps it back.
    private func pass(_ bytes: RawSpan, _ event: StreamEvent, _ elapsed: Duration) -> Verdict {
        if !hasSpoken, event.isSpoken || event.marks.contains(.finish) { speak(elapsed) }
        guard plan.clientStreams else { return .goOn }
        if event.marks.contains(.toolCall), !hasEnded { isHolding = true }
        if isHolding, hasEnded {
            isHolding = false
            heldAt = nil
        }
        // Half a character waits for its other half, so that whoever goes on begins between two.
        let waitsForRest = isSplit && crossed == nil && !hasEnded
        guard hasSpoken, !isHolding, !waitsForRest else {
            bytes.withUnsafeBytes { keptBack.append(contentsOf: $0) }
            if isHolding { return keptBack.count > Self.callsLimit ? malformed("more than 16 MB of tool calls", bytes) : .goOn }
            return keptBack.count > Self.preambleLimit ? malformed("no content in the first 2 MB", bytes) : .goOn
        }
        // What is nothing in the client's wire, or was said before, gives it nothing: another candidate may still take this one's place.
        if bytes.byteCount == 0, !isCommitted, !hasEnded { return .goOn }
        commit()
        client.write(bytes)
        return .goOn
    }

    private func speak(_ elapsed: Duration) {
        hasSpoken = true
        firstContentAfter = elapsed
        firstContent()
    }

    private func commit() {
        if !isCommitted {
            isCommitted = true
            plan.letRequestGo()
            client.begin(served)
        }
        guard !keptBack.isEmpty else { return }
        let kept = keptBack
        keptBack = []
        client.write(kept.span.bytes)
    }

    /// The upstream closed.
    ///
    /// - Returns: `.ended` if the reply was whole: its terminator, if missing, has been supplied.
    func upstreamEnded() -> Verdict {
        if let verdict = lastWords() { return verdict }
        if let error = reader.upstreamEnded() { return .failed(error) }
        return supplyEnd()
    }

    /// What the upstream ended with and forgot the empty line behind: an event, or an error by itself. What was cut off is no more than
    /// that.
    ///
    /// - Returns: `nil` where it breaks nothing.
    private func lastWords() -> Verdict? {
        guard !hasEnded, events.hasPartial else { return nil }
        var rest = EventStreamReader()
        swap(&rest, &events)
        var broken: Verdict?
        rest.finish { raw, data, name in
            guard (try? JSONIndex(scanning: data.byteCount == 0 && Self.isBare(raw) ? raw : data)) != nil else { return }
            switch eventCame(raw, data, name, .zero) {
            case .goOn, .ended: if crossed == nil, isCommitted { client.write(Self.emptyLine.span.bytes) }
            case let verdict: broken = verdict
            }
        }
        return broken
    }

    private static let emptyLine = Array("\n\n".utf8)

    /// Ends the reply for the client after a proven end, with the terminator that the upstream left out.
    func supplyEnd() -> Verdict {
        if !hasSpoken { speak(.zero) }
        guard plan.clientStreams, !isOver else { return .ended }
        commit()
        isOver = true
        if let crossed {
            var last: [UInt8] = []
            do throws(Seam.Problem) {
                try crossed.end(into: &last)
            } catch {
                return .apart(error)
            }
            client.write(last.span.bytes)
        } else if let terminator = plan.wire.doneTerminator {
            client.write(terminator.span.bytes)
        }
        return .ended
    }

    /// The reply that was put together; `nil` where the client has had it as a stream.
    var whole: [UInt8]? { plan.clientStreams ? nil : crossed?.whole }

    // MARK: What the client has

    /// What a client has of a reply in the middle of it, for another candidate to go on from.
    struct Left {
        /// `nil`: the reader knows.
        var writer: (any EventWriter)?
        var text: [UInt8]
        var trimmed: Int
    }

    /// As of now, or of the first tool call: what came behind it was kept back.
    var left: Left {
        before
            ?? Left(
                writer: crossed?.writer, text: crossed.map { $0.text ?? reader.said.text } ?? reader.said.textInWholeEvents,
                trimmed: crossed?.trimmed ?? 0)
    }

    /// How far the client's stream has got.
    var position: StreamPosition { heldAt ?? crossed?.position ?? reader.position }

    /// Why nobody could go on with what this candidate has said.
    var obstacle: RescueObstacle? { reader.said.obstacle }

    func writer(goingOnTo context: ReplyContext) -> any EventWriter { left.writer ?? reader.makeWriter(goingOnTo: context) }
}

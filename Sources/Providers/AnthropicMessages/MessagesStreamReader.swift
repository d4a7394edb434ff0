// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows a Messages stream (docs/wire/anthropic-messages.md, "Streams").
///
/// The usual event, a piece of a block's text, is validated and classified without an allocation.
struct MessagesStreamReader: StreamReader {
    private let reader: ErrorReader
    private var hasEvents = false
    private var hasStopped = false
    private var place = MessagesPlace()
    /// Before the first call, behind which the client has nothing until the end.
    private var placeBeforeCalls: MessagesPlace?
    private(set) var said = Said()
    private(set) var finish: String?
    private var counts = MessagesUsage()
    private var signatures = Proofs()

    /// Blocks open at once at most.
    private static let openLimit = 64

    init(reader: ErrorReader) { self.reader = reader }

    var usage: Usage? { counts.neutral }

    var proofs: [Proof] { signatures.all }

    var endIsProven: Bool { finish != nil }

    mutating func upstreamEnded() -> ErrorObject? {
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter {
        MessagesEventWriter(context, after: placeBeforeCalls ?? place, usage: usage)
    }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        // Some proxies end every stream as OpenAI does.
        if data.isText("[DONE]") { return StreamEvent() }
        hasEvents = true
        said.beginEvent()
        if name.byteCount != 0, name.isText("error") { return failure(data) }
        let envelope: MessagesEnvelope
        do {
            envelope = try MessagesEnvelope(scanning: data)
        } catch {
            return malformed("invalid JSON at byte \(error.offset): \(error.message)")
        }
        guard envelope.root.kind == .object else { return malformed("an event is \(envelope.root.kind.text), not an object") }
        if envelope.isError(in: data) { return failure(data) }
        guard let type = envelope.type else { return StreamEvent() }
        if type.equals("content_block_delta", in: data) { return readDelta(envelope, data) }
        if type.equals("ping", in: data) { return StreamEvent() }
        if type.equals("content_block_start", in: data) { return readStart(envelope, data) }
        if type.equals("content_block_stop", in: data) { return readStop(envelope, data) }
        if type.equals("message_start", in: data) { return readBeginning(envelope, data) }
        if type.equals("message_delta", in: data) { return readFinish(envelope, data) }
        if type.equals("message_stop", in: data) {
            hasStopped = true
            return StreamEvent(.done)
        }
        return StreamEvent()
    }

    private mutating func readBeginning(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard !place.hasBegun else { return malformed("message_start comes twice") }
        guard let message = envelope.message, message.kind == .object else { return malformed("message_start has no message") }
        place.hasBegun = true
        return StreamEvent(counts.add(message.member("usage", in: data), in: data) ? .usage : [])
    }

    private mutating func readStart(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard place.hasBegun, !hasStopped else { return outOfPlace("content_block_start") }
        guard let index = envelope.index?.int(in: data), index >= place.nextIndex, index < 1 << 20 else {
            return malformed("content_block_start has an index that is missing, used or out of range")
        }
        guard let block = envelope.block, block.kind == .object, let type = block.member("type", in: data), type.kind == .string else {
            return malformed("content_block_start has no block")
        }
        guard place.open.count < Self.openLimit else { return malformed("too many blocks are open") }
        var marks: StreamEvent.Marks = []
        let kind = MessagesPieces.begin(block, type: type, in: data, said: &said, proofs: &signatures, marks: &marks)
        if marks.contains(.toolCall) { beginCalls() }
        place.open.append(MessagesPlace.Block(index: index, kind: kind))
        place.nextIndex = index + 1
        return StreamEvent(marks)
    }

    private mutating func readDelta(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard let index = envelope.index?.int(in: data), let block = place.position(ofOpen: index) else {
            return malformed("content_block_delta of a block that is not open")
        }
        guard let delta = envelope.delta, delta.kind == .object else { return malformed("content_block_delta has no delta") }
        let marks = MessagesPieces.read(delta, of: &place.open[block].kind, in: data, said: &said, proofs: &signatures)
        if marks.contains(.toolCall), !said.hasCalled { beginCalls() }
        return StreamEvent(marks)
    }

    private mutating func beginCalls() {
        if placeBeforeCalls == nil { placeBeforeCalls = place }
        said.call()
    }

    private mutating func readStop(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard let index = envelope.index?.int(in: data), let block = place.position(ofOpen: index) else {
            return malformed("content_block_stop of a block that is not open")
        }
        place.open.remove(at: block)
        return StreamEvent()
    }

    private mutating func readFinish(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard place.hasBegun, !hasStopped else { return outOfPlace("message_delta") }
        guard let delta = envelope.delta, delta.kind == .object else { return malformed("message_delta has no delta") }
        var event = StreamEvent()
        if counts.add(envelope.usage, in: data) { event.marks.insert(.usage) }
        if let reason = delta.member("stop_reason", in: data), reason.kind != .null {
            guard let text = reason.string(in: data) else { return malformed("stop_reason is \(reason.kind.text)") }
            if !text.isEmpty {
                finish = text
                event.marks.insert(.finish)
            }
        }
        return event
    }

    private func failure(_ data: RawSpan) -> StreamEvent {
        StreamEvent(failure: reader.insideSuccess(bytes: data))
    }

    private func outOfPlace(_ event: String) -> StreamEvent {
        malformed("\(event) \(place.hasBegun ? "after the end" : "before message_start")")
    }

    private func malformed(_ what: String) -> StreamEvent {
        StreamEvent(failure: reader.fault(.malformed(what)))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows a Messages stream (docs/wire/anthropic-messages.md, "Streams").
///
/// The usual event, a piece of a block's text, is validated and classified without an allocation.
struct MessagesStreamReader: StreamReader {
    private let reader: ErrorReader
    private var hasEvents = false
    private var hasBegun = false
    private var hasStopped = false
    /// Indexes of the blocks that are open: one at a time at Anthropic.
    private var open: [Int] = []
    /// The next block may not be below it.
    private var nextIndex = 0
    private(set) var finish: String?
    private var counts = MessagesUsage()

    /// Blocks open at once at most.
    private static let openLimit = 64

    init(reader: ErrorReader) { self.reader = reader }

    var usage: Usage? { counts.neutral }

    var endIsProven: Bool { finish != nil }

    mutating func upstreamEnded() -> ErrorObject? {
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        // Some proxies end every stream as OpenAI does.
        if data.isText("[DONE]") { return StreamEvent() }
        hasEvents = true
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
        guard !hasBegun else { return malformed("message_start comes twice") }
        guard let message = envelope.message, message.kind == .object else { return malformed("message_start has no message") }
        hasBegun = true
        return StreamEvent(counts.add(message.member("usage", in: data), in: data) ? .usage : [])
    }

    private mutating func readStart(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard hasBegun, !hasStopped else { return malformed("content_block_start \(hasBegun ? "after the end" : "before message_start")") }
        guard let index = envelope.index?.int(in: data), index >= nextIndex, index < 1 << 20 else {
            return malformed("content_block_start has an index that is missing, used or out of range")
        }
        guard let block = envelope.block, block.kind == .object, let type = block.member("type", in: data), type.kind == .string else {
            return malformed("content_block_start has no block")
        }
        guard open.count < Self.openLimit else { return malformed("too many blocks are open") }
        open.append(index)
        nextIndex = index + 1
        return StreamEvent(MessagesPieces.marks(ofBlock: block, type: type, in: data))
    }

    private mutating func readDelta(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard let index = envelope.index?.int(in: data), open.contains(index) else {
            return malformed("content_block_delta of a block that is not open")
        }
        guard let delta = envelope.delta, delta.kind == .object else { return malformed("content_block_delta has no delta") }
        return StreamEvent(MessagesPieces.marks(ofDelta: delta, in: data))
    }

    private mutating func readStop(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard let index = envelope.index?.int(in: data), let place = open.firstIndex(of: index) else {
            return malformed("content_block_stop of a block that is not open")
        }
        open.remove(at: place)
        return StreamEvent()
    }

    private mutating func readFinish(_ envelope: MessagesEnvelope, _ data: RawSpan) -> StreamEvent {
        guard hasBegun, !hasStopped else { return malformed("message_delta \(hasBegun ? "after the end" : "before message_start")") }
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

    private func malformed(_ what: String) -> StreamEvent {
        StreamEvent(failure: reader.fault(.malformed(what)))
    }
}

/// Says what the beginning of a block and its pieces carry.
enum MessagesPieces {
    static func marks(ofBlock block: JSONSlice, type: JSONSlice, in data: RawSpan) -> StreamEvent.Marks {
        func hasText(_ name: StaticString) -> Bool {
            guard let value = block.member(name, in: data) else { return false }
            return value.kind == .string && !value.isEmptyString
        }
        if type.equals("text", in: data) { return hasText("text") ? .content : [] }
        if type.equals("thinking", in: data) { return hasText("thinking") ? .reasoning : [] }
        if type.equals("tool_use", in: data) { return .toolCall }
        if type.equals("redacted_thinking", in: data) { return .reasoning }
        // A server's own tool at work, its result, a file.
        return .content
    }

    static func marks(ofDelta delta: JSONSlice, in data: RawSpan) -> StreamEvent.Marks {
        var marks: StreamEvent.Marks = []
        delta.forEachMember(in: data) { key, value in
            if data.equals("text", in: key) {
                if value.kind == .string, !value.isEmptyString { marks.insert(.content) }
            } else if data.equals("thinking", in: key) {
                if value.kind == .string, !value.isEmptyString { marks.insert(.reasoning) }
            } else if data.equals("partial_json", in: key) {
                if value.kind == .string, !value.isEmptyString { marks.insert(.toolCall) }
            } else if data.equals("signature", in: key) {
                if value.kind == .string, !value.isEmptyString { marks.insert(.reasoning) }
            } else if data.equals("citation", in: key) {
                marks.insert(.content)
            }
            return true
        }
        return marks
    }
}

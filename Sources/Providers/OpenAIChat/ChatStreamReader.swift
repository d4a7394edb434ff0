// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows a Chat Completions stream (docs/wire/openai-completions.md, "Streams").
///
/// The usual event, one choice with a piece of text, is validated and classified without an allocation.
struct ChatStreamReader: StreamReader {
    private let reader: ErrorReader
    /// Choices that began and choices that have a finish reason, a bit per index.
    private var begun: UInt128 = 0
    private var finished: UInt128 = 0
    private(set) var finish: String?
    private(set) var usage: Usage?
    private(set) var said = Said()
    private var place = ChatPlace()
    /// Whether anything but comments and the terminator came.
    private var hasEvents = false

    private let choices: Int
    /// Nothing more comes: what has not begun by now never will.
    private var isClosed = false

    /// - Parameter choices: As many were asked for.
    init(reader: ErrorReader, choices: Int = 1) {
        self.reader = reader
        self.choices = choices
    }

    var endIsProven: Bool { allHaveFinished }

    private var allHaveFinished: Bool { finished != 0 && finished == begun && (isClosed || finished.nonzeroBitCount >= choices) }

    mutating func upstreamEnded() -> ErrorObject? {
        isClosed = true
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter { ChatEventWriter(to: context, after: place, usage: usage) }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        if data.isText("[DONE]") { return StreamEvent(.done) }
        hasEvents = true
        said.beginEvent()
        if name.byteCount != 0, name.isText("error") { return failure(data) }
        let envelope: ChatEnvelope
        do {
            envelope = try ChatEnvelope(scanning: data)
        } catch {
            return malformed("invalid JSON at byte \(error.offset): \(error.message)")
        }
        guard envelope.root.kind == .object else { return malformed("an event is \(envelope.root.kind.text), not an object") }
        if envelope.isError(in: data) { return failure(data) }
        var event = StreamEvent()
        if let read = ChatUsage.read(envelope, in: data) { learn(read, &event.marks) }
        // Azure's filter results, a router's own notices: no part of the reply, but signs of life.
        guard let choices = envelope.choices, choices.kind != .null else { return event }
        guard choices.kind == .array else { return malformed("choices is \(choices.kind.text)") }
        let read = read(choices, data, event)
        if !place.hasHead, begun != 0 { place.keepHead(envelope.root, in: data) }
        return read
    }

    private mutating func read(_ choices: JSONSlice, _ data: RawSpan, _ event: StreamEvent) -> StreamEvent {
        var event = event
        var position = 0
        var parts = Choice()
        choices.forEachElement(in: data) { key, value in
            parts.keep(value, named: key, in: data)
            return true
        } element: { choice in
            if let failure = read(choice, parts, at: position, data, &event.marks) {
                event = failure
                return false
            }
            parts = Choice()
            position += 1
            return true
        }
        return event
    }

    private mutating func learn(_ told: Usage, _ marks: inout StreamEvent.Marks) {
        usage = usage?.updated(by: told) ?? told
        marks.insert(.usage)
    }

    /// The members of a choice that say something; `null` says nothing.
    private struct Choice {
        var delta, index, reason, usage: JSONSlice?

        mutating func keep(_ value: JSONSlice, named key: Range<Int>, in data: RawSpan) {
            if value.kind == .null { return }
            if data.equals("delta", in: key) || (delta == nil && data.equals("message", in: key)) {
                delta = value
            } else if data.equals("index", in: key) {
                index = value
            } else if data.equals("finish_reason", in: key) {
                reason = value
            } else if data.equals("usage", in: key) {
                usage = value
            }
        }
    }

    /// - Returns: `nil` unless the choice is a failure.
    private mutating func read(
        _ choice: JSONSlice, _ parts: Choice, at position: Int, _ data: RawSpan, _ marks: inout StreamEvent.Marks
    ) -> StreamEvent? {
        guard choice.kind == .object else { return malformed("choices[\(position)] is \(choice.kind.text)") }
        let index = parts.index.map { $0.int(in: data) ?? -1 } ?? position
        guard (0..<ChatRequest.maxChoices).contains(index) else { return malformed("choices[\(position)].index is out of range") }
        let bit = UInt128(1) << UInt128(index)
        begun |= bit
        if index == 0 { place.hasBegun = true }
        if let delta = parts.delta {
            guard delta.kind == .object else { return malformed("choices[\(position)].delta is \(delta.kind.text)") }
            marks.formUnion(ChatDelta.read(delta, isFirst: index == 0, in: data, said: &said, place: &place))
        }
        if let told = ChatUsage.read(parts.usage, in: data), !marks.contains(.usage) { learn(told, &marks) }
        guard let reason = parts.reason, !reason.isEmptyString else { return nil }
        guard reason.kind == .string else { return malformed("choices[\(position)].finish_reason is \(reason.kind.text)") }
        if ChatErrors.isFailure(finishReason: reason, in: data) {
            let text = reason.string(in: data) ?? ""
            return StreamEvent(failure: reader.brokenOff(reason: text, choice: choice, in: data))
        }
        finished |= bit
        if finish == nil || index == 0 { finish = reason.string(in: data) }
        marks.insert(.finish)
        return nil
    }

    private func failure(_ data: RawSpan) -> StreamEvent {
        StreamEvent(failure: reader.insideSuccess(bytes: data))
    }

    private func malformed(_ what: String) -> StreamEvent {
        StreamEvent(failure: reader.fault(.malformed(what)))
    }
}

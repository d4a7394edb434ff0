// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Follows a Responses stream (docs/wire/openai-responses.md, "Streams").
///
/// The usual event, a piece of text, is validated and classified without an allocation.
struct ResponsesStreamReader: StreamReader {
    private let reader: ErrorReader
    private(set) var endIsProven = false
    private(set) var finish: String?
    private(set) var usage: Usage?
    private(set) var position = StreamPosition()
    /// Whether anything but comments came.
    private var hasEvents = false

    init(reader: ErrorReader) { self.reader = reader }

    mutating func upstreamEnded() -> ErrorObject? {
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    /// The members of an event by which it is judged.
    private struct Event {
        var type, delta, response, item, part, error, sequence: JSONSlice?

        mutating func keep(_ value: JSONSlice, named key: Range<Int>, in data: RawSpan) {
            if JSONText.equals(key, "type", in: data) {
                type = value
            } else if JSONText.equals(key, "delta", in: data) {
                delta = value
            } else if JSONText.equals(key, "sequence_number", in: data) {
                sequence = value
            } else if JSONText.equals(key, "response", in: data) {
                response = value
            } else if JSONText.equals(key, "item", in: data) {
                item = value
            } else if JSONText.equals(key, "error", in: data) {
                error = value
            }
        }
    }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        // Routers that speak Chat Completions too end both alike.
        if data.isText("[DONE]") { return StreamEvent(.done) }
        hasEvents = true
        var event = Event()
        let root: JSONSlice
        do {
            root = try JSONScanner.scan(data) { key, value in event.keep(value, named: key, in: data) }
        } catch {
            return malformed("invalid JSON at byte \(error.offset): \(error.message)")
        }
        guard root.kind == .object else { return malformed("an event is \(root.kind.text), not an object") }
        if let error = event.error, OpenAIErrors.isFilled(error, in: data) { return failure(data) }
        guard let type = event.type else { return untyped(root, name, data) }
        guard type.kind == .string else { return malformed("an event's type is \(type.kind.text)") }
        let read = read(event, type, data)
        if !read.marks.contains(.failure) { count(event, data) }
        return read
    }

    /// An event that its client gets. Providers that leave numbers out are counted.
    private mutating func count(_ event: Event, _ data: RawSpan) {
        let number = event.sequence?.int(in: data) ?? position.next
        position.next = (0..<Int.max / 2).contains(number) ? number + 1 : position.next + 1
        guard position.reply == nil, let response = event.response, let id = response.member("id", in: data)?.string(in: data) else {
            return
        }
        position.reply = StreamPosition.Reply(
            id: id, model: response.member("model", in: data)?.string(in: data) ?? "",
            created: response.member("created_at", in: data)?.int(in: data) ?? 0)
    }

    private mutating func read(_ event: Event, _ type: JSONSlice, _ data: RawSpan) -> StreamEvent {
        func reads(_ name: StaticString) -> Bool { type.equals(name, in: data) }
        switch true {
        case reads("response.output_text.delta"), reads("response.refusal.delta"): return piece(event, .content, data)
        case reads("response.function_call_arguments.delta"), reads("response.custom_tool_call_input.delta"):
            return piece(event, .toolCall, data)
        case reads("response.reasoning_summary_text.delta"), reads("response.reasoning_text.delta"):
            return piece(event, .reasoning, data)
        case reads("response.output_item.added"), reads("response.output_item.done"): return item(event, data)
        case reads("response.completed"), reads("response.incomplete"), reads("response.failed"): return end(event, type, data)
        case reads("response.created"), reads("response.in_progress"), reads("response.queued"):
            guard event.response?.kind == .object else { return malformed("\(text(type, data)) has no response") }
            return StreamEvent()
        case reads("error"): return failure(data)
        default: return StreamEvent()
        }
    }

    private func piece(_ event: Event, _ mark: StreamEvent.Marks, _ data: RawSpan) -> StreamEvent {
        guard let delta = event.delta, delta.kind == .string else {
            return malformed("\(text(event.type, data)) has \(event.delta.map { "\($0.kind.text) as its" } ?? "no") delta")
        }
        return StreamEvent(delta.isEmptyString ? [] : mark)
    }

    /// A tool call speaks as soon as it begins; so does what a provider's own tool does, since its place in the output is then taken. A
    /// message or reasoning speaks with its first words.
    private func item(_ event: Event, _ data: RawSpan) -> StreamEvent {
        guard let item = event.item, item.kind == .object else { return malformed("\(text(event.type, data)) has no item") }
        guard let type = item.member("type", in: data), type.kind == .string else {
            return malformed("the item of \(text(event.type, data)) has no type")
        }
        if type.equals("message", in: data) {
            let content = item.member("content", in: data)?.element(0, in: data)
            let words = content?.member("text", in: data) ?? content?.member("refusal", in: data)
            return StreamEvent(words.map(\.isEmptyString) == false ? .content : [])
        }
        if type.equals("reasoning", in: data) {
            return StreamEvent(item.member("summary", in: data)?.element(0, in: data) == nil ? [] : .reasoning)
        }
        return StreamEvent(.toolCall)
    }

    private mutating func end(_ event: Event, _ type: JSONSlice, _ data: RawSpan) -> StreamEvent {
        guard let response = event.response, response.kind == .object else { return malformed("\(text(type, data)) has no response") }
        let envelope = ResponsesEnvelope(response, in: data)
        if let error = envelope.error {
            return StreamEvent(failure: reader.insideSuccess(body: Array("{\"error\":".utf8) + copy(error, data) + Array("}".utf8)))
        }
        if type.equals("response.failed", in: data) || envelope.isFailure(in: data) {
            return malformed("the response failed and has no error")
        }
        var marks: StreamEvent.Marks = .finish
        if let read = ResponsesUsage.read(envelope.usage, in: data) {
            usage = read
            marks.insert(.usage)
        }
        endIsProven = true
        finish = envelope.finish(in: data) ?? (type.equals("response.completed", in: data) ? "completed" : "incomplete")
        return StreamEvent(marks)
    }

    /// Each event has a type; where one is missing the event's name may say that it is an error, or its members do.
    private func untyped(_ root: JSONSlice, _ name: RawSpan, _ data: RawSpan) -> StreamEvent {
        if name.isText("error") || ResponsesErrors.isFlatError(root, in: data) { return failure(data) }
        return malformed("an event has no type")
    }

    private func text(_ value: JSONSlice?, _ data: RawSpan) -> String {
        ErrorReader.cut(value?.string(in: data) ?? "an event", to: 64)
    }

    private func copy(_ value: JSONSlice, _ data: RawSpan) -> [UInt8] {
        data.extracting(value.range).withUnsafeBytes { Array($0) }
    }

    private func failure(_ data: RawSpan) -> StreamEvent { StreamEvent(failure: reader.insideSuccess(bytes: data)) }

    private func malformed(_ what: String) -> StreamEvent { StreamEvent(failure: reader.fault(.malformed(what))) }
}

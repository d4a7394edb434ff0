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
    private(set) var said = Said()
    private var place = ResponsesPlace()
    private var ciphers = Proofs()
    /// Before the first call, behind which the client has nothing until the end.
    private var beforeCalls: (place: ResponsesPlace, position: StreamPosition)?
    /// Whether anything but comments came.
    private var hasEvents = false

    init(reader: ErrorReader) { self.reader = reader }

    var proofs: [Proof] { ciphers.all }

    mutating func upstreamEnded() -> ErrorObject? {
        if endIsProven { return nil }
        return reader.fault(hasEvents ? .closedEarly : .emptyReply)
    }

    /// The members of an event by which it is judged.
    private struct Event {
        var type, delta, response, item, part, error, sequence, output, annotation: JSONSlice?

        mutating func keep(_ value: JSONSlice, named key: Range<Int>, in data: RawSpan) {
            if JSONText.equals(key, "type", in: data) {
                type = value
            } else if JSONText.equals(key, "delta", in: data) {
                delta = value
            } else if JSONText.equals(key, "sequence_number", in: data) {
                sequence = value
            } else if JSONText.equals(key, "output_index", in: data) {
                output = value
            } else if JSONText.equals(key, "response", in: data) {
                response = value
            } else if JSONText.equals(key, "item", in: data) {
                item = value
            } else if JSONText.equals(key, "part", in: data) {
                part = value
            } else if JSONText.equals(key, "annotation", in: data) {
                annotation = value
            } else if JSONText.equals(key, "error", in: data) {
                error = value
            }
        }
    }

    func makeWriter(goingOnTo context: ReplyContext) -> any EventWriter {
        let (place, position) = beforeCalls ?? (place, position)
        return ResponsesEventWriter(to: context, after: place, said: said.text, position: position, usage: usage)
    }

    mutating func read(data: RawSpan, name: RawSpan) -> StreamEvent {
        if data.byteCount == 0 { return StreamEvent() }
        // Routers that speak Chat Completions too end both alike.
        if data.isText("[DONE]") { return StreamEvent(.done) }
        hasEvents = true
        said.beginEvent()
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
        if read.marks.contains(.toolCall), !said.hasCalled {
            beforeCalls = (place, position)
            said.call()
        }
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
        case reads("response.output_text.delta"): return text(event, data)
        case reads("response.refusal.delta"):
            said.sayOther()
            return piece(event, .content, data)
        case reads("response.function_call_arguments.delta"), reads("response.custom_tool_call_input.delta"):
            return piece(event, .toolCall, data)
        case reads("response.reasoning_summary_text.delta"): return thought(event, .summary, data)
        case reads("response.reasoning_text.delta"): return thought(event, .thought, data)
        case reads("response.output_item.added"): return item(event, isDone: false, data)
        case reads("response.output_item.done"): return item(event, isDone: true, data)
        case reads("response.completed"), reads("response.incomplete"), reads("response.failed"): return end(event, type, data)
        case reads("response.created"), reads("response.in_progress"), reads("response.queued"):
            guard let response = event.response, response.kind == .object else { return malformed("\(text(type, data)) has no response") }
            place.hasBegun = true
            // A reply in the background goes on without its client, who needs its id to come back to it: it is its provider's from here.
            return StreamEvent(response.member("background", in: data)?.bool(in: data) == true ? .reasoning : [])
        case reads("error"): return failure(data)
        default:
            if isKept { keepPart(event, type, data) }
            return StreamEvent()
        }
    }

    private mutating func text(_ event: Event, _ data: RawSpan) -> StreamEvent {
        let start = said.text.count
        let read = piece(event, .content, data)
        guard read.marks.contains(.content), let delta = event.delta else { return read }
        said.say(delta, in: data)
        if isKept { place.say(at: event.output?.int(in: data), start: start) }
        return read
    }

    private mutating func thought(_ event: Event, _ kind: ResponsesPlace.Part.Kind, _ data: RawSpan) -> StreamEvent {
        let read = piece(event, .reasoning, data)
        guard read.marks.contains(.reasoning), let delta = event.delta else { return read }
        said.reason()
        if isKept { place.think(delta, kind, at: event.output?.int(in: data), end: said.text.count, in: data) }
        outgrow()
        return read
    }

    private func piece(_ event: Event, _ mark: StreamEvent.Marks, _ data: RawSpan) -> StreamEvent {
        guard let delta = event.delta, delta.kind == .string else {
            return malformed("\(text(event.type, data)) has \(event.delta.map { "\($0.kind.text) as its" } ?? "no") delta")
        }
        return StreamEvent(delta.isEmptyString ? [] : mark)
    }

    /// A tool call speaks as soon as it begins; so does what a provider's own tool does, since its place in the output is then taken. A
    /// message or reasoning speaks with its first words.
    private mutating func item(_ event: Event, isDone: Bool, _ data: RawSpan) -> StreamEvent {
        guard let item = event.item, item.kind == .object else { return malformed("\(text(event.type, data)) has no item") }
        guard let type = item.member("type", in: data), type.kind == .string else {
            return malformed("the item of \(text(event.type, data)) has no type")
        }
        if type.equals("message", in: data) {
            let content = item.member("content", in: data)?.element(0, in: data)
            let words = content?.member("text", in: data) ?? content?.member("refusal", in: data)
            keep(item, .message, event, isDone: isDone, data)
            return StreamEvent(words.map(\.isEmptyString) == false ? .content : [])
        }
        if type.equals("reasoning", in: data) {
            let isShown = item.member("summary", in: data)?.element(0, in: data) != nil
            if isShown { said.reason() }
            if isDone { ciphers.note(item.member("encrypted_content", in: data), in: data) }
            keep(item, .reasoning, event, isDone: isDone, data)
            return StreamEvent(isShown ? .reasoning : [])
        }
        switch ResponsesItemKind(type, in: data) {
        case .clientsCall: return StreamEvent(.toolCall)
        case .serversTool: said.runTool()
        case .other: said.sayOther()
        }
        return StreamEvent(.content)
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

    // MARK: What the client has

    /// Somebody may still go on from here, and the client gets what comes at once.
    private var isKept: Bool { !said.hasCalled && said.obstacle == nil }

    private mutating func keep(_ item: JSONSlice, _ kind: ResponsesPlace.Kind, _ event: Event, isDone: Bool, _ data: RawSpan) {
        guard isKept else { return }
        let index = event.output?.int(in: data)
        guard isDone else { return place.begin(item, kind, at: index, in: data) }
        // Some providers tell a message only when it is whole.
        let isNew = index.flatMap { place.position(of: $0) }.map { !place.items[$0].hasText } ?? true
        if kind == .message, isNew {
            item.member("content", in: data)?.forEachElement(in: data) { part in
                if let text = part.member("text", in: data) { said.say(text, in: data) } else { said.sayOther() }
                return true
            }
        }
        place.finish(item, kind, at: index, end: said.text.count, in: data)
        outgrow()
    }

    private mutating func keepPart(_ event: Event, _ type: JSONSlice, _ data: RawSpan) {
        func reads(_ name: StaticString) -> Bool { type.equals(name, in: data) }
        let (index, end) = (event.output?.int(in: data), said.text.count)
        switch true {
        case reads("response.content_part.added"):
            let isThought = event.part?.member("type", in: data)?.equals("reasoning_text", in: data) == true
            place.beginPart(isThought ? .thought : .text, of: index, end: end)
        case reads("response.reasoning_summary_part.added"): place.beginPart(.summary, of: index, end: end)
        case reads("response.output_text.done"), reads("response.reasoning_summary_text.done"), reads("response.reasoning_text.done"):
            place.closePart(at: index, as: .told, end: end)
        case reads("response.content_part.done"), reads("response.reasoning_summary_part.done"):
            place.closePart(at: index, as: .done, end: end)
        case reads("response.output_text.annotation.added"):
            if let annotation = event.annotation { place.annotate(annotation, at: index, in: data) }
            outgrow()
        default: break
        }
    }

    private mutating func outgrow() {
        if place.isTooLarge {
            said.outgrow()
            place = ResponsesPlace()
        }
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

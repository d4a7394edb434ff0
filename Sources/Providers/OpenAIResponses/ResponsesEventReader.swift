// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Tells what the events of a provider's stream say.
///
/// Items are told by their pieces; one that came without pieces is told when it is done, and a whole output that came without items
/// with the last event.
struct ResponsesEventReader: EventReader {
    private let maker: Maker
    private var hasHead = false
    /// By place in the output.
    private var items: [Int: Item] = [:]
    private var calls = 0
    /// Characters of text before the current part, and in it.
    private var (before, within) = (0, 0)
    private var pairs = SplitPairs()

    /// What has been told of an item.
    private struct Item {
        /// Of a tool's call, counted from 0.
        var call: Int?
        var hasPieces = false
        /// The kind of thoughts that came first: the summary or the thoughts themselves, of which one is told.
        var showsSummary: Bool?
        var lastSummary = 0
    }

    /// Items of one reply at most that are kept apart.
    private static let limit = 4096

    init(maker: Maker) { self.maker = maker }

    /// The members of an event that say something.
    private struct Event {
        var type, delta, item, response, logprobs, annotation: JSONSlice?
        var place = 0
        var summary = 0

        init(_ data: RawSpan) {
            var (type, delta, item, response): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
            var (logprobs, annotation, place, summary): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
            _ = try? JSONScanner.scan(data) { key, value in
                if JSONText.equals(key, "type", in: data) {
                    type = value
                } else if JSONText.equals(key, "delta", in: data) {
                    delta = value
                } else if JSONText.equals(key, "output_index", in: data) {
                    place = value
                } else if JSONText.equals(key, "item", in: data) {
                    item = value
                } else if JSONText.equals(key, "response", in: data) {
                    response = value
                } else if JSONText.equals(key, "logprobs", in: data) {
                    logprobs = value
                } else if JSONText.equals(key, "annotation", in: data) {
                    annotation = value
                } else if JSONText.equals(key, "summary_index", in: data) {
                    summary = value
                }
            }
            (self.type, self.delta, self.item, self.response) = (type, delta, item, response)
            (self.logprobs, self.annotation) = (logprobs, annotation)
            self.place = place?.int(in: data) ?? 0
            self.summary = summary?.int(in: data) ?? 0
        }
    }

    mutating func read(data: RawSpan, name: RawSpan, into events: inout [ConversationEvent]) {
        if data.isText("[DONE]") { return }
        let event = Event(data)
        guard let type = event.type else { return }
        func reads(_ name: StaticString) -> Bool { type.equals(name, in: data) }
        switch true {
        case reads("response.output_text.delta"): text(event, data, &events)
        case reads("response.refusal.delta"):
            items[event.place, default: Item()].hasPieces = true
            if let words = words(event.delta, .refusal, data, &events) { events.append(ConversationEvent(.refusal(words))) }
        case reads("response.function_call_arguments.delta"), reads("response.custom_tool_call_input.delta"):
            guard let call = items[event.place]?.call, let words = words(event.delta, .arguments(call: call), data, &events) else { return }
            items[event.place]?.hasPieces = true
            events.append(ConversationEvent(.toolArguments(call: call, words)))
        case reads("response.reasoning_summary_text.delta"): thoughts(event, isSummary: true, data, &events)
        case reads("response.reasoning_text.delta"): thoughts(event, isSummary: false, data, &events)
        case reads("response.output_text.annotation.added"):
            guard let annotation = event.annotation else { return }
            if var citation = ResponsesPartReading.citation(annotation, data) {
                citation.move(by: before)
                events.append(ConversationEvent(.citation(citation)))
            }
        case reads("response.content_part.done"):
            pairs.end(into: &events)
            if within > 0 { events.append(ConversationEvent(.boundary)) }
            before += within
            within = 0
        case reads("response.output_item.added"): begin(event, data, &events)
        case reads("response.output_item.done"): done(event, data, &events)
        case reads("response.created"), reads("response.in_progress"), reads("response.queued"): head(event, data, &events)
        case reads("response.completed"), reads("response.incomplete"): end(event, data, &events)
        default: break
        }
    }

    private mutating func words(
        _ value: JSONSlice?, _ piece: SplitPairs.Piece, _ data: RawSpan, _ events: inout [ConversationEvent]
    ) -> String? {
        guard let value, !value.isEmptyString else { return nil }
        return pairs.string(value, of: piece, in: data, into: &events)
    }

    private mutating func head(_ event: Event, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard !hasHead, let response = event.response else { return }
        hasHead = true
        events.append(ConversationEvent(.head(ResponsesReplyReading.head(response, data))))
    }

    // MARK: Pieces

    private mutating func text(_ event: Event, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        if let words = words(event.delta, .text, data, &events) {
            if items[event.place]?.hasPieces != true { items[event.place, default: Item()].hasPieces = true }
            within += words.unicodeScalars.count
            if !words.isEmpty { events.append(ConversationEvent(.text(words))) }
        }
        guard let logprobs = event.logprobs, logprobs.element(0, in: data) != nil else { return }
        events.append(ConversationEvent(.logprobs(ResponsesLogprobs.read(logprobs, data))))
    }

    private mutating func thoughts(_ event: Event, isSummary: Bool, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let words = words(event.delta, .thinking, data, &events) else { return }
        var item = items[event.place, default: Item()]
        if item.showsSummary == nil { item.showsSummary = isSummary }
        guard item.showsSummary == isSummary else { return }
        if isSummary, event.summary != item.lastSummary, item.hasPieces {
            events.append(ConversationEvent(.boundary))
        }
        item.lastSummary = event.summary
        item.hasPieces = true
        items[event.place] = item
        events.append(ConversationEvent(.thinking(words)))
    }

    // MARK: Items

    private mutating func begin(_ event: Event, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let item = event.item, items.count < Self.limit else { return }
        items[event.place] = Item()
        beginCall(item, at: event.place, data, &events)
    }

    private mutating func beginCall(_ item: JSONSlice, at place: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let type = item.member("type", in: data) else { return }
        let isFreeForm = type.equals("custom_tool_call", in: data)
        guard isFreeForm || type.equals("function_call", in: data) else { return }
        let id = (item.member("call_id", in: data) ?? item.member("id", in: data))?.string(in: data) ?? "call_\(calls)"
        let name = item.member("name", in: data)?.string(in: data) ?? ""
        items[place, default: Item()].call = calls
        events.append(ConversationEvent(.toolCall(call: calls, id: id, name: name, isFreeForm: isFreeForm)))
        calls += 1
    }

    private mutating func done(_ event: Event, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let item = event.item else { return }
        finish(item, at: event.place, data, &events)
    }

    /// Tells of an item what its pieces did not.
    private mutating func finish(_ item: JSONSlice, at place: Int, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        let told = items[place]
        pairs.end(into: &events)
        var reading = ResponsesReplyReading(maker: maker)
        var isAnother = false
        for part in reading.parts(of: item, data) {
            switch part {
            case .toolCall(let call):
                if told?.call == nil { beginCall(item, at: place, data, &events) }
                if told?.hasPieces != true, !call.arguments.isEmpty, let number = items[place]?.call {
                    events.append(ConversationEvent(.toolArguments(call: number, call.arguments)))
                }
            case .thinking(let thinking):
                if told?.hasPieces != true, !thinking.text.isEmpty {
                    if isAnother { events.append(ConversationEvent(.boundary)) }
                    isAnother = true
                    events.append(ConversationEvent(.thinking(thinking.text)))
                }
                if let state = thinking.state { events.append(ConversationEvent(.thinkingState(state))) }
            case .text(let text):
                if told?.hasPieces == true { continue }
                events.append(ConversationEvent(.text(text.text)))
                for var citation in text.citations {
                    citation.move(by: before)
                    events.append(ConversationEvent(.citation(citation)))
                }
                before += text.text.unicodeScalars.count
                events.append(ConversationEvent(.boundary))
            case .refusal(let text): if told?.hasPieces != true { events.append(ConversationEvent(.refusal(text))) }
            case .media(let media): events.append(ConversationEvent(.media(media)))
            case .foreign(let name): events.append(ConversationEvent(.foreign(name)))
            case .toolResult: break
            }
        }
        items[place, default: Item()].hasPieces = true
        before += within
        within = 0
        events.append(ConversationEvent(.boundary))
    }

    // MARK: End

    private mutating func end(_ event: Event, _ data: RawSpan, _ events: inout [ConversationEvent]) {
        guard let response = event.response else { return }
        head(event, data, &events)
        let envelope = ResponsesEnvelope(response, in: data)
        if items.isEmpty {
            var place = 0
            envelope.output?.forEachElement(in: data) { item in
                finish(item, at: place, data, &events)
                place += 1
                return place < Self.limit
            }
        }
        if let usage = ResponsesUsage.read(envelope.usage, in: data) { events.append(ConversationEvent(.usage(usage))) }
        let isComplete = event.type?.equals("response.completed", in: data) == true
        let told = ResponsesReplyReading.finish(envelope, hasCalls: calls > 0, data)
        events.append(ConversationEvent(.finish(told ?? (isComplete ? .stop : .length))))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes a client's stream: each item's life from its beginning to its end, in order, every event with its number
/// (docs/wire/openai-responses.md, "Streams").
///
/// Texts are kept as they were written, since the events that end a part, an item and the response repeat them.
struct ResponsesEventWriter: EventWriter {
    private var object: ResponsesObject
    private var frames: ResponsesEventFrames
    private var head = ReplyHead()
    private var hasBegun = false
    private var usage: Usage?
    private var finish: Finish?

    private var message: ResponsesOpenItem.Message?
    private var reasoning: ResponsesOpenItem.Reasoning?
    private var calls: [ResponsesOpenItem.Call] = []
    /// What another left open and nobody goes on with, and the text that it is of.
    private var abandoned: [ResponsesPlace.Item] = []
    private var said: [UInt8] = []
    /// Another model has gone on, and has not said yet how it is called.
    private var isRenamed = false
    private var isThoughtOver = false
    /// What comes next is another piece, if of the same kind.
    private var isApart = false
    private var hasRefusal = false
    /// Characters of text before the current part.
    private var characters = 0

    init(to context: ReplyContext) {
        object = ResponsesObject(context)
        frames = ResponsesEventFrames(mark: object.itemMark)
    }

    /// Goes on behind events that the client got as they came.
    ///
    /// - Parameters:
    ///   - place: Where they end.
    ///   - said: All text of them.
    ///   - position: The number of the next event, and how the reply was called in them.
    init(to context: ReplyContext, after place: ResponsesPlace, said: [UInt8], position: StreamPosition, usage: Usage?) {
        self.init(to: context)
        hasBegun = place.hasBegun
        self.usage = usage
        if let reply = position.reply {
            object.id = reply.id
            head.created = reply.created
            head.model = reply.model
        }
        var items = [[UInt8]](repeating: [], count: (place.items.lazy.map(\.place).max() ?? -1) + 1)
        for item in place.items { items[item.place] = item.whole }
        frames = ResponsesEventFrames(mark: object.itemMark, sequence: position.next, items: items)
        abandoned = place.items.filter(\.whole.isEmpty)
        self.said = said
        if let last = abandoned.lastIndex(where: { $0.kind == .message }) {
            let item = abandoned.remove(at: last)
            message = ResponsesOpenItem.Message(item, id: item.id.isEmpty ? frames.id("msg", at: item.place) : item.id, said: said)
        }
        // Of all text but that of the part that is open.
        characters = String(decoding: said, as: UTF8.self).unicodeScalars.count - (message?.open?.characters ?? 0)
    }

    mutating func goOn(as model: String) {
        head.model = model
        isRenamed = true
        isThoughtOver = reasoning != nil
        // Text goes on in the part that is open.
        isApart = message?.open?.isTold ?? false
    }

    mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
        guard event.choice == 0 else { return }
        if case .head(let told) = event.kind {
            if hasBegun { return learn(told) }
            head = told
        }
        begin(&output)
        if !abandoned.isEmpty { closeAbandoned(&output) }
        switch event.kind {
        case .head: break
        case .text(let text): write(text, isRefusal: false, &output)
        case .refusal(let text):
            hasRefusal = true
            write(text, isRefusal: true, &output)
        case .citation(let citation): write(citation, &output)
        case .logprobs(let tokens): write(tokens, &output)
        case .thinking(let text): write(thinking: text, &output)
        case .thinkingState(let state): write(state, &output)
        case .toolCall(let call, let id, let name, let isFreeForm): beginCall(call, id, name, isFreeForm, &output)
        case .toolArguments(let call, let text): write(arguments: text, of: call, &output)
        case .media(let media): write(media, &output)
        case .boundary: isApart = true
        case .finish(let finish): self.finish = finish
        case .usage(let usage): self.usage = self.usage?.updated(by: usage) ?? usage
        case .textState(let state): message?.state = state
        case .toolCallState(let number, let state):
            if let which = calls.lastIndex(where: { $0.number == number }) { calls[which].state = state }
        // Nobody else's clients could do anything with it.
        case .foreign: break
        }
    }

    mutating func end(into output: inout [UInt8]) {
        begin(&output)
        closeAbandoned(&output)
        let status = ResponsesObject.Status(finish, hasRefusal: hasRefusal)
        closeAll(status: status.text, &output)
        let type = if case .incomplete = status { "response.incomplete" } else { "response.completed" }
        frames.event(type, &output) { [object, head, items = frames.items, usage] output in
            output.append(#","response":"#)
            object.append(status, head: head, items: items, usage: usage, to: &output)
        }
    }

    var position: StreamPosition {
        StreamPosition(next: frames.sequence, reply: hasBegun ? object.named(by: head) : nil)
    }

    // MARK: Events

    /// The first two events, at once.
    private mutating func begin(_ output: inout [UInt8]) {
        guard !hasBegun else { return }
        hasBegun = true
        // It stays what it was called in the first event.
        head.created = object.named(by: head).created
        for type in ["response.created", "response.in_progress"] {
            frames.event(type, &output) { [object, head] output in
                output.append(#","response":"#)
                object.append(.inProgress, head: head, items: [], usage: nil, to: &output)
            }
        }
    }

    private mutating func learn(_ told: ReplyHead) {
        head.model = isRenamed ? told.model ?? head.model : head.model ?? told.model
        if told.model != nil { isRenamed = false }
        head.serviceTier = told.serviceTier ?? head.serviceTier
    }

    // MARK: Messages

    private mutating func write(_ text: String, isRefusal: Bool, _ output: inout [UInt8]) {
        guard !text.isEmpty else { return }
        openPart(isRefusal: isRefusal, &output)
        let delta = ResponsesOutputItem.escaped(text)
        message?.open?.text += delta
        if !isRefusal { message?.open?.characters += text.unicodeScalars.count }
        writeDelta(delta, logprobs: [], &output)
    }

    private mutating func writeDelta(_ delta: [UInt8], logprobs: [TokenLikelihood], _ output: inout [UInt8]) {
        guard let message, let open = message.open else { return }
        let type = open.isRefusal ? "response.refusal.delta" : "response.output_text.delta"
        frames.event(type, message.place, message.id, part: ("content_index", message.parts.count), &output) { output in
            ResponsesEventFrames.member("delta", delta, &output)
            guard !open.isRefusal else { return }
            output.append(#","logprobs":"#)
            ResponsesLogprobs.append(logprobs, to: &output)
        }
    }

    private mutating func openPart(isRefusal: Bool, _ output: inout [UInt8]) {
        closeReasoning(&output)
        closeCalls(&output)
        if message?.state != nil { closeMessage(&output) }
        if let open = message?.open, open.isRefusal != isRefusal || isApart { closePart(&output) }
        isApart = false
        if message == nil {
            let (place, id) = frames.addItem("msg")
            message = ResponsesOpenItem.Message(place: place, id: id)
            frames.itemEvent(
                "response.output_item.added", place, ResponsesOutputItem.message(id: id, status: "in_progress", parts: []), &output)
        }
        guard let message, message.open == nil else { return }
        self.message?.open = ResponsesOpenItem.Text(isRefusal: isRefusal)
        let part = isRefusal ? ResponsesOutputItem.refusal([]) : ResponsesOutputItem.text([])
        frames.event(
            "response.content_part.added", message.place, message.id, part: ("content_index", message.parts.count), &output
        ) { ResponsesEventFrames.member("part", json: part, &$0) }
    }

    private mutating func closePart(_ output: inout [UInt8]) {
        guard let message, let open = message.open else { return }
        let place = ("content_index", message.parts.count)
        var logprobs: [UInt8] = []
        if !open.logprobs.isEmpty { ResponsesLogprobs.append(open.logprobs, to: &logprobs) }
        let part: [UInt8]
        if open.isRefusal {
            part = ResponsesOutputItem.refusal(open.text)
            frames.event("response.refusal.done", message.place, message.id, part: place, &output) {
                ResponsesEventFrames.member("refusal", open.text, &$0)
            }
        } else {
            part = ResponsesOutputItem.text(open.text, annotations: open.annotations, logprobs: logprobs)
            if !open.isTold {
                frames.event("response.output_text.done", message.place, message.id, part: place, &output) { output in
                    ResponsesEventFrames.member("text", open.text, &output)
                    ResponsesEventFrames.member("logprobs", json: logprobs.isEmpty ? Array("[]".utf8) : logprobs, &output)
                }
            }
        }
        frames.event("response.content_part.done", message.place, message.id, part: place, &output) {
            ResponsesEventFrames.member("part", json: part, &$0)
        }
        characters += open.characters
        self.message?.parts.append(part)
        self.message?.open = nil
    }

    private mutating func closeMessage(status: String = "completed", _ output: inout [UInt8]) {
        closePart(&output)
        guard let message else { return }
        self.message = nil
        frames.done(ResponsesOutputItem.message(id: message.id, status: status, parts: message.parts), message.place, &output)
        if let state = message.state { frames.hang(Seal.seal(ofText: state), &output) }
    }

    /// Belongs to the text that has just been told; where there is none, nothing can be marked with it.
    private mutating func write(_ citation: Citation, _ output: inout [UInt8]) {
        guard let message, let open = message.open, !open.isRefusal else { return }
        var json: [UInt8] = []
        ResponsesPartWriting.write(citation, offset: characters, length: open.characters, into: &json)
        if open.citations > 0 { self.message?.open?.annotations.append(UInt8(ascii: ",")) }
        self.message?.open?.annotations += json
        self.message?.open?.citations += 1
        frames.event(
            "response.output_text.annotation.added", message.place, message.id, part: ("content_index", message.parts.count), &output
        ) { output in
            output.append(#","annotation_index":\#(open.citations)"#)
            ResponsesEventFrames.member("annotation", json: json, &output)
        }
    }

    /// They come beside the text that they are of, so they go out with a delta of their own, which is empty.
    private mutating func write(_ tokens: [TokenLikelihood], _ output: inout [UInt8]) {
        guard !tokens.isEmpty else { return }
        if message?.open == nil { openPart(isRefusal: false, &output) }
        guard message?.open?.isRefusal == false else { return }
        message?.open?.logprobs += tokens
        writeDelta([], logprobs: tokens, &output)
    }

    // MARK: Reasoning

    private mutating func openReasoning(_ output: inout [UInt8]) {
        closeMessage(&output)
        closeCalls(&output)
        // What is told after the proof is another item; before it, another part of the summary.
        if reasoning?.state != nil || isThoughtOver { closeReasoning(&output) }
        if isApart { closeSummary(&output) }
        isApart = false
        guard reasoning == nil else { return }
        let (place, id) = frames.addItem("rs")
        reasoning = ResponsesOpenItem.Reasoning(place: place, id: id)
        let item = ResponsesOutputItem.reasoning(id: id, summary: [], state: nil, status: "in_progress")
        frames.itemEvent("response.output_item.added", place, item, &output)
    }

    private mutating func write(thinking text: String, _ output: inout [UInt8]) {
        guard !text.isEmpty else { return }
        openReasoning(&output)
        guard let reasoning else { return }
        let part = ("summary_index", reasoning.parts)
        if reasoning.text == nil {
            self.reasoning?.text = []
            frames.event("response.reasoning_summary_part.added", reasoning.place, reasoning.id, part: part, &output) {
                ResponsesEventFrames.member("part", json: ResponsesOutputItem.summary([]), &$0)
            }
        }
        let delta = ResponsesOutputItem.escaped(text)
        self.reasoning?.text? += delta
        frames.event("response.reasoning_summary_text.delta", reasoning.place, reasoning.id, part: part, &output) {
            ResponsesEventFrames.member("delta", delta, &$0)
        }
    }

    private mutating func write(_ state: ProviderState, _ output: inout [UInt8]) {
        openReasoning(&output)
        reasoning?.state = state
    }

    private mutating func closeSummary(_ output: inout [UInt8]) {
        guard let reasoning, let text = reasoning.text else { return }
        let part = ("summary_index", reasoning.parts)
        let whole = ResponsesOutputItem.summary(text)
        frames.event("response.reasoning_summary_text.done", reasoning.place, reasoning.id, part: part, &output) {
            ResponsesEventFrames.member("text", text, &$0)
        }
        frames.event("response.reasoning_summary_part.done", reasoning.place, reasoning.id, part: part, &output) {
            ResponsesEventFrames.member("part", json: whole, &$0)
        }
        if reasoning.parts > 0 { self.reasoning?.summary.append(UInt8(ascii: ",")) }
        self.reasoning?.summary += whole
        self.reasoning?.parts += 1
        self.reasoning?.text = nil
    }

    private mutating func closeReasoning(_ output: inout [UInt8]) {
        closeSummary(&output)
        guard let reasoning else { return }
        self.reasoning = nil
        isThoughtOver = false
        let item = ResponsesOutputItem.reasoning(
            id: reasoning.id, summary: reasoning.summary, state: reasoning.state, status: "completed")
        frames.done(item, reasoning.place, &output)
    }

    // MARK: Calls

    /// Calls may be told by turns, so those that are open stay so until something else is told.
    private mutating func beginCall(_ number: Int, _ id: String, _ name: String, _ isFreeForm: Bool, _ output: inout [UInt8]) {
        closeMessage(&output)
        closeReasoning(&output)
        if isApart { closeCalls(&output) }
        isApart = false
        let (place, itemID) = frames.addItem(isFreeForm ? "ctc" : "fc")
        let item = ResponsesOutputItem.Call(id: itemID, callID: id, name: name, isFreeForm: isFreeForm)
        calls.append(ResponsesOpenItem.Call(place: place, number: number, item: item))
        frames.itemEvent("response.output_item.added", place, ResponsesOutputItem.call(item, status: "in_progress", arguments: []), &output)
    }

    private mutating func write(arguments text: String, of number: Int, _ output: inout [UInt8]) {
        guard !text.isEmpty, let which = calls.lastIndex(where: { $0.number == number }) else { return }
        let delta = ResponsesOutputItem.escaped(text)
        calls[which].arguments += delta
        let call = calls[which].item
        let type = call.isFreeForm ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta"
        frames.event(type, calls[which].place, call.id, &output) { ResponsesEventFrames.member("delta", delta, &$0) }
    }

    private mutating func closeCalls(_ output: inout [UInt8]) {
        guard !calls.isEmpty else { return }
        let open = calls
        calls = []
        for call in open {
            let isEmpty = call.arguments.isEmpty && !call.item.isFreeForm
            let arguments = isEmpty ? Array("{}".utf8) : call.arguments
            if call.item.isFreeForm {
                frames.event("response.custom_tool_call_input.done", call.place, call.item.id, &output) {
                    ResponsesEventFrames.member("input", arguments, &$0)
                }
            } else {
                // Clients that add up the pieces want JSON, too.
                if isEmpty {
                    frames.event("response.function_call_arguments.delta", call.place, call.item.id, &output) {
                        ResponsesEventFrames.member("delta", arguments, &$0)
                    }
                }
                frames.event("response.function_call_arguments.done", call.place, call.item.id, &output) { output in
                    output.append(#","name":"#)
                    output.quote(call.item.name)
                    ResponsesEventFrames.member("arguments", arguments, &output)
                }
            }
            frames.done(ResponsesOutputItem.call(call.item, status: "completed", arguments: arguments), call.place, &output)
        }
        for call in open { if let state = call.state { frames.hang(Seal.seal(state, ofCall: call.item.callID), &output) } }
    }

    // MARK: The rest

    private mutating func closeAbandoned(_ output: inout [UInt8]) {
        let items = abandoned
        abandoned = []
        for item in items { ResponsesAbandoned.close(item, said: said, &frames, &output) }
    }

    private mutating func write(_ media: Media, _ output: inout [UInt8]) {
        guard media.kind == .image, case .data(let data) = media.source else { return }
        closeAll(status: "completed", &output)
        let (place, id) = frames.addItem("ig")
        let begun = ResponsesOutputItem.image(id: id, status: "in_progress", data: nil, type: media.mimeType)
        frames.itemEvent("response.output_item.added", place, begun, &output)
        frames.event("response.image_generation_call.completed", place, id, &output) { _ in }
        frames.done(ResponsesOutputItem.image(id: id, status: "completed", data: data, type: media.mimeType), place, &output)
    }

    /// - Parameter status: Of the message that is open last: the end may have cut it.
    private mutating func closeAll(status: String, _ output: inout [UInt8]) {
        closeReasoning(&output)
        closeMessage(status: status, &output)
        closeCalls(&output)
        isApart = false
    }
}

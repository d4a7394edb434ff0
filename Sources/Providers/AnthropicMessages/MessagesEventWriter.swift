// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes a client's stream in Anthropic's grammar: `message_start`, blocks one after the other with nothing of one inside another,
/// `message_delta`, `message_stop` (docs/wire/anthropic-messages.md, "Streams").
///
/// Where two calls come interleaved, the later one is held until the earlier one's arguments are whole.
struct MessagesEventWriter: EventWriter {
    private let context: ReplyContext
    private var hasBegun = false
    /// Of the next block.
    private var index = 0
    private var open = Open.nothing
    /// What is open is over: more of it is another block. Sources of a text may still come.
    private var isApart = false
    /// The proof of the thought that is open has been told.
    private var isProven = false
    /// Blocks that another left open, which nothing more comes for.
    private var abandoned: [MessagesPlace.Block] = []
    private var calls: [MessagesStreamedCall] = []
    /// Places in `calls` of those that wait, in order.
    private var held: [Int] = []
    /// States whose call or text is over, sealed, to be written as soon as nothing is open.
    private var sealed: [String] = []
    private var usage: Usage?
    private var finish: Finish?
    private var head = ReplyHead()

    private enum Open {
        case nothing
        case text
        case thinking(ProviderState?)
        /// A place in `calls`.
        case call(Int)
    }

    private static let callLimit = 1024

    init(_ context: ReplyContext) { self.context = context }

    /// Goes on behind events that the client got as they came.
    ///
    /// - Parameters:
    ///   - place: Where they end.
    ///   - usage: What they told.
    init(_ context: ReplyContext, after place: MessagesPlace, usage: Usage?) {
        self.init(context)
        hasBegun = place.hasBegun
        index = place.nextIndex
        self.usage = usage
        guard place.open.count == 1, let block = place.open.first, block.index == place.nextIndex - 1 else {
            abandoned = place.open
            return
        }
        switch block.kind {
        case .text: open = .text
        case .thinking, .provenThinking:
            open = .thinking(nil)
            isProven = block.kind == .provenThinking
            isApart = true
        case .call, .other:
            abandoned = place.open
            return
        }
        index = block.index
    }

    /// The model is named once, at the beginning.
    mutating func goOn(as model: String) {
        switch open {
        case .nothing, .call: break
        case .thinking: isApart = true
        // What hangs onto a text belongs to that alone.
        case .text: isApart = !sealed.isEmpty
        }
    }

    mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
        // There is one reply on this wire.
        guard event.choice == 0 else { return }
        switch event.kind {
        case .head(let told):
            if !hasBegun { head = told }
            begin(&output)
        case .text(let text), .refusal(let text): if !text.isEmpty { write(text: text, &output) }
        case .citation(let citation): write(citation, &output)
        case .thinking(let text): if !text.isEmpty { write(thinking: text, &output) }
        case .thinkingState(let state): write(state, &output)
        case .toolCall(let call, let id, let name, let isFreeForm):
            begin(call, id: id, name: name, isFreeForm: isFreeForm, &output)
        case .toolArguments(let call, let text): write(arguments: text, of: call, &output)
        case .toolCallState(let call, let state): keep(state, ofCall: call, &output)
        case .textState(let state):
            sealed.append(Seal.seal(ofText: state))
            if case .text = open { isApart = true } else { writeSealed(&output) }
        case .boundary: endPiece(&output)
        case .finish(let reason): finish = reason
        case .usage(let told): usage = usage.map { $0.updated(by: told) } ?? told
        case .media, .foreign, .logprobs: break
        }
    }

    mutating func end(into output: inout [UInt8]) {
        begin(&output)
        closeAll(&output)
        closeAbandoned(&output)
        let (reason, sequence) = MessagesFinish.write(finish, hasCalls: !calls.isEmpty)
        Self.event("message_delta", &output) { output in
            output.append(#","delta":{"stop_reason":"# as StaticString)
            output.quote(reason)
            output.append(#","stop_sequence":"# as StaticString)
            output.quote(sequence)
            output.append(#"},"usage":{"# as StaticString)
            MessagesUsage.append(usage, to: &output)
            output.append("}" as StaticString)
        }
        Self.event("message_stop", &output) { _ in }
    }

    // MARK: Text and thoughts

    private mutating func write(text: String, _ output: inout [UInt8]) {
        openText(&output)
        delta("text_delta", "text", text, &output)
    }

    private mutating func openText(_ output: inout [UInt8]) {
        if case .text = open, !isApart { return }
        closeAll(&output)
        start(#"{"type":"text","text":""}"#, &output)
        open = .text
    }

    /// Some providers tell their sources once the text is over: then they stand behind the last that is open.
    private mutating func write(_ citation: Citation, _ output: inout [UInt8]) {
        if case .text = open {} else { openText(&output) }
        Self.event("content_block_delta", &output) { output in
            output.member("index", index)
            output.append(#","delta":{"type":"citations_delta","citation":"# as StaticString)
            MessagesCitations.append(citation, to: &output)
            output.append("}" as StaticString)
        }
    }

    private mutating func write(thinking text: String, _ output: inout [UInt8]) {
        if case .thinking = open, !isApart {
        } else {
            closeAll(&output)
            start(#"{"type":"thinking","thinking":"","signature":""}"#, &output)
            open = .thinking(nil)
        }
        delta("thinking_delta", "thinking", text, &output)
    }

    private mutating func write(_ state: ProviderState, _ output: inout [UInt8]) {
        if case .thinking(nil) = open, !isApart {
            open = .thinking(state)
            return
        }
        // A proof of thoughts that are not shown.
        closeAll(&output)
        redacted(Seal.seal(state), &output)
    }

    // MARK: Calls

    private mutating func begin(_ number: Int, id: String, name: String, isFreeForm: Bool, _ output: inout [UInt8]) {
        guard calls.count < Self.callLimit else { return }
        calls.append(MessagesStreamedCall(number: number, id: MessagesToolCallID.fit(id), name: name, isFreeForm: isFreeForm))
        let place = calls.count - 1
        if case .call(let current) = open, !held.isEmpty || !calls[current].isWhole {
            held.append(place)
        } else {
            close(&output)
            openCall(place, &output)
        }
    }

    private mutating func openCall(_ place: Int, _ output: inout [UInt8]) {
        var block = Array(#"{"type":"tool_use","id":"#.utf8)
        block.quote(calls[place].id)
        block.append(#","name":"# as StaticString)
        block.quote(calls[place].name)
        block.append(#","input":{}}"# as StaticString)
        start(String(decoding: block, as: UTF8.self), &output)
        open = .call(place)
        for piece in calls[place].takeHeld() { delta("input_json_delta", "partial_json", piece, &output) }
    }

    private mutating func write(arguments text: String, of number: Int, _ output: inout [UInt8]) {
        guard !text.isEmpty, let place = calls.lastIndex(where: { $0.number == number }), !calls[place].isClosed else { return }
        let piece = calls[place].take(text)
        if case .call(place) = open {
            delta("input_json_delta", "partial_json", piece, &output)
        } else {
            calls[place].hold(piece)
        }
    }

    private mutating func keep(_ state: ProviderState, ofCall number: Int, _ output: inout [UInt8]) {
        guard let place = calls.lastIndex(where: { $0.number == number }) else { return }
        let seal = Seal.seal(state, ofCall: calls[place].id)
        if calls[place].isClosed {
            sealed.append(seal)
            writeSealed(&output)
        } else {
            calls[place].seals.append(seal)
        }
    }

    // MARK: Blocks

    private mutating func begin(_ output: inout [UInt8]) {
        if hasBegun { return }
        hasBegun = true
        Self.event("message_start", &output) { output in
            output.append(#","message":"# as StaticString)
            MessagesReplyWriting.begin(head, context, &output)
            output.append(#","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"# as StaticString)
            MessagesUsage.append(usage, to: &output)
            output.append("}}" as StaticString)
        }
    }

    private mutating func start(_ block: String, _ output: inout [UInt8]) {
        begin(&output)
        closeAbandoned(&output)
        Self.event("content_block_start", &output) { output in
            output.member("index", index)
            output.append(#","content_block":"# as StaticString)
            output.append(block)
        }
    }

    private func delta(_ type: StaticString, _ member: StaticString, _ text: String, _ output: inout [UInt8]) {
        Self.event("content_block_delta", &output) { output in
            output.member("index", index)
            output.append(#","delta":{"type":""# as StaticString)
            output.append(type)
            output.append(#"","# as StaticString)
            output.append(#"""# as StaticString)
            output.append(member)
            output.append(#"":"# as StaticString)
            output.quote(text)
            output.append("}" as StaticString)
        }
    }

    private mutating func redacted(_ data: String, _ output: inout [UInt8]) {
        var block = Array(#"{"type":"redacted_thinking","data":"#.utf8)
        block.quote(data)
        block.append("}" as StaticString)
        start(String(decoding: block, as: UTF8.self), &output)
        stop(&output)
    }

    /// The piece before is whole.
    private mutating func endPiece(_ output: inout [UInt8]) {
        switch open {
        case .nothing: break
        case .text: isApart = true
        case .thinking: close(&output)
        case .call:
            close(&output)
            if !held.isEmpty { openCall(held.removeFirst(), &output) }
        }
    }

    /// Closes what is open, and writes the calls that wait.
    private mutating func closeAll(_ output: inout [UInt8]) {
        close(&output)
        while !held.isEmpty {
            openCall(held.removeFirst(), &output)
            close(&output)
        }
    }

    private mutating func close(_ output: inout [UInt8]) {
        switch open {
        case .nothing: break
        case .text: stop(&output)
        case .thinking(let state):
            // Also where there is no proof: a thought without one can not be told from a broken one.
            if !isProven { delta("signature_delta", "signature", Seal.seal(state), &output) }
            stop(&output)
        case .call(let place):
            if let rest = calls[place].close() { delta("input_json_delta", "partial_json", rest, &output) }
            stop(&output)
            sealed += calls[place].seals
            calls[place].seals = []
        }
        writeSealed(&output)
    }

    private mutating func writeSealed(_ output: inout [UInt8]) {
        guard case .nothing = open else { return }
        let waiting = sealed
        sealed = []
        for data in waiting { redacted(data, &output) }
    }

    private mutating func stop(_ output: inout [UInt8]) {
        Self.event("content_block_stop", &output) { output in output.member("index", index) }
        index += 1
        open = .nothing
        isApart = false
        isProven = false
    }

    private mutating func closeAbandoned(_ output: inout [UInt8]) {
        let (left, next) = (abandoned, index)
        abandoned = []
        for block in left {
            index = block.index
            if block.kind == .thinking { delta("signature_delta", "signature", Seal.seal(nil), &output) }
            stop(&output)
        }
        index = next
    }

    private static func event(_ name: StaticString, _ output: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        output.append("event: " as StaticString)
        output.append(name)
        output.append("\ndata: {\"type\":\"" as StaticString)
        output.append(name)
        output.append("\"" as StaticString)
        body(&output)
        output.append("}\n\n" as StaticString)
    }
}

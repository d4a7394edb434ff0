// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes a client's stream, chunk by chunk: the role first, the finish reason once, the usage last if it was asked for, then `[DONE]`
/// (docs/wire/openai-completions.md, "Across wires").
struct ChatEventWriter: EventWriter {
    private let style: ChatReplyStyle
    private var head = ReplyHead()
    /// Told by another, as was the rest of the head but for the model.
    private var id: String?
    /// Who goes on, for replies that do not tell.
    private var successor: String?
    /// All of a chunk before its choices; the same in each.
    private var beginning: [UInt8] = []
    private var usage: Usage?
    private var choices: [Choice] = []

    private struct Choice {
        var hasBegun = false
        var finish: Finish?
        var hasFinished = false
        var calls: [Call] = []
        var images = 0
        var thoughts = 0
        /// Of the thought that is open: an entry with its proof repeats it.
        var thought = ""
    }

    private struct Call {
        let index: Int
        let isFreeForm: Bool
        var hasArguments = false
    }

    init(to context: ReplyContext) { style = ChatReplyStyle(context) }

    /// Goes on behind events that the client got as they came.
    ///
    /// - Parameter usage: What they told.
    init(to context: ReplyContext, after place: ChatPlace, usage: Usage?) {
        self.init(to: context)
        self.usage = usage
        id = place.head.id
        head.created = place.head.created
        head.serviceTier = place.head.serviceTier
        choices.append(Choice(hasBegun: place.hasBegun, thoughts: place.details))
        goOn(as: place.head.model ?? context.model)
    }

    mutating func goOn(as model: String) {
        head.created = head.created ?? style.created
        head.model = nil
        successor = model
        beginning = []
        for index in choices.indices { choices[index].thought = "" }
    }

    mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
        switch event.kind {
        case .usage(let told): return usage = usage?.updated(by: told) ?? told
        case .head(let told):
            learn(told)
            return begin(0, &output)
        case .text, .citation, .logprobs, .refusal, .thinking, .thinkingState, .toolCall, .toolArguments, .toolCallState, .textState,
            .media, .foreign, .boundary, .finish:
            break
        }
        guard (0..<ChatRequest.maxChoices).contains(event.choice) else { return }
        begin(event.choice, &output)
        write(event.kind, event.choice, &output)
    }

    mutating func end(into output: inout [UInt8]) {
        begin(0, &output)
        for index in choices.indices where choices[index].hasBegun { finish(choices[index].finish, index, &output) }
        if style.tellsUsage, let usage {
            openChunk(&output)
            output.append(#","choices":[],"usage":"#)
            ChatUsage.append(usage, to: &output)
            output.append("}\n\n")
        }
        output.append("data: [DONE]\n\n")
    }

    private mutating func write(_ kind: ConversationEvent.Kind, _ index: Int, _ output: inout [UInt8]) {
        switch kind {
        case .text(let text): member("content", text, index, &output)
        case .refusal(let text): member("refusal", text, index, &output)
        case .thinking(let text):
            choices[index].thought += text
            member("reasoning_content", text, index, &output)
        case .thinkingState(let state): write(state, index, &output)
        case .boundary: choices[index].thought = ""
        case .textState(let state): delta(index, &output) { ChatReasoning.appendSealed(state, to: &$0) }
        case .citation(let citation):
            delta(index, &output) { output in
                output.append(#""annotations":["#)
                ChatCitations.append(citation, to: &output)
                output.append("]")
            }
        case .logprobs(let tokens): write(tokens, index, &output)
        case .media(let media): write(media, index, &output)
        case .toolCall(let call, let id, let name, let isFreeForm): beginCall(call, id, name, isFreeForm, index, &output)
        case .toolArguments(let call, let text): write(text, of: call, index, &output)
        case .toolCallState(let call, let state):
            guard let known = self.call(call, index) else { return }
            piece(of: known, index, &output) { output in
                // SDKs look into the function of every piece.
                output.append(#","function":{"arguments":""}"#)
                ChatReasoning.appendSealed(state, to: &output)
            }
        case .finish(let reason):
            choices[index].finish = reason
            finish(reason, index, &output)
        // A provider's own: no client has a place for it.
        case .foreign, .head, .usage: break
        }
    }

    // MARK: Chunks

    private mutating func learn(_ told: ReplyHead) {
        head.model = head.model ?? told.model
        head.created = head.created ?? told.created
        if successor == nil { head.serviceTier = told.serviceTier ?? head.serviceTier }
        beginning = []
    }

    private mutating func openChunk(_ output: inout [UInt8]) {
        if beginning.isEmpty {
            beginning.append("data: {")
            var head = head
            head.model = head.model ?? successor
            style.appendHead(head, id: id, object: "chat.completion.chunk", to: &beginning)
            if let tier = ChatReplyStyle.tier(head.serviceTier) { beginning.member("service_tier", tier) }
        }
        output += beginning
    }

    /// - Parameters:
    ///   - logprobs: Of the text before.
    ///   - reason: Only the last chunk of a choice has one.
    ///   - members: Appends those of `delta`.
    private mutating func delta(
        _ index: Int, logprobs: [TokenLikelihood] = [], reason: StaticString? = nil, more: Finish? = nil, _ output: inout [UInt8],
        _ members: (inout [UInt8]) -> Void
    ) {
        openChunk(&output)
        output.append(#","choices":[{"index":"#)
        output.append(String(index))
        output.append(#","delta":{"#)
        members(&output)
        output.append("}")
        if !logprobs.isEmpty {
            output.key("logprobs")
            ChatLogprobs.append(logprobs, to: &output)
        }
        if let reason {
            output.append(#","finish_reason":""#)
            output.append(reason)
            output.append("\"")
            ChatFinish.appendMore(more, to: &output)
        } else {
            output.append(#","finish_reason":null"#)
        }
        output.append(style.tellsUsage ? "}],\"usage\":null}\n\n" : "}]}\n\n")
    }

    private mutating func member(_ name: StaticString, _ text: String, _ index: Int, _ output: inout [UInt8]) {
        if text.isEmpty { return }
        delta(index, &output) { $0.member(name, text) }
    }

    /// A choice's first chunk has the role and nothing else.
    private mutating func begin(_ index: Int, _ output: inout [UInt8]) {
        while choices.count <= index { choices.append(Choice()) }
        guard !choices[index].hasBegun else { return }
        choices[index].hasBegun = true
        delta(index, &output) { $0.append(#""role":"assistant","content":"""#) }
    }

    private mutating func finish(_ reason: Finish?, _ index: Int, _ output: inout [UInt8]) {
        guard !choices[index].hasFinished else { return }
        for call in choices[index].calls.indices { endCall(call, index, &output) }
        choices[index].hasFinished = true
        let word = style.finish(reason, hasCalls: !choices[index].calls.isEmpty)
        delta(index, reason: word, more: reason, &output) { _ in }
    }

    // MARK: Pieces

    private mutating func write(_ state: ProviderState, _ index: Int, _ output: inout [UInt8]) {
        let (text, place) = (choices[index].thought, choices[index].thoughts)
        choices[index].thought = ""
        choices[index].thoughts += 1
        delta(index, &output) { output in
            output.append(#""reasoning_details":["#)
            ChatReasoning.appendSealed(text, state, index: place, to: &output)
            output.append("]")
        }
    }

    private mutating func write(_ tokens: [TokenLikelihood], _ index: Int, _ output: inout [UInt8]) {
        if !tokens.isEmpty { delta(index, logprobs: tokens, &output) { _ in } }
    }

    private mutating func write(_ media: Media, _ index: Int, _ output: inout [UInt8]) {
        guard let url = ChatReplyStyle.url(of: media) else { return }
        let place = choices[index].images
        choices[index].images += 1
        delta(index, &output) { output in
            output.append(#""images":["#)
            ChatReplyStyle.append(url, place, to: &output)
            output.append("]")
        }
    }

    // MARK: Calls

    private func call(_ number: Int, _ index: Int) -> Call? { choices[index].calls.first { $0.index == number } }

    private mutating func beginCall(
        _ number: Int, _ id: String, _ name: String, _ isFreeForm: Bool, _ index: Int, _ output: inout [UInt8]
    ) {
        let call = Call(index: number, isFreeForm: isFreeForm)
        choices[index].calls.append(call)
        if style.isLegacy {
            guard number == 0 else { return }
            return delta(index, &output) { output in
                output.append(#""function_call":{"#)
                output.member("name", name)
                output.append(#","arguments":""}"#)
            }
        }
        piece(of: call, index, &output) { output in
            output.member("id", id)
            output.append(call.isFreeForm ? #","type":"custom","custom":{"# : #","type":"function","function":{"#)
            output.member("name", name)
            output.append(call.isFreeForm ? #","input":""}"# : #","arguments":""}"#)
        }
    }

    private mutating func write(_ text: String, of number: Int, _ index: Int, _ output: inout [UInt8]) {
        guard let place = choices[index].calls.firstIndex(where: { $0.index == number }), !text.isEmpty else { return }
        choices[index].calls[place].hasArguments = true
        writeArguments(text, of: choices[index].calls[place], index, &output)
    }

    private mutating func writeArguments(_ text: String, of call: Call, _ index: Int, _ output: inout [UInt8]) {
        if style.isLegacy {
            guard call.index == 0 else { return }
            return delta(index, &output) { output in
                output.append(#""function_call":{"#)
                output.member("arguments", text)
                output.append("}")
            }
        }
        piece(of: call, index, &output) { output in
            output.append(call.isFreeForm ? #","custom":{"# : #","function":{"#)
            if call.isFreeForm { output.member("input", text) } else { output.member("arguments", text) }
            output.append("}")
        }
    }

    private mutating func piece(of call: Call, _ index: Int, _ output: inout [UInt8], _ members: (inout [UInt8]) -> Void) {
        delta(index, &output) { output in
            output.append(#""tool_calls":[{"index":"#)
            output.append(String(call.index))
            members(&output)
            output.append("}]")
        }
    }

    /// Arguments are JSON, so that none are an empty object.
    private mutating func endCall(_ place: Int, _ index: Int, _ output: inout [UInt8]) {
        let call = choices[index].calls[place]
        if !call.hasArguments, !call.isFreeForm { writeArguments("{}", of: call, index, &output) }
    }
}

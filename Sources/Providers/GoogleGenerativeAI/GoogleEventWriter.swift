// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Writes a stream for a client of this wire: each event a reply with the next parts.
///
/// Text goes out as it comes. A call goes out whole, since this wire has no pieces of arguments: when the next thing of another kind, its
/// boundary or the end is told. The last event of a candidate waits for the end, as the counts do.
struct GoogleEventWriter: EventWriter {
    private let context: ReplyContext
    private var head = ReplyHead()
    /// Told by another.
    private var id: String?
    /// Who goes on, for replies that do not tell.
    private var successor: String?
    private var usage: Usage?
    private var choices: [Choice] = []
    /// What stands behind the candidates of each event, made once the head is known.
    private var tail: [UInt8] = []

    private struct Choice {
        var calls: [ToolCall] = []
        /// Numbers of `calls`, as events have them.
        var numbers: [Int] = []
        var logprobs: [TokenLikelihood] = []
        var citations: [Citation] = []
        var offsets = GoogleOffsets()
        var finish: Finish?
        var isEnded = false
        var thought = Thought.none
    }

    /// A thought without its signature, which clients join to the next: of another model's it would be part of a thought that is proven.
    private enum Thought { case none, open, cut }

    init(_ context: ReplyContext) { self.context = context }

    /// Goes on behind events that the client got as they came.
    ///
    /// - Parameters:
    ///   - said: What the first candidate said; places of sources are counted from its text.
    ///   - usage: What they told.
    init(_ context: ReplyContext, after place: GooglePlace, said: Said, usage: Usage?) {
        self.context = context
        self.usage = usage
        id = place.id
        var choice = Choice()
        choice.offsets.append(String(decoding: said.text, as: UTF8.self))
        if said.hasReasoned, said.text.isEmpty { choice.thought = .open }
        choices.append(choice)
        goOn(as: context.model)
    }

    mutating func goOn(as model: String) {
        head.model = nil
        successor = model
        tail = []
        for choice in choices.indices where choices[choice].thought == .open { choices[choice].thought = .cut }
    }

    mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
        switch event.kind {
        case .head(let told):
            head = ReplyHead(id: told.id ?? head.id, model: told.model ?? head.model)
            tail = []
            return
        case .usage(let told):
            usage = usage?.updated(by: told) ?? told
            return
        default: break
        }
        while choices.count <= event.choice { choices.append(Choice()) }
        write(event.kind, event.choice, into: &output)
    }

    private mutating func write(_ kind: ConversationEvent.Kind, _ choice: Int, into output: inout [UInt8]) {
        switch kind {
        case .text(let text):
            if text.isEmpty { return }
            choices[choice].offsets.append(text)
            event(choice, &output) { GoogleParts.append(text: text, to: &$0) }
        case .refusal(let text): if !text.isEmpty { event(choice, &output) { GoogleParts.append(text: text, to: &$0) } }
        case .thinking(let text):
            if text.isEmpty { return }
            endCutThought(choice, &output)
            choices[choice].thought = .open
            event(choice, &output) { GoogleParts.append(text: text, isThought: true, to: &$0) }
        case .thinkingState(let state):
            endCutThought(choice, &output)
            choices[choice].thought = .none
            event(choice, &output) { GoogleParts.append(text: "", isThought: true, signature: Seal.seal(state), to: &$0) }
        case .textState(let state): event(choice, &output) { GoogleParts.append(text: "", signature: Seal.seal(state), to: &$0) }
        case .media(let media): event(choice, &output) { GoogleParts.append(media, to: &$0) }
        case .toolCall(let number, let id, let name, let isFreeForm):
            choices[choice].numbers.append(number)
            choices[choice].calls.append(ToolCall(id: id, name: name, arguments: "", isFreeForm: isFreeForm))
        case .toolArguments(let number, let text):
            if let place = choices[choice].numbers.lastIndex(of: number) { choices[choice].calls[place].arguments += text }
        case .toolCallState(let number, let state):
            if let place = choices[choice].numbers.lastIndex(of: number) { choices[choice].calls[place].state = state }
        // With several open, nobody says whose it is.
        case .boundary: if choices[choice].calls.count == 1 { flush(choice, &output) }
        case .citation(let citation): choices[choice].citations.append(citation)
        case .logprobs(let tokens): choices[choice].logprobs += tokens
        case .finish(let finish):
            flush(choice, &output)
            choices[choice].finish = finish
        case .foreign, .head, .usage: break
        }
    }

    private mutating func endCutThought(_ choice: Int, _ output: inout [UInt8]) {
        guard choices[choice].thought == .cut else { return }
        choices[choice].thought = .none
        event(choice, &output) { GoogleParts.append(text: "", isThought: true, signature: Seal.seal(nil), to: &$0) }
    }

    mutating func end(into output: inout [UInt8]) {
        if choices.isEmpty { choices.append(Choice()) }
        for choice in choices.indices where !choices[choice].isEnded {
            flush(choice, &output)
            choices[choice].isEnded = true
            begin(&output)
            GoogleParts.append(text: "", to: &output)
            output.append(#"],"role":"model"}"#)
            let finish = choices[choice].finish ?? .stop
            output.member("finishReason", GoogleFinish.word(finish))
            if let message = GoogleFinish.message(finish) { output.member("finishMessage", message) }
            output.member("index", choice)
            GoogleCitations.append(choices[choice].citations, choices[choice].offsets, to: &output)
            closeCandidate(choice, &output)
        }
    }

    /// One event with these parts.
    private mutating func event(_ choice: Int, _ output: inout [UInt8], _ parts: (inout [UInt8]) -> Void) {
        flush(choice, &output)
        append(choice, &output, parts)
    }

    private mutating func append(_ choice: Int, _ output: inout [UInt8], _ parts: (inout [UInt8]) -> Void) {
        begin(&output)
        parts(&output)
        output.append(#"],"role":"model"},"index":"#)
        output.append(String(choice))
        closeCandidate(choice, &output)
    }

    private func begin(_ output: inout [UInt8]) { output.append(#"data: {"candidates":[{"content":{"parts":["#) }

    private mutating func closeCandidate(_ choice: Int, _ output: inout [UInt8]) {
        GoogleLogprobs.append(choices[choice].logprobs, to: &output)
        choices[choice].logprobs = []
        output.append("}]")
        if let usage {
            output.key("usageMetadata")
            GoogleUsage.append(usage, to: &output)
        }
        if tail.isEmpty {
            tail.append(#","modelVersion":"#)
            tail.quote(head.model ?? successor ?? context.model)
            tail.append(#","responseId":"#)
            tail.quote(id ?? context.id)
            tail.append("}\r\n\r\n")
        }
        output += tail
    }

    /// The calls that were held back, all in one event.
    private mutating func flush(_ choice: Int, _ output: inout [UInt8]) {
        let calls = choices[choice].calls
        if calls.isEmpty { return }
        choices[choice].calls = []
        choices[choice].numbers = []
        append(choice, &output) { output in
            for call in calls { GoogleParts.append(call, to: &output) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// Puts a streamed reply together to a whole one, for a client that wants it whole from an upstream that only streams.
public struct ReplyAssembly: Sendable {
    /// A part that may still grow. Text is appended in place.
    fileprivate struct Piece: Sendable {
        enum Kind: Sendable { case text, refusal, thinking, toolCall, done }

        var kind: Kind
        var text = ""
        var citations: [Citation] = []
        var state: ProviderState?
        var call = ToolCall(id: "", name: "", arguments: "")
        /// A part that came whole.
        var whole: Part?

        var part: Part? {
            if let whole { return whole }
            switch kind {
            case .text: return text.isEmpty && state == nil ? nil : .text(Text(text, citations: citations, state: state))
            case .refusal: return text.isEmpty ? nil : .refusal(text)
            case .thinking: return text.isEmpty && state == nil ? nil : .thinking(Thinking(text, state: state))
            case .toolCall:
                var call = call
                call.arguments = text
                call.state = state
                return .toolCall(call)
            case .done: return nil
            }
        }
    }

    fileprivate struct Choice: Sendable {
        var pieces: [Piece] = []
        /// Places of the calls in `pieces`, by their numbers.
        var calls: [Int] = []
        /// The last piece takes no more.
        var isClosed = true
        var finish: Finish?
        var logprobs: [TokenLikelihood] = []
    }

    private var head = ReplyHead()
    private var usage: Usage?
    private var choices: [Choice] = []
    /// Bytes of text so far.
    private var size = 0

    private static let choiceLimit = 128
    private static let callLimit = 1024
    private static let sizeLimit = 32 << 20

    public init() {}

    /// More came than a reply may have: what came after that is not in it.
    public private(set) var isTooLarge = false

    public mutating func take(_ event: ConversationEvent) {
        switch event.kind {
        case .head(let told): learn(told)
        case .usage(let told): usage = usage.map { $0.updated(by: told) } ?? told
        case .text, .citation, .logprobs, .refusal, .thinking, .thinkingState, .toolCall, .toolArguments, .toolCallState, .textState,
            .media,
            .foreign, .boundary, .finish:
            guard (0..<Self.choiceLimit).contains(event.choice), admits(event.kind) else {
                isTooLarge = true
                return
            }
            while choices.count <= event.choice { choices.append(Choice()) }
            choices[event.choice].take(event.kind)
        }
    }

    /// All that came so far. What the last events left open is closed.
    public var reply: ConversationReply {
        ConversationReply(
            head: head,
            choices: (choices.isEmpty ? [Choice()] : choices).map { choice in
                ConversationReply.Choice(choice.pieces.compactMap(\.part), finish: choice.finish, logprobs: choice.logprobs)
            }, usage: usage)
    }

    private mutating func learn(_ told: ReplyHead) {
        head.id = head.id ?? told.id
        head.model = head.model ?? told.model
        head.created = head.created ?? told.created
        head.serviceTier = told.serviceTier ?? head.serviceTier
    }

    private mutating func admits(_ kind: ConversationEvent.Kind) -> Bool {
        switch kind {
        case .text(let text), .refusal(let text), .thinking(let text), .toolArguments(_, let text), .foreign(let text):
            size += text.utf8.count
        case .thinkingState(let state), .textState(let state), .toolCallState(_, let state): size += state.payload.utf8.count
        case .toolCall(let call, let id, let name, _):
            guard (0..<Self.callLimit).contains(call) else { return false }
            size += id.utf8.count + name.utf8.count
        case .logprobs(let tokens): size += tokens.count * 256
        case .citation: size += 256
        case .media(let media):
            switch media.source {
            case .data(let text), .url(let text), .file(let text), .text(let text): size += text.utf8.count
            }
        case .head, .boundary, .finish, .usage: break
        }
        return size <= Self.sizeLimit
    }
}

extension ReplyAssembly.Choice {
    fileprivate mutating func take(_ kind: ConversationEvent.Kind) {
        switch kind {
        case .text(let text): pieces[open(.text)].text += text
        case .refusal(let text): pieces[open(.refusal)].text += text
        case .thinking(let text): pieces[open(.thinking)].text += text
        case .thinkingState(let state):
            // A second proof is that of another thought, which is not shown.
            if !isClosed, let last = pieces.last, last.kind == .thinking, last.state != nil { isClosed = true }
            pieces[open(.thinking)].state = state
        case .textState(let state): pieces[open(.text)].state = state
        case .citation(let citation):
            // Some providers tell their sources once the text is over.
            let place = pieces.lastIndex { $0.kind == .text } ?? open(.text)
            pieces[place].citations.append(citation)
        case .logprobs(let tokens): logprobs += tokens
        case .toolCall(let call, let id, let name, let isFreeForm):
            var piece = ReplyAssembly.Piece(kind: .toolCall)
            piece.call = ToolCall(id: id, name: name, arguments: "", isFreeForm: isFreeForm)
            while calls.count <= call { calls.append(-1) }
            calls[call] = pieces.count
            pieces.append(piece)
            isClosed = true
        case .toolArguments(let call, let text):
            if let place = place(of: call) { pieces[place].text += text }
        case .toolCallState(let call, let state):
            if let place = place(of: call) { pieces[place].state = state }
        case .media(let media): add(.media(media))
        case .foreign(let name): add(.foreign(name))
        case .boundary: isClosed = true
        case .finish(let reason): finish = reason
        case .head, .usage: break
        }
    }

    private func place(of call: Int) -> Int? {
        calls.indices.contains(call) && calls[call] >= 0 ? calls[call] : nil
    }

    private mutating func add(_ part: Part) {
        var piece = ReplyAssembly.Piece(kind: .done)
        piece.whole = part
        pieces.append(piece)
        isClosed = true
    }

    /// The place of the piece that takes more of `kind`.
    private mutating func open(_ kind: ReplyAssembly.Piece.Kind) -> Int {
        if isClosed || pieces.last?.kind != kind {
            pieces.append(ReplyAssembly.Piece(kind: kind))
            isClosed = false
        }
        return pieces.count - 1
    }
}

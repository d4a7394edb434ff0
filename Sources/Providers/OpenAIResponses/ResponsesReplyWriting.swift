// SPDX-License-Identifier: Apache-2.0
import JSON

/// Writes a whole reply as the client's SDK expects it: a response whose items have ids and states of their own.
struct ResponsesReplyWriting {
    private let object: ResponsesObject
    private var items: [[UInt8]] = []
    /// The parts of the message that is being written.
    private var parts: [[UInt8]] = []
    /// Of the reasoning that is being written.
    private var summary: [UInt8] = []
    private var logprobs: [TokenLikelihood]
    private let status: ResponsesObject.Status
    /// Characters of text so far, which ranges of citations count.
    private var characters = 0

    static func write(_ reply: ConversationReply, to context: ReplyContext) -> [UInt8] {
        let choice = reply.choices.first ?? ConversationReply.Choice()
        let hasRefusal = choice.parts.contains { part in
            if case .refusal = part { return true }
            return false
        }
        var writing = ResponsesReplyWriting(
            object: ResponsesObject(context), logprobs: choice.logprobs,
            status: ResponsesObject.Status(choice.finish, hasRefusal: hasRefusal))
        for part in choice.parts { writing.write(part) }
        writing.endReasoning(nil)
        writing.endMessage(status: writing.status.text)
        var output: [UInt8] = []
        writing.object.append(writing.status, head: reply.head, items: writing.items, usage: reply.usage, to: &output)
        return output
    }

    private init(object: ResponsesObject, logprobs: [TokenLikelihood], status: ResponsesObject.Status) {
        self.object = object
        self.logprobs = logprobs
        self.status = status
    }

    private func id(_ prefix: String) -> String { "\(prefix)_\(object.itemMark)_\(items.count)" }

    private mutating func write(_ part: Part) {
        if case .thinking = part {} else { endReasoning(nil) }
        switch part {
        case .text(let text):
            var annotations: [UInt8] = []
            ResponsesPartWriting.writeAnnotations(text, offset: characters, into: &annotations)
            characters += text.text.unicodeScalars.count
            var told: [UInt8] = []
            if !logprobs.isEmpty { ResponsesLogprobs.append(logprobs, to: &told) }
            logprobs = []
            parts.append(
                ResponsesOutputItem.text(
                    ResponsesOutputItem.escaped(text.text), annotations: Array(annotations.dropFirst().dropLast()), logprobs: told))
            if let state = text.state {
                endMessage(status: "completed")
                hang(Seal.seal(ofText: state))
            }
        case .refusal(let text): parts.append(ResponsesOutputItem.refusal(ResponsesOutputItem.escaped(text)))
        case .thinking(let thinking):
            endMessage(status: "completed")
            if !thinking.text.isEmpty {
                if !summary.isEmpty { summary.append(",") }
                summary += ResponsesOutputItem.summary(ResponsesOutputItem.escaped(thinking.text))
            }
            if let state = thinking.state { endReasoning(state) }
        case .toolCall(let call):
            endMessage(status: "completed")
            let named = ResponsesOutputItem.Call(
                id: id(call.isFreeForm ? "ctc" : "fc"), callID: call.id, name: call.name, isFreeForm: call.isFreeForm)
            items.append(ResponsesOutputItem.call(named, status: "completed", arguments: ResponsesOutputItem.escaped(call.written)))
            if let state = call.state { hang(Seal.seal(state, ofCall: call.id)) }
        case .media(let media):
            guard media.kind == .image, case .data(let data) = media.source else { return }
            endMessage(status: "completed")
            items.append(ResponsesOutputItem.image(id: id("ig"), status: "completed", data: data, type: media.mimeType))
        case .toolResult, .foreign: break
        }
    }

    /// Thoughts in a row are one item up to the one that has the proof.
    private mutating func endReasoning(_ state: ProviderState?) {
        guard !summary.isEmpty || state != nil else { return }
        items.append(ResponsesOutputItem.reasoning(id: id("rs"), summary: summary, state: state))
        summary = []
    }

    /// What belongs to the item before: it comes back as a thought that is not shown.
    private mutating func hang(_ sealed: String) { items.append(ResponsesOutputItem.reasoning(id: id("rs"), sealed: sealed)) }

    private mutating func endMessage(status: String) {
        guard !parts.isEmpty else { return }
        items.append(ResponsesOutputItem.message(id: id("msg"), status: status, parts: parts))
        parts = []
    }
}

extension ToolCall {
    /// No arguments are an empty object here.
    fileprivate var written: String { arguments.isEmpty && !isFreeForm ? "{}" : arguments }
}

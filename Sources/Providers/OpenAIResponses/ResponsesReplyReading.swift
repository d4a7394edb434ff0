// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Reads a provider's whole reply into neutral values.
struct ResponsesReplyReading {
    private let maker: Maker
    private var choice = ConversationReply.Choice()
    private var hasCalls = false
    /// Characters of text so far: ranges of citations count from the reply's beginning.
    private var characters = 0

    static func read(_ body: [UInt8], maker: Maker) -> ConversationReply? {
        let bytes = body.span.bytes
        guard let root = try? JSONScanner.scan(bytes), root.kind == .object else { return nil }
        let envelope = ResponsesEnvelope(root, in: bytes)
        guard let output = envelope.output, output.kind == .array else { return nil }
        var reading = ResponsesReplyReading(maker: maker)
        output.forEachElement(in: bytes) { item in
            reading.read(item, bytes)
            return true
        }
        reading.choice.finish = finish(envelope, hasCalls: reading.hasCalls, bytes)
        return ConversationReply(
            head: head(root, bytes), choices: [reading.choice], usage: ResponsesUsage.read(envelope.usage, in: bytes))
    }

    init(maker: Maker) { self.maker = maker }

    static func head(_ response: JSONSlice, _ bytes: RawSpan) -> ReplyHead {
        var head = ReplyHead()
        response.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "id", in: bytes) {
                head.id = value.string(in: bytes)
            } else if JSONText.equals(key, "model", in: bytes) {
                head.model = value.string(in: bytes)
            } else if JSONText.equals(key, "created_at", in: bytes) {
                head.created = value.int(in: bytes) ?? value.double(in: bytes).flatMap { Int(exactly: $0.rounded(.down)) }
            } else if JSONText.equals(key, "service_tier", in: bytes) {
                head.serviceTier = value.string(in: bytes)
            }
            return true
        }
        return head
    }

    static func finish(_ envelope: ResponsesEnvelope, hasCalls: Bool, _ bytes: RawSpan) -> Finish? {
        if let reason = envelope.incompleteDetails?.member("reason", in: bytes)?.string(in: bytes) {
            return switch reason {
            case "max_output_tokens": .length
            case "content_filter": .contentFilter
            default: .other(reason)
            }
        }
        guard let status = envelope.status?.string(in: bytes) else { return hasCalls ? .toolCalls : nil }
        return switch status {
        case "completed": hasCalls ? .toolCalls : .stop
        case "incomplete": .length
        default: .other(status)
        }
    }

    // MARK: Items

    /// The parts of one item, for streams that tell an item whole.
    mutating func parts(of item: JSONSlice, _ bytes: RawSpan) -> [Part] {
        choice.parts = []
        read(item, bytes)
        return choice.parts
    }

    private mutating func read(_ item: JSONSlice, _ bytes: RawSpan) {
        func string(_ name: StaticString) -> String? { item.member(name, in: bytes)?.string(in: bytes) }
        let type = string("type") ?? ""
        switch type {
        case "message": readMessage(item, bytes)
        case "reasoning":
            let state = ResponsesReasoningState.payload(of: item, bytes).map { ProviderState(maker: maker, payload: $0) }
            choice.parts += ResponsesPartReading.thoughts(item, state: state, bytes).map(Part.thinking)
        case "function_call", "custom_tool_call":
            hasCalls = true
            let isFreeForm = type == "custom_tool_call"
            choice.parts.append(
                .toolCall(
                    ToolCall(
                        id: string("call_id") ?? string("id") ?? "call_\(choice.parts.count)", name: string("name") ?? "",
                        arguments: string(isFreeForm ? "input" : "arguments") ?? "", isFreeForm: isFreeForm)))
        case "image_generation_call":
            choice.parts.append(ResponsesReplyReading.image(item, bytes).map(Part.media) ?? .foreign(type))
        default: choice.parts.append(.foreign(ErrorReader.cut(type, to: 64)))
        }
    }

    static func image(_ item: JSONSlice, _ bytes: RawSpan) -> Media? {
        guard let data = item.member("result", in: bytes)?.string(in: bytes), !data.isEmpty else { return nil }
        let format = item.member("output_format", in: bytes)?.string(in: bytes) ?? "png"
        return Media(.image, .data(data), mimeType: "image/\(format)")
    }

    private mutating func readMessage(_ item: JSONSlice, _ bytes: RawSpan) {
        item.member("content", in: bytes)?.forEachElement(in: bytes) { part in
            if let refusal = part.member("refusal", in: bytes)?.string(in: bytes) {
                choice.parts.append(.refusal(refusal))
            } else if let words = part.member("text", in: bytes)?.string(in: bytes) {
                var text = Text(words, citations: ResponsesPartReading.citations(part.member("annotations", in: bytes), bytes))
                for place in text.citations.indices { text.citations[place].move(by: characters) }
                characters += words.unicodeScalars.count
                choice.parts.append(.text(text))
                choice.logprobs += ResponsesLogprobs.read(part.member("logprobs", in: bytes), bytes)
            } else {
                choice.parts.append(.foreign(ErrorReader.cut(part.member("type", in: bytes)?.string(in: bytes) ?? "", to: 64)))
            }
            return true
        }
    }
}

extension Citation {
    /// From a range within one piece of text to one within the whole reply.
    mutating func move(by characters: Int) {
        start = start.map { $0 + characters }
        end = end.map { $0 + characters }
    }
}

/// The likelihood of tokens, as this API tells it.
enum ResponsesLogprobs {
    static func read(_ value: JSONSlice?, _ bytes: RawSpan) -> [TokenLikelihood] {
        var all: [TokenLikelihood] = []
        value?.forEachElement(in: bytes) { element in
            guard let chosen = candidate(element, bytes) else { return true }
            var token = TokenLikelihood(chosen)
            element.member("top_logprobs", in: bytes)?.forEachElement(in: bytes) { other in
                if let candidate = candidate(other, bytes) { token.top.append(candidate) }
                return true
            }
            all.append(token)
            return true
        }
        return all
    }

    private static func candidate(_ value: JSONSlice, _ bytes: RawSpan) -> TokenLikelihood.Candidate? {
        guard let token = value.member("token", in: bytes)?.string(in: bytes),
            let logprob = value.member("logprob", in: bytes)?.number(in: bytes)
        else { return nil }
        var candidate = TokenLikelihood.Candidate(token: token, logprob: logprob)
        if let list = value.member("bytes", in: bytes), list.kind == .array {
            var told: [UInt8] = []
            list.forEachElement(in: bytes) { byte in
                if let number = byte.int(in: bytes).flatMap(UInt8.init(exactly:)) { told.append(number) }
                return true
            }
            candidate.bytes = told
        }
        return candidate
    }

    static func append(_ all: [TokenLikelihood], to output: inout [UInt8]) {
        output.append("[")
        for (position, token) in all.enumerated() {
            if position > 0 { output.append(",") }
            output.append("{")
            append(token.chosen, to: &output)
            output.append(#","top_logprobs":["#)
            for (position, other) in token.top.enumerated() {
                output.append(position > 0 ? ",{" : "{")
                append(other, to: &output)
                output.append("}")
            }
            output.append("]}")
        }
        output.append("]")
    }

    /// The SDKs' types demand the token's bytes: those of its text where nobody told them.
    private static func append(_ candidate: TokenLikelihood.Candidate, to output: inout [UInt8]) {
        output.append(#""token":"#)
        output.quote(candidate.token)
        output.append(#","bytes":["#)
        for (position, byte) in (candidate.bytes ?? Array(candidate.token.utf8)).enumerated() {
            output.append(position > 0 ? ",\(byte)" : "\(byte)")
        }
        output.append(#"],"logprob":"#)
        output.append(candidate.logprob.text)
    }
}

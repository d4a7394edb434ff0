// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// The response object: what stands in a whole reply and in the first and last events of a stream. It repeats the request, as the
/// API does, with the API's defaults for what the client left out (docs/wire/openai-responses.md, "Replies").
struct ResponsesObject {
    var id: String
    /// What names the items of this reply: unlike any that a provider gives out.
    let itemMark: String
    private let created: Int
    private let model: String
    /// The members before and after what the reply itself says.
    private let request: [UInt8]
    private let requestedTier: String?

    enum Status {
        case inProgress
        case completed
        case incomplete(reason: String)

        var text: String {
            switch self {
            case .inProgress: "in_progress"
            case .completed: "completed"
            case .incomplete: "incomplete"
            }
        }

        /// How a reply that ended so is called here.
        init(_ finish: Finish?, hasRefusal: Bool) {
            switch finish {
            case .length?, .windowFull?: self = .incomplete(reason: "max_output_tokens")
            case .contentFilter?: self = .incomplete(reason: "content_filter")
            case .refusal?: self = hasRefusal ? .completed : .incomplete(reason: "content_filter")
            case .stop?, .toolCalls?, .paused?, .other?, nil: self = .completed
            }
        }
    }

    init(_ context: ReplyContext) {
        id = "resp_\(context.id)"
        itemMark = "understudy_\(context.id)"
        created = context.created
        model = context.model
        let bytes = context.body.span.bytes
        requestedTier = context.index.value("service_tier", in: bytes)?.string(in: bytes)
        request = ResponsesObject.request(context, bytes)
    }

    /// Members in the API's order, with what it says where nothing was asked.
    private static let repeated: [(name: StaticString, usual: StaticString)] = [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("previous_response_id", "null"), ("prompt_cache_key", "null"),
        ("reasoning", #"{"effort":null,"summary":null}"#), ("safety_identifier", "null"), ("store", "true"), ("temperature", "1.0"),
        ("text", #"{"format":{"type":"text"}}"#), ("tool_choice", #""auto""#), ("tools", "[]"), ("top_logprobs", "0"), ("top_p", "1.0"),
        ("truncation", #""disabled""#), ("user", "null"),
    ]

    private static func request(_ context: ReplyContext, _ bytes: RawSpan) -> [UInt8] {
        var output: [UInt8] = []
        for (name, usual) in repeated {
            output.append(",\"\(name)\":")
            if let value = context.index.value(name, in: bytes), value.kind != .null {
                output += JSONFragment(value, in: bytes).onOneLine.bytes
            } else {
                output.append(usual.description)
            }
        }
        return output
    }

    /// What a client is told that it is called.
    func named(by head: ReplyHead) -> StreamPosition.Reply {
        StreamPosition.Reply(id: id, model: head.model ?? model, created: head.created ?? created)
    }

    /// - Parameters:
    ///   - items: Of the output, each whole.
    ///   - usage: `nil` while it is not known.
    func append(
        _ status: Status, head: ReplyHead, items: [[UInt8]], usage: Usage?, to output: inout [UInt8]
    ) {
        output.append(#"{"id":"#)
        output.quote(id)
        output.append(#","object":"response","created_at":\#(head.created ?? created),"status":"\#(status.text)","background":false"#)
        output.append(#","error":null,"incomplete_details":"#)
        if case .incomplete(let reason) = status {
            output.append(#"{"reason":"\#(reason)"}"#)
        } else {
            output.append("null")
        }
        output.append(#","model":"#)
        output.quote(head.model ?? model)
        output.append(#","output":["#)
        // A place that a provider left out, or began and never ended, is empty.
        for (position, item) in items.lazy.filter({ !$0.isEmpty }).enumerated() {
            if position > 0 { output.append(",") }
            output += item
        }
        output.append("]")
        output += request
        output.append(#","service_tier":"#)
        output.quote(tier(head))
        output.append(#","usage":"#)
        ResponsesUsage.append(usage, to: &output)
        output.append("}")
    }

    private func tier(_ head: ReplyHead) -> String {
        let told = head.serviceTier.flatMap { OpenAITier.text(OpenAITier.read($0)) }
        return told ?? requestedTier.flatMap { OpenAITier.text(OpenAITier.read($0)) } ?? "default"
    }
}

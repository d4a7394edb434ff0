// SPDX-License-Identifier: Apache-2.0
import JSON

/// What replies and events for one client have in common: their head, and what follows from the client's request.
struct ChatReplyStyle: Sendable {
    private let context: ReplyContext
    /// The client asked in the older way, with `functions`: it knows one call, without an id.
    let isLegacy: Bool

    init(_ context: ReplyContext) {
        self.context = context
        let bytes = context.body.span.bytes
        isLegacy = context.index.value("functions", in: bytes)?.kind == .array && context.index.value("tools", in: bytes) == nil
    }

    /// The client wants a stream's usage told: `stream_options.include_usage`.
    var tellsUsage: Bool { context.request.wantsUsage }

    /// Of a reply that does not tell its own.
    var created: Int { context.created }

    /// `"id":…,"object":…,"created":…,"model":…`
    ///
    /// - Parameter id: That the client was told; `nil`: none yet.
    func appendHead(_ head: ReplyHead, id: String? = nil, object: StaticString, to output: inout [UInt8]) {
        output.member("id", id ?? "chatcmpl-\(context.id)")
        output.key("object")
        output.append("\"")
        output.append(object)
        output.append("\"")
        output.member("created", head.created ?? context.created)
        output.member("model", head.model ?? context.model)
    }

    /// The words that this API has; `nil` for others.
    static func tier(_ tier: String?) -> String? { tier.map(OpenAITier.read).flatMap(OpenAITier.text) }

    func finish(_ finish: Finish?, hasCalls: Bool) -> StaticString {
        let isCalls: Bool = if case .toolCalls? = finish { true } else { finish == nil && hasCalls }
        return isLegacy && isCalls ? "function_call" : ChatFinish.text(finish, hasCalls: hasCalls)
    }

    static func arguments(of call: ToolCall) -> String { call.arguments.utf8.allSatisfy { $0 <= 0x20 } ? "{}" : call.arguments }

    /// Images go into `images`, as OpenRouter has them.
    ///
    /// - Returns: `nil` for what is no image, or only its maker's reference to one.
    static func url(of media: Media) -> String? {
        guard media.kind == .image else { return nil }
        return switch media.source {
        case .data(let data): DataURL.url(type: media.mimeType.isEmpty ? "image/png" : media.mimeType, data: data)
        case .url(let url): url
        case .file, .text: nil
        }
    }

    static func append(_ image: String, _ place: Int, to output: inout [UInt8]) {
        output.comma()
        output.append(#"{"type":"image_url","image_url":{"url":"#)
        output.quote(image)
        output.append(#"},"index":"#)
        output.append(String(place))
        output.append("}")
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// What replies and events for one client have in common: their head, and what follows from the client's request.
struct ChatReplyStyle: Sendable {
    private let context: ReplyContext
    /// The client asked in the older way, with `functions`: it knows one call, without an id.
    let isLegacy: Bool
    /// Tools that the client's request has as ones that take plain text.
    private let freeForm: Set<String>

    init(_ context: ReplyContext) {
        self.context = context
        let bytes = context.body.span.bytes
        isLegacy = context.index.value("functions", in: bytes)?.kind == .array && context.index.value("tools", in: bytes) == nil
        var names: Set<String> = []
        for case .function(let function) in context.request.tools where function.isFreeForm { names.insert(function.name) }
        freeForm = names
    }

    /// The client wants a stream's usage told: `stream_options.include_usage`.
    var tellsUsage: Bool { context.request.wantsUsage }

    /// `"id":…,"object":…,"created":…,"model":…`
    func appendHead(_ head: ReplyHead, object: StaticString, to output: inout [UInt8]) {
        output.member("id", "chatcmpl-\(context.id)")
        output.key("object")
        output.append("\"")
        output.append(object)
        output.append("\"")
        output.member("created", head.created ?? context.created)
        output.member("model", head.model ?? context.model)
    }

    /// The words that this API has; `nil` for others.
    static func tier(_ tier: String?) -> String? { tier.map(ChatTier.read).flatMap(ChatTier.text) }

    func finish(_ finish: Finish?, hasCalls: Bool) -> StaticString {
        let isCalls: Bool = if case .toolCalls? = finish { true } else { finish == nil && hasCalls }
        return isLegacy && isCalls ? "function_call" : ChatFinish.text(finish, hasCalls: hasCalls)
    }

    /// Whether the client has this tool as one that takes plain text, and the provider was given a function in its place.
    func isFreeForm(_ name: String) -> Bool { freeForm.contains(name) }

    func asAsked(_ call: ToolCall) -> ToolCall {
        guard !call.isFreeForm, isFreeForm(call.name) else { return call }
        var call = call
        call.isFreeForm = true
        call.arguments = Self.plainText(call.arguments)
        return call
    }

    /// The plain text that a function in a free-form tool's place was called with: its `input`.
    static func plainText(_ arguments: String) -> String {
        JSONFragment(parsing: arguments)?.value["input"]?.string ?? arguments
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

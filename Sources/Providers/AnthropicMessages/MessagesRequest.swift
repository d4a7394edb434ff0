// SPDX-License-Identifier: Apache-2.0
import JSON

/// Reads from a Messages request what routing needs, and refuses what no provider could take.
enum MessagesRequest {
    /// - Throws: `RequestProblem` at the first member in the wrong shape, in the order of the body.
    static func facts(_ operation: Operation, body: [UInt8], index: JSONIndex) throws(RequestProblem) -> RequestShape {
        let bytes = body.span.bytes
        guard index.root.kind == .object else {
            throw MessagesProblem.make("", "The body must be a JSON object, not \(index.root.kind.text)", code: "invalid_type")
        }
        let members = try MessagesMembers(index, in: bytes)
        var shape = RequestShape(model: try model(members, bytes))
        shape.operation = operation
        shape.fallbacks = try RequestedModels.fallbacks(members.models, in: bytes, problem)
        shape.streaming = members.stream?.bool(in: bytes) ?? false
        shape.maxTokens = try maxTokens(members, operation, bytes)
        shape.hasTools = members.tools?.element(0, in: bytes) != nil
        shape.asksReasoning = asksReasoning(members, bytes)
        let user = MessagesUser(members.metadata?.member("user_id", in: bytes)?.string(in: bytes))
        shape.sessionHint = user.session
        shape.userHint = user.name

        guard let messages = members.messages, messages.kind == .array else { throw MessagesProblem.required("messages") }
        var walk = MessagesWalk()
        try walk.read(system: members.system, in: bytes)
        try walk.read(messages, in: bytes)
        try walk.read(tools: members.tools, in: bytes)
        shape.hasImages = walk.images > 0
        shape.estimatedTokens = walk.estimatedTokens
        return shape
    }

    private static func model(_ members: MessagesMembers, _ bytes: RawSpan) throws(RequestProblem) -> String {
        guard let value = members.model, let model = value.string(in: bytes) else { throw MessagesProblem.required("model") }
        try RequestedModels.check(model, problem)
        return model
    }

    private static func problem(_ fault: RequestedModels.Fault, _ place: Int?) -> RequestProblem {
        let path = place.map { "models.\($0)" } ?? "model"
        return switch fault {
        case .empty: MessagesProblem.make(path, "String should have at least 1 character", code: "empty_string")
        case .tooLong:
            MessagesProblem.make(path, "String should have at most \(RequestedModels.maxBytes) characters", code: "string_above_max_length")
        case .tooMany:
            MessagesProblem.make("models", "List should have at most \(RequestedModels.maxFallbacks) items", code: "array_above_max_length")
        }
    }

    /// Required but for a count of tokens, which has none.
    private static func maxTokens(
        _ members: MessagesMembers, _ operation: Operation, _ bytes: RawSpan
    ) throws(RequestProblem) -> Int? {
        guard let value = members.maxTokens, let limit = value.int(in: bytes) else {
            if operation == .countTokens { return nil }
            throw MessagesProblem.required("max_tokens")
        }
        guard limit >= 1 else { throw MessagesProblem.make("max_tokens", "Input should be greater than or equal to 1") }
        return limit
    }

    private static func asksReasoning(_ members: MessagesMembers, _ bytes: RawSpan) -> Bool {
        guard let thinking = members.thinking, thinking.kind == .object else { return false }
        return thinking.member("type", in: bytes)?.equals("disabled", in: bytes) != true
    }
}

/// What `metadata.user_id` says. Claude Code puts its session into it: older ones as `user_<hash>_account_<uuid>_session_<uuid>`, newer
/// ones as JSON with `session_id` (docs/wire/anthropic-messages.md, "Requests").
struct MessagesUser {
    private(set) var name: String?
    private(set) var session: String?

    private static let limit = 512

    init(_ text: String?) {
        guard let text, !text.isEmpty, text.utf8.count <= Self.limit else { return }
        if text.utf8.first == UInt8(ascii: "{"), case .object(let object)? = try? JSONValue.parse(text) {
            session = object["session_id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            name = session == nil ? text : nil
            return
        }
        if let range = Self.range(of: "_session_", in: text), range.upperBound < text.endIndex {
            session = String(text[range.upperBound...])
            return
        }
        name = text
    }

    /// The last place of `part`.
    private static func range(of part: String, in text: String) -> Range<String.Index>? {
        var start = text.endIndex
        while start > text.startIndex {
            start = text.index(before: start)
            if text[start...].hasPrefix(part) { return start..<text.index(start, offsetBy: part.count) }
        }
        return nil
    }
}

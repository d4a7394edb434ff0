// SPDX-License-Identifier: Apache-2.0
import JSON

/// `cache_control`, Anthropic's marks of a prompt's stable beginning, as routers take them within Chat Completions
/// (docs/wire/openai-completions.md, "Cache markers").
enum ChatCacheMarkers: CacheMarkers {
    /// Calls `body` with each object that may hold a mark: the body, its messages, their parts (and those of a tool's result), tools
    /// and calls. What a tool's parameters are called is its own affair and not looked at.
    static func forEachHolder(_ index: JSONIndex, _ bytes: RawSpan, _ body: (JSONSlice) -> Bool) {
        guard body(index.root) else { return }
        var goesOn = true
        func each(_ list: JSONSlice?, _ visit: (JSONSlice) -> Void) {
            list?.forEachElement(in: bytes) { element in
                if element.kind == .object {
                    goesOn = goesOn && body(element)
                    if goesOn { visit(element) }
                }
                return goesOn
            }
        }
        for member in index.members {
            if JSONText.equals(member.key, "messages", in: bytes) {
                each(member.value) { message in
                    each(message.member("content", in: bytes)) { part in each(part.member("content", in: bytes)) { _ in } }
                    each(message.member("tool_calls", in: bytes)) { _ in }
                }
            } else if JSONText.equals(member.key, "tools", in: bytes) {
                each(member.value) { tool in
                    if let function = tool.member("function", in: bytes), function.kind == .object { goesOn = goesOn && body(function) }
                }
            }
        }
    }

    // MARK: Marks of our own

    /// Marks the stable beginning (the first system message, and the last of those that stand at the head) and the last user message:
    /// three at most, where Anthropic takes four.
    static func place(_ mark: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var (first, lastOfHead, lastUser): (JSONSlice?, JSONSlice?, JSONSlice?)
        var isHead = true
        ChatRepairs.forEachMessage(index, bytes) { message in
            let role = message.member("role", in: bytes)?.string(in: bytes)
            let isSystem = role == "system" || role == "developer"
            isHead = isHead && isSystem
            if isHead {
                if first == nil { first = message }
                lastOfHead = message
            } else if role == "user" {
                lastUser = message
            }
            return true
        }
        if lastOfHead == first { lastOfHead = nil }
        for message in [first, lastOfHead, lastUser] {
            if let content = message?.member("content", in: bytes) { put(mark, on: content, bytes, &edits) }
        }
    }

    /// Marks stand on text: a text becomes a part, of parts the last that is text is marked. What is empty can not be.
    private static func put(_ mark: String, on content: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        switch content.kind {
        case .string: _ = put(mark, onText: content, &edits)
        case .array:
            var last: JSONSlice?
            content.forEachElement(in: bytes) { part in
                if part.member("type", in: bytes)?.equals("text", in: bytes) == true, let text = part.member("text", in: bytes),
                    text.kind == .string, !text.isEmptyString
                {
                    last = part
                }
                return true
            }
            if let last { edits.addMember(mark, to: last, in: bytes) }
        case .null, .bool, .number, .object: break
        }
    }
}

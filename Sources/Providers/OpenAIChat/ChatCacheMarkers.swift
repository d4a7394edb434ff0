// SPDX-License-Identifier: Apache-2.0
import JSON

/// `cache_control`, Anthropic's marks of a prompt's stable beginning, as routers take them within Chat Completions
/// (docs/wire/openai-completions.md, "Cache markers").
enum ChatCacheMarkers {
    /// Brings the marks of `body` to what the settings say.
    ///
    /// - Parameter placing: The route is known to take them, so that a client that writes none is given some.
    /// - Returns: `nil` if that changes nothing.
    static func apply(_ retention: CacheRetention, placing: Bool, to body: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        switch retention {
        case .none: drop(index, bytes, &edits)
        case .short, .long:
            var found = false
            forEachHolder(index, bytes) { holder in
                holder.forEachMember(in: bytes) { key, value in
                    if JSONText.equals(key, "cache_control", in: bytes), value.kind != .null {
                        found = true
                        setTime(retention, of: value, bytes, &edits)
                    }
                    return !edits.areTooMany
                }
                return !edits.areTooMany
            }
            if !found && placing { place(retention, index, bytes, &edits) }
        }
        return edits.apply(to: body, index: index)
    }

    /// Takes every mark out.
    static func drop(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        forEachHolder(index, bytes) { holder in
            edits.dropMembers(of: holder, in: bytes) { key, _ in JSONText.equals(key, "cache_control", in: bytes) }
            return !edits.areTooMany
        }
    }

    /// Calls `body` with each object that may hold a mark: the body, its messages, their parts (and those of a tool's result), tools
    /// and calls. What a tool's parameters are called is its own affair and not looked at.
    private static func forEachHolder(_ index: JSONIndex, _ bytes: RawSpan, _ body: (JSONSlice) -> Bool) {
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

    private static func setTime(_ retention: CacheRetention, of mark: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard mark.kind == .object else { return }
        guard retention == .long else { return edits.dropMembers(of: mark, in: bytes) { key, _ in JSONText.equals(key, "ttl", in: bytes) } }
        guard let time = mark.member("ttl", in: bytes) else { return edits.addMember(hour, to: mark, in: bytes) }
        if time.string(in: bytes) != "1h" { edits.replace(time.range, with: Array(#""1h""#.utf8)) }
    }

    private static let hour = #""ttl":"1h""#

    // MARK: Marks of our own

    /// Marks the stable beginning (the first system message, and the last of those that stand at the head) and the last user message:
    /// three at most, where Anthropic takes four.
    private static func place(_ retention: CacheRetention, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
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
        let mark = #""cache_control":{"type":"ephemeral""# + (retention == .long ? ",\(hour)}" : "}")
        for message in [first, lastOfHead, lastUser] {
            if let content = message?.member("content", in: bytes) { put(mark, on: content, bytes, &edits) }
        }
    }

    /// Marks stand on text: a text becomes a part, of parts the last that is text is marked. What is empty can not be.
    private static func put(_ mark: String, on content: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        switch content.kind {
        case .string:
            guard !content.isEmptyString else { return }
            edits.insert(#"[{"type":"text","text":"#, at: content.start)
            edits.insert(",\(mark)}]", at: content.end)
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

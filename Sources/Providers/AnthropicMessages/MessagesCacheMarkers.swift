// SPDX-License-Identifier: Apache-2.0
import JSON

/// `cache_control`, the marks of a prompt's stable beginning (docs/wire/anthropic-messages.md, "Cache markers").
enum MessagesCacheMarkers {
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
                if let mark = holder.member("cache_control", in: bytes), mark.kind != .null {
                    found = true
                    setTime(retention, of: mark, bytes, &edits)
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

    /// Whether there is any.
    static func areIn(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        var found = false
        forEachHolder(index, bytes) { holder in
            found = holder.member("cache_control", in: bytes).map { $0.kind != .null } ?? false
            return !found
        }
        return found
    }

    /// Calls `body` with each object that may hold a mark: the body, its system blocks, the blocks of messages and of tools' results, and
    /// tools. What stands in a schema or in a call's input is not looked at.
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
        each(index.value("tools", in: bytes)) { _ in }
        each(index.value("system", in: bytes)) { _ in }
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in
            each(message.member("content", in: bytes)) { block in
                guard block.member("type", in: bytes)?.equals("tool_result", in: bytes) == true else { return }
                each(block.member("content", in: bytes)) { _ in }
            }
            return goesOn
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

    /// Marks the end of the instructions, which the tools stand before, or that of the tools where there are none; and the end of the
    /// conversation so far. Two of the four that Anthropic takes.
    private static func place(_ retention: CacheRetention, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        let mark = #""cache_control":{"type":"ephemeral""# + (retention == .long ? ",\(hour)}" : "}")
        if !put(mark, on: index.value("system", in: bytes), bytes, &edits) {
            var last: JSONSlice?
            index.value("tools", in: bytes)?.forEachElement(in: bytes) { tool in
                // One that is loaded when it is asked for takes no mark.
                if tool.kind == .object, tool.member("defer_loading", in: bytes)?.bool(in: bytes) != true { last = tool }
                return true
            }
            if let last { edits.addMember(mark, to: last, in: bytes) }
        }
        var lastUser: JSONSlice?
        index.value("messages", in: bytes)?.forEachElement(in: bytes) { message in
            if message.member("role", in: bytes)?.equals("user", in: bytes) == true { lastUser = message }
            return true
        }
        put(mark, on: lastUser?.member("content", in: bytes), bytes, &edits)
    }

    /// Marks stand on blocks: a text becomes one. What is empty, and thoughts, can not be marked.
    @discardableResult
    private static func put(_ mark: String, on content: JSONSlice?, _ bytes: RawSpan, _ edits: inout BodyEdits) -> Bool {
        switch content?.kind {
        case .string?:
            guard let content, !content.isEmptyString else { return false }
            edits.insert(#"[{"type":"text","text":"#, at: content.start)
            edits.insert(",\(mark)}]", at: content.end)
            return true
        case .array?:
            var last: JSONSlice?
            content?.forEachElement(in: bytes) { block in
                guard block.kind == .object, let type = block.member("type", in: bytes) else { return true }
                let isEmpty = type.equals("text", in: bytes) && block.member("text", in: bytes)?.isEmptyString != false
                if !isEmpty, !MessagesThoughts.isThought(block, in: bytes) { last = block }
                return true
            }
            guard let last else { return false }
            edits.addMember(mark, to: last, in: bytes)
            return true
        case .null?, .bool?, .number?, .object?, nil: return false
        }
    }
}

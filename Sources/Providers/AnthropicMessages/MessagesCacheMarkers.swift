// SPDX-License-Identifier: Apache-2.0
import JSON

/// `cache_control`, the marks of a prompt's stable beginning (docs/wire/anthropic-messages.md, "Cache markers").
enum MessagesCacheMarkers: CacheMarkers {
    /// Calls `body` with each object that may hold a mark: the body, its system blocks, the blocks of messages and of tools' results, and
    /// tools. What stands in a schema or in a call's input is not looked at.
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

    // MARK: Marks of our own

    /// Marks the end of the instructions, which the tools stand before, or that of the tools where there are none; and the end of the
    /// conversation so far. Two of the four that Anthropic takes.
    static func place(_ mark: String, _ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
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
        case .string?: return content.map { put(mark, onText: $0, &edits) } ?? false
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

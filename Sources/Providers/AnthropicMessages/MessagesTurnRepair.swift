// SPDX-License-Identifier: Apache-2.0
import JSON

/// Messages in the order and the shape that a route insists on.
enum MessagesTurnRepair {
    /// A user speaks first and last.
    static func alternate(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var (first, last): (JSONSlice?, JSONSlice?)
        MessagesRepairs.forEachMessage(index, bytes) { message in
            first = first ?? message
            last = message
            return true
        }
        if let first, isAssistant(first, bytes) { edits.insert(#"{"role":"user","content":"…"},"#, at: first.start) }
        if let last, isAssistant(last, bytes) {
            edits.insert(#",{"role":"user","content":"\#(ContinuationPrompt.general)"}"#, at: last.end)
        }
    }

    /// A user asks to go on, where the assistant spoke last.
    static func askToContinue(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var last: JSONSlice?
        MessagesRepairs.forEachMessage(index, bytes) { message in
            last = message
            return true
        }
        if let last, isAssistant(last, bytes) {
            edits.insert(#",{"role":"user","content":"\#(ContinuationPrompt.general)"}"#, at: last.end)
        }
    }

    static func isAssistant(_ message: JSONSlice, _ bytes: RawSpan) -> Bool {
        message.member("role", in: bytes)?.equals("assistant", in: bytes) == true
    }

    /// Instructions in the middle become words of the user's.
    static func demoteInstructions(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        MessagesRepairs.forEachMessage(index, bytes) { message in
            if let role = message.member("role", in: bytes), role.equals("system", in: bytes) {
                edits.replace(role.range, with: Array(#""user""#.utf8))
            }
            return !edits.areTooMany
        }
    }

    // MARK: Text

    /// Text without a word goes, and a message that holds nothing else goes with it.
    static func dropEmptyText(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        if let system = index.member("system", in: bytes) {
            if isEmpty(system.value, bytes) {
                edits.dropMembers(of: index.root, in: bytes) { key, _ in key == system.key }
            } else {
                dropBlanks(of: system.value, bytes, &edits)
            }
        }
        guard let messages = index.value("messages", in: bytes), messages.kind == .array else { return }
        var emptied: Set<Int> = []
        MessagesRepairs.forEachMessage(index, bytes) { message in
            guard let content = message.member("content", in: bytes) else { return true }
            if isEmpty(content, bytes) {
                emptied.insert(message.start)
                return true
            }
            dropBlanks(of: content, bytes, &edits)
            content.forEachElement(in: bytes) { block in
                if let inner = block.member("content", in: bytes), inner.kind == .array { dropBlanks(of: inner, bytes, &edits) }
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
        if !emptied.isEmpty { edits.dropElements(of: messages, in: bytes) { emptied.contains($0.start) } }
    }

    private static func dropBlanks(of content: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard content.kind == .array else { return }
        edits.dropElements(of: content, in: bytes) { isBlank($0, bytes) }
    }

    private static func isBlank(_ block: JSONSlice, _ bytes: RawSpan) -> Bool {
        guard block.kind == .object, block.member("type", in: bytes)?.equals("text", in: bytes) == true else { return false }
        return MessagesBlockWriting.isBlank(block.member("text", in: bytes)?.string(in: bytes) ?? "")
    }

    /// Nothing but blank text.
    private static func isEmpty(_ content: JSONSlice, _ bytes: RawSpan) -> Bool {
        if let text = content.string(in: bytes) { return MessagesBlockWriting.isBlank(text) }
        var isEmpty = content.kind == .array
        content.forEachElement(in: bytes) { block in
            isEmpty = isBlank(block, bytes)
            return isEmpty
        }
        return isEmpty
    }

    // MARK: Ids

    /// Ids of calls in the letters that Anthropic takes, in the call and its result alike.
    static func fitIDs(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        MessagesRepairs.forEachMessage(index, bytes) { message in
            message.member("content", in: bytes)?.forEachElement(in: bytes) { block in
                guard let type = block.member("type", in: bytes) else { return true }
                let value =
                    type.equals("tool_use", in: bytes)
                    ? block.member("id", in: bytes) : type.equals("tool_result", in: bytes) ? block.member("tool_use_id", in: bytes) : nil
                if let value, let id = value.string(in: bytes), !MessagesToolCallID.fits(id) {
                    edits.replace(value.range, with: Array("\"\(MessagesToolCallID.fit(id))\"".utf8))
                }
                return !edits.areTooMany
            }
            return !edits.areTooMany
        }
    }
}

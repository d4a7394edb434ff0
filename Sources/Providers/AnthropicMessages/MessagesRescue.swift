// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Asks in the body of a Messages request for the rest of a reply (docs/streams.md, "How a candidate is asked").
enum MessagesRescue {
    /// - Returns: `nil` if the body has no messages.
    static func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), let messages = index.value("messages", in: bytes), messages.kind == .array else {
            return nil
        }
        let takesPrefill = continuation.method == .prefill && mayPrefill(index, bytes)
        let text = takesPrefill ? trimmed(continuation.text) : continuation.text[...]
        // Blocks without a word are refused: it is asked as if nothing had been said, and the seam knows of the white space.
        if MessagesBlockWriting.isBlank(String(text)) { return ContinuedBody(body: body, method: .prefill, leftOut: continuation.text) }
        var edits = BodyEdits()
        var added = append(String(text), to: messages, bytes, &edits)
        if !takesPrefill {
            let form = dropForm(index, bytes, &edits)
            added += #",{"role":"user","content":"#
            added += quoted(ContinuationPrompt.text(after: continuation.text, form: form)) + "}"
        }
        insert(added, atEndOf: messages, bytes, &edits)
        // A budget for thoughts has to stay below the limit.
        if !asksThoughts(index, bytes) { edits.lower(index.value("max_tokens", in: bytes), by: continuation, in: bytes) }
        guard let continued = edits.apply(to: body, index: index) else { return nil }
        return ContinuedBody(
            body: continued, method: takesPrefill ? .prefill : .transcript, leftOut: String(continuation.text[text.endIndex...]))
    }

    // MARK: What a prefill can not stand beside

    /// No prefill beside thoughts, a forced tool, or an output that is held to a schema from its first letter on
    /// (https://platform.claude.com/docs/en/build-with-claude/extended-thinking, .../structured-outputs).
    private static func mayPrefill(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        if asksThoughts(index, bytes) { return false }
        if let choice = index.value("tool_choice", in: bytes)?.member("type", in: bytes),
            choice.equals("any", in: bytes) || choice.equals("tool", in: bytes)
        {
            return false
        }
        return format(index, bytes) == nil
    }

    private static func asksThoughts(_ index: JSONIndex, _ bytes: RawSpan) -> Bool {
        index.value("thinking", in: bytes)?.member("type", in: bytes).map { !$0.equals("disabled", in: bytes) } ?? false
    }

    private static func format(_ index: JSONIndex, _ bytes: RawSpan) -> JSONSlice? {
        let format = index.value("output_format", in: bytes) ?? index.value("output_config", in: bytes)?.member("format", in: bytes)
        return format?.kind == .object ? format : nil
    }

    /// An answer that is held to a schema begins anew, so the rest is asked for in words.
    private static func dropForm(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) -> ContinuationPrompt.Form? {
        guard let format = format(index, bytes) else { return nil }
        var others = false
        let config = index.member("output_config", in: bytes)
        config?.value.forEachMember(in: bytes) { key, _ in
            if !JSONText.equals(key, "format", in: bytes) { others = true }
            return true
        }
        edits.dropMembers(of: index.root, in: bytes) { key, _ in
            JSONText.equals(key, "output_format", in: bytes) || (!others && key == config?.key)
        }
        if others { config?.value.dropFormat(bytes, &edits) }
        guard let schema = format.member("schema", in: bytes) else { return .json }
        return .schema(bytes.extracting(schema.range).withUnsafeBytes { Array($0) })
    }

    // MARK: The message

    /// Puts `text` behind what the assistant has said last, if it spoke last.
    ///
    /// - Returns: The message to be put behind the others; empty if there is none to be put.
    private static func append(_ text: String, to messages: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) -> String {
        var last: JSONSlice?
        messages.forEachElement(in: bytes) { message in
            last = message
            return true
        }
        let isFirst = last == nil
        guard let last, MessagesTurnRepair.isAssistant(last, bytes), let content = last.member("content", in: bytes) else {
            return (isFirst ? "" : ",") + #"{"role":"assistant","content":[{"type":"text","text":"# + quoted(text) + "}]}"
        }
        if content.kind == .string {
            edits.insert(inner(text), at: content.end - 1)
            return ""
        }
        var block: JSONSlice?
        content.forEachElement(in: bytes) { element in
            block = element
            return true
        }
        if let words = block?.member("text", in: bytes), words.kind == .string,
            block?.member("type", in: bytes)?.equals("text", in: bytes) == true
        {
            edits.insert(inner(text), at: words.end - 1)
        } else {
            edits.insert((block == nil ? "" : ",") + #"{"type":"text","text":"# + quoted(text) + "}", at: block?.end ?? content.start + 1)
        }
        return ""
    }

    private static func insert(_ text: String, atEndOf array: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        var end = array.start + 1
        array.forEachElement(in: bytes) { element in
            end = element.end
            return true
        }
        if !text.isEmpty { edits.insert(text, at: end) }
    }

    // MARK: Text

    /// White space at the end of a last message is refused (`final assistant content cannot end with trailing whitespace`).
    private static func trimmed(_ text: String) -> Substring {
        var end = text.endIndex
        let scalars = text.unicodeScalars
        while end > scalars.startIndex, scalars[scalars.index(before: end)].properties.isWhitespace { end = scalars.index(before: end) }
        return text[..<end]
    }

    private static func quoted(_ text: String) -> String {
        var quoted: [UInt8] = []
        quoted.quote(text)
        return String(decoding: quoted, as: UTF8.self)
    }

    private static func inner(_ text: String) -> String { String(quoted(text).dropFirst().dropLast()) }
}

extension JSONSlice {
    fileprivate func dropFormat(_ bytes: RawSpan, _ edits: inout BodyEdits) {
        edits.dropMembers(of: self, in: bytes) { key, _ in JSONText.equals(key, "format", in: bytes) }
    }
}

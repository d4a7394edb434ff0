// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Asks in the body of a Responses request for the rest of a reply (docs/streams.md, "How a candidate is asked").
///
/// `previous_response_id` and a forced tool stay: what is asked now stands behind what the account keeps, and a tool that has to be called
/// still has to be.
enum ResponsesRescue {
    /// - Returns: `nil` if the body is no object, or its input no text and no list.
    static func continued(_ body: [UInt8], by continuation: Continuation) -> ContinuedBody? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        var edits = BodyEdits()
        let form = format(index, bytes)
        let method: Continuing = continuation.method == .prefill && form == nil ? .prefill : .transcript
        var request = ""
        if method == .transcript {
            request = #",{"type":"message","role":"user","content":"#
            request += quoted(ContinuationPrompt.text(after: continuation.text, form: form.map { Self.form(of: $0, bytes) })) + "}"
            if form != nil { dropFormat(index, bytes, &edits) }
        }
        let input = index.member("input", in: bytes)
        switch input?.value.kind {
        case .array: append(continuation.text, request, to: input?.value, bytes, &edits)
        case .string:
            guard let text = input?.value else { return nil }
            edits.insert(#"[{"type":"message","role":"user","content":"#, at: text.start)
            edits.insert("}," + message(continuation.text) + request + "]", at: text.end)
        // All that was asked is kept in the account, or is a prompt's.
        case nil: edits.addMember(#""input":["# + message(continuation.text) + request + "]", to: index.root, in: bytes)
        case .null:
            guard let nothing = input?.value else { return nil }
            edits.replace(nothing.range, with: Array(("[" + message(continuation.text) + request + "]").utf8))
        case .bool, .number, .object: return nil
        }
        if index.value("reasoning", in: bytes).map({ $0.kind == .null }) ?? true {
            edits.lower(index.value("max_output_tokens", in: bytes), by: continuation, in: bytes)
        }
        return edits.apply(to: body, index: index).map { ContinuedBody(body: $0, method: method) }
    }

    // MARK: The form of the answer

    private static func format(_ index: JSONIndex, _ bytes: RawSpan) -> JSONSlice? {
        guard let format = index.value("text", in: bytes)?.member("format", in: bytes), format.kind == .object else { return nil }
        return format.member("type", in: bytes)?.equals("text", in: bytes) == true ? nil : format
    }

    private static func form(of format: JSONSlice, _ bytes: RawSpan) -> ContinuationPrompt.Form {
        guard let schema = format.member("schema", in: bytes) else { return .json }
        return .schema(bytes.extracting(schema.range).withUnsafeBytes { Array($0) })
    }

    /// An answer that is held to a schema from its first letter on begins anew, so the rest is asked for in words.
    private static func dropFormat(_ index: JSONIndex, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let text = index.value("text", in: bytes) else { return }
        edits.dropMembers(of: text, in: bytes) { key, _ in JSONText.equals(key, "format", in: bytes) }
    }

    // MARK: The message

    /// Puts `text` behind what the assistant has said last, if it spoke last, and `request` behind that.
    private static func append(_ text: String, _ request: String, to input: JSONSlice?, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        guard let input else { return }
        var last: JSONSlice?
        input.forEachElement(in: bytes) { item in
            last = item
            return true
        }
        if let last, let place = place(in: last, bytes) {
            edits.insert(String(quoted(text).dropFirst().dropLast()), at: place)
            if !request.isEmpty { edits.insert(request, at: last.end) }
        } else {
            edits.insert((last == nil ? "" : ",") + message(text) + request, at: last?.end ?? input.start + 1)
        }
    }

    /// Where more may be said in an assistant's message. One with an id is the provider's own and stays as it was.
    private static func place(in message: JSONSlice, _ bytes: RawSpan) -> Int? {
        guard message.member("role", in: bytes)?.equals("assistant", in: bytes) == true, message.member("id", in: bytes) == nil,
            let content = message.member("content", in: bytes)
        else { return nil }
        if content.kind == .string { return content.end - 1 }
        var part: JSONSlice?
        content.forEachElement(in: bytes) { element in
            part = element
            return true
        }
        guard let part, part.member("type", in: bytes)?.equals("output_text", in: bytes) == true,
            let text = part.member("text", in: bytes), text.kind == .string
        else { return nil }
        return text.end - 1
    }

    private static func message(_ text: String) -> String {
        #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"# + quoted(text) + "}]}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted: [UInt8] = []
        quoted.quote(text)
        return String(decoding: quoted, as: UTF8.self)
    }
}

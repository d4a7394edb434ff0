// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// Asks in the body of a `generateContent` request for the rest of a reply (docs/streams.md, "How a candidate is asked").
///
/// What the client set stays: its stops; what is left of its limit of tokens; and a function that has to be called, which still has to be.
enum GoogleRescue {
    /// - Parameter isWrapped: The body is Cloud Code Assist's: the request is its member `request`.
    /// - Returns: `nil` if the body has no contents, or holds the answer to one of a few words.
    static func continued(_ body: [UInt8], by continuation: Continuation, isWrapped: Bool) -> ContinuedBody? {
        let bytes = body.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object else { return nil }
        let request = isWrapped ? index.root.google("request", in: bytes) ?? index.root : index.root
        guard let contents = request.google("contents", in: bytes), contents.kind == .array || contents.kind == .object else { return nil }
        let config = request.google("generationConfig", in: bytes)
        let type = config?.google("responseMimeType", in: bytes)
        if type?.equals("text/x.enum", in: bytes) == true { return nil }
        let isHeld = type.map { !$0.equals("text/plain", in: bytes) && !$0.isEmptyString } ?? false
        let takesPrefill = continuation.method == .prefill && !isHeld && !forcesFunction(request, bytes)
        // Nothing but white space has been said: the seam knows of it.
        if takesPrefill, continuation.words.isEmpty { return ContinuedBody(body: body, method: .prefill, leftOut: continuation.text) }
        var edits = BodyEdits()
        var added = append(takesPrefill ? String(continuation.words) : continuation.text, to: contents, bytes, &edits)
        if !takesPrefill {
            let form = isHeld ? config.map { dropForm($0, bytes, &edits) } : nil
            added += #",{"role":"user","parts":[{"text":"#.utf8
            added.quote(ContinuationPrompt.text(after: continuation.text, form: form))
            added.append("}]}")
        }
        if contents.kind == .array {
            edits.append(added, to: contents, in: bytes)
        } else if !added.isEmpty {
            edits.insert("[", at: contents.start)
            edits.replace(contents.end..<contents.end, with: added + [UInt8(ascii: "]")])
        }
        if let config, config.google("thinkingConfig", in: bytes) == nil {
            edits.lower(config.google("maxOutputTokens", in: bytes), by: continuation, in: bytes)
        }
        guard let continued = edits.apply(to: body, index: index) else { return nil }
        return takesPrefill
            ? ContinuedBody(body: continued, method: .prefill, leftOut: continuation.leftOut)
            : ContinuedBody(body: continued, method: .transcript)
    }

    private static func forcesFunction(_ request: JSONSlice, _ bytes: RawSpan) -> Bool {
        let calling = request.google("toolConfig", in: bytes)?.google("functionCallingConfig", in: bytes)
        return calling?.google("mode", in: bytes)?.string(in: bytes)?.lowercased() == "any"
    }

    /// An answer that is held to a form from its first letter on begins anew, so the rest is asked for in words.
    private static func dropForm(_ config: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) -> ContinuationPrompt.Form {
        let names: [StaticString] = ["responseMimeType", "responseSchema", "responseJsonSchema"]
        edits.dropMembers(of: config, in: bytes) { key, _ in names.contains { GoogleName.reads(key, $0, in: bytes) } }
        let schema = config.google("responseJsonSchema", in: bytes) ?? config.google("responseSchema", in: bytes)
        guard let schema, schema.kind == .object else { return .json }
        return .schema(bytes.extracting(schema.range).withUnsafeBytes { Array($0) })
    }

    // MARK: The content

    /// Puts `text` behind what the model has said last, if it spoke last and called nothing.
    ///
    /// - Returns: The content to be put behind the others, with the comma before it; empty if there is none to be put.
    private static func append(_ text: String, to contents: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) -> [UInt8] {
        var last: JSONSlice?
        contents.forEachListed(in: bytes) { content in
            last = content
            return true
        }
        var part = Array(#"{"text":"#.utf8)
        part.quote(text)
        part.append("}")
        if let last, last.google("role", in: bytes)?.equals("model", in: bytes) == true, let parts = last.google("parts", in: bytes),
            !calls(parts, bytes)
        {
            add(part, to: parts, bytes, &edits)
            return []
        }
        return (last == nil ? [] : [UInt8(ascii: ",")]) + #"{"role":"model","parts":["#.utf8 + part + "]}".utf8
    }

    private static func calls(_ parts: JSONSlice, _ bytes: RawSpan) -> Bool {
        var calls = false
        parts.forEachListed(in: bytes) { part in
            calls = part.google("functionCall", in: bytes) != nil
            return !calls
        }
        return calls
    }

    /// A part of its own: what stands there may be signed.
    private static func add(_ part: [UInt8], to parts: JSONSlice, _ bytes: RawSpan, _ edits: inout BodyEdits) {
        if parts.kind == .object {
            edits.insert("[", at: parts.start)
            edits.replace(parts.end..<parts.end, with: [UInt8(ascii: ",")] + part + [UInt8(ascii: "]")])
        } else {
            edits.append((parts.element(0, in: bytes) == nil ? [] : [UInt8(ascii: ",")]) + part, to: parts, in: bytes)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// A kept reply told as the stream that it would have been (`GET /v1/responses/{id}?stream=true`): each item's life from its beginning to
/// its end, each piece of it in one delta (docs/wire/openai-responses.md, "Streams").
public struct ResponsesReplay {
    private var frames = ResponsesEventFrames(mark: "")
    private let after: Int
    private var output: [UInt8] = []

    /// - Parameters:
    ///   - reply: A response object that is over.
    ///   - number: Of the last event that the client has; `nil`: it has none.
    /// - Returns: The events behind that; `nil` if `reply` is no response.
    public static func events(of reply: [UInt8], after number: Int?) -> [UInt8]? {
        let bytes = reply.span.bytes
        guard let root = try? JSONScanner.scan(bytes), root.kind == .object, let items = root.member("output", in: bytes),
            items.kind == .array
        else { return nil }
        var replay = ResponsesReplay(after: number ?? -1)
        replay.tell(root, items, bytes)
        return replay.output
    }

    private init(after: Int) { self.after = after }

    private mutating func tell(_ root: JSONSlice, _ items: JSONSlice, _ bytes: RawSpan) {
        let begun = Self.with(root, ["status": #""in_progress""#, "output": "[]", "usage": "null", "incomplete_details": "null"], bytes)
        for type in ["response.created", "response.in_progress"] {
            event(type) { ResponsesEventFrames.member("response", json: begun, &$0) }
        }
        var place = 0
        items.forEachElement(in: bytes) { item in
            tellItem(item, place, bytes)
            place += 1
            return true
        }
        let status = root.member("status", in: bytes)
        let end =
            if status?.equals("incomplete", in: bytes) == true {
                "response.incomplete"
            } else if status?.equals("failed", in: bytes) == true {
                "response.failed"
            } else {
                "response.completed"
            }
        let whole = Self.copy(root, bytes)
        event(end) { ResponsesEventFrames.member("response", json: whole, &$0) }
    }

    // MARK: Items

    private mutating func tellItem(_ item: JSONSlice, _ place: Int, _ bytes: RawSpan) {
        func member(_ name: StaticString) -> JSONSlice? { item.member(name, in: bytes) }
        let type = member("type")
        let whole = Self.copy(item, bytes)
        let id = member("id")?.string(in: bytes) ?? ""
        func reads(_ name: StaticString) -> Bool { type?.equals(name, in: bytes) == true }
        let isBegun = [
            "status": #""in_progress""#, "content": "[]", "summary": "[]", "arguments": #""""#, "input": #""""#,
            "encrypted_content": "null",
        ]
        let isKnown = reads("message") || reads("reasoning") || reads("function_call") || reads("custom_tool_call")
        itemEvent("response.output_item.added", place, isKnown ? Self.with(item, isBegun, bytes) : whole)
        if reads("message") {
            tellParts(member("content"), "content_index", place, id, bytes)
        } else if reads("reasoning") {
            tellParts(member("summary"), "summary_index", place, id, bytes)
            tellParts(member("content"), "content_index", place, id, bytes)
        } else if reads("function_call") {
            tellText(member("arguments"), "response.function_call_arguments", "arguments", place, id, nil, bytes)
        } else if reads("custom_tool_call") {
            tellText(member("input"), "response.custom_tool_call_input", "input", place, id, nil, bytes)
        }
        itemEvent("response.output_item.done", place, whole)
    }

    private mutating func tellParts(_ parts: JSONSlice?, _ index: String, _ place: Int, _ id: String, _ bytes: RawSpan) {
        guard let parts, parts.kind == .array else { return }
        var number = 0
        parts.forEachElement(in: bytes) { part in
            tellPart(part, (index, number), place, id, bytes)
            number += 1
            return true
        }
    }

    private mutating func tellPart(
        _ part: JSONSlice, _ number: (name: String, number: Int), _ place: Int, _ id: String, _ bytes: RawSpan
    ) {
        func reads(_ name: StaticString) -> Bool { part.member("type", in: bytes)?.equals(name, in: bytes) == true }
        let whole = Self.copy(part, bytes)
        let stem = number.name == "summary_index" ? "response.reasoning_summary_part" : "response.content_part"
        // Reasoning's own text has no event for its part.
        let hasPart = !reads("reasoning_text")
        let begun = Self.with(part, ["text": #""""#, "refusal": #""""#, "annotations": "[]", "logprobs": "[]"], bytes)
        if hasPart { event(stem + ".added", place, id, number) { ResponsesEventFrames.member("part", json: begun, &$0) } }
        if reads("refusal") {
            tellText(part.member("refusal", in: bytes), "response.refusal", "refusal", place, id, number, bytes)
        } else if reads("summary_text") {
            tellText(part.member("text", in: bytes), "response.reasoning_summary_text", "text", place, id, number, bytes)
        } else if reads("reasoning_text") {
            tellText(part.member("text", in: bytes), "response.reasoning_text", "text", place, id, number, bytes)
        } else if reads("output_text") {
            let logprobs = part.member("logprobs", in: bytes).map { Self.copy($0, bytes) } ?? Array("[]".utf8)
            let annotations = Self.elements(part.member("annotations", in: bytes), bytes)
            tellText(part.member("text", in: bytes), "response.output_text", "text", place, id, number, bytes, logprobs: logprobs) {
                replay in
                replay.tellAnnotations(annotations, number, place, id)
            }
        }
        if hasPart { event(stem + ".done", place, id, number) { ResponsesEventFrames.member("part", json: whole, &$0) } }
    }

    private mutating func tellAnnotations(
        _ annotations: [[UInt8]], _ number: (name: String, number: Int), _ place: Int, _ id: String
    ) {
        for (index, annotation) in annotations.enumerated() {
            event("response.output_text.annotation.added", place, id, number) { output in
                output.append(#","annotation_index":\#(index)"#)
                ResponsesEventFrames.member("annotation", json: annotation, &output)
            }
        }
    }

    /// - Parameters:
    ///   - text: A string; nothing is told of an empty one but that it is whole.
    ///   - stem: What its events' names begin with.
    ///   - name: The member that has it in the event that ends it.
    ///   - between: Tells what stands between the two.
    private mutating func tellText(
        _ text: JSONSlice?, _ stem: String, _ name: String, _ place: Int, _ id: String, _ number: (name: String, number: Int)?,
        _ bytes: RawSpan, logprobs: [UInt8]? = nil, between: (inout ResponsesReplay) -> Void = { _ in }
    ) {
        guard let text, text.kind == .string else { return }
        let told = Self.copy(text, bytes)
        func likelihoods(_ output: inout [UInt8]) {
            if let logprobs { ResponsesEventFrames.member("logprobs", json: logprobs, &output) }
        }
        if !text.isEmptyString {
            event(stem + ".delta", place, id, number) { output in
                ResponsesEventFrames.member("delta", json: told, &output)
                likelihoods(&output)
            }
        }
        between(&self)
        event(stem + ".done", place, id, number) { output in
            ResponsesEventFrames.member(name, json: told, &output)
            likelihoods(&output)
        }
    }

    // MARK: Events

    private mutating func event(_ type: String, _ members: (inout [UInt8]) -> Void) {
        write { frames, output in frames.event(type, &output, members) }
    }

    private mutating func event(
        _ type: String, _ place: Int, _ id: String, _ part: (name: String, number: Int)?, _ members: (inout [UInt8]) -> Void
    ) {
        write { frames, output in
            frames.event(type, &output) { output in
                output.append(#","item_id":"#)
                output.quote(id)
                output.append(#","output_index":\#(place)"#)
                if let part { output.append(",\"\(part.name)\":\(part.number)") }
                members(&output)
            }
        }
    }

    private mutating func itemEvent(_ type: String, _ place: Int, _ item: [UInt8]) {
        write { frames, output in frames.itemEvent(type, place, item, &output) }
    }

    /// Numbers an event, and leaves it out if the client has it.
    private mutating func write(_ event: (inout ResponsesEventFrames, inout [UInt8]) -> Void) {
        let (number, end) = (frames.sequence, output.count)
        event(&frames, &output)
        if number <= after { output.removeLast(output.count - end) }
    }

    // MARK: Bytes

    private static func copy(_ value: JSONSlice, _ bytes: RawSpan) -> [UInt8] { JSONFragment(value, in: bytes).onOneLine.bytes }

    private static func elements(_ list: JSONSlice?, _ bytes: RawSpan) -> [[UInt8]] {
        var elements: [[UInt8]] = []
        list?.forEachElement(in: bytes) { element in
            elements.append(copy(element, bytes))
            return true
        }
        return elements
    }

    /// An object with other values for those of these members that it has.
    private static func with(_ object: JSONSlice, _ values: [String: String], _ bytes: RawSpan) -> [UInt8] {
        var text: [UInt8] = []
        text.append("{")
        object.forEachMember(in: bytes) { key, value in
            text.comma()
            text.append("\"")
            bytes.extracting(key).withUnsafeBytes { text.append(contentsOf: $0) }
            text.append("\":")
            let name = bytes.extracting(key).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if let other = values[name] { text.append(other) } else { text += copy(value, bytes) }
            return true
        }
        text.append("}")
        return text
    }
}

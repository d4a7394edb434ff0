// SPDX-License-Identifier: Apache-2.0
import JSON

/// The members of a content block that say something, found in one pass; of a name that comes twice the last, as everywhere.
struct MessagesBlock {
    private(set) var type, text, source, id, name, input, toolUseID, content, isError: JSONSlice?
    private(set) var thinking, signature, data, citations, cacheControl, title, context: JSONSlice?

    init() {}

    /// - Parameter block: An object.
    init(_ block: JSONSlice, in bytes: RawSpan) { read(block, in: bytes) }

    mutating func read(_ block: JSONSlice, in bytes: RawSpan) {
        block.forEachMember(in: bytes) { key, value in
            keep(value, named: key, in: bytes)
            return true
        }
    }

    private mutating func keep(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) {
        if bytes.equals("type", in: key) {
            type = value
        } else if bytes.equals("text", in: key) {
            text = value
        } else if bytes.equals("id", in: key) {
            id = value
        } else if bytes.equals("name", in: key) {
            name = value
        } else if bytes.equals("input", in: key) {
            input = value
        } else if bytes.equals("content", in: key) {
            content = value
        } else if bytes.equals("tool_use_id", in: key) {
            toolUseID = value
        } else if bytes.equals("is_error", in: key) {
            isError = value
        } else if bytes.equals("source", in: key) {
            source = value
        } else if bytes.equals("thinking", in: key) {
            thinking = value
        } else if bytes.equals("signature", in: key) {
            signature = value
        } else if bytes.equals("data", in: key) {
            data = value
        } else if bytes.equals("citations", in: key) {
            citations = value
        } else if bytes.equals("cache_control", in: key) {
            cacheControl = value
        } else if bytes.equals("title", in: key) {
            title = value
        } else if bytes.equals("context", in: key) {
            context = value
        } else if bytes.hasBackslash(in: key) {
            keepEscaped(value, named: key, in: bytes)
        }
    }

    /// For the one who writes a name with escapes.
    private mutating func keepEscaped(_ value: JSONSlice, named key: Range<Int>, in bytes: RawSpan) {
        let name = JSONText.string(key, in: bytes)
        let copy = Array(name.utf8)
        if !copy.contains(UInt8(ascii: "\\")) { keep(value, named: 0..<copy.count, in: copy.span.bytes) }
    }
}

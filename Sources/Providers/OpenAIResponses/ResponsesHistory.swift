// SPDX-License-Identifier: Apache-2.0
import JSON

/// Turns a request that goes on from a kept reply (`previous_response_id`) into one that stands alone, for providers that do not have
/// that reply: what was asked and answered before comes before what is asked now.
///
/// Instructions do not come along, as the API has it: each request brings its own.
public enum ResponsesHistory {
    /// What a request asks, as a list of items: what is to be kept of it.
    ///
    /// - Parameter body: A request in this API's grammar; the history that it may have in front is in its `input`.
    /// - Returns: A JSON array, empty where there is no input.
    public static func input(of body: [UInt8], index: JSONIndex) -> [UInt8] {
        let bytes = body.span.bytes
        guard let input = index.value("input", in: bytes) else { return Array("[]".utf8) }
        return list(input, bytes)
    }

    /// What a reply answers, as a list of items that another account takes too: reasoning that only its provider keeps is left out, and so
    /// are the ids under which it keeps messages and calls.
    ///
    /// - Parameter reply: A response object.
    /// - Returns: A JSON array; `nil` if `reply` is no response.
    public static func output(of reply: [UInt8]) -> [UInt8]? {
        let bytes = reply.span.bytes
        guard let root = try? JSONScanner.scan(bytes), let output = root.member("output", in: bytes), output.kind == .array else {
            return nil
        }
        var items: [UInt8] = []
        items.append("[")
        output.forEachElement(in: bytes) { item in
            guard let type = item.member("type", in: bytes) else { return true }
            if type.equals("reasoning", in: bytes) {
                guard let cipher = item.member("encrypted_content", in: bytes), cipher.kind == .string, !cipher.isEmptyString else {
                    return true
                }
                items.comma()
                items += JSONFragment(item, in: bytes).bytes
            } else {
                items.comma()
                appendWithoutID(item, type, bytes, to: &items)
            }
            return true
        }
        items.append("]")
        return items
    }

    private static func appendWithoutID(_ item: JSONSlice, _ type: JSONSlice, _ bytes: RawSpan, to items: inout [UInt8]) {
        let isOurs =
            type.equals("message", in: bytes) || type.equals("function_call", in: bytes) || type.equals("custom_tool_call", in: bytes)
        guard isOurs else { return items += JSONFragment(item, in: bytes).bytes }
        items.append("{")
        item.forEachMember(in: bytes) { key, value in
            if JSONText.equals(key, "id", in: bytes) { return true }
            items.comma()
            items += copy(key.lowerBound - 1..<key.upperBound + 1, bytes)
            items.append(":")
            items += copy(value.range, bytes)
            return true
        }
        items.append("}")
    }

    /// - Parameters:
    ///   - body: The client's, which goes on from a reply.
    ///   - index: Made from `body`.
    ///   - input: What the request of that reply asked, as `input(of:index:)` gave it.
    ///   - output: What was answered, as `output(of:)` gave it.
    /// - Returns: `body` without `previous_response_id`, with everything before in front of its `input`. Every other byte stays. `nil` if
    ///   `input` or `output` is no JSON array, or `body` no object.
    public static func body(_ body: [UInt8], index: JSONIndex, after input: [UInt8], _ output: [UInt8]) -> [UInt8]? {
        let bytes = body.span.bytes
        guard index.root.kind == .object, let before = elements(input), let answered = elements(output) else { return nil }
        let now = ResponsesHistory.input(of: body, index: index)
        guard let asked = elements(now) else { return nil }
        var list: [UInt8] = []
        list.append("[")
        for part in [before, answered, asked] where !part.isEmpty {
            list.comma()
            list += part
        }
        list.append("]")
        var patch = JSONPatch()
        if let member = index.member("previous_response_id", in: bytes) { patch.drop(member) }
        if let old = index.value("input", in: bytes) {
            patch.replace(old.range, with: list)
        } else {
            patch.add(key: "input", value: list)
        }
        return patch.apply(to: bytes, index: index)
    }

    // MARK: Lists

    /// A text becomes the message that it stands for.
    private static func list(_ input: JSONSlice, _ bytes: RawSpan) -> [UInt8] {
        switch input.kind {
        case .array: return copy(input.range, bytes)
        case .string:
            var items: [UInt8] = []
            items.append(#"[{"type":"message","role":"user","content":"#)
            items += copy(input.range, bytes)
            items.append("}]")
            return items
        case .null, .bool, .number, .object: return Array("[]".utf8)
        }
    }

    /// What is between the brackets of an array, without white space around it.
    private static func elements(_ array: [UInt8]) -> [UInt8]? {
        let bytes = array.span.bytes
        guard let root = try? JSONScanner.scan(bytes), root.kind == .array else { return nil }
        var range: Range<Int>?
        root.forEachElement(in: bytes) { element in
            range = (range?.lowerBound ?? element.start)..<element.end
            return true
        }
        return range.map { copy($0, bytes) } ?? []
    }

    private static func copy(_ range: Range<Int>, _ bytes: RawSpan) -> [UInt8] {
        bytes.extracting(range).withUnsafeBytes { Array($0) }
    }
}

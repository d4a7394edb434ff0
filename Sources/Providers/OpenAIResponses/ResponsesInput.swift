// SPDX-License-Identifier: Apache-2.0
import JSON

/// Walks the input of a request: are its items in the API's shape, do they hold images, how long are they.
struct ResponsesInput {
    private(set) var images = 0
    private(set) var hasTools = false
    /// Nothing was asked.
    private(set) var isEmpty = true
    /// Bytes of `input` that are text or its notation: all but images and files.
    private var textBytes = 0
    private var files = 0

    /// Bytes per token. Real text has 3 to 5; JSON's own signs and escapes raise the count of bytes, not that of tokens.
    private static let bytesPerToken = 4
    /// Tokens of an image or a file, whose bytes say nothing about them.
    private static let tokensPerMedium = 1000

    static func tokens(ofBytes bytes: Int) -> Int { bytes / bytesPerToken }

    var estimatedTokens: Int { ResponsesInput.tokens(ofBytes: textBytes) + (images + files) * ResponsesInput.tokensPerMedium }

    /// - Throws: `RequestProblem` at the first item that is not in the API's shape.
    mutating func read(_ input: JSONSlice, in bytes: RawSpan) throws(RequestProblem) {
        textBytes = input.range.count
        isEmpty = input.kind != .string && input.element(0, in: bytes) == nil
        var position = 0
        try input.forEachElement(in: bytes) { (item) throws(RequestProblem) in
            try readItem(item, at: position, in: bytes)
            position += 1
            return true
        }
    }

    private mutating func readItem(_ item: JSONSlice, at position: Int, in bytes: RawSpan) throws(RequestProblem) {
        guard item.kind == .object else { throw MemberShape.wrongType(item, expected: "an object", at: "input[\(position)]") }
        var (type, role, content, output): (JSONSlice?, JSONSlice?, JSONSlice?, JSONSlice?)
        var (callID, name, hasID): (JSONSlice?, JSONSlice?, Bool) = (nil, nil, false)
        item.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            if JSONText.equals(key, "type", in: bytes) {
                type = value
            } else if JSONText.equals(key, "role", in: bytes) {
                role = value
            } else if JSONText.equals(key, "content", in: bytes) {
                content = value
            } else if JSONText.equals(key, "output", in: bytes) {
                output = value
            } else if JSONText.equals(key, "call_id", in: bytes) {
                callID = value
            } else if JSONText.equals(key, "name", in: bytes) {
                name = value
            } else if JSONText.equals(key, "id", in: bytes) {
                hasID = true
            }
            return true
        }
        let path = "input[\(position)]"
        if let type, type.kind != .string { throw MemberShape.wrongType(type, expected: "a string", at: "\(path).type") }
        guard let type, !type.equals("message", in: bytes) else {
            // Of an item without a type the role says that it is a message, and an id alone that it is a reference.
            if type == nil, role == nil, hasID { return }
            return try readMessage(role, content, at: path, in: bytes)
        }
        if type.equals("function_call", in: bytes) || type.equals("custom_tool_call", in: bytes) {
            try require(callID, at: "\(path).call_id")
            try require(name, at: "\(path).name")
        } else if type.equals("function_call_output", in: bytes) || type.equals("custom_tool_call_output", in: bytes) {
            try require(callID, at: "\(path).call_id")
            guard let output else { throw missing("\(path).output") }
            try readContent(output, at: "\(path).output", in: bytes)
        } else if type.equals("additional_tools", in: bytes) {
            hasTools = true
        } else if type.equals("reasoning", in: bytes), let content, content.kind != .array {
            throw MemberShape.wrongType(content, expected: "an array", at: "\(path).content")
        }
    }

    private mutating func readMessage(
        _ role: JSONSlice?, _ content: JSONSlice?, at path: String, in bytes: RawSpan
    ) throws(RequestProblem) {
        try require(role, at: "\(path).role")
        guard let content else { throw missing("\(path).content") }
        try readContent(content, at: "\(path).content", in: bytes)
    }

    private func require(_ value: JSONSlice?, at path: @autoclosure () -> String) throws(RequestProblem) {
        guard let value else { throw missing(path()) }
        if value.kind != .string { throw MemberShape.wrongType(value, expected: "a string", at: path()) }
    }

    private func missing(_ path: String) -> RequestProblem {
        RequestProblem(path: path, message: "\(path) is required.", code: "missing_required_parameter")
    }

    private mutating func readContent(_ content: JSONSlice, at path: String, in bytes: RawSpan) throws(RequestProblem) {
        if content.kind == .string { return }
        guard content.kind == .array else {
            throw MemberShape.wrongType(content, expected: "a string or an array of content parts", at: path)
        }
        var number = 0
        try content.forEachElement(in: bytes) { (part) throws(RequestProblem) in
            try readPart(part, at: "\(path)[\(number)]", in: bytes)
            number += 1
            return true
        }
    }

    private mutating func readPart(_ part: JSONSlice, at path: @autoclosure () -> String, in bytes: RawSpan) throws(RequestProblem) {
        guard part.kind == .object else { throw MemberShape.wrongType(part, expected: "a content part", at: path()) }
        guard let type = part.member("type", in: bytes) else { throw missing("\(path()).type") }
        guard type.kind == .string else { throw MemberShape.wrongType(type, expected: "a string", at: "\(path()).type") }
        if type.equals("input_image", in: bytes) {
            images += 1
            textBytes -= part.range.count
        } else if type.equals("input_file", in: bytes) || type.equals("input_audio", in: bytes) {
            files += 1
            textBytes -= part.range.count
        }
    }
}

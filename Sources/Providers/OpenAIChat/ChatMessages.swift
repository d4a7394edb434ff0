// SPDX-License-Identifier: Apache-2.0
import JSON

/// Walks the messages of a request: are they messages, do they hold images, how long are they.
struct ChatMessages {
    private(set) var images = 0
    /// Bytes of `messages` that are text or its notation: all but images and sound written as base64.
    private var textBytes = 0
    private var sounds = 0
    private var problem: RequestProblem?

    /// Bytes per token. Real text has 3 to 5; JSON's own signs and escapes raise the count of bytes, not that of tokens.
    private static let bytesPerToken = 4
    /// Tokens of an image or of a piece of sound, whose bytes say nothing about them.
    private static let tokensPerMedium = 1000

    static func tokens(ofBytes bytes: Int) -> Int { bytes / bytesPerToken }

    var estimatedTokens: Int { ChatMessages.tokens(ofBytes: textBytes) + (images + sounds) * ChatMessages.tokensPerMedium }

    /// - Throws: `RequestProblem` at the first element that is not a message.
    mutating func read(_ messages: JSONSlice, in bytes: RawSpan) throws(RequestProblem) {
        textBytes = messages.range.count
        var position = 0
        var hasRole = false
        messages.forEachElement(in: bytes) { key, value in
            readMember(key, value, at: position, hasRole: &hasRole, in: bytes)
            return problem == nil
        } element: { message in
            finish(message, at: position, hasRole: hasRole, in: bytes)
            hasRole = false
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
        if position == 0 { throw RequestProblem(path: "messages", message: "messages must not be empty.", code: "empty_array") }
    }

    private mutating func readMember(
        _ key: Range<Int>, _ value: JSONSlice, at position: Int, hasRole: inout Bool, in bytes: RawSpan
    ) {
        if bytes.equals("role", in: key) {
            hasRole = true
            if value.kind != .string { refuse(value, "messages[\(position)].role", expected: "a string") }
        } else if bytes.equals("content", in: key) {
            readContent(value, at: position, in: bytes)
        } else if bytes.equals("tool_calls", in: key), value.kind != .array, value.kind != .null {
            refuse(value, "messages[\(position)].tool_calls", expected: "an array")
        } else if bytes.equals("tool_call_id", in: key) || bytes.equals("name", in: key), value.kind != .string, value.kind != .null {
            refuse(value, "messages[\(position)].\(bytes.equals("name", in: key) ? "name" : "tool_call_id")", expected: "a string")
        }
    }

    /// Judges an element whose members have been read.
    private mutating func finish(_ message: JSONSlice, at position: Int, hasRole: Bool, in bytes: RawSpan) {
        guard message.kind == .object else {
            return refuse(message, "messages[\(position)]", expected: "an object")
        }
        // Asked again for the one who writes a name with escapes.
        if problem == nil, !hasRole, message.member("role", in: bytes) == nil {
            problem = RequestProblem(
                path: "messages[\(position)].role", message: "messages[\(position)].role is required.", code: "missing_required_parameter")
        }
    }

    private mutating func readContent(_ content: JSONSlice, at position: Int, in bytes: RawSpan) {
        switch content.kind {
        case .string, .null: return
        case .array: break
        case .bool, .number, .object:
            return refuse(content, "messages[\(position)].content", expected: "a string or an array of content parts")
        }
        var number = 0
        content.forEachElement(in: bytes) { part in
            if part.kind == .object {
                readPart(part, "messages[\(position)].content[\(number)]", in: bytes)
            } else if part.kind != .string {
                refuse(part, "messages[\(position)].content[\(number)]", expected: "a content part")
            }
            number += 1
            return problem == nil
        }
    }

    /// `image_url` is the wire's own type; `image` and `input_image` are sent by clients of the other wires and understood by
    /// some routers.
    private mutating func readPart(_ part: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard let type = part.member("type", in: bytes) else {
            problem = RequestProblem(path: "\(path()).type", message: "\(path()).type is required.", code: "missing_required_parameter")
            return
        }
        guard type.kind == .string else { return refuse(type, "\(path()).type", expected: "a string") }
        if type.equals("image_url", in: bytes) || type.equals("input_image", in: bytes) || type.equals("image", in: bytes) {
            images += 1
            textBytes -= part.range.count
        } else if type.equals("input_audio", in: bytes) || type.equals("file", in: bytes) {
            sounds += 1
            textBytes -= part.range.count
        }
    }

    private mutating func refuse(_ value: JSONSlice, _ path: @autoclosure () -> String, expected: String) {
        if problem == nil { problem = MemberShape.wrongType(value, expected: expected, at: path()) }
    }
}

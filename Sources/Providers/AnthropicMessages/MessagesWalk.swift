// SPDX-License-Identifier: Apache-2.0
import JSON

/// Walks what a request says: are its messages messages, do they hold images, how long is it all.
struct MessagesWalk {
    private(set) var images = 0
    /// Bytes that are text or its notation: all but images and documents written as base64.
    private var textBytes = 0
    private var documents = 0
    private var problem: RequestProblem?

    /// Bytes per token. Real text has 3 to 5; JSON's own signs and escapes raise the count of bytes, not that of tokens.
    private static let bytesPerToken = 4
    /// Tokens of an image or a document, whose bytes say nothing about them.
    private static let tokensPerMedium = 1000

    var estimatedTokens: Int { textBytes / Self.bytesPerToken + (images + documents) * Self.tokensPerMedium }

    /// - Throws: `RequestProblem` unless `system` is text or blocks of it.
    mutating func read(system: JSONSlice?, in bytes: RawSpan) throws(RequestProblem) {
        guard let system, system.kind != .null else { return }
        textBytes += system.range.count
        readContent(system, "system", in: bytes)
        if let problem { throw problem }
    }

    /// - Throws: `RequestProblem` at the first tool that is none.
    mutating func read(tools: JSONSlice?, in bytes: RawSpan) throws(RequestProblem) {
        guard let tools, tools.kind == .array else { return }
        textBytes += tools.range.count
        var position = 0
        tools.forEachElement(in: bytes) { tool in
            if tool.kind != .object { problem = MessagesProblem.wrongType("an object", at: "tools.\(position)") }
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
    }

    /// - Throws: `RequestProblem` at the first element that is not a message.
    mutating func read(_ messages: JSONSlice, in bytes: RawSpan) throws(RequestProblem) {
        textBytes += messages.range.count
        var position = 0
        var (hasRole, hasContent) = (false, false)
        messages.forEachElement(in: bytes) { key, value in
            if bytes.equals("role", in: key) {
                hasRole = true
                if !isRole(value, in: bytes) { refuse("messages.\(position).role", "Input should be 'user' or 'assistant'") }
            } else if bytes.equals("content", in: key) {
                hasContent = true
                readContent(value, "messages.\(position).content", in: bytes)
            }
            return problem == nil
        } element: { message in
            finish(message, at: position, hasRole: hasRole, hasContent: hasContent, in: bytes)
            (hasRole, hasContent) = (false, false)
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
        if position == 0 {
            throw MessagesProblem.make("messages", "at least one message is required", code: "empty_array")
        }
    }

    /// `system` stands in the middle of a conversation since Claude Opus 4.8.
    private func isRole(_ value: JSONSlice, in bytes: RawSpan) -> Bool {
        value.equals("user", in: bytes) || value.equals("assistant", in: bytes) || value.equals("system", in: bytes)
    }

    private mutating func finish(_ message: JSONSlice, at position: Int, hasRole: Bool, hasContent: Bool, in bytes: RawSpan) {
        guard problem == nil else { return }
        guard message.kind == .object else { return refuse("messages.\(position)", "Input should be an object", code: "invalid_type") }
        // Asked again for the one who writes a name with escapes.
        if !hasRole, message.member("role", in: bytes) == nil {
            problem = MessagesProblem.required("messages.\(position).role")
        } else if !hasContent, message.member("content", in: bytes) == nil {
            problem = MessagesProblem.required("messages.\(position).content")
        }
    }

    private mutating func readContent(_ content: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        if content.kind == .string { return }
        guard content.kind == .array else {
            return refuse(path(), "Input should be a valid string or an array of content blocks", code: "invalid_type")
        }
        var number = 0
        content.forEachElement(in: bytes) { block in
            readBlock(block, "\(path()).\(number)", in: bytes)
            number += 1
            return problem == nil
        }
    }

    private mutating func readBlock(_ block: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard block.kind == .object else { return refuse(path(), "Input should be an object", code: "invalid_type") }
        var fields = MessagesBlock()
        fields.read(block, in: bytes)
        guard let type = fields.type else {
            problem = MessagesProblem.required("\(path()).type")
            return
        }
        guard type.kind == .string else { return refuse("\(path()).type", "Input should be a valid string", code: "invalid_type") }
        if type.equals("text", in: bytes) {
            demand(fields.text, .string, "\(path()).text", in: bytes)
        } else if type.equals("image", in: bytes) {
            images += 1
            textBytes -= block.range.count
            demand(fields.source, .object, "\(path()).source", in: bytes)
        } else if type.equals("document", in: bytes) {
            documents += 1
            textBytes -= block.range.count
            demand(fields.source, .object, "\(path()).source", in: bytes)
        } else if type.equals("tool_use", in: bytes) {
            demand(fields.id, .string, "\(path()).id", in: bytes)
            demand(fields.name, .string, "\(path()).name", in: bytes)
            demand(fields.input, .object, "\(path()).input", in: bytes)
        } else if type.equals("tool_result", in: bytes) {
            demand(fields.toolUseID, .string, "\(path()).tool_use_id", in: bytes)
            if let content = fields.content, content.kind != .null { readContent(content, "\(path()).content", in: bytes) }
        } else if type.equals("thinking", in: bytes) {
            demand(fields.thinking, .string, "\(path()).thinking", in: bytes)
        } else if type.equals("redacted_thinking", in: bytes) {
            demand(fields.data, .string, "\(path()).data", in: bytes)
        }
    }

    private mutating func demand(_ value: JSONSlice?, _ kind: JSONKind, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard problem == nil, value?.kind != kind else { return }
        guard value != nil else {
            problem = MessagesProblem.required(path())
            return
        }
        refuse(path(), kind == .string ? "Input should be a valid string" : "Input should be an object", code: "invalid_type")
    }

    private mutating func refuse(_ path: @autoclosure () -> String, _ what: String, code: String = "invalid_value") {
        if problem == nil { problem = MessagesProblem.make(path(), what, code: code) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Walks the contents of a request: are they contents, do they hold images, how long are they.
struct GoogleContents {
    private(set) var images = 0
    /// Bytes of contents that are text or its notation: all but media.
    private var textBytes = 0
    private var otherMedia = 0
    private var problem: RequestProblem?

    private static let bytesPerToken = 4
    /// Tokens of an image, a document or a piece of sound, whose bytes say nothing about them.
    private static let tokensPerMedium = 1000

    static func tokens(ofBytes bytes: Int) -> Int { bytes / bytesPerToken }

    var estimatedTokens: Int { GoogleContents.tokens(ofBytes: textBytes) + (images + otherMedia) * GoogleContents.tokensPerMedium }

    /// - Throws: `RequestProblem` at the first that is no content.
    mutating func read(_ contents: JSONSlice, at path: String, in bytes: RawSpan) throws(RequestProblem) {
        textBytes += contents.range.count
        var position = 0
        contents.forEachListed(in: bytes) { content in
            readContent(content, "\(path)[\(position)]", in: bytes)
            position += 1
            return problem == nil
        }
        if let problem { throw problem }
        if position == 0 { throw RequestProblem(path: path, message: "\(path) must not be empty.", code: "REQUIRED") }
    }

    /// One content, such as `systemInstruction`.
    mutating func readOne(_ content: JSONSlice, at path: String, in bytes: RawSpan) throws(RequestProblem) {
        textBytes += content.range.count
        readContent(content, path, in: bytes)
        if let problem { throw problem }
    }

    private mutating func readContent(_ content: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard content.kind == .object else { return refuse(content, path(), "an object") }
        content.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            if GoogleName.reads(key, "role", in: bytes) {
                readRole(value, "\(path()).role", in: bytes)
            } else if GoogleName.reads(key, "parts", in: bytes) {
                readParts(value, "\(path()).parts", in: bytes)
            }
            return problem == nil
        }
    }

    /// An empty role is the user's.
    private mutating func readRole(_ role: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard role.kind == .string else { return refuse(role, path(), "a string") }
        let isKnown =
            role.equals("user", in: bytes) || role.equals("model", in: bytes) || role.equals("function", in: bytes)
            || role.equals("system", in: bytes) || role.isEmptyString
        if !isKnown {
            problem = RequestProblem(path: path(), message: "\(path()): please use a valid role: user, model.", code: "INVALID_ROLE")
        }
    }

    private mutating func readParts(_ parts: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard parts.kind == .array || parts.kind == .object else { return refuse(parts, path(), "an array") }
        var position = 0
        parts.forEachListed(in: bytes) { part in
            if part.kind == .object {
                readPart(part, "\(path())[\(position)]", in: bytes)
            } else {
                refuse(part, "\(path())[\(position)]", "an object")
            }
            position += 1
            return problem == nil
        }
    }

    private mutating func readPart(_ part: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        part.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            func reads(_ name: StaticString) -> Bool { GoogleName.reads(key, name, in: bytes) }
            if reads("text") || reads("thoughtSignature") {
                if value.kind != .string { refuse(value, "\(path()).\(JSONText.string(key, in: bytes))", "a string") }
            } else if reads("thought") {
                if value.kind != .bool { refuse(value, "\(path()).thought", "a boolean") }
            } else if reads("inlineData") || reads("fileData") {
                readMedium(value, "\(path()).\(JSONText.string(key, in: bytes))", in: bytes)
                textBytes -= part.range.count
            } else if reads("functionCall") {
                readFunction(value, "\(path()).\(JSONText.string(key, in: bytes))", "args", in: bytes)
            } else if reads("functionResponse") {
                readFunction(value, "\(path()).\(JSONText.string(key, in: bytes))", "response", in: bytes)
            }
            return problem == nil
        }
    }

    private mutating func readMedium(_ medium: JSONSlice, _ path: @autoclosure () -> String, in bytes: RawSpan) {
        guard medium.kind == .object else { return refuse(medium, path(), "an object") }
        var isImage = false
        medium.forEachMember(in: bytes) { key, value in
            if value.kind == .null { return true }
            guard value.kind == .string else {
                refuse(value, "\(path()).\(JSONText.string(key.prefix(64), in: bytes))", "a string")
                return false
            }
            if GoogleName.reads(key, "mimeType", in: bytes) {
                isImage = value.string(in: bytes)?.lowercased().hasPrefix("image/") ?? false
            } else if GoogleName.reads(key, "data", in: bytes), !GoogleContents.beginsAsBase64(value, in: bytes) {
                problem = RequestProblem(
                    path: "\(path()).data", message: "Invalid value at '\(path()).data' (TYPE_BYTES), Base64 decoding failed.",
                    code: "INVALID_BASE64")
            }
            return problem == nil
        }
        if isImage { images += 1 } else { otherMedia += 1 }
    }

    /// Only the beginning is looked at: enough to tell a URL, which is the usual mistake, without reading megabytes.
    private static func beginsAsBase64(_ value: JSONSlice, in bytes: RawSpan) -> Bool {
        for position in (value.start + 1..<value.end - 1).prefix(256) {
            switch bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            // `\` begins an escape, such as `\/` or `\n`.
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "\\"): continue
            default: return false
            }
        }
        return true
    }

    private mutating func readFunction(
        _ function: JSONSlice, _ path: @autoclosure () -> String, _ object: StaticString, in bytes: RawSpan
    ) {
        guard function.kind == .object else { return refuse(function, path(), "an object") }
        if let name = function.google("name", in: bytes) {
            if name.kind != .string { return refuse(name, "\(path()).name", "a string") }
        } else {
            problem = RequestProblem(path: "\(path()).name", message: "\(path()).name must not be empty.", code: "REQUIRED")
            return
        }
        if let id = function.google("id", in: bytes), id.kind != .string { return refuse(id, "\(path()).id", "a string") }
        if let value = function.google(object, in: bytes), value.kind != .object {
            refuse(value, "\(path()).\(object)", "an object")
        }
    }

    private mutating func refuse(_ value: JSONSlice, _ path: @autoclosure () -> String, _ expected: String) {
        if problem == nil { problem = GoogleMembers.wrongType(value, expected: expected, at: path()) }
    }
}

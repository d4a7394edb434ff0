// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import JSON

/// Turns what an upstream answered, or failed to, into the one value that the classifier judges.
///
/// Only error replies come in here. A model's words can not: nothing is read from `choices`.
public struct ErrorReader: Sendable {
    private let wire: WireKind
    private let context: ErrorContext
    private let nowMilliseconds: Int64

    /// Bytes of a message at most.
    public static let messageLimit = 4096
    /// Bytes of a body that are looked at. No provider explains itself at such length.
    static let bodyLimit = 1 << 20

    public init(wire: WireKind, context: ErrorContext, nowMilliseconds: Int64) {
        self.wire = wire
        self.context = context
        self.nowMilliseconds = nowMilliseconds
    }

    /// A reply whose status says failure.
    public func read(status: Int, headers: Headers, body: [UInt8]) -> ErrorObject {
        if ErrorReader.isHTML(headers: headers, body: body) {
            return htmlPage(status: status, headers: headers, body: body)
        }
        var object = describe(body, headers)
        object.status = status
        return object
    }

    /// An error, or something unknown, that came under a success status: whole, or as the data of an event.
    ///
    /// The error's own status counts, where it tells one; that of the reply says nothing.
    public func insideSuccess(body: [UInt8], headers: Headers = Headers()) -> ErrorObject {
        var object = describe(body, headers)
        object.insideSuccess = true
        return object
    }

    /// No reply at all, or one that broke the rules of its transport or its wire.
    public func fault(_ fault: TransportFault) -> ErrorObject {
        var object = empty()
        object.transport = fault
        switch fault {
        case .emptyReply:
            object.bodyIsEmpty = true
            object.insideSuccess = true
        case .malformed, .closedEarly, .resetEarly, .shortBody: object.insideSuccess = true
        case .dns, .refused, .unreachable, .tls, .connectTimeout, .firstTokenTimeout, .idleTimeout, .plainTimeout, .requestDeadline,
            .reset, .tooLarge, .other:
            break
        }
        return object
    }

    /// A page for people, from a proxy in between. Its words are about the page, so that only the status counts.
    ///
    /// - Parameter status: `nil` under a success status.
    func htmlPage(status: Int?, headers: Headers = Headers(), body: [UInt8] = []) -> ErrorObject {
        var object = empty()
        object.status = status
        object.isHTML = true
        object.isChallenge = ErrorReader.isChallenge(headers: headers, body: body)
        object.insideSuccess = status == nil
        object.reset = ResetHints.read(headers: headers, body: nil, nowMilliseconds: nowMilliseconds)
        object.retryAfterGiven = ResetHints.isRetryAfterGiven(headers)
        return object
    }

    /// A finish reason that says the provider broke off. The choice may hold the error itself, as OpenRouter's does.
    func brokenOff(reason: String, choice: JSONSlice, in bytes: RawSpan) -> ErrorObject {
        var object = empty()
        if let error = choice.member("error", in: bytes), OpenAIErrors.isFilled(error, in: bytes) {
            object = insideSuccess(bytes: bytes.extracting(error.range))
        }
        object.insideSuccess = true
        let reason = ErrorReader.cut(reason, to: 64)
        if object.code == nil { object.code = reason }
        if object.message == nil { object.message = "finish_reason: \(reason)" }
        return object
    }

    func insideSuccess(bytes: RawSpan) -> ErrorObject {
        insideSuccess(body: bytes.withUnsafeBytes { Array($0) })
    }

    func brokenOff(reason: String, choice: JSONSlice, body: [UInt8], headers: Headers) -> ErrorObject {
        brokenOff(reason: reason, choice: choice, in: body.span.bytes)
    }

    /// Whether a body is a page for people: by its first bytes, or by its type where it is not JSON.
    static func isHTML(headers: Headers, body: [UInt8]) -> Bool {
        // What begins as JSON does is asked no more: nearly all that comes, and whatever its type says.
        if let first = body.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return false }
        var start = body.prefix(512)[...]
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start = start.dropFirst(3) }
        start = start.drop { $0 <= 0x20 }
        guard let first = start.first else { return false }
        if first == UInt8(ascii: "<") {
            let head = String(decoding: start.prefix(64), as: UTF8.self).lowercased()
            let marks = ["<!doctype html", "<html", "<head", "<body", "<title", "<center", "<h1", "<!--", "<?xml"]
            if marks.contains(where: head.hasPrefix) { return true }
        }
        guard let type = headers["content-type"]?.lowercased(), type.hasPrefix("text/html") else { return false }
        return first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    }

    /// Whether a page wants to know if its reader is human, as Cloudflare's do: by its header, or by the title alone.
    private static func isChallenge(headers: Headers, body: [UInt8]) -> Bool {
        if headers["cf-mitigated"]?.lowercased() == "challenge" { return true }
        return String(decoding: body.prefix(2048), as: UTF8.self).lowercased().contains("<title>just a moment")
    }

    // MARK: Reading

    private func empty() -> ErrorObject {
        ErrorObject(provider: context.provider, wire: wire.rawValue, model: context.model)
    }

    private func describe(_ body: [UInt8], _ headers: Headers) -> ErrorObject {
        var object = empty()
        var fields = ErrorFields()
        var json: JSONValue?
        let head = body.count > ErrorReader.bodyLimit ? Array(body[..<ErrorReader.bodyLimit]) : body
        let text = ErrorReader.trimmed(ErrorReader.unwrapped(head))
        if text.isEmpty {
            object.bodyIsEmpty = true
        } else {
            json = try? JSONValue.parse(Array(text))
            if let json { fields.read(json) }
            if fields.isEmpty, !fields.isReply, json.map(ErrorReader.saysSomething) ?? true {
                fields.readText(String(decoding: text, as: UTF8.self))
            }
        }
        object.code = fields.code.map { ErrorReader.cut($0, to: 256) }
        object.type = fields.type.map { ErrorReader.cut($0, to: 256) }
        object.message = fields.message.map { ErrorReader.cut($0, to: ErrorReader.messageLimit) }
        object.namesMember = fields.param.map { ErrorReader.cut($0, to: 256) }
        object.detailReasons = fields.detailReasons.map { ErrorReader.cut($0, to: 256) }
        object.status = fields.status
        object.reset = ResetHints.read(headers: headers, body: json, message: object.message, nowMilliseconds: nowMilliseconds)
        object.retryAfterGiven = ResetHints.isRetryAfterGiven(headers)
        return object
    }

    /// Providers that stream answer failures as an event too: the data of the first one is the body.
    private static func unwrapped(_ body: [UInt8]) -> [UInt8] {
        let start = trimmed(body).prefix(6)
        guard start.starts(with: Array("data:".utf8)) || start.starts(with: Array("event:".utf8)) else { return body }
        var data: [UInt8]?
        var reader = EventStreamReader(limit: bodyLimit)
        func keep(_ bytes: RawSpan) {
            if data == nil, bytes.byteCount > 0 { data = bytes.withUnsafeBytes { Array($0) } }
        }
        do {
            try reader.feed(body.span.bytes) { _, bytes, _ in keep(bytes) }
            try reader.feed(Array("\n\n".utf8).span.bytes) { _, bytes, _ in keep(bytes) }
        } catch { return body }
        return data ?? body
    }

    /// JSON in a shape that nobody has described yet is kept as it is, for people and for rules to come.
    private static func saysSomething(_ json: JSONValue) -> Bool {
        switch json {
        case .null, .bool, .number, .string: false
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    private static func trimmed(_ body: [UInt8]) -> ArraySlice<UInt8> {
        var text = body[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        text = text.drop { $0 <= 0x20 }
        while let last = text.last, last <= 0x20 { text = text.dropLast() }
        return text
    }

    /// The longest beginning of `text` of at most `limit` bytes that ends with a whole character.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}

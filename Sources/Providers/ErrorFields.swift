// SPDX-License-Identifier: Apache-2.0
import JSON

/// What an error body says, gathered from the shapes that providers use (docs/wire/openai-completions.md, "Errors").
struct ErrorFields {
    private(set) var code: String?
    private(set) var type: String?
    private(set) var message: String?
    private(set) var param: String?
    /// An HTTP status that the body itself tells.
    private(set) var status: Int?
    /// Reasons below the top one, such as Google's `ErrorInfo.reason` and quota ids; at most `maxReasons`.
    private(set) var detailReasons: [String] = []

    static let maxReasons = 16
    /// JSON within a string within JSON: no deeper than this.
    private static let maxDepth = 4

    /// It is a reply and no error. Nothing that a model said is read from it.
    private(set) var isReply = false

    /// Nothing was found.
    var isEmpty: Bool { code == nil && type == nil && message == nil && detailReasons.isEmpty }

    mutating func read(_ value: JSONValue) { read(value, depth: 0) }

    /// An error that is plain text, perhaps with JSON in it.
    mutating func readText(_ text: String) {
        if message == nil { message = text }
        readNested(text, depth: 0)
    }

    private mutating func read(_ value: JSONValue, depth: Int) {
        guard depth <= ErrorFields.maxDepth else { return }
        switch value {
        case .object(let object): read(object, depth: depth)
        case .array(let elements):
            // Google streams its errors as an array of one.
            if case .object(let first)? = elements.first { read(first, depth: depth + 1) }
        case .string(let text): readMessage(text, depth: depth)
        case .null, .bool, .number: break
        }
    }

    private mutating func read(_ object: JSONObject, depth: Int) {
        readEnds(object)
        switch object["error"] ?? object["errors"] {
        case .object(let inner)?: read(inner, depth: depth + 1)
        case .array(let inner)?: read(.array(inner), depth: depth + 1)
        case .string(let text)? where !text.isEmpty:
            // `{"error":"invalid_grant","error_description":"…"}` has the code first, `{"error":"…"}` only words.
            if let words = ErrorFields.words(in: object) {
                setCode(text)
                readMessage(words, depth: depth)
            } else {
                readMessage(text, depth: depth)
            }
        default: break
        }
        if case .object(let base)? = object["base_resp"], let number = base["status_code"]?.int, number != 0 {
            setCode(String(number))
            if let words = base["status_msg"]?.string, !words.isEmpty { readMessage(words, depth: depth) }
        }
        readOwnEnvelopes(object, depth: depth)
        readDetail(object["detail"], depth: depth)
        if let words = ErrorFields.words(in: object) { readMessage(words, depth: depth) }
        readNames(object)
        if message != nil { addReason(object["reason"]?.string.flatMap(ErrorFields.token)) }
        readDetails(object["details"])
        if case .object(let metadata)? = object["metadata"] { read(metadata: metadata, depth: depth) }
    }

    /// What clouds of their own put around an error: Tencent's `Response.Error`, Volcengine's `ResponseMetadata.Error`, and the `header` of
    /// Xunfei, whose code is 0 for success.
    private mutating func readOwnEnvelopes(_ object: JSONObject, depth: Int) {
        for key in ["Response", "ResponseMetadata"] {
            if case .object(let error)? = object[key]?["Error"] { read(error, depth: depth + 1) }
        }
        if case .object(let header)? = object["header"], let code = header["code"]?.int, code != 0 { read(header, depth: depth + 1) }
    }

    private mutating func readNames(_ object: JSONObject) {
        for key in ["code", "error_code", "errorCode", "Code"] {
            if let code = ErrorFields.name(object[key]) { setCode(code) }
        }
        if let text = object["type"]?.string, text != "error", !text.isEmpty, type == nil { type = text }
        switch object["status"] {
        // Google's canonical names, such as `RESOURCE_EXHAUSTED`, beside a `code` that repeats the HTTP status.
        case .string(let text)? where ErrorFields.isCanonical(text): setCode(text)
        case .number(let number)?: setStatus(number.int)
        default: break
        }
        if let text = object["param"]?.string, !text.isEmpty, param == nil { param = text }
        for key in ["code", "status_code", "http_status"] { setStatus(object[key]?.int) }
    }

    /// Why a reply ended, of those that hold little else: `{"choices":[{"finish_reason":"content_filter"}]}` and what other wires call it.
    private mutating func readEnds(_ object: JSONObject) {
        guard ErrorFields.replyMembers.contains(where: { object[$0] != nil }) else { return }
        isReply = true
        var reasons = [object["stop_reason"], object["promptFeedback"]?["blockReason"]]
        for (list, key) in [("choices", "finish_reason"), ("candidates", "finishReason")] {
            if case .array(let elements)? = object[list] { reasons += elements.prefix(ErrorFields.maxReasons).map { $0[key] } }
        }
        for reason in reasons { addReason(reason?.string.flatMap(ErrorFields.token)) }
    }

    private static let replyMembers = ["choices", "candidates", "promptFeedback", "stop_reason"]

    /// `text` if it is a name, and not words.
    private static func token(_ text: String) -> String? {
        let isName = text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == UInt8(ascii: "_") }
        return isName && (1...64).contains(text.utf8.count) ? text : nil
    }

    /// FastAPI: `{"detail":"…"}`, or an array of `{"loc":[…],"msg":"…"}` where the request was not understood.
    private mutating func readDetail(_ detail: JSONValue?, depth: Int) {
        switch detail {
        case .string(let text)? where !text.isEmpty: readMessage(text, depth: depth)
        case .object?: if let detail { read(detail, depth: depth + 1) }
        case .array(let elements)?:
            guard case .object(let first)? = elements.first else { break }
            if let words = ErrorFields.words(in: first) { readMessage(words, depth: depth) }
            if param == nil, case .array(let steps)? = first["loc"] {
                let path = steps.compactMap { $0.string ?? $0.int.map(String.init) }.filter { $0 != "body" }
                if !path.isEmpty { param = path.joined(separator: ".") }
            }
        default: break
        }
    }

    /// Google's `details[]`, and Anthropic's `details.error_code`.
    private mutating func readDetails(_ details: JSONValue?) {
        switch details {
        case .object(let object)?:
            for key in ["error_code", "code", "reason"] { addReason(object[key]?.string) }
        case .array(let elements)?:
            for case .object(let detail) in elements.prefix(ErrorFields.maxReasons) {
                addReason(detail["reason"]?.string)
                guard case .array(let violations)? = detail["violations"] else { continue }
                for violation in violations.prefix(ErrorFields.maxReasons) {
                    addReason(violation["quotaId"]?.string ?? violation["quotaMetric"]?.string ?? violation["subject"]?.string)
                }
            }
        default: break
        }
    }

    /// OpenRouter: what the host behind it said (`raw`), which limit it was, and why a prompt was refused.
    private mutating func read(metadata: JSONObject, depth: Int) {
        for key in ["limit_source", "error_type", "reason"] { addReason(metadata[key]?.string) }
        if case .array(let reasons)? = metadata["reasons"] {
            for reason in reasons.prefix(ErrorFields.maxReasons) { addReason(reason.string) }
        }
        var inner = ErrorFields()
        switch metadata["raw"] {
        case .string(let text)?: inner.readMessage(text, depth: depth + 1)
        case .object(let object)?: inner.read(.object(object), depth: depth + 1)
        default: return
        }
        if let words = inner.message, words != message { message = message.map { "\($0): \(words)" } ?? words }
        adopt(inner)
    }

    /// Words, which may be JSON themselves, or hold some.
    private mutating func readMessage(_ text: String, depth: Int) {
        guard !text.isEmpty else { return }
        var inner = ErrorFields()
        if depth < ErrorFields.maxDepth, let nested = ErrorFields.wholeJSON(text) {
            inner.read(nested, depth: depth + 1)
            if message == nil { message = inner.message ?? text }
            return adopt(inner)
        }
        if message == nil { message = text }
        readNested(text, depth: depth)
    }

    /// Codes and types from JSON in the midst of a sentence, as routers quote those behind them. The sentence stays the message.
    private mutating func readNested(_ text: String, depth: Int) {
        guard depth < ErrorFields.maxDepth, text.utf8.count <= ErrorReader.messageLimit * 4, ErrorFields.mayHoldObject(text) else { return }
        guard let first = text.utf8.firstIndex(of: UInt8(ascii: "{")), let last = text.utf8.lastIndex(of: UInt8(ascii: "}")), first < last,
            let nested = try? JSONValue.parse(String(text[first...last]))
        else { return }
        var inner = ErrorFields()
        inner.read(nested, depth: depth + 1)
        adopt(inner)
    }

    /// Whether there is a closing brace: most sentences are done with here.
    private static func mayHoldObject(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            text.count > 1 && text.firstPlace(from: 1, before: text.count) { bytes, _ in bytes.equals("}") } != nil
        }
    }

    /// The names that are still missing, or only numbers, from an error within this one.
    private mutating func adopt(_ inner: ErrorFields) {
        if let code = inner.code { setCode(code) }
        if type == nil { type = inner.type }
        if param == nil { param = inner.param }
        if status == nil { status = inner.status }
        for reason in inner.detailReasons { addReason(reason) }
    }

    /// The first code stays, unless it is a mere HTTP status and a name comes along.
    private mutating func setCode(_ text: String) {
        if code == nil || (Int(code ?? "").map { (100...599).contains($0) } == true && Int(text) == nil) { code = text }
    }

    private mutating func setStatus(_ number: Int?) {
        if status == nil, let number, (400...599).contains(number) { status = number }
    }

    private mutating func addReason(_ reason: String?) {
        guard let reason, !reason.isEmpty, detailReasons.count < ErrorFields.maxReasons, !detailReasons.contains(reason) else { return }
        detailReasons.append(reason)
    }

    /// The human part of an object, by the names that providers give it.
    private static func words(in object: JSONObject) -> String? {
        for key in ["message", "error_description", "msg", "error_msg", "errorMessage", "Message", "error_message", "title"] {
            switch object[key] {
            case .string(let text)? where !text.isEmpty: return text
            case .array(let value)?: return JSONWriter.string(.array(value))
            case .object(let value)?: return JSONWriter.string(.object(value))
            default: continue
            }
        }
        return nil
    }

    private static func isCanonical(_ text: String) -> Bool {
        text.utf8.count > 2 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func name(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text.isEmpty ? nil : text
        case .number(let number)?: number.text
        case .null?, .bool?, .array?, .object?, nil: nil
        }
    }

    /// `text` as JSON if all of it is an object, an array or a string.
    private static func wholeJSON(_ text: String) -> JSONValue? {
        guard let first = text.utf8.first(where: { $0 > 0x20 }), "{[\"".utf8.contains(first) else { return nil }
        return try? JSONValue.parse(text)
    }
}

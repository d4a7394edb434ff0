// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors in the shape that OpenAI gave them and that both of its wires share
/// (https://platform.openai.com/docs/guides/error-codes, docs/wire/openai-completions.md, "Errors").
enum OpenAIErrors {
    /// Some providers send `"error": null` or an empty one along with every good reply.
    static func isFilled(_ error: JSONSlice, in bytes: RawSpan) -> Bool {
        switch error.kind {
        case .null, .bool, .number: false
        case .string: !error.isEmptyString
        case .array: error.element(0, in: bytes) != nil
        case .object: hasMembers(error, in: bytes)
        }
    }

    private static func hasMembers(_ object: JSONSlice, in bytes: RawSpan) -> Bool {
        var found = false
        object.forEachMember(in: bytes) { _, _ in
            found = true
            return false
        }
        return found
    }

    // MARK: To clients

    /// `{"error":{"message","type","param","code"}}`, with the receipt as one more member.
    static func body(_ error: WireError) -> [UInt8] {
        var text = Array(#"{"error":{"message":"#.utf8)
        JSONWriter.quote(error.message, into: &text)
        text += Array(#","type":"#.utf8)
        JSONWriter.quote(error.type ?? type(of: error.status), into: &text)
        append("param", error.param, to: &text)
        append("code", error.code, to: &text)
        if let receipt = error.receipt {
            text += Array(#","understudy":"#.utf8)
            text += receipt
        }
        text += Array("}}".utf8)
        return text
    }

    /// A provider's body with the receipt as the last member of its `error`, if that is an object.
    static func body(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] {
        let bytes = upstream.span.bytes
        guard let index = try? JSONIndex(scanning: bytes), index.root.kind == .object,
            let error = index.value("error", in: bytes), error.kind == .object
        else { return upstream }
        var patch = JSONPatch()
        if let other = error.member("understudy", in: bytes) {
            patch.replace(other.range, with: receipt)
        } else {
            let end = error.range.upperBound - 1
            patch.replace(end..<end, with: Array("\(hasMembers(error, in: bytes) ? "," : "")\"understudy\":".utf8) + receipt)
        }
        return patch.apply(to: bytes, index: index)
    }

    /// What OpenAI itself calls errors of a status.
    private static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "insufficient_quota"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 503, 529: "service_unavailable_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    private static func append(_ key: StaticString, _ value: String?, to text: inout [UInt8]) {
        text += Array(",\"\(key)\":".utf8)
        if let value { JSONWriter.quote(value, into: &text) } else { text += Array("null".utf8) }
    }
}

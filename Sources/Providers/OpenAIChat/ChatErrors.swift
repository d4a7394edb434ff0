// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors as this wire shows them to its clients, and as providers hide them where a reply should be.
enum ChatErrors {
    /// Whether an object without choices is an error itself: by its own `type` or `object`, or by an error's members.
    static func isFlatError(_ root: JSONSlice, in bytes: RawSpan) -> Bool {
        if root.member("object", in: bytes)?.equals("error", in: bytes) == true { return true }
        if root.member("type", in: bytes)?.equals("error", in: bytes) == true { return true }
        if root.member("detail", in: bytes).map({ isFilled($0, in: bytes) }) == true { return true }
        guard root.member("message", in: bytes)?.kind == .string else { return false }
        return root.member("code", in: bytes) != nil || root.member("status", in: bytes) != nil || root.member("type", in: bytes) != nil
    }

    /// Some providers send `"error": null` or an empty one along with every good reply.
    static func isFilled(_ error: JSONSlice, in bytes: RawSpan) -> Bool {
        switch error.kind {
        case .null, .bool, .number: false
        case .string: !error.isEmptyString
        case .array: error.element(0, in: bytes) != nil
        case .object: hasMembers(error, in: bytes)
        }
    }

    /// MiniMax answers 200 and puts its business code, 0 for success, into `base_resp.status_code`.
    static func isFailure(_ base: JSONSlice, in bytes: RawSpan) -> Bool {
        guard base.kind == .object, let code = base.member("status_code", in: bytes)?.int(in: bytes) else { return false }
        return code != 0
    }

    /// Finish reasons that say the provider broke off: OpenRouter, z.ai, vLLM and DeepSeek, in this order.
    static func isFailure(finishReason: JSONSlice, in bytes: RawSpan) -> Bool {
        finishReason.equals("error", in: bytes) || finishReason.equals("network_error", in: bytes)
            || finishReason.equals("abort", in: bytes) || finishReason.equals("insufficient_system_resource", in: bytes)
            || finishReason.equals("malformed_response", in: bytes)
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

    /// The same body as one event. No terminator follows: it would pass for an end.
    static func event(_ error: WireError) -> [UInt8] {
        Array("data: ".utf8) + body(error) + Array("\n\n".utf8)
    }

    /// What OpenAI itself calls errors of a status.
    private static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "insufficient_quota"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    private static func append(_ key: StaticString, _ value: String?, to text: inout [UInt8]) {
        text += Array(",\"\(key)\":".utf8)
        if let value { JSONWriter.quote(value, into: &text) } else { text += Array("null".utf8) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors as Anthropic's clients know them: `{"type":"error","error":{"type","message"}}`
/// (https://platform.claude.com/docs/en/api/errors), and as providers hide them where a reply should be.
enum MessagesErrors {
    static func body(_ error: WireError) -> [UInt8] {
        var text = Array(#"{"type":"error","error":{"type":"#.utf8)
        JSONWriter.quote(error.type ?? type(of: error.status), into: &text)
        text += #","message":"#.utf8
        JSONWriter.quote(message(of: error), into: &text)
        if let code = error.code {
            text += #","details":{"error_code":"#.utf8
            JSONWriter.quote(code, into: &text)
            text += "}".utf8
        }
        if let receipt = error.receipt {
            text += #","understudy":"#.utf8
            text += receipt
        }
        text += "}}".utf8
        return text
    }

    /// The same body as an event, after which nothing follows.
    static func event(_ error: WireError) -> [UInt8] { Array("event: error\ndata: ".utf8) + body(error) + Array("\n\n".utf8) }

    /// There is no member for the place: it stands before the words.
    private static func message(of error: WireError) -> String {
        guard let param = error.param, !error.message.hasPrefix(param) else { return error.message }
        return "\(param): \(error.message)"
    }

    /// What Anthropic itself calls errors of a status.
    static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    /// MiniMax puts its business code, 0 for success, into `base_resp.status_code` here too.
    static func isFailure(baseResponse: JSONSlice, in bytes: RawSpan) -> Bool {
        guard baseResponse.kind == .object, let code = baseResponse.member("status_code", in: bytes)?.int(in: bytes) else { return false }
        return code != 0
    }

    /// Whether an object that is no message is an error by its members.
    static func isFlatError(_ root: JSONSlice, in bytes: RawSpan) -> Bool {
        if root.member("detail", in: bytes).map({ OpenAIErrors.isFilled($0, in: bytes) }) == true { return true }
        guard root.member("message", in: bytes)?.kind == .string else { return false }
        return root.member("code", in: bytes) != nil || root.member("status", in: bytes) != nil
    }
}

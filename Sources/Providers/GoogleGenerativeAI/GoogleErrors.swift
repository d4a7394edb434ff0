// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors as Google's clients know them: `{"error":{"code","message","status","details"}}`
/// (https://google.aip.dev/193, https://ai.google.dev/gemini-api/docs/troubleshooting).
enum GoogleErrors {
    static func body(_ error: WireError) -> [UInt8] {
        var text = Array(#"{"error":{"code":\#(error.status),"message":"#.utf8)
        JSONWriter.quote(error.message, into: &text)
        text += #","status":"\#(status(of: error.status))""#.utf8
        appendDetails(of: error, to: &text)
        if let receipt = error.receipt {
            text += #","understudy":"#.utf8
            text += receipt
        }
        text += "}}".utf8
        return text
    }

    /// Whether an object without candidates is an error itself.
    static func isFlatError(_ root: JSONSlice, in bytes: RawSpan) -> Bool {
        guard root.kind == .object, root.member("message", in: bytes)?.kind == .string else { return false }
        return root.member("code", in: bytes) != nil || root.member("status", in: bytes) != nil
    }

    /// A provider's body with the receipt as the last member of its `error`. Google answers a stream that is no event stream with a list
    /// of one error: then it is the first one's.
    static func body(_ upstream: [UInt8], adding receipt: [UInt8]) -> [UInt8] {
        let bytes = upstream.span.bytes
        guard let index = try? JSONIndex(scanning: bytes) else { return upstream }
        let root = index.root.kind == .array ? index.root.element(0, in: bytes) : index.root
        guard let error = root?.member("error", in: bytes), error.kind == .object else { return upstream }
        var edits = BodyEdits()
        if let other = error.member("understudy", in: bytes) {
            edits.replace(other.range, with: receipt)
        } else {
            edits.addMember("\"understudy\":\(String(decoding: receipt, as: UTF8.self))", to: error, in: bytes)
        }
        return edits.apply(to: upstream, index: index) ?? upstream
    }

    /// The same body as one event: Google's SDK for Python raises it, whatever came before (`_api_client.py` of google-genai 3.4).
    static func event(_ error: WireError) -> [UInt8] { Array("data: ".utf8) + body(error) + Array("\r\n\r\n".utf8) }

    /// Google's word for an HTTP status (google.rpc.Code; https://google.aip.dev/193).
    static func status(of status: Int) -> String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 402: "FAILED_PRECONDITION"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 408, 504: "DEADLINE_EXCEEDED"
        case 409: "ABORTED"
        case 429: "RESOURCE_EXHAUSTED"
        case 499: "CANCELLED"
        case 501: "UNIMPLEMENTED"
        case 502, 503, 529: "UNAVAILABLE"
        case 500...: "INTERNAL"
        default: "INVALID_ARGUMENT"
        }
    }

    /// The member that is wrong as `BadRequest`, a code of our own as `ErrorInfo` (google.rpc, error_details.proto).
    private static func appendDetails(of error: WireError, to text: inout [UInt8]) {
        var details: [[UInt8]] = []
        if let param = error.param {
            var detail = Array(#"{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"#.utf8)
            JSONWriter.quote(param, into: &detail)
            detail += #","description":"#.utf8
            JSONWriter.quote(error.message, into: &detail)
            details.append(detail + Array("}]}".utf8))
        }
        if let reason = error.code ?? error.type {
            var detail = Array(#"{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"#.utf8)
            JSONWriter.quote(reason.uppercased(), into: &detail)
            details.append(detail + Array(#","domain":"understudy"}"#.utf8))
        }
        guard !details.isEmpty else { return }
        text += #","details":["#.utf8
        for (place, detail) in details.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            text += detail
        }
        text.append(UInt8(ascii: "]"))
    }
}

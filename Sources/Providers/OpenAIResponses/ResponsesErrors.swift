// SPDX-License-Identifier: Apache-2.0
import JSON

/// Errors as a stream of this wire tells them, and as providers hide them where a reply should be.
enum ResponsesErrors {
    /// Whether an object that is no response is an error itself, by an error's members.
    static func isFlatError(_ root: JSONSlice, in bytes: RawSpan) -> Bool {
        if let error = root.member("error", in: bytes), OpenAIErrors.isFilled(error, in: bytes) { return true }
        if let detail = root.member("detail", in: bytes), OpenAIErrors.isFilled(detail, in: bytes) { return true }
        return root.member("message", in: bytes)?.kind == .string
    }

    /// The two events that end a stream which failed: `response.failed`, whose response carries the error, and `error`, whose own
    /// `error` is what OpenAI's SDKs raise. The receipt is in both.
    ///
    /// - Parameter position: They have the next two numbers, and the response its id.
    static func event(_ error: WireError, after position: StreamPosition) -> [UInt8] {
        let body = OpenAIErrors.body(error)
        var text: [UInt8] = []
        text.append(#"event: response.failed\#ndata: {"type":"response.failed","sequence_number":\#(position.next),"response":{"id":"#)
        text.quote(position.reply?.id ?? "resp_\(receiptID(error) ?? "understudy")")
        text.append(#","object":"response","created_at":\#(position.reply?.created ?? 0),"status":"failed""#)
        text.append(#","error":{"code":"\#(code(of: error.status))","message":"#)
        text.quote(error.message)
        if let receipt = error.receipt {
            text.append(#","understudy":"#)
            text += receipt
        }
        text.append(#"},"incomplete_details":null,"instructions":null,"metadata":{},"model":"#)
        text.quote(position.reply?.model ?? "")
        text.append(#","output":[],"#)
        text.append(#""parallel_tool_calls":true,"tool_choice":"auto","tools":[],"usage":null}}"#)
        text.append("\n\nevent: error\ndata: {\"type\":\"error\",\"sequence_number\":\(position.next + 1),\"code\":")
        if let code = error.code { text.quote(code) } else { text.append("null") }
        text.append(#","message":"#)
        text.quote(error.message)
        text.append(#","param":"#)
        if let param = error.param { text.quote(param) } else { text.append("null") }
        text.append(",")
        text += body.dropFirst()
        text.append("\n\n")
        return text
    }

    /// For a stream that never said how it is called.
    private static func receiptID(_ error: WireError) -> String? {
        guard let receipt = error.receipt else { return nil }
        let bytes = receipt.span.bytes
        return (try? JSONScanner.scan(bytes))?.member("id", in: bytes)?.string(in: bytes)
    }

    /// Of the codes that a response's error may have, the one that a status means.
    private static func code(of status: Int) -> String {
        switch status {
        case 429: "rate_limit_exceeded"
        case 400..<429: "invalid_prompt"
        default: "server_error"
        }
    }
}

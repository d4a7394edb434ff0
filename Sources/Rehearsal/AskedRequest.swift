// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// A request as an upstream saw it.
public struct AskedRequest: Sendable {
    public var method = HTTP.Method.post
    public var path: String
    public var headers: Headers
    public var body: [UInt8]
    public var model: String
    public var streaming: Bool

    public init(path: String = "/v1/chat/completions", headers: Headers = [:], body: [UInt8] = [], model: String, streaming: Bool = false) {
        self.path = path
        self.headers = headers
        self.body = body
        self.model = model
        self.streaming = streaming
    }

    /// Reads a request of any wire. Google's names its model and its streaming in the path.
    init(head: RequestHead, body: [UInt8]) {
        let value = try? JSONValue.parse(body.span.bytes)
        self.init(
            path: head.path, headers: head.headers, body: body, model: value?["model"]?.string ?? "",
            streaming: value?["stream"]?.bool ?? false)
        method = head.method
        guard wire == .google, let start = path.range(of: "/models/")?.upperBound, let colon = path[start...].lastIndex(of: ":") else {
            return
        }
        model = String(path[start..<colon])
        streaming = path[colon...].hasPrefix(":streamGenerateContent")
    }

    /// The four ways in which an upstream can be asked.
    public enum Wire: Hashable, Sendable, CaseIterable { case chat, responses, messages, google }

    /// By the end of its path.
    public var wire: Wire {
        if path.hasSuffix("/responses") { return .responses }
        if path.hasSuffix("/messages") { return .messages }
        return path.contains("/models/") && path.contains(":") ? .google : .chat
    }

    /// The credential, from the header that the wire has for it; empty without.
    public var key: String {
        switch wire {
        case .messages: if let key = headers.first("x-api-key") { return key }
        case .google: if let key = headers.first("x-goog-api-key") { return key }
        case .chat, .responses: break
        }
        let value = headers.first("authorization") ?? ""
        return value.hasPrefix("Bearer ") ? String(value.dropFirst(7)) : ""
    }

    /// The body; `null` if it is no JSON.
    public var json: JSONValue { (try? JSONValue.parse(body.span.bytes)) ?? .null }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}

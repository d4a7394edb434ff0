// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

/// A request as an upstream saw it.
public struct AskedRequest: Sendable {
    public var method = HTTP.Method.post
    public var path: String
    /// Behind the path's question mark.
    public var query: String?
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
        query = head.query
        if isEnveloped { streaming = path.contains(":streamGenerateContent") }
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
        return isEnveloped || (path.contains("/models/") && path.contains(":")) ? .google : .chat
    }

    /// In Cloud Code Assist's envelope: the model's name stands in the body, around the request.
    var isEnveloped: Bool { path.contains(":") && path.contains("enerateContent") && !path.contains("/models/") }

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

    /// The request itself, without an envelope; `null` if the body is no JSON.
    public var json: JSONValue {
        let body = (try? JSONValue.parse(body.span.bytes)) ?? .null
        return isEnveloped ? body["request"] ?? .null : body
    }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<String.Index>? { ranges(of: part).first }
}

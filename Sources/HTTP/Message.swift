// SPDX-License-Identifier: Apache-2.0

/// How a body's end is known (RFC 9112 §6.3).
public enum BodyFraming: Hashable, Sendable {
    /// No body follows the head; a `Content-Length` of 0 says so too.
    case none
    /// So many bytes follow; never 0.
    case counted(Int)
    /// Chunks follow: see `ChunkedDecoder`.
    case chunked
    /// All until the connection closes; only a response can be framed like this.
    case untilClose
}

/// A request as its head announces it: one reading, the only one that the bytes allow.
public struct RequestHead: Sendable {
    public var method: Method
    /// As it came, percent escapes included, without the query. Begins with `/`, or is `*`.
    public var path: String
    /// What follows the first `?`, as it came. `nil`: no `?`.
    public var query: String?
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    public var minorVersion: Int
    public var headers: Headers
    public var framing: BodyFraming
    /// Whether another request may follow on the connection, as far as the client is concerned.
    public var keepAlive: Bool
    /// Whether the client waits for a `100 Continue` before it sends the body that `framing` announces.
    public var expectsContinue: Bool

    public init(
        method: Method, path: String, query: String? = nil, minorVersion: Int = 1, headers: Headers = [:], framing: BodyFraming = .none,
        keepAlive: Bool = true, expectsContinue: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.minorVersion = minorVersion
        self.headers = headers
        self.framing = framing
        self.keepAlive = keepAlive
        self.expectsContinue = expectsContinue
    }
}

/// The final head of a reply; those of the 1xx family come before it and are not kept.
public struct ResponseHead: Sendable {
    /// 200 to 599.
    public var status: Int
    public var headers: Headers

    public init(status: Int, headers: Headers = [:]) {
        self.status = status
        self.headers = headers
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP

/// What goes upstream.
public struct ClientRequest: Sendable {
    public var method: Method
    /// Absolute, `http` or `https`.
    public var url: String
    public var headers: Headers
    public var body: [UInt8]
    public var connectTime: Duration
    /// Do not use a connection that served before.
    public var onFreshConnection: Bool
    /// Do not ask the environment for a proxy: for loopback and private hosts.
    public var bypassesProxy: Bool

    public init(
        method: Method = .post, url: String, headers: Headers = [:], body: [UInt8] = [], connectTime: Duration = .seconds(10),
        onFreshConnection: Bool = false, bypassesProxy: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTime = connectTime
        self.onFreshConnection = onFreshConnection
        self.bypassesProxy = bypassesProxy
    }
}

/// Why no whole reply came, as far as the transport can tell.
public enum ClientProblem: Error, Hashable, Sendable {
    case dns
    case refused
    case unreachable(String)
    case connectTimeout
    case tls(String)
    /// The connection ended or broke. `reused`: it had served before, so the peer may just have closed an idle connection.
    case reset(reused: Bool, String)
    /// The connection was closed before the body's end.
    case truncated
    /// The connection was reset before the body's end.
    case truncatedByReset
    /// The body has fewer bytes than its `Content-Length`.
    case short
    case malformed(String)
    case proxy(String)
    case other(String)
}

/// How long each phase of a call took, from its start. `nil`: not reached.
public struct ClientTimes: Hashable, Sendable {
    public var nameLookup: Duration?
    public var connect: Duration?
    public var tls: Duration?
    public var firstByte: Duration?
    public var isReusedConnection = false

    public init() {}
}

/// Takes a reply as it comes. Called on the client's loop, never after `cancel`.
public protocol HTTPCallDelegate: AnyObject {
    /// The final head; informational ones (1xx) are left out.
    func headCame(_ head: ResponseHead)
    /// `bytes` are valid during the call.
    func bodyCame(_ bytes: RawSpan)
    /// `nil`: the reply is whole. Called once.
    func ended(_ problem: ClientProblem?, _ times: ClientTimes)
}

/// A call under way. Used on its client's loop.
public protocol HTTPCall: AnyObject {
    /// Ends the call and closes its connection unless the reply was whole. The delegate hears no more of it.
    func cancel()
    /// Ends the call for its delegate, which hears no more of it, as nothing but the end of the reply is to come. Its connection is
    /// kept for the next call if that end comes promptly.
    func letGo()
    /// Stops reading, so that a slow reader slows its upstream instead of filling our memory.
    func pause()
    func resume()
}

/// A client of one event loop.
public protocol HTTPClient: AnyObject {
    func start(_ request: ClientRequest, _ delegate: any HTTPCallDelegate) -> any HTTPCall
}

// SPDX-License-Identifier: Apache-2.0
import HTTP

/// An answer that is known whole.
public struct HTTPAnswer: Sendable {
    public var status: Int
    public var headers: Headers
    public var body: [UInt8]

    public init(status: Int, headers: Headers = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The end of the head, and the body where the method and the status allow one (RFC 9110 §6.4.1, §8.6).
    func serializeBody(to method: Method?, into output: inout [UInt8]) {
        if status != 204 { output.append(header: "content-length", body.count) }
        output.append(contentsOf: [13, 10])
        if method != .head && status != 204 && status != 304 { output.append(contentsOf: body) }
    }
}

/// Whether the body of a request is worth reading.
public enum Admission: Sendable {
    /// Read it, up to so many bytes, then call `serve`.
    case read(limit: Int)
    /// Answer now and end the connection if a body was on its way.
    case refuse(HTTPAnswer)
}

/// What a server does with requests. Every method is called on the loop of the request's connection.
public protocol HTTPService: Sendable {
    /// The head is in. Decided before a byte of the body is kept, so that a stranger cannot make us hold one.
    func admit(_ head: RequestHead) -> Admission

    /// Answers a request whose body is whole. Runs as a task of its own; the task is cancelled when the client leaves.
    func serve(_ exchange: HTTPExchange) async

    /// What to say to a request that could not be read. `head` is `nil` when not even that was understood.
    func refusal(of problem: HTTPProblem, head: RequestHead?) -> HTTPAnswer
}

/// Bounds on what strangers may send and how slowly.
public struct ServerLimits: Hashable, Sendable {
    /// Open connections of the whole server; one more is answered with 503.
    public var connections = 10_000
    /// Bytes of all request bodies that are kept at once; one more is answered with 503.
    public var bodyMemory = 256 << 20
    /// From the first byte of a head to its last; also from accepting to the first byte.
    public var headTime = Duration.seconds(10)
    /// Without a byte of an unfinished body.
    public var bodyIdleTime = Duration.seconds(30)
    /// For a whole body.
    public var bodyTime = Duration.seconds(300)
    /// Between two requests of a kept connection.
    public var keepAliveTime = Duration.seconds(75)
    /// Between two requests of a kept connection, while another process takes over.
    public var partingTime = Duration.seconds(5)
    /// Without the client taking a byte that waits for it.
    public var sendTime = Duration.seconds(60)
    /// For what a client still sends of a request that has been refused, and is thrown away.
    public var lingerTime = Duration.seconds(5)

    public init() {}
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What a candidate has to know to go on with a reply that another has begun.
public struct Continuation: Hashable, Sendable {
    /// What the client has of the answer; not empty.
    public var text: String
    /// `prefill` or `transcript`. A wire may find in a body that it takes no prefill, and ask by `transcript`.
    public var method: Continuing

    public init(text: String, method: Continuing) {
        self.text = text
        self.method = method
    }
}

/// A request that asks to go on.
public struct ContinuedBody: Hashable, Sendable {
    public var body: [UInt8]
    public var method: Continuing
    /// White space at the end of the text that the request had to leave out: the reply may begin with it again.
    public var leftOut: String

    public init(body: [UInt8], method: Continuing, leftOut: String = "") {
        self.body = body
        self.method = method
        self.leftOut = leftOut
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// How one attempt ended. What is rare and large stands behind a pointer: an open stream has room for its end all the time.
enum CallOutcome {
    case whole(status: Int, contentType: String?, body: [UInt8], usage: Usage?)
    /// The client has the stream, with a proven end.
    case streamed(usage: Usage?)
    indirect case failed(FailedCall)
    case cancelled
}

/// How an attempt failed.
struct FailedCall {
    var error: ErrorObject
    /// What it is where no classifier has to say so: not the provider's fault.
    var judged: Failure?
    /// The limit of ours that ran out.
    var limit: TimeLimit?
    /// The upstream's refusal, for the client if it is its to answer.
    var reply: UpstreamReply?
    /// What broke the wire's grammar, or its beginning. Not for the classifier, as a model may have written it.
    var offending: [UInt8]?
    /// The client has part of the reply.
    var committed = false
}

/// An upstream's refusal as it came.
struct UpstreamReply {
    var status: Int
    var contentType: String?
    var body: [UInt8]
}

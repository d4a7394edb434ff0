// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers

/// How a request ended, for its door to put into its client's wire.
public enum RelayResult: Sendable {
    /// A whole reply, as the upstream sent it.
    case whole(status: Int, contentType: String?, body: [UInt8], Served)
    /// The sink has the reply from the first event to the last.
    case streamed(Served)
    /// The sink has part of a reply, as far as the position says; its end has to be the wire's true error event.
    indirect case brokenStream(Failure, Served, StreamPosition)
    /// The client's own mistake, in the upstream's words.
    case passedOn(status: Int, contentType: String?, body: [UInt8], Served)
    indirect case refused(Refusal)
    /// Nobody is there to be told.
    case cancelled
}

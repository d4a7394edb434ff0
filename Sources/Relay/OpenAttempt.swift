// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP

/// An attempt under way. A class, so that looking at one part of it copies no others. Confined to the request's loop.
final class OpenAttempt {
    var attempt: Attempt
    /// Of its link in the chain.
    let index: Int
    let route: Route
    let served: Served
    let call: UpstreamCall
    /// What let it in.
    let secret: Secret?
    /// When another one spoke first, and it was given up.
    var lost: ContinuousClock.Instant?
    /// Among the request's attempts, where two ran at a time.
    var start: Int?
    private let began = ContinuousClock.now

    init(_ attempt: Attempt, of index: Int, by route: Route, _ served: Served, secret: Secret?, call: UpstreamCall) {
        self.attempt = attempt
        self.index = index
        self.route = route
        self.served = served
        self.secret = secret
        self.call = call
    }

    /// In US dollars; `nil` where a count or a price is not known.
    var cost: Double? {
        let usage = attempt.usage
        return usage.flatMap { route.price?.cost(of: $0) }
    }

    /// As the receipt has it, now that it is over.
    var closed: Attempt {
        var closed = attempt
        closed.duration = (lost ?? call.endedAt ?? .now) - began
        return closed
    }
}

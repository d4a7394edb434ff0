// SPDX-License-Identifier: Apache-2.0
import Failover
import Oracle

/// A request under way.
struct Flight {
    var number = -1
    var isUp = false
    var chain = Chain(links: [])
    var links: [Oracle.Link] = []
    var receipt: Receipt
    var prompt = Prompt()
    var session = -1
    /// Credentials that have got a new secret since it came: it goes on with the old one.
    var oldSecrets: Set<Int> = []
    var isStreaming = false
    /// Tells attempts of this slot apart.
    var turn = 0
    var attempt: Attempt?
    var fate = Fate(endsAfter: 0)
    var hasSpoken = false
    /// Links that the oracle has been told of as passed by.
    var told: Set<Int> = []
}

// SPDX-License-Identifier: Apache-2.0

/// What holds for every request, whatever happens around it.
public enum Invariant: String, CaseIterable, Sendable {
    case lease = "no call to a blocked scope without a lease or a permitted early try"
    case end = "a chain ends early only for a reason that stops it"
    case named = "every candidate is tried or named as skipped, with a reason that is true"
    case bounded = "attempts per request are bounded"
    case widening = "one request never widens a scope for a reason that its prompt can cause"
    case window = "a window is never lengthened by a failure that began before it"
    case recovery = "a recovered credential is used again within its window plus one request"
    case session = "a session changes credential only for a recorded reason"
    case trace = "same seed, same trace"
    /// Beside the nine of the promise: what the ledger says it did is what its tables say.
    case tables = "a failure blocks what the tables name, for as long as they name, and a success frees it"
}

/// An invariant that did not hold.
public struct Violation: Sendable {
    public var invariant: Invariant
    /// The number of the request that was under way.
    public var request: Int
    public var what: String

    public init(_ invariant: Invariant, request: Int, _ what: String) {
        self.invariant = invariant
        self.request = request
        self.what = what
    }
}

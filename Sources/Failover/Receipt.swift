// SPDX-License-Identifier: Apache-2.0

/// What became of one request: its attempts, oldest first, what was passed over, who answered.
public struct Receipt: Hashable, Sendable {
    public var facts: RequestFacts
    public var attempts: [Attempt]
    public var skipped: [SkippedLink]
    /// Times that the request waited for a reset, rather than leave a model, which it does at most once; and before an overloaded
    /// provider was asked again, where the settings say so.
    public var waits: [Duration]
    /// Credentials that served its session before and are not asked first any more, though nothing blocks them: the prompt cache is cold,
    /// or they are no longer in the chain.
    public var leftPins: [SessionPin] = []
    /// `nil`: it has not ended.
    public var outcome: Outcome?
    public var endedAt: Timestamp?

    public init(
        facts: RequestFacts, attempts: [Attempt] = [], skipped: [SkippedLink] = [], waits: [Duration] = [], outcome: Outcome? = nil,
        endedAt: Timestamp? = nil
    ) {
        self.facts = facts
        self.attempts = attempts
        self.skipped = skipped
        self.waits = waits
        self.outcome = outcome
        self.endedAt = endedAt
    }

    /// Every attempt of it was given up for another that spoke first: it may be asked yet.
    func wasHedged(_ candidate: Candidate) -> Bool { attempts.allSatisfy { $0.candidate != candidate || $0.isHedged } }

    func hasTried(_ candidate: Candidate) -> Bool {
        for place in attempts.indices where attempts[place].candidate == candidate { return true }
        return false
    }
}

/// How a request ended. The numbers are places in `Receipt.attempts`.
public enum Outcome: Hashable, Sendable {
    case answered(attempt: Int, status: Int)
    /// The reply broke off after the client had part of it.
    case failed(attempt: Int)
    case refused(Refusal)
    /// The client got the upstream's own refusal: a fault of the request, not of a candidate.
    case passedOn(attempt: Int)
    /// The client left, or we shut down.
    case cancelled
}

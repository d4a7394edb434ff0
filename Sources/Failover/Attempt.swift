// SPDX-License-Identifier: Apache-2.0

/// One try of a candidate.
public struct Attempt: Hashable, Sendable {
    public var candidate: Candidate
    /// The link's, such as `agents.defaults.model.fallbacks[0]`.
    public var origin: String
    public var mode: AttemptMode
    /// The upstream's wire, such as `openai-completions`, where it is another one than the client's; `nil`: both speak the same.
    public var crossedTo: String?
    /// What the request asked for and the upstream's wire has no place for, such as `top_k`; empty where nothing crossed.
    public var lost: [String] = []
    /// What was changed in what it sent, since the route is known to refuse it otherwise, or just had.
    public var repairs: [Repair]
    /// `nil` where nobody said. Decides which command mends it.
    public var kind: CredentialKind?
    public var startedAt: Timestamp
    public var duration: Duration
    public var timeToFirstToken: Duration?
    /// Of the upstream's reply.
    public var status: Int?
    /// `nil`: it answered.
    public var failure: Failure?
    public var usage: Usage?
    /// What the ledger made of it.
    public var effect: [BlockEffect]
    /// What was decided then, in words; empty where nobody wrote it down.
    public var next: String
    /// The client got content of it.
    public var committed: Bool
    /// What the client has of it, where its reply broke off or it went on with one that did; `nil`: neither.
    public var part: SentPart?

    public init(
        candidate: Candidate, origin: String = "requested", mode: AttemptMode = .normal, repairs: [Repair] = [],
        kind: CredentialKind? = nil, startedAt: Timestamp, duration: Duration = .zero, timeToFirstToken: Duration? = nil,
        status: Int? = nil, failure: Failure? = nil, usage: Usage? = nil,
        effect: [BlockEffect] = [], next: String = "", committed: Bool = false
    ) {
        self.candidate = candidate
        self.origin = origin
        self.mode = mode
        self.repairs = repairs
        self.kind = kind
        self.startedAt = startedAt
        self.duration = duration
        self.timeToFirstToken = timeToFirstToken
        self.status = status
        self.failure = failure
        self.usage = usage
        self.effect = effect
        self.next = next
        self.committed = committed
    }
}

/// Under which title a candidate is tried.
public enum AttemptMode: Hashable, Sendable {
    case normal
    /// Once more, at once, after a failure that often passes within a second.
    case quickRepeat
    /// After a block's window: this request looks whether it is over.
    case halfOpen(Lease)
    /// After a block has ended well, as one of the few that its scope takes at once.
    case returning(Lease)
    /// Within a block's window, since everything else is blocked too.
    case early

    /// What the attempt holds and has to give back.
    public var lease: Lease? {
        switch self {
        case .halfOpen(let lease), .returning(let lease): lease
        case .normal, .quickRepeat, .early: nil
        }
    }
}

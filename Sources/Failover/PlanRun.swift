// SPDX-License-Identifier: Apache-2.0

/// What would become of a request if what is supposed happened: decided by the policy, the classifier and a copy of the ledger, in a
/// time that passes at once. No token is spent.
public struct PlanRun: Hashable, Sendable {
    /// As the request would leave it, with the times that were assumed.
    public var receipt: Receipt
    /// What followed each attempt, by its place in `receipt.attempts`.
    public var next: [PlanNext]
    /// What the client would get.
    public var ending: Ending
    /// Who would be asked first by a request that comes then; `nil`: nobody.
    public var afterwards: Candidate?

    public struct Ending: Hashable, Sendable {
        public var status: Int
        /// Stable, such as `all_candidates_failed`; `nil` for an answer.
        public var code: String?
        /// `nil` for an answer.
        public var message: String?
        public var retryAfter: Duration?

        public init(status: Int, code: String? = nil, message: String? = nil, retryAfter: Duration? = nil) {
            self.status = status
            self.code = code
            self.message = message
            self.retryAfter = retryAfter
        }
    }

    public init(receipt: Receipt, next: [PlanNext], ending: Ending, afterwards: Candidate? = nil) {
        self.receipt = receipt
        self.next = next
        self.ending = ending
        self.afterwards = afterwards
    }

    /// How long it would take, waits included.
    public var duration: Duration { (receipt.endedAt ?? receipt.facts.startedAt) - receipt.facts.startedAt }
}

/// What followed an attempt, and so why the next candidate was asked.
public enum PlanNext: String, Hashable, Sendable, CaseIterable {
    case answered
    /// The same candidate again, at once.
    case quickRepeat = "quick_repeat"
    /// The same candidate again, with what it refused changed.
    case afterRepair = "after_repair"
    /// The reset is so close that it is waited for, rather than leave the model.
    case wait
    case nextCredential = "next_credential"
    case nextModel = "next_model"
    /// A candidate that is blocked, since everything else is too.
    case early
    /// The refusal is the client's to know.
    case passedOn = "passed_on"
    case refused
    case stopped

    /// For people.
    public var text: String {
        switch self {
        case .answered: "answered"
        case .quickRepeat: "the same once more, at once"
        case .afterRepair: "the same again, repaired"
        case .wait: "wait for it"
        case .nextCredential: "next credential"
        case .nextModel: "next model"
        case .early: "an early try of what is blocked, since all else is"
        case .passedOn: "the client gets this refusal"
        case .refused: "nobody is left"
        case .stopped: "nobody is waiting"
        }
    }

    init(_ step: Step, after last: Attempt, _ chain: Chain) {
        switch step {
        case .attempt(let index, let mode):
            let candidate = chain.links[index].candidate
            if candidate == last.candidate {
                self = mode == .quickRepeat ? .quickRepeat : last.failure?.repair == nil ? .wait : .afterRepair
            } else if mode == .early {
                self = .early
            } else {
                self = candidate.model == last.candidate.model ? .nextCredential : .nextModel
            }
        case .wait: self = .wait
        case .answer: self = .passedOn
        case .refuse: self = .refused
        case .stop: self = .stopped
        }
    }
}

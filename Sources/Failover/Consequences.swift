// SPDX-License-Identifier: Apache-2.0

/// What follows from a failure of the first attempt of a request on a healthy candidate: the four answers of the policy, in words.
/// `Policy.step` and `HealthLedger.record` decide; this says what they will.
public struct Consequences: Hashable, Sendable {
    /// What the ledger blocks, and for how long.
    public struct Blocked: Hashable, Sendable {
        public var scope: Scope
        /// One window after the other while failures go on, without jitter; the last one repeats. Empty: until the secret changes.
        public var windows: [Duration]
        public var setBy: WindowLength
        /// What a second failure makes of it; `nil`: it stays as it is.
        public var widens: Scope?
    }

    /// 1. Whether the same candidate is tried again now.
    public var again: String
    /// 2. Whether another credential of this provider and model is.
    public var nextCredential: String
    /// 3. Whether the next model is.
    public var nextModel: String
    /// 4. `nil`: nothing is blocked.
    public var blocked: Blocked?
    /// 4. in words.
    public var blockedText: String

    public init(of failure: Failure, policy: Policy = .standard) {
        let answers = failure.reason.answers
        again = Self.again(failure, answers.again, policy)
        switch answers.nextModel {
        case .yes: nextModel = "yes"
        case .no: nextModel = failure.reason == .cancelled ? "no" : "no: it would refuse the request too, so the client is told"
        case .atAnotherEndpoint: nextModel = "yes, the next one at another endpoint"
        case .withLargerWindow: nextModel = "yes, the next one with a larger window; if there is none, the client is told"
        case .unlessAsWritten:
            nextModel =
                failure.namesMember == nil
                ? "no: the client is told, unless the gateway had changed the request" : "no: the error names a member that the client sent"
        }
        switch (answers.nextCredential, failure.reason) {
        case (true, _): nextCredential = "yes"
        case (false, .network): nextCredential = "no: it leads to the same endpoint"
        case (false, _): nextCredential = "no"
        }
        let blocked = Self.blocked(failure, answers, policy)
        self.blocked = blocked
        blockedText = Self.text(blocked, failure)
    }

    private static func again(_ failure: Failure, _ again: Answers.Again, _ policy: Policy) -> String {
        if failure.reason == .rateLimit, let reset = failure.reset, reset <= policy.patience {
            return "yes, once, \(Words.duration(max(reset, .seconds(1)))) later, before the model is left"
        }
        switch again {
        case .no: return "no"
        case .quickly where failure.reset != nil: return "no: the provider says when to come back"
        case .quickly: return "yes, once, within 300 ms"
        case .onFreshConnection:
            if case .reset(let reused)? = failure.fault {
                return reused ? "yes, once, on a fresh connection" : "only if the connection had served before"
            }
            return "no"
        case .afterRepair: return failure.repair.map { "yes, once, \($0.text)" } ?? "no: nothing is known that would mend the request"
        case .afterRefresh: return "no"
        }
    }

    private static func blocked(_ failure: Failure, _ answers: Answers, _ policy: Policy) -> Blocked? {
        guard let scope = failure.scope, let ladder = answers.ladder else { return nil }
        let widens = scope == .credentialModel ? answers.widens.scope : nil
        if ladder == .secret && ladder.steps(policy).isEmpty { return Blocked(scope: scope, windows: [], setBy: .secret, widens: nil) }
        if let reset = failure.reset, ladder != .secret {
            let length = min(max(reset, .seconds(1)), ladder.cap(policy))
            return Blocked(
                scope: scope, windows: [length], setBy: failure.retryAfterGiven ? .retryAfter : .providerReset, widens: widens)
        }
        return Blocked(scope: scope, windows: ladder.steps(policy), setBy: .ladder, widens: widens)
    }

    private static func text(_ blocked: Blocked?, _ failure: Failure) -> String {
        guard let blocked else { return "nothing" }
        let subject =
            switch blocked.scope {
            case .credentialModel: "this model on this credential"
            case .credential: "the whole credential"
            case .providerModel: "this model on every credential"
            case .endpoint: "everything at this endpoint"
            }
        let time: String
        switch blocked.setBy {
        case .secret: time = "until its secret changes"
        case .retryAfter: time = (blocked.windows.first.map { Words.duration($0) } ?? "") + " (Retry-After)"
        case .providerReset: time = (blocked.windows.first.map { Words.duration($0) } ?? "") + " (the provider's word)"
        case .ladder:
            let steps = blocked.windows.map { Words.duration($0) }
            time = (steps.first ?? "") + (steps.count > 1 ? "; while it goes on " + steps.dropFirst().joined(separator: ", ") : "")
        }
        var text = "\(subject), \(time)"
        if failure.reason == .network, failure.fault.map({ !$0.isCertain }) ?? true { text += ", from the second failure on" }
        switch blocked.widens {
        case .credential?: text += "; the whole credential, when a second model fails the same way"
        case .providerModel? where failure.reason == .modelNotFound:
            text += "; the model on every credential, when a second credential says the same"
        case .providerModel?: text += "; the model on every credential, when another request meets it on a second one"
        case .credentialModel?, .endpoint?, nil: break
        }
        return text
    }
}

extension Reason {
    /// For people, in a few words.
    public var meaning: String {
        switch self {
        case .rateLimit: "too much in too short a time"
        case .quota: "what the plan grants is used up for now"
        case .billing: "no money: a payment ends it"
        case .auth: "the key or login is not accepted"
        case .authPermanent: "the key or login will never be accepted again"
        case .overloaded: "the provider has too much to do"
        case .serverError: "the provider broke"
        case .timeout: "it took too long"
        case .network: "the provider could not be reached"
        case .modelNotFound: "the model is unknown, retired, or not for this account"
        case .format: "the route refuses something in the request's form"
        case .invalidRequest: "the request itself is refused"
        case .contextOverflow: "the prompt is too long for this model"
        case .contentPolicy: "refused for its content"
        case .malformed: "what came is no reply of this wire"
        case .unknown: "no rule knows this error"
        case .cancelled: "nobody waited for the answer any more"
        }
    }
}

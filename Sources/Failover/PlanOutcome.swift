// SPDX-License-Identifier: Apache-2.0

/// What an upstream is supposed to do when it is asked.
public enum PlanOutcome: Hashable, Sendable {
    case ok
    /// An error of this status, judged by the classifier.
    case refusal(Refused)
    /// A failure of this reason, whatever an upstream would have said to be judged so.
    case failure(Failure)
    /// No whole reply.
    case fault(TransportFault)

    public struct Refused: Hashable, Sendable {
        public var status: Int
        public var code: String?
        public var message: String?
        public var retryAfter: Duration?

        public init(status: Int, code: String? = nil, message: String? = nil, retryAfter: Duration? = nil) {
            self.status = status
            self.code = code
            self.message = message
            self.retryAfter = retryAfter
        }
    }

    /// What the classifier makes of it.
    ///
    /// - Parameter wire: The one that the candidate's provider speaks.
    /// - Returns: `nil` for an answer.
    func failure(of candidate: Candidate, wire: String) -> Failure? {
        var error = ErrorObject(provider: candidate.model.provider, wire: wire, model: candidate.model.model)
        switch self {
        case .ok: return nil
        case .failure(let failure): return failure
        case .fault(let fault): error.transport = fault
        case .refusal(let refused):
            (error.status, error.code, error.message) = (refused.status, refused.code, refused.message)
            error.bodyIsEmpty = refused.code == nil && refused.message == nil
            error.reset = refused.retryAfter
            error.retryAfterGiven = refused.retryAfter != nil
        }
        return Classifier.classify(error)
    }
}

extension Failure {
    /// A failure of `reason` as the classifier makes them, supposed by somebody who looks ahead.
    init(supposing reason: Reason) {
        self.init(reason: reason, scope: reason.answers.blocks, rule: "supposed")
    }
}

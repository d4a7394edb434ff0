// SPDX-License-Identifier: Apache-2.0

/// Why an attempt failed: what the classifier made of an error, with the evidence beside it.
public struct Failure: Error, Hashable, Sendable {
    public var reason: Reason
    /// The narrowest scope that the evidence supports. `nil`: nothing to block.
    public var scope: Scope?
    /// How long the provider asks us to wait, as it said it. The ledger caps it.
    public var reset: Duration?
    /// `reset` stood in a `Retry-After` header or its kin.
    public var retryAfterGiven: Bool
    /// The id of the rule that matched, such as `status.402`.
    public var rule: String
    public var status: Int?
    /// The error's code, or its type where it has no code.
    public var code: String?
    /// The upstream's words, redacted and cut to 1 KB by whoever keeps them.
    public var message: String?
    public var fault: TransportFault?
    /// The evidence names the account or plan, not only this model.
    public var accountWide: Bool
    /// The member of the request that the error names.
    public var namesMember: String?
    /// The limit of ours that ran out.
    public var limit: TimeLimit?
    /// What would make the route take the request; `nil`: nothing that is known, or nothing that would change this request.
    public var repair: Repair?
    /// What `repair` mends lies in this request alone: it says nothing of the route. Not kept in receipts.
    public var repairIsOfRequest: Bool

    public init(
        reason: Reason, scope: Scope?, rule: String, reset: Duration? = nil, retryAfterGiven: Bool = false, status: Int? = nil,
        code: String? = nil, message: String? = nil, fault: TransportFault? = nil, accountWide: Bool = false, namesMember: String? = nil,
        limit: TimeLimit? = nil, repair: Repair? = nil, repairIsOfRequest: Bool = false
    ) {
        self.reason = reason
        self.scope = scope
        self.rule = rule
        self.reset = reset
        self.retryAfterGiven = retryAfterGiven
        self.status = status
        self.code = code
        self.message = message
        self.fault = fault
        self.accountWide = accountWide
        self.namesMember = namesMember
        self.limit = limit
        self.repair = repair
        self.repairIsOfRequest = repairIsOfRequest
    }
}

/// A limit of ours that ran out: which phase, how long, and who set it.
public struct TimeLimit: Hashable, Sendable {
    /// Such as `firstToken`.
    public var phase: String
    public var seconds: Double
    /// Such as `built in` or `models.providers.groq.timeouts`.
    public var setBy: String

    public init(phase: String, seconds: Double, setBy: String) {
        self.phase = phase
        self.seconds = seconds
        self.setBy = setBy
    }
}

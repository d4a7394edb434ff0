// SPDX-License-Identifier: Apache-2.0
extension ScopeKey { var shortText: String { "" } }
extension BlockEffect { public var text: String { "" } }
extension Policy {
    public func step(chain: Chain, receipt: Receipt, facts: RequestFacts, ledger: inout HealthLedger, now: Timestamp) -> Step { .stop }
}
extension Refusal {
    public init(judging attempt: Attempt) { self = .busy }
    public static func make(receipt: Receipt, chain: Chain, ledger: HealthLedger, now: Timestamp) -> Refusal { .busy }
}
public enum Explanation {
    public static func text(_ receipt: Receipt, colour: Bool = false) -> String { "" }
    public static func fix(for failure: Failure, candidate: Candidate, kind: CredentialKind? = nil) -> String? { nil }
}

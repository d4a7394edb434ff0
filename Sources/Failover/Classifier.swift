// SPDX-License-Identifier: Apache-2.0

/// Turns an error object into a failure: what kept a reply from coming first, then pages for people, then the first rule of
/// `Rules` that matches.
public enum Classifier {
    public static func classify(_ error: ErrorObject) -> Failure { classify(error, by: Rules.table) }

    static func classify(_ error: ErrorObject, by table: RuleTable) -> Failure {
        if let fault = error.transport { return judge(fault, error) }
        let evidence = Evidence(error)
        if error.isHTML { return page(error, evidence) }
        let findings = table.findings(evidence)
        let isAccount = table.namesAccount(findings)
        if let rule = table.rule(for: evidence, findings) {
            return failure(rule.reason, rule.id, error, evidence, reach: rule.reach, namesAccount: isAccount)
        }
        // Where nothing is said, nobody has said that the request is at fault.
        if !evidence.isSilent, Rules.requests.statuses.contain(evidence.status) {
            return failure(.invalidRequest, Rules.requests.id, error, evidence)
        }
        if error.insideSuccess, error.bodyIsEmpty { return failure(.malformed, "malformed.empty", error, evidence) }
        return failure(.unknown, "unknown", error, evidence)
    }

    // MARK: No reply

    private static func judge(_ fault: TransportFault, _ error: ErrorObject) -> Failure {
        let (reason, rule) = Rules.line(for: fault)
        // Our own limit on the whole request says nothing about who was asked last.
        let scope: Scope? = fault == .requestDeadline ? nil : reason.answers.blocks
        return Failure(
            reason: reason, scope: scope, rule: rule, reset: error.reset, retryAfterGiven: error.retryAfterGiven, status: error.status,
            code: error.code, message: error.message, fault: fault)
    }

    /// A page of a proxy in between: the status decides, whatever the page says.
    private static func page(_ error: ErrorObject, _ evidence: Evidence) -> Failure {
        if error.isChallenge { return failure(.network, "html.challenge", error, evidence) }
        for rule in Rules.statuses where rule.statuses.contain(evidence.status) {
            return failure(rule.reason, "html.\(rule.id)", error, evidence, reach: rule.reach)
        }
        return failure(.malformed, "html", error, evidence)
    }

    // MARK: Scope

    private static func failure(
        _ reason: Reason, _ rule: String, _ error: ErrorObject, _ evidence: Evidence, reach: Rule.Reach = .wording,
        namesAccount: Bool = false
    ) -> Failure {
        // A limit that ends a long time from now is a quota, by whatever name.
        let isLong = reason == .rateLimit && (error.reset ?? .zero) > .seconds(300)
        let reason = isLong ? Reason.quota : reason
        let isMoney = reason == .billing || reason == .quota
        let isAccount =
            switch reach {
            case .model: false
            case .account: isMoney
            case .wording: isMoney && namesAccount
            }
        var scope = isAccount ? Scope.credential : reason.answers.blocks
        if reason == .unknown, evidence.status == 400 || evidence.status == 422 { scope = nil }
        let hint = reason == .format ? RepairHints.hint(for: error) : nil
        return Failure(
            reason: reason, scope: scope, rule: rule, reset: error.reset, retryAfterGiven: error.retryAfterGiven, status: error.status,
            code: error.code ?? error.type, message: error.message, accountWide: isAccount, namesMember: error.namesMember,
            repair: hint?.repair, repairIsOfRequest: hint?.isOfRequest ?? false)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Turns an error object into a failure: what kept a reply from coming first, then pages for people, then the first rule of
/// `Rules` that matches.
public enum Classifier {
    public static func classify(_ error: ErrorObject) -> Failure {
        if let fault = error.transport { return judge(fault, error) }
        let evidence = Evidence(error)
        if error.isHTML { return page(error, evidence) }
        for rule in Rules.all where rule.matches(evidence) {
            return failure(rule.reason, rule.id, error, evidence, reach: rule.reach)
        }
        // Where nothing is said, nobody has said that the request is at fault.
        let isSilent = evidence.wording.bytes.isEmpty && evidence.names.isEmpty
        if !isSilent, Rules.requests.matches(evidence) { return failure(.invalidRequest, Rules.requests.id, error, evidence) }
        if error.insideSuccess, error.bodyIsEmpty { return failure(.malformed, "malformed.empty", error, evidence) }
        return failure(.unknown, "unknown", error, evidence)
    }

    // MARK: No reply

    private static func judge(_ fault: TransportFault, _ error: ErrorObject) -> Failure {
        let (reason, rule): (Reason, String) =
            switch fault {
            case .dns: (.network, "network.dns")
            case .refused: (.network, "network.refused")
            case .unreachable: (.network, "network.unreachable")
            case .tls: (.network, "network.tls")
            case .reset: (.network, "network.reset")
            case .other: (.network, "network.other")
            case .connectTimeout: (.timeout, "timeout.connect")
            case .firstTokenTimeout: (.timeout, "timeout.first_token")
            case .idleTimeout: (.timeout, "timeout.idle")
            case .plainTimeout: (.timeout, "timeout.plain")
            case .requestDeadline: (.timeout, "timeout.request")
            case .closedEarly: (.malformed, "malformed.cut")
            case .malformed: (.malformed, "malformed.grammar")
            case .emptyReply: (.malformed, "malformed.empty")
            case .tooLarge: (.malformed, "malformed.too_large")
            }
        // Our own limit on the whole request says nothing about who was asked last.
        let scope: Scope? = fault == .requestDeadline ? nil : reason.answers.blocks
        return Failure(
            reason: reason, scope: scope, rule: rule, reset: error.reset, retryAfterGiven: error.retryAfterGiven, status: error.status,
            code: error.code, message: error.message, fault: fault)
    }

    /// A page of a proxy in between: the status decides, whatever the page says.
    private static func page(_ error: ErrorObject, _ evidence: Evidence) -> Failure {
        guard evidence.status != nil else { return failure(.malformed, "html", error, evidence) }
        for rule in Rules.statuses where rule.matches(evidence) {
            return failure(rule.reason, "html.\(rule.id)", error, evidence, reach: rule.reach)
        }
        return failure(.malformed, "html", error, evidence)
    }

    // MARK: Scope

    private static func failure(
        _ reason: Reason, _ rule: String, _ error: ErrorObject, _ evidence: Evidence, reach: Rule.Reach = .wording
    ) -> Failure {
        // A limit that ends a long time from now is a quota, by whatever name.
        let isLong = reason == .rateLimit && (error.reset ?? .zero) > .seconds(300)
        let reason = isLong ? Reason.quota : reason
        let isMoney = reason == .billing || reason == .quota
        let isAccount =
            switch reach {
            case .model: false
            case .account: isMoney
            case .wording: isMoney && namesAccount(evidence.wording)
            }
        var scope = isAccount ? Scope.credential : reason.answers.blocks
        if reason == .unknown, evidence.status == 400 || evidence.status == 422 { scope = nil }
        return Failure(
            reason: reason, scope: scope, rule: rule, reset: error.reset, retryAfterGiven: error.retryAfterGiven, status: error.status,
            code: error.code ?? error.type, message: error.message, accountWide: isAccount, namesMember: error.namesMember,
            repair: reason == .format ? RepairHints.repair(for: error) : nil)
    }

    private static let accountWords = [
        "your account", "your organization", "your organisation", "your team", "your workspace", "the account", "organization has",
        "organization limit", "subscription", " plan)", "chatgpt usage limit", "your codex",
    ].map { Phrase($0) }
    private static let modelWords = ["for the model", "this model", "of the model", "for model"].map { Phrase($0) }

    private static func namesAccount(_ wording: borrowing Wording) -> Bool {
        for phrase in modelWords where phrase.occurs(in: wording) { return false }
        for phrase in accountWords where phrase.occurs(in: wording) { return true }
        return false
    }
}

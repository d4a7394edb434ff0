// SPDX-License-Identifier: Apache-2.0
import Failover
import Store

/// The flags that say which requests are meant, of `understudy receipts` and of `understudy explain`.
enum ReceiptFilters {
    static let failed = Flag("failed", .toggle, "Only requests whose client did not get an answer")
    static let model = Flag(
        "model", .text(placeholder: "model"),
        "Only requests that asked for this name or tried this model, with or without its provider before it", example: "openai/gpt-5")
    static let credential = Flag(
        "credential", .text(placeholder: "id"), "Only requests that tried this credential", example: "openai:backup")
    static let reason = Flag(
        "reason", .text(placeholder: "reason"),
        "Only requests with an attempt that failed for this reason, answered or not: billing, rate_limit, auth, timeout, …",
        example: "billing")
    static let agent = Flag("agent", .text(placeholder: "id"), "Only requests of this agent", example: "main")
    static let session = Flag("session", .text(placeholder: "id"), "Only requests of this session", example: "agent:main:main")
    static let since = Flag("since", .age, "Only requests from this long ago until now: 90s, 15m, 2h, 7d", example: "2h")

    static let flags = [failed, model, credential, reason, agent, session, since]

    /// - Throws: usage, for a reason that there is not.
    static func query(_ invocation: Invocation) throws(CommandFailure) -> ReceiptQuery {
        var query = ReceiptQuery()
        query.failedOnly = invocation.isOn(failed)
        query.model = invocation.text(model)
        query.credential = invocation.text(credential).map { CredentialID(rawValue: $0) }
        query.agent = invocation.text(agent).map { AgentID(rawValue: $0.lowercased()) }
        query.session = invocation.text(session).map { SessionID(rawValue: $0) }
        if let word = invocation.text(reason) { query.reason = try parsed(word) }
        if let age = invocation.age(since) { query.since = Timestamp(milliseconds: HostFacts.nowMilliseconds()) - age }
        return query
    }

    /// Whether anything narrows the query.
    static func narrow(_ query: ReceiptQuery) -> Bool { query.failedOnly || query.asksForContent || query.since != nil }

    private static func parsed(_ word: String) throws(CommandFailure) -> Reason {
        let written = String(word.lowercased().map { $0 == "-" ? "_" : $0 })
        if let reason = Reason(rawValue: written) { return reason }
        let known = Reason.allCases.map(\.rawValue)
        let nearest = NearestWord.of(written, in: known).map { " Did you mean \"\($0)\"?" } ?? ""
        throw CommandFailure(
            .usage, "--reason: there is no reason \"\(SafeText.line(word))\".\(nearest)",
            hints: ["there are: \(known.joined(separator: ", "))"])
    }
}

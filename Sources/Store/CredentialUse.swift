// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON

/// When a credential was last of use, and when it last was none, as far as kept receipts tell.
public struct CredentialUse: Hashable, Sendable {
    public struct Answer: Hashable, Sendable {
        public var at: Timestamp
        public var model: ModelRef
        public var receipt: ReceiptID
    }

    public struct Trouble: Hashable, Sendable {
        public var at: Timestamp
        public var model: ModelRef
        public var receipt: ReceiptID
        public var reason: Reason
        public var rule: String
        public var status: Int?
    }

    public var lastAnswer: Answer?
    public var lastFailure: Trouble?

    public init() {}

    /// - Parameter receipts: Newest first.
    public static func gather(_ receipts: some Sequence<Receipt>) -> [CredentialID: CredentialUse] {
        var uses: [CredentialID: CredentialUse] = [:]
        for receipt in receipts {
            for attempt in receipt.attempts.reversed() {
                let (id, model) = (attempt.candidate.credential, attempt.candidate.model)
                guard let failure = attempt.failure else {
                    if uses[id]?.lastAnswer == nil {
                        uses[id, default: CredentialUse()].lastAnswer = Answer(
                            at: attempt.startedAt, model: model, receipt: receipt.facts.id)
                    }
                    continue
                }
                // A client that left says nothing of who was asked.
                guard failure.reason != .cancelled, uses[id]?.lastFailure == nil else { continue }
                uses[id, default: CredentialUse()].lastFailure = Trouble(
                    at: attempt.startedAt, model: model, receipt: receipt.facts.id, reason: failure.reason, rule: failure.rule,
                    status: failure.status)
            }
        }
        return uses
    }
}

extension ReceiptStore {
    /// From the last `count` receipts. They are read and understood on the database's thread.
    public func credentialUses(inLast count: Int = 300) async throws(StoreProblem) -> [CredentialID: CredentialUse] {
        try await understood(matching: ReceiptQuery(limit: count)) { CredentialUse.gather($0.lazy.compactMap(\.receipt)) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What a receipt has in common with others: everything but its id, its times and its counts.
///
/// Most requests are answered at once by the first candidate, and their receipts differ in a dozen numbers. The rest is kept once for
/// all of them, and each row has only its numbers (`ReceiptNumbers`).
final class ReceiptShape: Sendable {
    /// Under which the table of shapes has it, or will have.
    let number: Int64
    /// A receipt whose own values are blank.
    let receipt: Receipt

    init(number: Int64, blank receipt: Receipt) {
        self.number = number
        self.receipt = receipt
    }

    /// - Returns: `nil` for a receipt that is worth a row of its own: any but of a request that its only attempt answered.
    convenience init?(number: Int64, of receipt: Receipt) {
        guard receipt.attempts.count == 1, receipt.attempts[0].failure == nil, receipt.attempts[0].mode == .normal,
            receipt.attempts[0].effect.isEmpty, receipt.waits.isEmpty, receipt.leftPins.isEmpty, receipt.endedAt != nil,
            case .answered = receipt.outcome
        else { return nil }
        self.init(number: number, blank: Self.blank(receipt))
    }

    /// A receipt without what `ReceiptNumbers` holds. What a receipt may come to hold besides stays in it.
    static func blank(_ receipt: Receipt) -> Receipt {
        var blank = receipt
        blank.facts.deadline.milliseconds &-= receipt.facts.startedAt.milliseconds
        blank.facts.id = ""
        blank.facts.startedAt = .zero
        blank.facts.session = nil
        blank.facts.estimatedTokens = 0
        blank.facts.activeRequests = 0
        blank.endedAt = .zero
        blank.attempts[0].startedAt = .zero
        blank.attempts[0].duration = .zero
        blank.attempts[0].timeToFirstToken = nil
        blank.attempts[0].usage?.inputTokens = nil
        blank.attempts[0].usage?.outputTokens = nil
        blank.attempts[0].usage?.cachedTokens = nil
        blank.attempts[0].usage?.cacheWriteTokens = nil
        blank.attempts[0].usage?.reasoningTokens = nil
        return blank
    }

    /// Whether `other` is this shape with other numbers, as `blank(other) == receipt` would say, without a copy. A test holds the
    /// members named here against those that there are.
    func fits(_ other: borrowing Receipt) -> Bool {
        guard other.attempts.count == 1, receipt.attempts[0].isLike(other.attempts[0]), receipt.facts.isLike(other.facts) else {
            return false
        }
        return other.endedAt != nil && other.waits.isEmpty && other.leftPins.isEmpty && other.outcome == receipt.outcome
            && other.skipped == receipt.skipped
    }
}

extension Attempt {
    /// `self` is blank.
    fileprivate func isLike(_ other: borrowing Attempt) -> Bool {
        candidate == other.candidate && failure == nil && other.failure == nil && mode == other.mode && effect == other.effect
            && status == other.status && committed == other.committed && (usage == nil) == (other.usage == nil) && kind == other.kind
            && origin == other.origin && next == other.next && repairs == other.repairs
            && crossedTo == other.crossedTo && lost == other.lost && part == other.part
    }
}

extension RequestFacts {
    /// `self` is blank.
    fileprivate func isLike(_ other: borrowing RequestFacts) -> Bool {
        streaming == other.streaming && hasImages == other.hasImages && hasTools == other.hasTools
            && deadline.milliseconds == other.deadline.milliseconds &- other.startedAt.milliseconds
            && sentAsWritten == other.sentAsWritten && firstTokenLimit == other.firstTokenLimit
            && requestedModel == other.requestedModel && agent == other.agent && wire == other.wire
    }
}

extension Timestamp {
    static let zero = Timestamp(milliseconds: 0)
}

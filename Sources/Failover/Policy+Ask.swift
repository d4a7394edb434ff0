// SPDX-License-Identifier: Apache-2.0

/// Questions about what `step` would do. They change nothing.
extension Policy {
    /// Whether a request that has been through `receipt` would go on now, to a candidate or to a wait for one.
    public func wouldGoOn(chain: Chain, receipt: Receipt, ledger: HealthLedger, now: Timestamp) -> Bool {
        var ledger = ledger
        return switch step(chain: chain, receipt: receipt, facts: receipt.facts, ledger: &ledger, now: now) {
        case .attempt, .wait: true
        case .answer, .refuse, .stop: false
        }
    }

    /// Whether, should the attempt of `chain.links[index]` that begins now come to nothing, another candidate is free for it.
    public func hasSpare(chain: Chain, besides index: Int, receipt: Receipt, ledger: HealthLedger, now: Timestamp) -> Bool {
        receipt.attempts.count + 1 < maxAttempts && next(in: chain, besides: index, receipt, receipt.facts, ledger, now) != nil
    }
}

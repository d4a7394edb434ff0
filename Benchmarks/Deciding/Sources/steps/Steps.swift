// SPDX-License-Identifier: Apache-2.0
import Failover

/// What the policy's steps and the ledger's records cost, in CPU time and allocations.
@main
enum Steps {
    static func main() {
        print("| decision | µs | allocations |")
        print("| --- | ---: | ---: |")
        let half = { (place: Int) in place < 32 }
        step("8 × 8, nothing blocked", Situation(models: 8, credentials: 8) { _ in false })
        step("8 × 8, the first half blocked", Situation(models: 8, credentials: 8, isBlocked: half))
        step("8 × 8, every second one blocked", Situation(models: 8, credentials: 8) { $0 % 2 == 0 })
        step("8 × 8, the first half blocked, three failures before", Situation(models: 8, credentials: 8, attempts: 3, isBlocked: half))
        step("8 × 8, all but the last blocked", Situation(models: 8, credentials: 8) { $0 < 63 })
        step("8 × 8, all but the last blocked, three failures before", Situation(models: 8, credentials: 8, attempts: 3) { $0 < 63 })
        step("1 × 8, all but the last blocked", Situation(models: 1, credentials: 8) { $0 < 7 })
        advance("8 × 8, nothing blocked", Situation(models: 8, credentials: 8) { _ in false })
        advance("8 × 8, the first half blocked, each named", Situation(models: 8, credentials: 8, isBlocked: half))
        let situation = Situation(models: 8, credentials: 8, isBlocked: half)
        record("a window opens", situation, place: 40)
        record("a window is open already", situation, place: 4)
        succeed("nothing was held against it", situation, place: 40)
        succeed("a block is over", situation, place: 4)
    }

    private static func show(_ name: String, _ cost: Cost) {
        print("| \(name) | \(rounded(cost.nanoseconds / 1000)) | \(rounded(cost.allocations)) |")
    }

    private static func step(_ name: String, _ situation: Situation) {
        let cost = Cost.of(prepared: { situation.ledger }) { ledger in
            let step = Policy.standard.step(
                chain: situation.chain, receipt: situation.receipt, facts: situation.receipt.facts, ledger: &ledger, now: situation.now)
            guard case .attempt = step else { preconditionFailure("\(name): nobody is left") }
        }
        show("step: \(name)", cost)
    }

    /// With the notes in the receipt.
    private static func advance(_ name: String, _ situation: Situation) {
        let cost = Cost.of(prepared: { situation }) { state in
            let step = Policy.standard.advance(chain: situation.chain, receipt: &state.receipt, ledger: &state.ledger, now: situation.now)
            guard case .attempt = step else { preconditionFailure("\(name): nobody is left") }
        }
        show("advance: \(name)", cost)
    }

    private static func record(_ name: String, _ situation: Situation, place: Int) {
        let candidate = situation.chain.links[place].candidate
        let failure = Failure(reason: .rateLimit, scope: .credentialModel, rule: "status.429", status: 429)
        let cost = Cost.of(batches: 20, calls: 200, prepared: { situation.ownLedger }) { ledger in
            var random = SystemRandomNumberGenerator()
            _ = ledger.record(
                failure, of: candidate, attemptStartedAt: situation.now - .seconds(20), receipt: situation.receipt, mode: .normal,
                policy: .standard, now: situation.now, using: &random)
        }
        show("record: \(name)", cost)
    }

    private static func succeed(_ name: String, _ situation: Situation, place: Int) {
        let candidate = situation.chain.links[place].candidate
        let cost = Cost.of(batches: 20, calls: 200, prepared: { situation.ownLedger }) { ledger in
            _ = ledger.succeeded(candidate, attemptStartedAt: situation.now, mode: .normal, now: situation.now)
        }
        show("succeeded: \(name)", cost)
    }

    private static func rounded(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}

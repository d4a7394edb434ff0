// SPDX-License-Identifier: Apache-2.0
import Failover

// What the policy's decisions cost. `--json` prints one object; else a table.

struct Row {
    var name: String
    var cost: Cost
}

let policy = Policy.standard
var rows: [Row] = []

@MainActor func step(_ name: String, _ situation: Situation) {
    let cost = Cost.of(prepared: { situation.ledger }) { ledger in
        let step = policy.step(
            chain: situation.chain, receipt: situation.receipt, facts: situation.receipt.facts, ledger: &ledger, now: situation.now)
        guard case .attempt = step else { preconditionFailure("\(name): nobody is left") }
    }
    rows.append(Row(name: name, cost: cost))
}

let half = { (place: Int) in place < 32 }
step("step: 8 × 8, nothing blocked", Situation(models: 8, credentials: 8) { _ in false })
step("step: 8 × 8, the first half blocked", Situation(models: 8, credentials: 8, isBlocked: half))
step("step: 8 × 8, every second one blocked", Situation(models: 8, credentials: 8) { $0 % 2 == 0 })
step("step: 8 × 8, the first half blocked, three failures before", Situation(models: 8, credentials: 8, attempts: 3, isBlocked: half))
step("step: 8 × 8, all but the last blocked", Situation(models: 8, credentials: 8) { $0 < 63 })
step("step: 8 × 8, all but the last blocked, three failures before", Situation(models: 8, credentials: 8, attempts: 3) { $0 < 63 })
step("step: 1 × 8, all but the last blocked", Situation(models: 1, credentials: 8) { $0 < 7 })

@MainActor func advance(_ name: String, _ situation: Situation) {
    let cost = Cost.of(prepared: { situation }) { state in
        let step = policy.advance(chain: situation.chain, receipt: &state.receipt, ledger: &state.ledger, now: situation.now)
        guard case .attempt = step else { preconditionFailure("\(name): nobody is left") }
    }
    rows.append(Row(name: name, cost: cost))
}

advance("advance: 8 × 8, nothing blocked", Situation(models: 8, credentials: 8) { _ in false })
advance("advance: 8 × 8, the first half blocked, each named in the receipt", Situation(models: 8, credentials: 8, isBlocked: half))

var situation = Situation(models: 8, credentials: 8, isBlocked: half)
let failure = Failure(reason: .rateLimit, scope: .credentialModel, rule: "status.429", status: 429)
for (name, place) in [("record: a window opens", 40), ("record: a window is open already", 4)] {
    let candidate = situation.chain.links[place].candidate
    let cost = Cost.of(
        batches: 20, calls: 200,
        prepared: { () -> HealthLedger in
            // With memory of its own, as the shared one has.
            var ledger = situation.ledger
            ledger.clear(ScopeKey(.endpoint, of: candidate))
            _ = ledger.succeeded(situation.chain.links[0].candidate, attemptStartedAt: situation.now, mode: .early, now: situation.now)
            return ledger
        }
    ) { ledger in
        var random = SystemRandomNumberGenerator()
        _ = ledger.record(
            failure, of: candidate, attemptStartedAt: situation.now - .seconds(20), receipt: situation.receipt, mode: .normal,
            policy: policy,
            now: situation.now, using: &random)
    }
    rows.append(Row(name: name, cost: cost))
}
for (name, place) in [("succeeded: nothing was held against it", 40), ("succeeded: a block is over", 4)] {
    let candidate = situation.chain.links[place].candidate
    let cost = Cost.of(
        batches: 20, calls: 200,
        prepared: { () -> HealthLedger in
            var ledger = situation.ledger
            _ = ledger.succeeded(situation.chain.links[0].candidate, attemptStartedAt: situation.now, mode: .early, now: situation.now)
            return ledger
        }
    ) { ledger in
        _ = ledger.succeeded(candidate, attemptStartedAt: situation.now, mode: .normal, now: situation.now)
    }
    rows.append(Row(name: name, cost: cost))
}

func padded(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
func rounded(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    return "\(hundredths / 100).\(padded(String(hundredths % 100), 2).replacing(" ", with: "0"))"
}

if CommandLine.arguments.contains("--json") {
    let members = rows.map {
        "\"\($0.name)\": {\"microseconds\": \(rounded($0.cost.nanoseconds / 1000)), \"allocations\": \(rounded($0.cost.allocations))}"
    }
    print("{\(members.joined(separator: ", "))}")
} else {
    let width = rows.map(\.name.count).max() ?? 0
    print("decision" + padded("µs", width - 2) + padded("allocations", 14))
    for row in rows {
        print(
            row.name + padded(rounded(row.cost.nanoseconds / 1000), width + 6 - row.name.count) + padded(rounded(row.cost.allocations), 14))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover

/// What a person would expect of a world, beside the invariants.
struct Expectation {
    private(set) var surprises: [String] = []
    private var isFirstAnswerAfterNetwork = false
    private var paidBlocks = 0

    mutating func networkIsBack() { isFirstAnswerAfterNetwork = true }

    /// An attempt is about to be recorded as a success.
    mutating func before<Policy>(_ run: Run<Policy>, _ attempt: Attempt) {
        if run.world.name == "freeModelOnEmptyAccount" { paidBlocks = moneyBlocks(run, attempt) }
    }

    mutating func after<Policy>(_ run: Run<Policy>, _ attempt: Attempt) {
        switch run.world.name {
        case "freeModelOnEmptyAccount":
            let isFree = run.town.models[run.numbers.model(attempt.candidate.model)].isFree
            let left = moneyBlocks(run, attempt)
            if isFree && left < paidBlocks { surprises.append("\(attempt.candidate) is free, and frees \(paidBlocks - left) paid models") }
        case "laptopLosesNetwork" where isFirstAnswerAfterNetwork && !run.town.networkIsDown:
            isFirstAnswerAfterNetwork = false
            // Where clients of one endpoint alone had asked, it looked like any closed door: for one window, or a second one.
            for block in run.engine.blocks where block.key.scope == .endpoint && block.until - run.now > .seconds(33) {
                surprises.append("\(block.key.text) is blocked for \((block.until - run.now).milliseconds) ms after the network is back")
            }
        default: break
        }
    }

    private func moneyBlocks<Policy>(_ run: Run<Policy>, _ attempt: Attempt) -> Int {
        run.engine.blocks.count { block in
            guard case .credentialModel(let credential, let model) = block.key, credential == attempt.candidate.credential else {
                return false
            }
            return block.reason == .billing && !run.town.models[run.numbers.model(model)].isFree && block.isOpen(at: run.now)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import Providers

/// A second candidate beside one that is late (`failover.hedge`), and beside one that looks whether it is well after it took too long.
extension FailoverRun {
    /// Gives an attempt as long as its model mostly takes before another is started beside it, if one may be.
    func watch(_ open: OpenAttempt) {
        // Nothing that the client has part of, or that an account keeps, or that is not heard before its end.
        guard sent == nil, request.shape.streaming, request.shape.operation == .generate, request.binding == nil else { return }
        let settings = snapshot.settings.failover(for: open.attempt.candidate.model).hedge
        let looks = relay.ledger.looksAfterTimeout(open.attempt.mode)
        if settings.isOn, receipt.attempts.isEmpty { relay.hedges.began() }
        guard settings.isOn || looks else { return }
        let race = Race(open)
        race.timer.fire = { [unowned self] in startSecond(isFree: looks, percent: settings.budgetPercent) }
        self.race = race
        let late = (settings.isOn ? settings.after : nil) ?? usual(of: open)
        loop.arm(race.timer, after: max(1, late.milliseconds))
    }

    /// As long as the model mostly takes, else the third of the limit that it would have if that were known.
    private func usual(of open: OpenAttempt) -> Duration {
        let size = PromptSize(tokens: receipt.facts.estimatedTokens)
        let times = relay.firstTokens.times(of: open.attempt.candidate.model, size)
        return times?.percentile95(at: relay.now()) ?? open.call.plan.firstToken.length / 3
    }

    /// - Parameter isFree: It counts against no share.
    private func startSecond(isFree: Bool, percent: Int) {
        guard let race, race.second == nil, !race.first.call.isOver, interrupted == nil, receipt.outcome == nil, mayBeDoneTwice else {
            return
        }
        let first = race.first
        let policy = snapshot.settings.policy
        guard relay.ledger.hasSecond(policy, chain, beside: first.index, receipt, now: relay.now()),
            isFree || relay.hedges.take(percent: percent),
            let index = relay.ledger.second(policy, chain, beside: first.index, receipt, now: relay.now()),
            let second = begin(index, .normal, beside: first)
        else { return }
        let count = receipt.attempts.count
        starts = starts ?? Array(receipt.attempts.indices)
        (first.start, second.start) = (count, count + 1)
        first.attempt.next = "then \(second.attempt.candidate) beside it, since it was late"
        race.second = second
        second.call.start(on: client)
    }

    /// Not where the provider would run tools of its own, or write into what it keeps: two candidates would do that twice. Read only when
    /// it matters.
    private var mayBeDoneTwice: Bool {
        let asked = try? request.wire.wire.translation.readRequest(request.body, index: request.index, shape: request.shape)
        guard let asked, !asked.foreign.contains(where: { Self.doneByProviders.contains($0) }) else { return false }
        return asked.tools.allSatisfy { tool in
            switch tool {
            case .function: true
            case .builtIn, .foreign: false
            }
        }
    }

    /// Members that no other wire has: the Responses API's, OpenRouter's and Anthropic's.
    private static let doneByProviders = ["background", "conversation", "prompt", "plugins", "mcp_servers"]

    // MARK: Who speaks first

    /// A model speaks: nobody else is waited for.
    func spoke(_ index: Int) {
        guard let winner = race?.second.flatMap({ $0.index == index ? $0 : nil }) ?? open else { return }
        if let race {
            self.race = nil
            loop.disarm(race.timer)
            if let loser = race.other(than: winner) { giveUp(loser, isSecond: winner === race.first) }
            open = winner
        }
        modelSpoke(on: winner)
        succeeded(winner, endIsProven: false)
    }

    private func giveUp(_ loser: OpenAttempt, isSecond: Bool) {
        if !loser.call.isOver {
            loser.lost = .now
            loser.call.cancel()
        }
        // The first is waited for by `answer`, which takes in what came of it.
        if isSecond { conclude(loser) }
    }

    /// Puts into the receipt that an attempt was given up. Its health is untouched, but that of one that looked, and was late again.
    func lost(_ open: OpenAttempt) {
        let now = relay.now()
        open.attempt.failure = .hedged
        if relay.ledger.looksAfterTimeout(open.attempt.mode) {
            let late = Failure(reason: .timeout, scope: .credentialModel, rule: Failure.hedged.rule)
            open.attempt.effect += relay.ledger.failed(
                late, of: open.attempt.candidate, startedAt: open.attempt.startedAt, mode: open.attempt.mode, committed: false,
                receipt: receipt, policy: snapshot.settings.policy(for: open.attempt.candidate.model), now: now)
        } else {
            relay.ledger.giveBack(open.attempt.mode, of: open.attempt.candidate, now: now)
        }
        close(open)
    }

    // MARK: When the first is over

    /// Takes in what came of an attempt that was waited for, and of the one that was started beside it.
    func settle(_ first: OpenAttempt) async {
        if let race {
            // Nobody has spoken.
            self.race = nil
            loop.disarm(race.timer)
            guard let second = race.second else { return conclude(first) }
            if interrupted != nil {
                second.call.cancel()
                if case .cancelled = second.call.outcome { noteInterrupted(second) } else { conclude(second) }
                return conclude(first)
            }
            let place = receipt.attempts.count
            conclude(first)
            if let failure = receipt.attempts.last?.failure,
                snapshot.settings.policy.isFinal(failure, of: receipt.attempts[place], receipt.facts), !second.call.isOver
            {
                giveUp(second, isSecond: true)
                // What the client is told is the last word.
                receipt.attempts.swapAt(place, place + 1)
                starts?.swapAt(place, place + 1)
                replies[place + 1] = replies.removeValue(forKey: place)
                return
            }
            forgetAgain()
            open = second
            await second.call.wait()
            return conclude(second)
        }
        conclude(first)
        // The second has spoken.
        guard let winner = open, winner !== first else { return }
        forgetAgain()
        await winner.call.wait()
        conclude(winner)
    }

    private func noteInterrupted(_ open: OpenAttempt) {
        relay.ledger.giveBack(open.attempt.mode, of: open.attempt.candidate, now: relay.now())
        open.attempt.failure = (isCancelled ? nil : stopped)?.failure ?? Failure(reason: .cancelled, scope: nil, rule: "client.left")
        close(open)
    }

    /// Puts the attempts into the order in which they were started.
    ///
    /// - Returns: Where one that was at `place` is now.
    func sortAttempts() -> (Int) -> Int {
        guard let starts else { return { $0 } }
        let order = receipt.attempts.indices.sorted { starts[$0] < starts[$1] }
        receipt.attempts = order.map { receipt.attempts[$0] }
        return { place in order.firstIndex(of: place) ?? place }
    }
}

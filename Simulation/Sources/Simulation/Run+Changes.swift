// SPDX-License-Identifier: Apache-2.0
import Failover

extension Run {
    /// The first of each trouble; each plans the next one of its kind.
    mutating func planTroubles() {
        for number in town.accounts.indices where town.accounts[number].provider != steadyProvider {
            plan(.money(credential: number), world.money?.every)
            plan(.key(credential: number), world.keys?.every)
        }
        for endpoint in town.outages.indices where endpoint != steadyProvider { plan(.outage(endpoint: endpoint), world.outage?.every) }
        for model in town.models.indices where model != town.steady { plan(.load(model: model), world.load?.every) }
        plan(.network, world.network?.every)
        plan(.clock, world.clock?.every)
        plan(.restart, world.restarts?.every)
        plan(.reload, world.reloads?.every)
        plan(.pause, world.pauses?.every)
        plan(.upkeep, 600)
    }

    private var steadyProvider: Int? { town.steady.map { town.models[$0].provider } }

    private mutating func plan(_ change: EventQueue.Change, _ seconds: Double?) {
        guard let seconds else { return }
        queue.plan(.changes(change), at: time + chance.around(Int64(seconds * 1000)))
    }

    mutating func happens(_ change: EventQueue.Change) {
        switch change {
        case .money(let credential):
            town.accounts[credential].hasMoney.toggle()
            plan(change, town.accounts[credential].hasMoney ? world.money?.every : world.money?.lasts)
        case .key(let credential):
            town.accounts[credential].isRevoked.toggle()
            if !town.accounts[credential].isRevoked { reload(renewed: [credential]) }
            plan(change, town.accounts[credential].isRevoked ? world.keys?.lasts : world.keys?.every)
        case .outage(let endpoint):
            town.outages[endpoint] = town.outages[endpoint] == nil ? Town.Outage.allCases[chance.int(0...4)] : nil
            plan(change, town.outages[endpoint] == nil ? world.outage?.every : world.outage?.lasts)
        case .load(let model):
            town.models[model].isLoaded.toggle()
            plan(change, town.models[model].isLoaded ? world.load?.lasts : world.load?.every)
        case .network:
            town.networkIsDown.toggle()
            if !town.networkIsDown { expectation.networkIsBack() }
            plan(change, town.networkIsDown ? world.network?.lasts : world.network?.every)
        case .clock:
            let reach = [5000, 30_000, 600_000, 7_200_000][chance.int(0...3)]
            offset += Int64(chance.int(-reach...reach))
            judge.clockSet()
            plan(change, world.clock?.every)
        case .restart:
            restart()
            plan(change, world.restarts?.every)
        case .reload:
            if chance.happens(0.5) { shuffleAgents() }
            reload(renewed: [])
            plan(change, world.reloads?.every)
        case .pause: pauseOrResume(change)
        case .upkeep:
            engine.prune(now: now)
            plan(change, 600)
        }
    }

    /// As after `kill -9`: nobody gives anything back.
    private mutating func restart() {
        report.restarts += 1
        for slot in flights.indices where flights[slot].isUp {
            judge.abandoned(slot)
            report.left += 1
            if isWatched(slot) { tell(slot, "the gateway is killed") }
            isOver(slot)
        }
        engine.restart(now: now)
        judge.restarted()
        pins = [:]
    }

    private mutating func reload(renewed: [Int]) {
        engine.reload(renewed: renewed.map { town.accounts[$0].id }, now: now)
        judge.reloaded(renewed: renewed)
        if !renewed.isEmpty {
            for slot in flights.indices where flights[slot].isUp { flights[slot].oldSecrets.formUnion(renewed) }
        }
        known = [:]
        chains = [:]
    }

    /// Somebody writes another chain for an agent; what is under way keeps its own.
    private mutating func shuffleAgents() {
        let agent = chance.int(0...town.agents.count - 1)
        var models = town.agents[agent].filter { $0 != town.steady }
        models.shuffle(using: &chance)
        let another = chance.int(0...town.models.count - 1)
        if another != town.steady && !models.contains(another) { models.append(another) }
        town.agents[agent] = models + (town.steady.map { [$0] } ?? [])
    }

    private mutating func pauseOrResume(_ change: EventQueue.Change) {
        if let paused = town.accounts.firstIndex(where: \.isPaused) {
            town.accounts[paused].isPaused = false
            engine.resume(town.accounts[paused].id, now: now)
            judge.resumed(paused)
            return plan(change, world.pauses?.every)
        }
        let credential = chance.int(0...town.accounts.count - 1)
        if town.accounts[credential].provider != steadyProvider {
            town.accounts[credential].isPaused = true
            engine.pause(town.accounts[credential].id, now: now)
            judge.paused(credential)
        }
        plan(change, world.pauses?.lasts)
    }
}

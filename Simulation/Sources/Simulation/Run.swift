// SPDX-License-Identifier: Apache-2.0
import Failover
import Oracle

/// One world with one seed in virtual time: requests come, attempts interleave, things break and mend.
struct Run<Policy: Engine> {
    let world: World
    /// Requests until the end.
    let goal: Int
    /// The number of the request whose story is told.
    let watched: Int?
    var town: Town
    var numbers: Numbers
    var engine: Policy
    var judge: Judge
    var chance: Chance
    var queue = EventQueue()
    var trace = Trace()
    var report: Report
    var flights: [Flight]
    var free: [Int]
    /// Of a clock that nobody sets, and how far the wall's differs.
    var time: Int64 = 0
    var offset: Int64 = 1_700_000_000_000
    var pins: [Int: [SessionPin]] = [:]
    /// What routes are known to need, by model.
    var known: [Int: [Repair]] = [:]
    var chains: [Int: (Chain, [Oracle.Link])] = [:]
    var expectation = Expectation()

    static var slots: Int { 192 }

    init(_ world: World, seed: UInt64, requests: Int, watching: Int? = nil) {
        self.world = world
        goal = requests
        watched = watching
        chance = Chance(seed: seed)
        town = Town(world, &chance)
        numbers = Numbers(town)
        engine = Policy(seed: chance.next())
        judge = Judge(slots: Self.slots)
        report = Report(world: world.name, seed: seed)
        let facts = RequestFacts(
            id: "", startedAt: Timestamp(milliseconds: 0), deadline: Timestamp(milliseconds: 0), requestedModel: "", wire: "")
        flights = Array(repeating: Flight(receipt: Receipt(facts: facts)), count: Self.slots)
        free = Array((0..<Self.slots).reversed())
    }

    var now: Timestamp { Timestamp(milliseconds: time + offset) }

    mutating func play() -> Report {
        planTroubles()
        queue.plan(.arrivals, at: 1)
        while let (time, event) = queue.next() {
            self.time = time
            switch event {
            case .arrivals: arrivals()
            case .speaks(let slot, let turn): if flights[slot].turn == turn, flights[slot].attempt != nil { speaks(slot) }
            case .ends(let slot, let turn): if flights[slot].turn == turn, flights[slot].attempt != nil { ends(slot) }
            case .leaves(let slot, let request): if flights[slot].isUp, flights[slot].number == request { leaves(slot) }
            case .waited(let slot, let request): if flights[slot].isUp, flights[slot].number == request { go(slot) }
            case .changes(let change): if report.requests < goal { happens(change) }
            }
            if report.requests >= goal && free.count == Self.slots || judge.violations.count >= 100 { break }
        }
        report.trace = trace.hash
        report.violations = judge.violations
        report.surprises = expectation.surprises
        return report
    }

    // MARK: Requests

    private mutating func arrivals() {
        let count = chance.happens(world.bursts) ? chance.int(world.burst) : 1
        for _ in 0..<count where report.requests < goal { arrives() }
        if report.requests < goal { queue.plan(.arrivals, at: time + chance.around(world.gap)) }
    }

    private mutating func arrives() {
        guard let slot = free.popLast() else { return }
        let number = report.requests
        report.requests += 1
        var flight = flights[slot]
        flight.number = number
        flight.isUp = true
        flight.prompt = prompt()
        flight.session = chance.happens(world.sessions) ? chance.int(0...15) : -1
        flight.isStreaming = chance.happens(0.7)
        flight.told = []
        flight.oldSecrets = []
        flight.attempt = nil
        let agent = flight.session >= 0 ? flight.session % town.agents.count : chance.int(0...town.agents.count - 1)
        let asked = chance.happens(0.1) ? chance.int(0...town.models.count - 1) : nil
        (flight.chain, flight.links) = chain(agent, asked, flight.session)
        let facts = RequestFacts(
            id: ReceiptID(rawValue: "r\(number)"), startedAt: now, deadline: now + .seconds(chance.happens(0.05) ? 20 : 600),
            requestedModel: "m", session: flight.session < 0 ? nil : "s", wire: "openai-completions", streaming: flight.isStreaming,
            estimatedTokens: flight.prompt.tokens * 9 / 10, hasImages: chance.happens(world.images), hasTools: chance.happens(0.3),
            sentAsWritten: chance.happens(0.8), firstTokenLimit: .seconds(chance.happens(0.1) ? 60 : 12),
            activeRequests: Self.slots - free.count)
        flight.receipt = Receipt(facts: facts, skipped: flight.chain.skipped)
        flights[slot] = flight
        judge.begins(
            slot,
            Facts(
                number: number, deadline: facts.deadline.milliseconds, tokens: facts.estimatedTokens, images: facts.hasImages,
                tools: facts.hasTools, asWritten: facts.sentAsWritten, firstTokenLimit: facts.firstTokenLimit.milliseconds,
                session: flight.session),
            links: flight.links, at: now.milliseconds)
        if isWatched(slot) { tell(slot, "comes with a chain of \(flight.chain.links.map(\.candidate))") }
        if chance.happens(world.leaving) { queue.plan(.leaves(slot: slot, request: number), at: time + chance.around(3000)) }
        go(slot)
    }

    private mutating func prompt() -> Prompt {
        var prompt = Prompt()
        if chance.happens(world.poisoned) { prompt.poison = Prompt.Poison(rawValue: chance.int(0...4)) }
        prompt.isForbidden = chance.happens(world.forbidden)
        prompt.isInvalid = chance.happens(world.invalid)
        prompt.namesMember = chance.happens(0.5)
        prompt.tokens = chance.happens(world.large) ? chance.int(4000...300_000) : chance.int(10...3000)
        prompt.isRich = chance.happens(0.6)
        return prompt
    }

    /// The links in this request's order.
    private mutating func chain(_ agent: Int, _ asked: Int?, _ session: Int) -> (Chain, [Oracle.Link]) {
        let place = agent * 1000 + (asked ?? 999)
        let whole: (Chain, [Oracle.Link])
        if let known = chains[place] {
            whole = known
        } else {
            let chain = town.chain(of: agent, startingWith: asked)
            whole = (chain, chain.links.map { numbers.link($0, town) })
            chains[place] = whole
        }
        guard session >= 0, let pins = pins[session], let order = engine.order(whole.0, pins: pins, now: now) else { return whole }
        return (Chain(links: order.map { whole.0.links[$0] }, skipped: whole.0.skipped), order.map { whole.1[$0] })
    }

    // MARK: Steps

    mutating func go(_ slot: Int) {
        let step = engine.advance(flights[slot].chain, &flights[slot].receipt, now: now)
        let skipped = newlySkipped(slot)
        let decision = numbers.decision(step)
        trace.add(Int(time))
        trace.add(flights[slot].number)
        note(step)
        if isWatched(slot) {
            tell(slot, "\(step.text(flights[slot].chain))\(skipped.map { "; passes \($0.link) by: \($0.why)" }.joined())")
        }
        judge.decided(slot, decision, skipped: skipped, at: now.milliseconds)
        tellObjections(slot)
        switch step {
        case .attempt(let index, let mode): begins(slot, index, mode)
        case .wait(let duration, _):
            flights[slot].receipt.waits.append(duration)
            queue.plan(.waited(slot: slot, request: flights[slot].number), at: time + duration.milliseconds)
        case .answer:
            report.passedOn += 1
            isOver(slot)
        case .refuse:
            report.refused += 1
            if flights[slot].prompt.isHealthy && !town.networkIsDown { report.refusedHealthy += 1 }
            isOver(slot)
        case .stop: isOver(slot)
        }
    }

    private mutating func newlySkipped(_ slot: Int) -> [(link: Int, why: Skip)] {
        let skipped = flights[slot].receipt.skipped
        let planned = flights[slot].chain.skipped.count
        guard skipped.count > planned else { return [] }
        var new: [(link: Int, why: Skip)] = []
        for skip in skipped[planned...] {
            let (model, account) = (numbers.model(skip.model), skip.credential.map(numbers.account) ?? -1)
            let place = flights[slot].links.firstIndex { $0.candidate.model == model && $0.candidate.credential == account }
            guard let place, flights[slot].told.insert(place).inserted else { continue }
            new.append((place, numbers.skip(skip.reason)))
        }
        return new
    }

    private mutating func begins(_ slot: Int, _ index: Int, _ mode: AttemptMode) {
        report.attempts += 1
        let link = flights[slot].chain.links[index]
        let place = flights[slot].links[index].candidate
        let receipt = flights[slot].receipt
        let repairs = receipt.repairs(for: link.candidate.model, known: known[place.model] ?? [])
        flights[slot].attempt = Attempt(
            candidate: link.candidate, origin: link.origin, mode: mode, repairs: repairs, kind: link.kind, startedAt: now)
        flights[slot].turn += 1
        flights[slot].hasSpoken = false
        let limit = max(receipt.facts.firstTokenLimit.milliseconds, town.models[place.model].patience)
        extend(slot, mode, limit)
        var fate = town.fate(
            of: flights[slot].prompt, model: place.model, account: place.credential, repairs: repairs,
            limit: limit,
            hasOldSecret: flights[slot].oldSecrets.contains(place.credential), at: time, world, &chance)
        let left = max(1, (receipt.facts.deadline - now).milliseconds)
        if fate.endsAfter >= left { (fate.endsAfter, fate.failure) = (left, Errors.shared.deadline) }
        flights[slot].fate = fate
        if flights[slot].isStreaming, let first = fate.speaksAfter, first < fate.endsAfter {
            queue.plan(.speaks(slot: slot, turn: flights[slot].turn), at: time + first)
        }
        queue.plan(.ends(slot: slot, turn: flights[slot].turn), at: time + fate.endsAfter)
    }

    /// The step knew the usual limit; this candidate's may be longer.
    private mutating func extend(_ slot: Int, _ mode: AttemptMode, _ limit: Int64) {
        let endsAt = now + .milliseconds(limit) + .seconds(5)
        guard let lease = mode.lease, endsAt > lease.endsAt else { return }
        let extended = engine.extend(mode, until: endsAt, now: now)
        flights[slot].attempt?.mode = extended
        if let lease = extended.lease {
            judge.extended(slot, endsAt: lease.endsAt.milliseconds, limit: limit, at: now.milliseconds)
        }
    }

    // MARK: Outcomes

    private mutating func speaks(_ slot: Int) {
        flights[slot].hasSpoken = true
        succeeded(slot, endIsProven: false)
    }

    private mutating func succeeded(_ slot: Int, endIsProven: Bool) {
        guard let attempt = flights[slot].attempt else { return }
        expectation.before(self, attempt)
        let effects = engine.succeeded(attempt, now: now, endIsProven: endIsProven)
        judge.succeeded(slot, endIsProven: endIsProven, effects: observed(slot, effects), at: now.milliseconds)
        tellObjections(slot)
        flights[slot].attempt?.effect += effects
        expectation.after(self, attempt)
    }

    private mutating func ends(_ slot: Int) {
        guard var attempt = flights[slot].attempt else { return }
        guard let failure = flights[slot].fate.failure else {
            succeeded(slot, endIsProven: true)
            return answered(slot)
        }
        attempt.failure = failure
        attempt.committed = flights[slot].hasSpoken
        attempt.duration = .milliseconds(flights[slot].fate.endsAfter)
        // It says nothing of the secret that there is now, as `FailoverRun` has it.
        let isOld = flights[slot].oldSecrets.contains(numbers.account(attempt.candidate.credential))
        if isOld { engine.giveBack(attempt, now: now) }
        let effects = isOld ? [] : engine.failed(failure, attempt, flights[slot].receipt, now: now)
        if isWatched(slot) { tell(slot, "\(attempt.candidate) fails: \(failure.reason.rawValue), \(failure.rule)") }
        judge.failed(slot, numbers.failed(failure, attempt), effects: observed(slot, effects), at: now.milliseconds)
        tellObjections(slot)
        attempt.effect += effects
        flights[slot].attempt = nil
        flights[slot].receipt.attempts.append(attempt)
        if attempt.committed {
            judge.broke(slot)
            isOver(slot)
        } else {
            go(slot)
        }
    }

    private mutating func observed(_ slot: Int, _ effects: [BlockEffect]) -> [Oracle.Effect] {
        if effects.isEmpty { return [] }
        if isWatched(slot) { tell(slot, "  " + effects.map(\.text).joined(separator: "; ")) }
        return effects.map { effect in
            let effect = numbers.effect(effect)
            trace.add(effect.key.number)
            switch effect.kind {
            case .blocked(let until, _): trace.add(Int(until))
            case .widened(let until, _):
                report.widened += 1
                trace.add(Int(until))
            case .cleared, .narrowed, .unchanged, .ownNetwork: break
            }
            return effect
        }
    }

    private mutating func answered(_ slot: Int) {
        guard let attempt = flights[slot].attempt else { return }
        report.answered += 1
        judge.answered(slot, at: now.milliseconds)
        let flight = flights[slot]
        if flight.session >= 0 {
            var kept = (pins[flight.session] ?? []).filter { $0.provider != attempt.candidate.model.provider }
            kept.append(
                SessionPin(
                    provider: attempt.candidate.model.provider, credential: attempt.candidate.credential, usedAt: now,
                    warmUntil: now + .seconds(300)))
            pins[flight.session] = kept
        }
        let asked = flight.receipt.repairsAsked(of: attempt.candidate.model)
        if !asked.isEmpty {
            let model = numbers.model(attempt.candidate.model)
            known[model] = Repair.union(known[model] ?? [], asked)
        }
        if isWatched(slot) { tell(slot, "answered by \(attempt.candidate)") }
        isOver(slot)
    }

    mutating func leaves(_ slot: Int) {
        if let attempt = flights[slot].attempt { engine.giveBack(attempt, now: now) }
        judge.abandoned(slot)
        report.left += 1
        if isWatched(slot) { tell(slot, "leaves") }
        isOver(slot)
    }

    mutating func isOver(_ slot: Int) {
        flights[slot].isUp = false
        flights[slot].attempt = nil
        flights[slot].turn += 1
        free.append(slot)
    }

    private mutating func note(_ step: Step) {
        switch step {
        case .attempt(let index, let mode):
            trace.add(index)
            switch mode {
            case .normal: trace.add(1)
            case .quickRepeat: trace.add(2)
            case .halfOpen(let lease):
                report.looks += 1
                trace.add(Int(lease.endsAt.milliseconds))
            case .returning(let lease):
                report.returns += 1
                trace.add(Int(lease.endsAt.milliseconds))
            case .early:
                report.early += 1
                trace.add(4)
            }
        case .wait(let duration, let index): trace.add(Int(duration.milliseconds) << 8 | index)
        case .answer(let attempt): trace.add(1000 + attempt)
        case .refuse(let refusal): trace.add(2000 + refusal.status)
        case .stop: trace.add(3000)
        }
    }

    /// What the oracle has just objected to, in its place of the story.
    private mutating func tellObjections(_ slot: Int) {
        guard judge.violations.count > report.objections else { return }
        for violation in judge.violations[report.objections...] where isWatched(slot) { tell(slot, "✗ \(violation.what)") }
        report.objections = judge.violations.count
    }

    func isWatched(_ slot: Int) -> Bool { watched == -1 || flights[slot].number == watched }

    mutating func tell(_ slot: Int, _ line: String) {
        report.story.append("\(time) ms  \(watched == -1 ? "\(flights[slot].number)  " : "")\(line)")
    }
}

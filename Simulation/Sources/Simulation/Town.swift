// SPDX-License-Identifier: Apache-2.0
import Failover
import Oracle

/// Providers, models, credentials and agents that one seed made of a world, and the state that they are in.
struct Town {
    struct Model {
        var ref: ModelRef
        var provider: Int
        var isFree: Bool
        /// As configured; `nil`: nobody said. `holds` is the truth.
        var window: Int?
        var holds: Int
        var images: Bool
        var tools: Bool
        /// The route refuses requests without this repair, by number.
        var wants: Int?
        /// Milliseconds that its first token may take, if more than usual.
        var patience: Int64 = 0
        var isLoaded = false
    }

    struct Account {
        var id: CredentialID
        var provider: Int
        var hasMoney = true
        var isRevoked = false
        /// Requests a minute and how many of them were made in which minute; `nil`: no limit.
        var limit: Int?
        var minute: Int64 = -1
        var used = 0
        /// The provider's way to say when the minute is over: not at all, by a header, for a day.
        var hint = 0
        /// Whether it names the account when money runs out.
        var namesAccount = false
        var lacks: Set<Int> = []
        var isPaused = false
    }

    enum Outage: CaseIterable { case refused, unavailable, reset, silent, page }

    var models: [Model] = []
    var accounts: [Account] = []
    /// By endpoint, which has the number of its provider.
    var outages: [Outage?] = []
    var accountsOf: [[Int]] = []
    var modelsOf: [[Int]] = []
    /// The models of each agent's chain, first things first.
    var agents: [[Int]] = []
    var networkIsDown = false
    /// Has no trouble but the network's, if it is there.
    var steady: Int?

    init(_ world: World, _ chance: inout Chance) {
        let providers = chance.int(world.providers)
        for provider in 0..<providers { addProvider(provider, world, &chance) }
        if world.hasSteady { addSteady(providers) }
        outages = Array(repeating: nil, count: accountsOf.count)
        for _ in 0..<chance.int(world.agents) { agents.append(agentsModels(world, &chance)) }
    }

    private mutating func addProvider(_ provider: Int, _ world: World, _ chance: inout Chance) {
        modelsOf.append([])
        accountsOf.append([])
        for number in 0..<chance.int(world.models) {
            let holds = [8_000, 32_000, 128_000, 1_000_000][chance.int(0...3)]
            modelsOf[provider].append(models.count)
            models.append(
                Model(
                    ref: ModelRef(provider: ProviderID(rawValue: "p\(provider)"), model: "m\(number)"), provider: provider,
                    isFree: chance.happens(world.freeModels), window: chance.happens(0.7) ? holds : nil, holds: holds,
                    images: !chance.happens(0.3) || world.images == 0, tools: true,
                    wants: chance.happens(world.picky) ? chance.int(1...4) : nil, patience: chance.happens(0.1) ? 120_000 : 0))
        }
        for number in 0..<chance.int(world.credentials) {
            accountsOf[provider].append(accounts.count)
            var account = Account(id: CredentialID(rawValue: "p\(provider):k\(number)"), provider: provider)
            if chance.happens(world.limited) { account.limit = chance.int(world.limit) }
            account.hint = chance.int(0...3)
            account.namesAccount = chance.happens(0.4)
            for model in modelsOf[provider] where chance.happens(world.missing) { account.lacks.insert(model) }
            accounts.append(account)
        }
    }

    private mutating func addSteady(_ provider: Int) {
        steady = models.count
        modelsOf.append([models.count])
        accountsOf.append([accounts.count])
        models.append(
            Model(
                ref: ModelRef(provider: "steady", model: "local"), provider: provider, isFree: true, window: nil, holds: .max,
                images: true, tools: true))
        accounts.append(Account(id: "steady:none", provider: provider))
    }

    private func agentsModels(_ world: World, _ chance: inout Chance) -> [Int] {
        var chosen: [Int] = []
        for _ in 0...chance.int(world.fallbacks) {
            let model = chance.int(0...models.count - 1)
            if model != steady && !chosen.contains(model) { chosen.append(model) }
        }
        if let steady { chosen.append(steady) }
        return chosen.isEmpty ? [0] : chosen
    }

    /// A chain as the settings make it.
    func chain(of agent: Int, startingWith asked: Int?) -> Chain {
        var order = agents[agent]
        if let asked { order = [asked] + order.dropFirst().filter { $0 != asked } + [order[0]] }
        let plan = ChainPlan(models: order.map(planned))
        return ChainBuilder.build(plan)
    }

    private func planned(_ number: Int) -> PlannedModel {
        let model = models[number]
        var planned = PlannedModel(ref: model.ref, origin: "m\(number)")
        planned.credentials = accountsOf[model.provider].map { PlannedCredential(id: accounts[$0].id, kind: .apiKey) }
        planned.endpoint = EndpointID(rawValue: "https://p\(model.provider)")
        planned.contextWindow = model.window
        planned.acceptsImages = model.images
        planned.acceptsTools = model.tools
        return planned
    }
}

/// What of a request its providers' answers depend on.
struct Prompt {
    enum Poison: Int { case overload, crash, silence, nonsense, unknown }

    var poison: Poison?
    var isForbidden = false
    var isInvalid = false
    var namesMember = false
    /// Tokens in truth, which nobody counted well.
    var tokens = 0
    /// Has the members that picky routes refuse.
    var isRich = false
    var isHealthy: Bool { poison == nil && !isForbidden && !isInvalid }
}

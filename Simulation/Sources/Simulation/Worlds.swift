// SPDX-License-Identifier: Apache-2.0

extension World {
    /// Every world that is simulated.
    public static let all: [World] = [
        World("everything") { world in
            world.network = Trouble(every: 2000, lasts: 60)
            world.clock = Trouble(every: 1800, lasts: 1)
        },
        World("longChains") { world in
            world.providers = 3...6
            world.models = 2...4
            world.credentials = 2...4
            world.fallbacks = 4...10
            world.hasSteady = false
            world.outage = Trouble(every: 500, lasts: 300)
        },
        World("lonely") { world in
            world.providers = 1...1
            world.models = 1...2
            world.credentials = 1...2
            world.fallbacks = 0...1
            world.hasSteady = false
            world.gap = 1500
        },
        World("poisonedPrompt") { world in
            world.calm()
            world.providers = 2...4
            world.credentials = 2...3
            world.fallbacks = 2...5
            world.poisoned = 0.01
            world.gap = 1500
        },
        World("laptopLosesNetwork") { world in
            world.calm()
            world.providers = 2...4
            world.fallbacks = 2...5
            world.hasSteady = false
            world.network = Trouble(every: 240, lasts: 60)
        },
        World("freeModelOnEmptyAccount") { world in
            world.calm()
            world.providers = 1...2
            world.models = 2...4
            world.freeModels = 0.5
            world.fallbacks = 2...5
            world.money = Trouble(every: 900, lasts: 1200)
        },
        World("clockJumps") { world in world.clock = Trouble(every: 120, lasts: 1) },
        World("moneyComesBack") { world in
            world.calm()
            world.providers = 1...3
            world.money = Trouble(every: 600, lasts: 300)
            world.gap = 1000
        },
        World("burst") { world in
            world.calm()
            world.bursts = 0.2
            world.burst = 8...40
            world.gap = 4000
            world.limited = 0.8
        },
        World("providerOutage") { world in
            world.calm()
            world.outage = Trouble(every: 200, lasts: 120)
            world.load = Trouble(every: 200, lasts: 60)
        },
        World("slowTokens") { world in
            world.calm()
            world.slow = 0.2
            world.leaving = 0.1
            world.rest = 20_000
        },
        World("restart") { world in world.restarts = Trouble(every: 60, lasts: 1) },
        World("reload") { world in
            world.reloads = Trouble(every: 60, lasts: 1)
            world.keys = Trouble(every: 300, lasts: 300)
            world.slow = 0.05
        },
        World("longNights") { world in
            world.gap = 60_000
            world.bursts = 0.1
            world.money = Trouble(every: 90_000, lasts: 40_000)
            world.outage = Trouble(every: 40_000, lasts: 5000)
            world.load = Trouble(every: 20_000, lasts: 2000)
            world.restarts = Trouble(every: 100_000, lasts: 1)
            world.reloads = Trouble(every: 80_000, lasts: 1)
        },
    ]

    public static func named(_ name: String) -> World? { all.first { $0.name == name } }
}

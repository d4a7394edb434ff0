// SPDX-License-Identifier: Apache-2.0

/// How often something goes wrong, and for how long: means, in seconds. `nil` in `World`: never.
public struct Trouble: Sendable {
    public var every: Double
    public var lasts: Double

    public init(every: Double, lasts: Double) {
        self.every = every
        self.lasts = lasts
    }
}

/// A world as data: what there is, what clients send, what goes wrong. A seed makes one of many out of it.
public struct World: Sendable {
    public var name: String
    // What there is.
    public var providers = 1...4
    public var models = 1...3
    public var credentials = 1...3
    public var fallbacks = 0...5
    public var agents = 1...4
    /// Share of models that cost nothing.
    public var freeModels = 0.1
    /// The last fallback of every agent is a server in the next room, which works as long as the house stands.
    public var hasSteady = true
    // What clients send.
    /// Mean milliseconds between arrivals.
    public var gap: Int64 = 400
    /// Share of arrivals that are many at once, and how many.
    public var bursts = 0.02
    public var burst = 4...24
    /// Mean milliseconds of an answer's first token, and of the rest.
    public var firstToken: Int64 = 600
    public var rest: Int64 = 2500
    /// Share of attempts that take ten times as long, or never speak.
    public var slow = 0.01
    public var sessions = 0.5
    public var leaving = 0.02
    public var poisoned = 0.005
    public var forbidden = 0.002
    public var invalid = 0.005
    public var large = 0.03
    public var images = 0.05
    /// Share of routes that refuse a member which most requests have.
    public var picky = 0.1
    /// Share of attempts that break in a way that nobody foresaw.
    public var noise = 0.005
    // What goes wrong.
    public var money: Trouble? = Trouble(every: 1500, lasts: 400)
    public var keys: Trouble? = Trouble(every: 6000, lasts: 900)
    public var outage: Trouble? = Trouble(every: 900, lasts: 90)
    public var load: Trouble? = Trouble(every: 600, lasts: 40)
    public var network: Trouble?
    public var clock: Trouble?
    public var restarts: Trouble? = Trouble(every: 1200, lasts: 1)
    public var reloads: Trouble? = Trouble(every: 900, lasts: 1)
    public var pauses: Trouble? = Trouble(every: 1500, lasts: 200)
    /// Share of credentials with a limit, and its requests per minute.
    public var limited = 0.4
    public var limit = 5...120
    /// Share of models that a credential lacks.
    public var missing = 0.03

    public init(_ name: String, _ change: (inout World) -> Void = { _ in }) {
        self.name = name
        change(&self)
    }

    /// Nothing goes wrong by itself: for worlds about one thing.
    mutating func calm() {
        (money, keys, outage, load, network, clock, restarts, reloads, pauses) = (nil, nil, nil, nil, nil, nil, nil, nil, nil)
        (slow, leaving, poisoned, forbidden, invalid, large, images, picky, noise) = (0, 0, 0, 0, 0, 0, 0, 0, 0)
        (limited, missing, bursts, freeModels) = (0, 0, 0, 0)
    }
}

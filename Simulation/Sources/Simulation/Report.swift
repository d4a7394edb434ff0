// SPDX-License-Identifier: Apache-2.0
import Oracle

/// What came of one run.
public struct Report: Sendable {
    public var world: String
    public var seed: UInt64
    public var requests = 0
    public var attempts = 0
    public var answered = 0
    /// Requests that nobody answered, though nothing was wrong with them.
    public var refusedHealthy = 0
    public var passedOn = 0
    public var refused = 0
    public var left = 0
    public var widened = 0
    public var looks = 0
    public var early = 0
    public var returns = 0
    public var restarts = 0
    /// Over all decisions, effects and ends.
    public var trace: UInt64 = 0
    public var violations: [Violation] = []
    /// What the world's own expectation has to object to.
    public var surprises: [String] = []
    /// Of the request that was watched, line by line.
    public var story: [String] = []
    /// Violations that the story has.
    var objections = 0
    /// Largest step of a ladder that a window had.
    public var highestStep = 0

    init(world: String, seed: UInt64) {
        self.world = world
        self.seed = seed
    }
}

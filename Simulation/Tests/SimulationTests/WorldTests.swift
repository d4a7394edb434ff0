// SPDX-License-Identifier: Apache-2.0
import Oracle
import Simulation
import Testing

@Suite struct `A simulated world` {
    static let seeds = UInt64(100)..<110

    private func reports(_ name: String, requests: Int = 2000) throws -> [Report] {
        let world = try #require(World.named(name))
        let reports = Self.seeds.map { Simulator.play(world, seed: $0, requests: requests) }
        for report in reports { expectWell(report, requests: requests) }
        return reports
    }

    @Test(arguments: World.all.map(\.name)) func `has the same trace with the same seed and another with another`(name: String) throws {
        let world = try #require(World.named(name))
        let first = Simulator.play(world, seed: 7, requests: 1500)
        #expect(first.requests == 1500)
        #expect(Simulator.play(world, seed: 7, requests: 1500).trace == first.trace, "\(Invariant.trace.rawValue)")
        #expect(Simulator.play(world, seed: 8, requests: 1500).trace != first.trace)
    }

    /// Seeds that found something once.
    @Test(arguments: [
        ("clockJumps", UInt64(2)), ("clockJumps", 9), ("clockJumps", 1070), ("clockJumps", 1142), ("clockJumps", 1326), ("everything", 54),
        ("lonely", 2), ("lonely", 16), ("slowTokens", 1), ("burst", 2), ("reload", 26), ("laptopLosesNetwork", 62),
    ])
    func `goes well where it once did not`(name: String, seed: UInt64) throws {
        let world = try #require(World.named(name))
        expectWell(Simulator.play(world, seed: seed, requests: 4000), requests: 4000)
    }

    @Test func `with poisoned prompts serves the others`() throws {
        for report in try reports("poisonedPrompt") { #expect(report.refusedHealthy == 0, "seed \(report.seed)") }
    }

    @Test func `without a network forgets no provider`() throws {
        let reports = try reports("laptopLosesNetwork")
        #expect(reports.contains { $0.refused > 100 })
        for report in reports { #expect(report.refusedHealthy <= 3, "seed \(report.seed)") }
    }

    @Test func `with free models on empty accounts asks for no money that is not there`() throws {
        for report in try reports("freeModelOnEmptyAccount") { #expect(report.refused == 0, "seed \(report.seed)") }
    }

    @Test func `in which money comes back finds it by real requests`() throws {
        let reports = try reports("moneyComesBack")
        for report in reports { #expect(report.refused == 0, "seed \(report.seed)") }
        #expect(reports.reduce(0) { $0 + $1.looks } > 50)
    }

    @Test func `of bursts answers each of them`() throws {
        for report in try reports("burst") { #expect(report.answered == report.requests, "seed \(report.seed)") }
    }
}

// SPDX-License-Identifier: Apache-2.0
import Oracle

/// Plays worlds.
public enum Simulator {
    public static func play<Policy: Engine>(
        _ world: World, seed: UInt64, requests: Int, watching: Int? = nil, as engine: Policy.Type = RealEngine.self
    ) -> Report {
        var run = Run<Policy>(world, seed: seed, requests: requests, watching: watching)
        return run.play()
    }

    /// Plays each world with seeds from `first` on, `requests` each, until all together have played `total`. As many at once as there
    /// are cores.
    public static func playAll(
        _ worlds: [World] = World.all, first: UInt64, total: Int, requests: Int = 4000, cores: Int = 2
    ) async -> [Report] {
        let runs = max(1, (total + requests - 1) / requests)
        return await withTaskGroup(of: [Report].self) { group in
            for core in 0..<cores {
                group.addTask {
                    stride(from: core, to: runs, by: cores).map { number in
                        play(worlds[number % worlds.count], seed: first &+ UInt64(number / worlds.count), requests: requests)
                    }
                }
            }
            var all: [Report] = []
            for await reports in group { all += reports }
            return all
        }
    }

    /// What a person needs to act: what did not hold, the story of that request, and how to see it again.
    public static func explain<Policy: Engine>(_ report: Report, requests: Int, as engine: Policy.Type = RealEngine.self) -> String? {
        var lines: [String] = []
        if let violation = report.violations.first, let world = World.named(report.world) {
            lines.append("\(report.world), seed \(report.seed), request \(violation.request): not so: \(violation.invariant.rawValue)")
            lines.append("  \(violation.what)")
            let again = play(world, seed: report.seed, requests: requests, watching: violation.request, as: engine)
            lines += again.story.map { "    \($0)" }
            if report.violations.count > 1 { lines.append("  and \(report.violations.count - 1) more") }
        }
        lines += report.surprises.prefix(3).map { "\(report.world), seed \(report.seed): \($0)" }
        if lines.isEmpty { return nil }
        lines.append("  again: make simulate ARGS=\"--world \(report.world) --seed \(report.seed) --requests \(requests)\"")
        return lines.joined(separator: "\n")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Rehearsal
import Transport

/// A scenario on one client wire, and what came of it.
struct DrillCell: Sendable {
    var scenario: Scenario
    var wire: WireKind
    var takes: [(label: String, evidence: Evidence)]
    var verdict: DrillVerdict
}

/// Plays many scenarios side by side: each has a gateway of its own, and most of them wait most of the time.
struct DrillRun: Sendable {
    var scenarios: [Scenario]
    var wires: [WireKind]
    /// At most so many at once.
    var width: Int
    var programme: @Sendable (WireKind) throws(CommandFailure) -> DrillProgramme

    /// - Parameter progress: Is told of each that has ended, and how many there are.
    /// - Returns: In the order of the scenarios, for each the wires.
    func play(_ progress: @Sendable (DrillCell, _ done: Int, _ of: Int) -> Void) async throws(CommandFailure) -> [DrillCell] {
        var programmes: [WireKind: DrillProgramme] = [:]
        for wire in wires { programmes[wire] = try programme(wire) }
        let group: EventLoopGroup
        do throws(SystemError) {
            group = try EventLoopGroup()
        } catch {
            throw CommandFailure(.failed, "rehearse: no threads: \(error)")
        }
        // The longest first, so that nobody waits for it alone.
        let jobs = scenarios.indices.flatMap { scenario in wires.indices.map { (scenario: scenario, wire: $0) } }
            .sorted { scenarios[$0.scenario].seconds > scenarios[$1.scenario].seconds }
        let (stages, played) = await play(jobs, programmes, group, progress)
        group.stop()
        // Their curl handles belong to loops that have just ended.
        withExtendedLifetime(stages) {}
        let cells = played.sorted { $0.place < $1.place }.compactMap(\.cell)
        if cells.count < jobs.count {
            throw CommandFailure(
                .failed,
                "rehearse: \(jobs.count - cells.count) of \(jobs.count) could not be played: \(played.compactMap(\.problem).first ?? "?")",
                hints: ["ulimit -n tells how many files a process may have open; each drill takes about ten"])
        }
        return cells
    }

    private struct Played: Sendable {
        var place: Int
        var cell: DrillCell?
        var problem: String?
        var stages: [DrillStage]
    }

    private func play(
        _ jobs: [(scenario: Int, wire: Int)], _ programmes: [WireKind: DrillProgramme], _ group: EventLoopGroup,
        _ progress: @Sendable (DrillCell, _ done: Int, _ of: Int) -> Void
    ) async -> ([DrillStage], [Played]) {
        await withTaskGroup(of: Played.self) { tasks in
            var next = 0
            var played: [Played] = []
            func begin() {
                guard next < jobs.count else { return }
                let job = jobs[next]
                let loop = group.loops[next % group.loops.count]
                next += 1
                let (scenario, wire) = (scenarios[job.scenario], wires[job.wire])
                let place = job.scenario * wires.count + job.wire
                guard let programme = programmes[wire] else { return }
                tasks.addTask { await Self.play(scenario, on: wire, programme, place, group, loop) }
            }
            for _ in 0..<width { begin() }
            for await one in tasks {
                played.append(one)
                if let cell = one.cell { progress(cell, played.count, jobs.count) }
                begin()
            }
            return (played.flatMap(\.stages), played)
        }
    }

    private static func play(
        _ scenario: Scenario, on wire: WireKind, _ programme: DrillProgramme, _ place: Int, _ group: EventLoopGroup, _ loop: EventLoop
    ) async -> Played {
        var played = Played(place: place, cell: nil, problem: nil, stages: [])
        var cell = DrillCell(scenario: scenario, wire: wire, takes: [], verdict: .pass)
        for take in scenario.takes {
            do throws(SystemError) {
                let stage = try DrillStage(programme, take, on: group, loop: loop)
                let (evidence, verdict) = await stage.play(on: wire)
                await stage.stop()
                played.stages.append(stage)
                cell.takes.append((take.label, evidence))
                cell.verdict = cell.takes.count == 1 ? verdict : cell.verdict.and(verdict)
            } catch {
                played.problem = "\(error)"
                return played
            }
        }
        played.cell = cell
        return played
    }
}

extension Scenario {
    /// From its first request to its last.
    var seconds: Double { takes.flatMap(\.asks).max() ?? 0 }
}

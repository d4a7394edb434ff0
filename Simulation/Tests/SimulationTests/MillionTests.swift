// SPDX-License-Identifier: Apache-2.0
import Oracle
import Simulation
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite struct `A million requests` {
    /// The same in each build, unless `SIMULATION_SEED` says otherwise, as in `make nightly`.
    static let seed = getenv("SIMULATION_SEED").flatMap { UInt64(String(cString: $0)) } ?? 1

    @Test(.timeLimit(.minutes(1))) func `break no invariant`() async {
        let reports = await Simulator.playAll(first: Self.seed, total: 1_000_000, requests: 4000)
        for report in reports { expectWell(report, requests: 4000) }
        #expect(reports.reduce(0) { $0 + $1.requests } >= 1_000_000)
        // What never happens is not proven to go well.
        for (what, count) in [
            ("looks", \Report.looks), ("early tries", \.early), ("returns", \.returns), ("widened blocks", \.widened),
            ("restarts", \.restarts), ("clients that leave", \.left), ("refusals", \.refused), ("answers passed on", \.passedOn),
        ] {
            #expect(reports.reduce(0) { $0 + $1[keyPath: count] } > 100, "\(what)")
        }
    }
}

func expectWell(_ report: Report, requests: Int, _ location: SourceLocation = #_sourceLocation) {
    if let problem = Simulator.explain(report, requests: requests) { Issue.record("\(problem)", sourceLocation: location) }
}

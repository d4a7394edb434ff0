// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif
import Oracle
import Simulation

let usage = """
    Plays requests against the failover policy in virtual time, and says which invariant did not hold.

      make simulate                                                       a million requests in all worlds
      make simulate ARGS="--world burst --seed 17"                        one world, one seed
      make simulate ARGS="--world burst --seed 17 --watch 311"            and the story of one request, or of "all"
      make simulate ARGS="--seed 1000 --total 20000000"                   more of them, seeds from 1000 on

    Worlds: \(World.all.map(\.name).joined(separator: ", "))
    """

var (seed, total, requests): (UInt64, Int, Int) = (1, 1_000_000, 4000)
var world: World?
var watched: Int?
var arguments = Array(CommandLine.arguments.dropFirst())

func refuse(_ why: String) -> Never {
    print("\(why)\n\n\(usage)")
    exit(2)
}

while !arguments.isEmpty {
    let flag = arguments.removeFirst()
    if flag == "--help" {
        print(usage)
        exit(0)
    }
    guard let value = arguments.first else { refuse("\(flag) wants a value") }
    arguments.removeFirst()
    switch (flag, UInt64(value)) {
    case ("--world", _):
        guard let named = World.named(value) else { refuse("There is no world \(value)") }
        world = named
    case ("--seed", let number?): seed = number
    case ("--total", let number?): total = Int(clamping: number)
    case ("--requests", let number?): requests = Int(clamping: number)
    case ("--watch", nil) where value == "all": watched = -1
    case ("--watch", let number?): watched = Int(clamping: number)
    default: refuse("\(flag) \(value) is not understood")
    }
}

let began = ContinuousClock.now
var reports: [Report]
if let world {
    reports = [Simulator.play(world, seed: seed, requests: requests, watching: watched)]
    reports[0].story.forEach { print($0) }
} else {
    reports = await Simulator.playAll(first: seed, total: total, requests: requests)
}
let took = ContinuousClock.now - began
reports.sort { ($0.world, $0.seed) < ($1.world, $1.seed) }
var problems = 0
for report in reports {
    guard let problem = Simulator.explain(report, requests: requests) else { continue }
    problems += 1
    if problems <= 5 { print(problem) }
}
for name in World.all.map(\.name) {
    let own = reports.filter { $0.world == name }
    if own.isEmpty { continue }
    func sum(_ member: (Report) -> Int) -> Int { own.reduce(0) { $0 + member($1) } }
    print(
        "\(name): \(sum(\.requests)) requests, \(sum(\.attempts)) attempts, \(sum(\.answered)) answered, \(sum(\.passedOn)) passed on, "
            + "\(sum(\.refused)) refused (\(sum(\.refusedHealthy)) healthy), \(sum(\.left)) left; \(sum(\.looks)) looks, "
            + "\(sum(\.returns)) returning, \(sum(\.early)) early, \(sum(\.widened)) widened, \(sum(\.restarts)) restarts")
}
for invariant in Invariant.allCases {
    let count = reports.reduce(0) { $0 + $1.violations.count { $0.invariant == invariant } }
    if count > 0 { print("not so \(count) times: \(invariant.rawValue)") }
}
let all = reports.reduce(0) { $0 + $1.requests }
let trace = reports.reduce(UInt64(0)) { ($0 << 7 | $0 >> 57) ^ $1.trace }
print("\(all) requests in \(took); trace \(String(trace, radix: 16)); \(problems) of \(reports.count) runs with problems")
exit(problems == 0 ? 0 : 1)

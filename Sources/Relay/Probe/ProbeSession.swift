// SPDX-License-Identifier: Apache-2.0
import Failover
import Transport

/// Probes targets, a few at a time, and tells of each as it is done.
///
/// `@unchecked Sendable`: confined to its loop.
public final class ProbeSession: @unchecked Sendable {
    public let targets: [ProbeTarget]
    private let order: ProbeOrder
    private let agent: AgentID
    private let relay: Relay
    private let snapshot: RelaySnapshot
    private let loop: EventLoop
    private var next = 0
    private var runs: [ObjectIdentifier: ProbeRun] = [:]
    private var isCancelled = false
    private var tell: ((ProbeResult) -> Void)?

    fileprivate init(_ found: ProbeTargets, _ order: ProbeOrder, relay: Relay, snapshot: RelaySnapshot, on loop: EventLoop) {
        targets = found.targets
        agent = found.agent
        self.order = order
        self.relay = relay
        self.snapshot = snapshot
        self.loop = loop
    }

    /// Called once.
    ///
    /// - Parameter each: Is shown each result on the loop, in the order in which they come.
    public func run(each: @escaping (ProbeResult) -> Void) async {
        loop.assertOnLoop()
        tell = each
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(max(1, order.concurrency), targets.count) {
                group.addTask(executorPreference: loop) { [self] in await work() }
            }
        }
        tell = nil
    }

    /// Ends what is under way, of which nothing is told; nothing new is begun.
    public func cancel() {
        isCancelled = true
        for run in runs.values { run.cancel() }
    }

    private func work() async {
        while !isCancelled, next < targets.count {
            let run = ProbeRun(targets[next], order, agent: agent, relay: relay, snapshot: snapshot, on: loop)
            next += 1
            runs[ObjectIdentifier(run)] = run
            let result = await run.run()
            runs[ObjectIdentifier(run)] = nil
            if !isCancelled { tell?(result) }
        }
    }
}

extension Relay {
    /// - Parameter loop: The loop that the caller is on, and on which everything happens.
    /// - Throws: A name in `order` that stands for nothing.
    public func probe(_ order: ProbeOrder, on loop: EventLoop) throws(ProbeProblem) -> (session: ProbeSession, found: ProbeTargets) {
        loop.assertOnLoop()
        let snapshot = snapshot
        let found = try ProbeTargets(order, in: snapshot, ledger: ledger.ledger, now: now())
        return (ProbeSession(found, order, relay: self, snapshot: snapshot, on: loop), found)
    }
}

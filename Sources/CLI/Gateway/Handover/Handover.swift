// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import HTTP
import Relay
import Store
import Telemetry
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `gateway restart` from within: starts the program as it is on disk now, gives it this process's sockets, lock and memory, and leaves once
/// it serves. Whatever goes wrong before that leaves this process serving as if nothing had happened.
///
/// The old process keeps the sockets, unwatched, until it leaves: should the new one die meanwhile, it goes on.
struct Handover: Sendable {
    /// What of the running gateway is handed over.
    struct Stage: Sendable {
        var relay: Relay
        var stores: Stores
        var server: HTTPServer
        var listener: ListeningSocket
        var lock: InstanceLock
        var loop: EventLoop
        var log: Logger
    }

    /// What the process was when it began, for one like it.
    struct Origin: Sendable {
        var program: String?
        var arguments: [String]
        var environment: [String]
        var guardian: Guardian
        /// A pipe's end for the process that stays, where one does.
        var life: Int32?
    }

    /// How long the new process may take to serve.
    static let patience = Duration.seconds(30)
    /// The new one is watched for so long at least.
    private static let probation = Duration.seconds(1)

    let stage: Stage
    let own: Origin

    /// The arguments for a process like this one: without a token, which may have come from standard input, and without `--force`.
    static func repeatable(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var isValue = false
        for word in arguments {
            defer { isValue = word == "--token" }
            if isValue || word == "--token" || word.hasPrefix("--token=") || word == "--force" { continue }
            kept.append(word)
        }
        return kept
    }

    /// - Parameter token: That of the command line, which the variable says instead.
    static func environment(_ variables: [String: String], token: Secret?) -> [String] {
        var variables = variables
        if let token { variables["UNDERSTUDY_GATEWAY_TOKEN"] = token.withExposed { $0 } }
        return variables.map { "\($0.key)=\($0.value)" }
    }

    // MARK: Until it serves

    /// - Parameter orders: An order to stop ends it.
    func attempt(_ orders: Orders) async -> (HandoverOutcome, Successor?) {
        let began = ContinuousClock.now
        guard let program = own.program else { return (.failed("the program's file is not known", []), nil) }
        let successor: Successor
        do throws(SystemError) {
            successor = try Successor(
                Successor.Launch(
                    program: program, arguments: own.arguments, environment: own.environment, group: .own, guardian: own.guardian,
                    lock: stage.lock.descriptor, life: own.life, listeners: [stage.listener.descriptor], output: STDOUT_FILENO,
                    error: STDERR_FILENO),
                echoes: true)
        } catch {
            return (.failed("the new process could not be started: \(error)", []), nil)
        }
        stage.log.notice(
            "Restarting: a new process is prepared", ["process": .int(Int(successor.process.processID)), "program": .string(program)])
        let version: String
        switch await prepare(successor, by: began + Self.patience, orders) {
        case .success(let told): version = told
        case .failure(let trouble):
            let why = trouble.why
            let lines = successor.lastLines.map { stage.relay.snapshot.pool.redactor.redact($0) }
            stage.log.error("Not restarted: this process goes on", ["why": .string(why)])
            return (.failed(why, lines), nil)
        }
        stage.server.pause()
        let took = ContinuousClock.now - began
        stage.log.notice(
            "Restarted: another process takes new requests",
            [
                "process": .int(Int(successor.process.processID)), "in_flight": .int(stage.relay.running.count),
                "after_ms": .int(Int(took.milliseconds)),
            ])
        return (
            .handedOver(
                to: successor.process.processID, version: version, inFlight: stage.relay.running.count, after: took),
            successor
        )
    }

    private struct Trouble: Error {
        var why: String
    }

    /// - Returns: The new process's version; or why it does not serve: it has ended then, and this process has everything back.
    private func prepare(
        _ successor: Successor, by deadline: ContinuousClock.Instant, _ orders: Orders
    ) async -> Result<String, Trouble> {
        var hasBegun = false
        while true {
            switch await successor.next(by: deadline, unless: { orders.stop != nil }, sleep: { await stage.loop.sleep(for: $0) }) {
            case .word(.ready):
                hasBegun = true
                await tellAll(successor)
            case .word(.serving(_, let version)): return .success(version)
            case .word: continue
            case .ended(let ending):
                if hasBegun { await takeBack() }
                return .failure(Trouble(why: "the new process \(ending)"))
            case .silent:
                successor.process.signal(SIGKILL)
                _ = await successor.next(by: .now + .seconds(5), sleep: { await stage.loop.sleep(for: $0) })
                if hasBegun { await takeBack() }
                if orders.stop != nil { return .failure(Trouble(why: "the gateway was told to stop")) }
                return .failure(Trouble(why: "the new process did not serve within \(Self.patience.components.seconds) s"))
            }
        }
    }

    /// Everything that was kept until now is in the store when the new process hears `go`; what comes later it is told.
    private func tellAll(_ successor: Successor) async {
        let relay = stage.relay
        relay.ledger.handOver { successor.send(.ledger($0)) }
        relay.capabilities.handOver { successor.send(.repair($0)) }
        await stage.stores.ledgerStore.flush()
        await stage.stores.capabilityStore.flush()
        relay.handOver { successor.send(.learned($0)) }
        successor.tells { relay.ledger.hear($0, now: relay.now()) }
        successor.send(.go)
    }

    private func takeBack() async {
        let relay = stage.relay
        relay.handOver(to: nil)
        relay.capabilities.handOver(to: nil)
        let kept = (try? await stage.stores.ledgerStore.load()) ?? []
        relay.ledger.takeBack(kept, now: relay.now())
    }

    // MARK: While this process leaves

    /// Waits until what runs here has ended, or is to end.
    ///
    /// - Parameter predecessor: The process before this one, which may be leaving too.
    /// - Returns: `false`: the new process has died, and this one serves again.
    func leave(
        to successor: Successor, grace: Duration, orders: Orders, outcome: HandoverOutcome, predecessor: Predecessor?
    ) async -> Bool {
        let began = ContinuousClock.now
        var end = began + max(grace, Self.probation)
        var isStopped = false
        while stage.server.connections > 0 || ContinuousClock.now - began < Self.probation {
            if let ending = successor.ending {
                if !successor.isSettled, !isStopped {
                    stage.log.error("The new process is gone: this one serves again", ["ending": .string(ending.description)])
                    await takeBack()
                    stage.server.goOn()
                    return false
                }
                // As a second signal has it.
                if isStopped, ending == .exited(130) { break }
            }
            if !isStopped, let stop = orders.stop ?? successor.stop {
                isStopped = true
                let seconds = stop.grace ?? stage.relay.snapshot.settings.gateway.stopGraceSeconds
                end = min(end, .now + .seconds(seconds))
                successor.send(.stop(grace: stop.grace))
                predecessor?.stop(grace: seconds)
                // A signal is the second one from now on.
                orders.stop(stop)
            }
            for waiting in orders.waitingRestarts() { waiting.told(outcome) }
            guard ContinuousClock.now < end else { break }
            await stage.loop.sleep(for: .milliseconds(20))
        }
        for waiting in orders.waitingRestarts() { waiting.told(outcome) }
        stage.relay.handOverQuotas { successor.send(.learned($0)) }
        return true
    }
}

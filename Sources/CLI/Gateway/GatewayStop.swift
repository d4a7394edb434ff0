// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy gateway stop`: ends the gateway that runs on a state folder, and waits until it has ended.
struct GatewayStop {
    static let grace = Flag(
        "grace", .number(placeholder: "seconds", range: 0...3600),
        "How long requests may go on, instead of gateway.stopGraceSeconds (30)", example: "5")
    static let force = Flag(
        "force", .toggle, "End requests at once with an error, and kill the process if it has not ended 5 s later")

    let context: CommandContext
    let folder: StateFolder
    let gateway: RunningGateway

    /// Seconds beside the grace: for clients to take an error, and for what is on its way to the disk.
    private static let slack = 15
    private static let patienceBeforeKill = 5

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        let location = ConfigLocation.find(for: context)
        let folder: StateFolder
        do throws(StoreProblem) {
            folder = try StateFolder(path: location.stateFolder)
        } catch {
            throw CommandFailure(.failed, "\(error)", hints: ["--state-dir <folder> names another one"])
        }
        // Its lock is taken back by the system when it dies: then the note's process id may be anybody's.
        guard let gateway = RunningGateway.find(in: folder.path), isHeld(folder) else {
            throw CommandFailure(
                .failed, "no gateway runs on the state folder \(location.short(folder.path))",
                hints: ["--state-dir <folder> names another one"])
        }
        return try GatewayStop(context: context, folder: folder, gateway: gateway).stop()
    }

    private func stop() throws(CommandFailure) -> ExitStatus {
        let forces = context.invocation.isOn(Self.force)
        let wanted = forces ? 0 : context.invocation.number(Self.grace)
        let clock = ContinuousClock()
        let began = clock.now
        let (requests, grace) = tell(wanted)
        if let requests {
            let text = requests == 1 ? "1 request is under way" : "\(requests) requests are under way"
            context.output.note("Stopping the gateway at \(gateway.url) (process \(gateway.processID)): \(text), \(grace) s at most.")
        }
        var isKilled = false
        var killAt = Duration.seconds(Self.patienceBeforeKill)
        var saidAt = began
        while Self.isHeld(folder) {
            let waited = clock.now - began
            if forces, waited > killAt {
                isKilled = true
                killAt += .seconds(Self.patienceBeforeKill)
                // Where it had just restarted, the process before it may have come back in its place.
                kill((RunningGateway.find(in: folder.path) ?? gateway).processID, SIGKILL)
            }
            guard waited < .seconds(grace + Self.slack) else {
                throw CommandFailure(
                    .failed, "the gateway (process \(gateway.processID)) has not ended after \(waited.components.seconds) s",
                    hints: ["understudy gateway stop --force"])
            }
            if clock.now - saidAt > .seconds(5) {
                saidAt = clock.now
                context.output.note("Requests are still under way after \(waited.components.seconds) s.")
            }
        }
        let took = clock.now - began
        context.output.wantsJSON
            ? context.output.json(json(took, requests, isKilled)) : context.output.text(isKilled ? "Killed." : "Stopped.")
        return .fine
    }

    /// - Returns: How many requests are under way, if it says so, and the seconds that they have.
    private func tell(_ wanted: Int?) -> (requests: Int?, grace: Int) {
        if let stopsBy = gateway.stopsBy {
            context.output.note("The gateway (process \(gateway.processID)) is stopping already.")
            return (nil, Int(max(0, stopsBy - HostFacts.nowMilliseconds()) / 1000) + 1)
        }
        var address = GatewayAddress.find(for: context)
        address.url = gateway.url
        let client = GatewayClient(address: address)
        do throws(GatewayClient.Trouble) {
            let body: JSONObject = wanted.map { ["grace_seconds": .number(JSONNumber($0))] } ?? [:]
            let answer = try client.post("/api/gateway/stop", .object(body), holding: nil)
            return (answer["in_flight"]?.int ?? 0, answer["grace_seconds"]?.int ?? wanted ?? 30)
        } catch {
            // A signal needs no token, and no loop that has time for us.
            let unsaid = wanted == nil ? "" : "; its own grace counts"
            context.output.note("The gateway is told by a signal\(unsaid): \(client.failure(error).message)")
            kill(gateway.processID, SIGTERM)
            return (nil, max(wanted ?? 0, 30))
        }
    }

    private func json(_ took: Duration, _ requests: Int?, _ isKilled: Bool) -> JSONValue {
        let milliseconds = took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000
        return [
            "stopped": true, "killed": .bool(isKilled), "pid": .number(JSONNumber(Int(gateway.processID))), "url": .string(gateway.url),
            "in_flight": requests.map { .number(JSONNumber($0)) } ?? .null, "duration_ms": .number(JSONNumber(Int(milliseconds))),
        ]
    }

    /// Takes a tenth of a second to say yes.
    private static func isHeld(_ folder: StateFolder) -> Bool {
        do throws(StoreProblem) {
            let lock = try InstanceLock(path: folder.lockFile)
            return withExtendedLifetime(lock) { false }
        } catch {
            return error.kind == .busy
        }
    }
}

extension Command {
    static let gatewayStop = Command(
        words: ["gateway", "stop"], summary: "Stop the gateway that runs on this state folder",
        discussion: [
            "The gateway takes nothing new from then on and closes what is idle. Requests under way may go on for gateway.stopGraceSeconds (30); those "
                + "that run then end with an error of their client's API, and their receipts say so (understudy receipts). SIGTERM and Ctrl-C do the same.",
            "Waits until it has ended, and says on standard error how it goes.",
        ],
        flags: [GatewayStop.grace, GatewayStop.force],
        examples: [
            Example("understudy gateway stop", "Let requests end, 30 s at most."),
            Example("understudy gateway stop --grace 300", "Let long answers end."),
            Example("understudy gateway stop --force --json", "End it now, whatever runs."),
        ],
        exitCodes: [(.fine, "it has ended"), (.failed, "none runs on the state folder, or it has not ended in time")],
        run: { context throws(CommandFailure) in try GatewayStop.run(context) })
}

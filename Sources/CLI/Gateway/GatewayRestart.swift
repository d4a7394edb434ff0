// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy gateway restart`: a new process of the program as it is on disk takes over, and no client notices.
struct GatewayRestart {
    static let grace = Flag(
        "grace", .number(placeholder: "seconds", range: 0...3600),
        "How long the old process may go on with its requests, instead of gateway.stopGraceSeconds (30)", example: "300")

    let context: CommandContext
    let location: ConfigLocation
    let gateway: RunningGateway

    private static let patience = Duration.seconds(40)

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let location = ConfigLocation.find(for: context)
        guard let gateway = RunningGateway.find(in: location.stateFolder), gateway.isHolding(location.stateFolder) else {
            context.output.note("No gateway runs on the state folder \(location.short(location.stateFolder)); one is started.")
            let start = GatewayStart(context: context, location: location)
            let report = try await start.begin()
            context.output.wantsJSON ? context.output.json(GatewayStart.json(report)) : context.output.text(start.text(report))
            return .fine
        }
        guard gateway.stopsBy == nil else {
            throw CommandFailure(
                .failed, "the gateway at \(gateway.url) (process \(gateway.processID)) is stopping",
                hints: ["when it has ended: understudy gateway start"])
        }
        return try GatewayRestart(context: context, location: location, gateway: gateway).restart()
    }

    private func restart() throws(CommandFailure) -> ExitStatus {
        var address = GatewayAddress.find(for: context)
        address.url = gateway.url
        let client = GatewayClient(address: address, timeout: Self.patience)
        let answer: JSONValue
        do throws(GatewayClient.Trouble) {
            let body: JSONObject = context.invocation.number(Self.grace).map { ["grace_seconds": .number(JSONNumber($0))] } ?? [:]
            answer = try client.post("/api/gateway/restart", .object(body), holding: nil)
        } catch {
            // A signal needs no token.
            context.output.note("The gateway is told by a signal: \(client.failure(error).message)")
            return try signal()
        }
        guard answer["restarted"]?.bool == true else {
            let lines = (answer["stderr"]?.array ?? []).compactMap(\.string).map { SafeText.line($0) }
            let why = SafeText.line(answer["reason"]?.string ?? "it does not say why")
            throw CommandFailure(
                .failed, (["not restarted: \(why)"] + lines).joined(separator: "\n"),
                hints: ["process \(gateway.processID) goes on as before, at \(gateway.url)"])
        }
        let process = answer["pid"]?.int ?? 0
        let requests = answer["in_flight"]?.int ?? 0
        if let variables = ownVariables(client) { context.output.note(variables) }
        if context.output.wantsJSON {
            context.output.json(answer)
        } else {
            context.output.text(
                "Restarted: process \(process) (understudy \(answer["version"]?.string ?? "?")) serves at \(gateway.url) after "
                    + "\(answer["duration_ms"]?.int ?? 0) ms.")
            if requests > 0 {
                context.output.text(
                    "  \(requests == 1 ? "1 request goes" : "\(requests) requests go") on in process \(gateway.processID), which then ends."
                )
            }
        }
        return .fine
    }

    /// Keys that this shell's variables have and the gateway does not know: who exports one and restarts takes it for read.
    private func ownVariables(_ client: GatewayClient) -> String? {
        guard let setup = try? Setup.forLooking(for: context),
            let report = try? client.get("/api/credentials?all=true", holding: "credentials")
        else { return nil }
        let known = Set((report["credentials"]?.array ?? []).compactMap { $0["id"]?.string })
        let pool = setup.credentials(now: Timestamp(milliseconds: HostFacts.nowMilliseconds()))
        var names: [String] = []
        for agent in setup.settings.agents.all.map(\.id) {
            for credential in pool.providers(of: agent).flatMap({ pool.credentials(for: $0, agent: agent) }) {
                guard let place = credential.variable, !known.contains(credential.id.rawValue), !names.contains(place) else { continue }
                names.append(place)
            }
        }
        guard !names.isEmpty else { return nil }
        return "Set in this shell, and not where the gateway was started, whose variables it keeps: \(names.joined(separator: ", ")).\n"
            + "  put it into \(location.short(location.stateFolder))/.env, which is read at once; or stop the gateway and start it here"
    }

    /// Waits until another process says that it is the gateway.
    private func signal() throws(CommandFailure) -> ExitStatus {
        kill(gateway.processID, SIGUSR1)
        var found: RunningGateway?
        _ = BlockingWait.until(within: Self.patience, every: .milliseconds(20)) {
            found = RunningGateway.find(in: location.stateFolder)
            return found.map { $0.processID != gateway.processID } ?? false
        }
        guard let next = found, next.processID != gateway.processID else {
            throw CommandFailure(
                .failed, "not restarted: process \(gateway.processID) goes on", hints: ["why stands in its log: understudy logs"])
        }
        context.output.wantsJSON
            ? context.output.json([
                "restarted": true, "pid": .number(JSONNumber(Int(next.processID))),
                "was_pid": .number(JSONNumber(Int(gateway.processID))),
            ]) : context.output.text("Restarted: process \(next.processID) serves at \(next.url).")
        return .fine
    }
}

extension Command {
    static let gatewayRestart = Command(
        words: ["gateway", "restart"], summary: "Replace the running gateway by a new process, without a refused connection",
        discussion: [
            "The running gateway starts the program as it is on disk now, with the arguments and the environment that it was started with, and gives it its "
                + "port. Once the new process serves, it takes every new connection; the old one ends its streams and requests and leaves. "
                + "An upgrade and settings that are fixed at the start take effect so. SIGUSR1 does the same.",
            "If the new process cannot start, the old one goes on, and the command says why. Without a gateway on the state folder one is started.",
        ],
        flags: [GatewayRestart.grace],
        examples: [
            Example("understudy gateway restart", "After an upgrade."),
            Example("understudy gateway restart --grace 600", "Streams that run may take ten minutes more."),
        ],
        exitCodes: [(.fine, "a new process serves"), (.failed, "the old process goes on; why is said")],
        run: { context throws(CommandFailure) in try await GatewayRestart.run(context) })
}

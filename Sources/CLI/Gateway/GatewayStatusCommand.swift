// SPDX-License-Identifier: Apache-2.0
import JSON
import Transport

/// What `gateway status` says beside the gateway's own words: what this machine's files and service manager say.
struct GatewaySurroundings: Hashable, Sendable {
    /// The note in the state folder, if its process lives.
    var processID: Int32?
    /// Such as `understudy-gateway.service: active, running, enabled`; `nil`: none is installed.
    var service: String?
    /// Who listens on the settings' port, asked where the gateway is down or `--deep` is given.
    var holder: PortHolder?
    var port: UInt16?

    static let deep = Flag("deep", .toggle, "Also say which process listens on the port, and what the service manager says")
    static let probe = Flag("probe", .toggle, "Ask the gateway; --no-probe asks nobody, and says what the state folder knows")
    static let requireRPC = Flag("require-rpc", .toggle, "Fail also if the gateway refuses the token, so that commands cannot ask it")

    static func look(_ context: CommandContext, isUp: Bool) -> GatewaySurroundings {
        let location = ConfigLocation.find(for: context)
        var found = GatewaySurroundings()
        if let running = RunningGateway.find(in: location.stateFolder), running.isHolding(location.stateFolder) {
            found.processID = running.processID
        }
        if let service = InstalledService.find(for: context) {
            found.service = "\(service.file.unitName): \(service.manager.state(of: service.file) ?? "installed")"
        }
        if !isUp || context.invocation.isOn(deep), let settings = try? Setup.load(location, environment: context.environment).settings {
            found.port = settings.gateway.port
            found.holder = PortHolder.find(port: settings.gateway.port)
        }
        return found
    }

    /// - Parameter isUp: Whether the gateway answers: who else has the port is said where it does not.
    func rows(isUp: Bool) -> [(String, String)] {
        var rows: [(String, String)] = []
        if let service { rows.append(("Service", service)) }
        if !isUp, let processID { rows.append(("Process", "\(processID) holds the state folder and does not answer")) }
        if let holder, let port {
            rows.append(("Port", "process \(holder.processID) (\(SafeText.line(holder.name))) listens on \(port)"))
        }
        return rows
    }

    var json: JSONObject {
        var object: JSONObject = [:]
        object["service"] = service.map { .string($0) } ?? .null
        if let processID { object["pid"] = .number(JSONNumber(Int(processID))) }
        if let holder {
            object["port_holder"] = ["pid": .number(JSONNumber(Int(holder.processID))), "program": .string(SafeText.line(holder.name))]
        }
        return object
    }
}

extension GatewayStatusReport {
    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitStatus {
        if context.invocation.toggle(GatewaySurroundings.probe) == false { return unasked(context) }
        let client = GatewayClient(for: context)
        let report = ask(client)
        let isUp = report.exitStatus == .fine
        let around = client.address.isRemote ? GatewaySurroundings() : GatewaySurroundings.look(context, isUp: isUp)
        if context.output.wantsJSON {
            var object = report.json.object ?? [:]
            for (name, value) in around.json.members { object[name] = value }
            context.output.json(.object(object))
        } else {
            context.output.text(([report.text] + around.rows(isUp: isUp).map { "\($0.0): \($0.1)" }).joined(separator: "\n"))
        }
        if context.invocation.isOn(GatewaySurroundings.requireRPC), case .up(_, _, nil, _) = report.state { return .failed }
        return report.exitStatus
    }

    /// What can be said without a connection.
    private static func unasked(_ context: CommandContext) -> ExitStatus {
        let around = GatewaySurroundings.look(context, isUp: true)
        let isRunning = around.processID != nil
        if context.output.wantsJSON {
            var object = around.json
            object["running"] = .bool(isRunning)
            context.output.json(.object(object))
        } else {
            let runtime = around.processID.map { "running (pid \($0))" } ?? "not running"
            let rows = [("Runtime", runtime), ("Connectivity probe", "skipped")] + around.rows(isUp: true)
            context.output.text(rows.map { "\($0.0): \($0.1)" }.joined(separator: "\n"))
        }
        return isRunning ? .fine : .failed
    }
}

extension Command {
    static let gatewayStatus = Command(
        words: ["gateway", "status"], summary: "Say whether the gateway is up and ready, and what it is doing",
        flags: Flag.connection + [GatewaySurroundings.deep, GatewaySurroundings.probe, GatewaySurroundings.requireRPC],
        examples: [
            Example("understudy gateway status", "How is it?"),
            Example("understudy gateway status --json", "The same as data."),
            Example("understudy gateway status --url http://10.0.0.5:7100", "One on another machine."),
        ],
        exitCodes: [(.fine, "it is up"), (.failed, "it is down or does not answer")],
        run: { context throws(CommandFailure) in try GatewayStatusReport.run(context) })
}

// SPDX-License-Identifier: Apache-2.0
import JSON
import Store
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy gateway install` and `uninstall`: the gateway as a service of this user's.
enum GatewayInstall {
    static let force = Flag("force", .toggle, "Stop a gateway that runs on the state folder, so that the service can take its place")

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let location = ConfigLocation.find(for: context)
        let setup = try Setup.load(location, environment: context.environment, overrides: GatewayLoader.overrides(context.invocation))
        let manager = ServiceManager(context: context)
        let file = try file(context, location, setup)
        let path = manager.path(of: file)
        let old = try? AtomicFile.read(path, limit: ServiceFile.limit)
        if let old, !file.isForSameFolder(String(decoding: old, as: UTF8.self)) {
            throw CommandFailure(
                .failed, "\(location.short(path)) runs a gateway on another state folder than \(location.short(location.stateFolder))",
                hints: [
                    "--profile <name> gives this one a service of its own",
                    "or remove that one: understudy gateway uninstall --state-dir <its folder>",
                ])
        }
        let isSame = old.map { String(decoding: $0, as: UTF8.self) } == manager.text(of: file)
        try makeWay(context, location, isInstalled: HostFacts.exists(path))
        do throws(StoreProblem) {
            try AtomicFile.makeFolder(AtomicFile.folder(of: path))
            if !isSame { try AtomicFile.write(Array(manager.text(of: file).utf8), to: path, mode: 0o644) }
        } catch {
            throw CommandFailure(.failed, "the service's file cannot be written: \(error)")
        }
        for command in manager.enabling(file, isLoaded: manager.isLoaded(file), isSame: isSame) {
            let answer = manager.run(command)
            if answer?.isFine == true { continue }
            // What no manager has taken is not installed.
            if let old { try? AtomicFile.write(old, to: path, mode: 0o644) } else { unlink(path) }
            throw answer.map { refused(command, $0) } ?? noManager(command[0])
        }
        let lingers = lingers(manager, context)
        if context.output.wantsJSON {
            context.output.json([
                "installed": true, "manager": .string(manager.kind.rawValue), "file": .string(path),
                "name": .string(manager.kind == .systemd ? file.unitName : file.label), "lingers": .bool(lingers),
            ])
        } else {
            context.output.text(text(manager, file, location.short(path), lingers))
        }
        return .fine
    }

    static func uninstall(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let location = ConfigLocation.find(for: context)
        guard let service = InstalledService.find(for: context) else {
            if context.output.wantsJSON {
                context.output.json(["uninstalled": false, "reason": "it is not installed"])
            } else {
                context.output.text("The service is not installed: nothing to do.")
            }
            return .fine
        }
        var trouble: String?
        for command in service.manager.disabling(service.file) {
            let answer = service.manager.run(command)
            if answer?.isFine != true { trouble = "\(command.joined(separator: " ")): \(answer?.text ?? "there is no \(command[0])")" }
        }
        guard unlink(service.path) == 0 || errno == ENOENT else {
            throw CommandFailure(.failed, "\(service.path) cannot be removed: \(String(cString: strerror(errno)))")
        }
        if service.manager.kind == .systemd { _ = service.manager.run(["systemctl", "--user", "daemon-reload"]) }
        if let trouble { context.output.note("The service manager did not end it: \(SafeText.line(trouble))") }
        if context.output.wantsJSON {
            context.output.json(["uninstalled": true, "file": .string(service.path)])
        } else {
            context.output.text("Uninstalled: \(location.short(service.path)) is gone. The state folder and the configuration stay.")
        }
        return .fine
    }

    // MARK: Parts

    private static func file(
        _ context: CommandContext, _ location: ConfigLocation, _ setup: Setup
    ) throws(CommandFailure) -> ServiceFile {
        guard let program = ProgramFile.path(calledAs: CommandLine.arguments[0], searched: context.environment["PATH"]) else {
            throw CommandFailure(.failed, "the program's own file is not known")
        }
        var arguments = ["gateway", "run"]
        if let profile = location.profile { arguments += ["--profile", profile] }
        if location.stateOrigin != "default", location.profile == nil { arguments += ["--state-dir", location.stateFolder] }
        if location.isNamed { arguments += ["--config", location.configPath] }
        if let port = context.invocation.number(GatewayRunFlags.port) { arguments += ["--port", String(port)] }
        if let bind = context.invocation.text(GatewayRunFlags.bind) { arguments += ["--bind", bind] }
        return ServiceFile(
            program: program, arguments: arguments, searchPath: context.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            stateFolder: location.stateFolder, profile: location.profile, stopGraceSeconds: setup.settings.gateway.stopGraceSeconds)
    }

    /// A gateway that is not the service's would hold the folder and the port.
    private static func makeWay(_ context: CommandContext, _ location: ConfigLocation, isInstalled: Bool) throws(CommandFailure) {
        guard !isInstalled, let running = RunningGateway.find(in: location.stateFolder), running.isHolding(location.stateFolder) else {
            return
        }
        guard context.invocation.isOn(force) else {
            throw CommandFailure(
                .failed, "a gateway runs on the state folder already (process \(running.processID), \(running.url))",
                hints: ["understudy gateway stop", "or have it done: understudy gateway install --force"])
        }
        kill(running.processID, SIGTERM)
        guard BlockingWait.until(within: .seconds(60), every: .milliseconds(100), { !running.isHolding(location.stateFolder) }) else {
            throw CommandFailure(
                .failed, "the gateway that runs (process \(running.processID)) has not ended after 60 s",
                hints: ["understudy gateway stop --force"])
        }
    }

    private static func noManager(_ program: String) -> CommandFailure {
        CommandFailure(
            .failed, "not installed: there is no \(program) on this machine",
            hints: [
                "in the background until the machine restarts: understudy gateway start",
                "in a container, as its command: understudy gateway run",
            ])
    }

    private static func refused(_ command: [String], _ answer: HelperProgram.Answer) -> CommandFailure {
        var hints: [String] = []
        if answer.text.contains("bus") {
            hints += [
                "there is no user session here; let this user's services run without one: sudo loginctl enable-linger $USER",
                "then, in a shell of that user: export XDG_RUNTIME_DIR=/run/user/$(id -u) && understudy gateway install",
            ]
        }
        hints.append("without a service: understudy gateway start")
        return CommandFailure(
            .failed, "not installed: \(command.joined(separator: " ")) failed\n\(SafeText.line(answer.text))", hints: hints)
    }

    private static func text(_ manager: ServiceManager, _ file: ServiceFile, _ path: String, _ lingers: Bool) -> String {
        var lines = ["Installed and started: \(manager.kind == .systemd ? file.unitName : file.label)", "  File     \(path)"]
        if manager.kind == .systemd {
            lines += ["  Log      journalctl --user -u \(file.unitName) -f"]
        }
        lines += ["  Status   understudy gateway status", "  Restart  understudy gateway restart"]
        if !lingers {
            lines += ["", "It ends when you log out. To let it run on: sudo loginctl enable-linger $USER"]
        }
        return lines.joined(separator: "\n")
    }

    /// Whether the service goes on when its user logs out: logind keeps a file for each user whose services run without a session
    /// (loginctl(1), enable-linger).
    static func lingers(_ manager: ServiceManager, _ context: CommandContext) -> Bool {
        guard manager.kind == .systemd else { return true }
        let user = context.environment["USER"] ?? context.environment["LOGNAME"] ?? ""
        return !user.isEmpty && HostFacts.exists("/var/lib/systemd/linger/" + user)
    }
}

extension Command {
    static let gatewayInstall = Command(
        words: ["gateway", "install"], summary: "Install the gateway as a service of this user and start it",
        discussion: [
            "On Linux a systemd user unit, understudy-gateway.service (with --profile work: understudy-gateway-work.service); on macOS a launch agent. It runs "
                + "this program with the state folder and configuration of this command line. Keys belong into .env in the state folder: a service does not "
                + "have the shell's variables.",
            "Installing again writes the file anew, which counts from the next start on.",
        ],
        flags: [GatewayRunFlags.port, GatewayRunFlags.bind, GatewayInstall.force],
        examples: [
            Example("understudy gateway install", "Let it run from now on, and at every login."),
            Example("understudy gateway install --profile work --port 7200", "A second one beside it."),
        ],
        exitCodes: [(.fine, "it is installed and runs"), (.failed, "no service manager took it; what to do is said")],
        run: { context throws(CommandFailure) in try await GatewayInstall.run(context) })

    static let gatewayUninstall = Command(
        words: ["gateway", "uninstall"], summary: "Stop the service and remove its file",
        examples: [Example("understudy gateway uninstall", "Configuration, keys and receipts stay.")],
        exitCodes: [(.fine, "it is not installed any more")],
        run: { context throws(CommandFailure) in try await GatewayInstall.uninstall(context) })
}

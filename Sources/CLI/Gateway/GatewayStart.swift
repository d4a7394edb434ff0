// SPDX-License-Identifier: Apache-2.0
import JSON
import Store
import Transport

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `understudy gateway start`: a gateway in the background, and a word when it serves.
struct GatewayStart {
    let context: CommandContext
    let location: ConfigLocation

    /// What is printed when it serves, or did already.
    struct Report {
        var processID: Int32
        var url: String
        /// It was there before.
        var isOld = false
        /// Where its output and its log lines go.
        var outputFile: String?
        var logFile: String?
        var took = Duration.zero
    }

    private static let patience = Duration.seconds(30)
    /// The file of its output is begun anew beyond so many bytes.
    private static let outputLimit = 4 << 20

    static func run(_ context: CommandContext) async throws(CommandFailure) -> ExitStatus {
        let start = GatewayStart(context: context, location: ConfigLocation.find(for: context))
        let report = try await start.begin()
        context.output.wantsJSON ? context.output.json(json(report)) : context.output.text(start.text(report))
        return .fine
    }

    func begin() async throws(CommandFailure) -> Report {
        let setup = try Setup.load(location, environment: context.environment, overrides: GatewayLoader.overrides(context.invocation))
        if let running = RunningGateway.find(in: location.stateFolder), running.isHolding(location.stateFolder) {
            if running.stopsBy != nil {
                throw CommandFailure(
                    .failed, "the gateway at \(running.url) (process \(running.processID)) is stopping",
                    hints: ["understudy gateway stop waits until it has ended"])
            }
            return Report(
                processID: running.processID, url: running.url, isOld: true, logFile: LogPlace.path(setup.settings.logging, in: location))
        }
        let service = InstalledService.find(for: context)
        if let service { return try await start(service, setup) }
        return try await launch(setup)
    }

    private func launch(_ setup: Setup) async throws(CommandFailure) -> Report {
        let began = ContinuousClock.now
        guard let program = ProgramFile.path(calledAs: CommandLine.arguments[0], searched: context.environment["PATH"]) else {
            throw CommandFailure(.failed, "the program's own file is not known")
        }
        let path = ServiceFile.outputFile(in: location.stateFolder)
        let file = try outputFile(path)
        var environment = context.environment
        // Not as an argument, which everybody on the machine can read.
        if let token = GatewayLoader.overrides(context.invocation).token {
            environment["UNDERSTUDY_GATEWAY_TOKEN"] = token.withExposed { $0 }
        }
        let successor = try GatewayRun.attempt("be started") { () throws(SystemError) in
            try Successor(
                Successor.Launch(
                    program: program, arguments: arguments(program), environment: environment.map { "\($0.key)=\($0.value)" },
                    group: .session, guardian: .nobody, output: file.raw, error: file.raw),
                echoes: true)
        }
        let process = successor.process.processID
        while true {
            switch await successor.next(by: began + Self.patience, sleep: { try? await Task.sleep(for: $0) }) {
            case .word(.ready): successor.send(.go)
            case .word(.serving(let url, _)):
                return Report(
                    processID: process, url: url, outputFile: path, logFile: LogPlace.path(setup.settings.logging, in: location),
                    took: ContinuousClock.now - began)
            case .word: continue
            case .ended(let ending): throw failure("the gateway \(ending)", successor.lastLines, ending)
            case .silent:
                successor.process.signal(SIGKILL)
                throw failure(
                    "the gateway did not serve within \(Self.patience.components.seconds) s and was ended", successor.lastLines, nil)
            }
        }
    }

    /// The failure with the gateway's own words, which begin with the program's name.
    private func failure(_ what: String, _ lines: [String], _ ending: ChildProcess.Ending?) -> CommandFailure {
        var status = ExitStatus.failed
        if case .exited(let number) = ending, let known = ExitStatus(rawValue: number), known != .fine { status = known }
        let said = lines.map { $0.hasPrefix("understudy: ") ? String($0.dropFirst(12)) : $0 }
        return CommandFailure(status, ([what] + said).joined(separator: "\n"), hints: ["understudy gateway run shows it in this terminal"])
    }

    private func arguments(_ program: String) -> [String] {
        let overrides = GatewayLoader.overrides(context.invocation)
        var words = [program, "gateway", "run"]
        if let port = overrides.port { words += ["--port", String(port)] }
        if let bind = overrides.bind { words += ["--bind", bind] }
        if let auth = overrides.auth { words += ["--auth", auth] }
        if overrides.verbose { words.append("--verbose") }
        if let profile = location.profile { words += ["--profile", profile] }
        if context.invocation.text(.config) != nil { words += ["--config", location.configPath] }
        if context.invocation.text(.stateDir) != nil { words += ["--state-dir", location.stateFolder] }
        return words
    }

    private func outputFile(_ path: String) throws(CommandFailure) -> Descriptor {
        do throws(StoreProblem) {
            _ = try StateFolder(path: location.stateFolder).ensure()
        } catch {
            throw CommandFailure(.failed, "\(error)", hints: ["--state-dir <folder> uses another one"])
        }
        let raw = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard raw >= 0 else { throw CommandFailure(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
        var status = stat()
        if fstat(raw, &status) == 0, status.st_size > Self.outputLimit { ftruncate(raw, 0) }
        return Descriptor(owning: raw)
    }

    // MARK: Telling

    func text(_ report: Report) -> String {
        var lines = [
            report.isOld
                ? "The gateway runs already at \(report.url) (process \(report.processID))."
                : "The gateway runs in the background at \(report.url) (process \(report.processID))."
        ]
        if let file = report.outputFile { lines.append("  Output   \(location.short(file))") }
        if let file = report.logFile { lines.append("  Log      \(location.short(file))") }
        lines.append("  Status   understudy gateway status")
        lines.append("  Stop     understudy gateway stop")
        return lines.joined(separator: "\n")
    }

    static func json(_ report: Report) -> JSONValue {
        [
            "started": .bool(!report.isOld), "running": true, "pid": .number(JSONNumber(Int(report.processID))), "url": .string(report.url),
            "output_file": report.outputFile.map { .string($0) } ?? .null, "log_file": report.logFile.map { .string($0) } ?? .null,
            "duration_ms": .number(JSONNumber(Int(report.took.milliseconds))),
        ]
    }
}

extension Command {
    static let gatewayStart = Command(
        words: ["gateway", "start"], summary: "Start the gateway in the background",
        discussion: [
            "Waits until it serves and says where; if it cannot, says why and ends with the status that gateway run would. The gateway outlives the "
                + "terminal. What it prints goes to gateway.out in the state folder. Where the service is installed (gateway install), the service is started.",
            "One that runs already on the state folder is left alone.",
        ],
        flags: [GatewayRunFlags.port, GatewayRunFlags.bind, GatewayRunFlags.auth, GatewayRunFlags.token, GatewayRunFlags.verbose],
        examples: [
            Example("understudy gateway start", "Start it, and see where it serves."),
            Example("understudy gateway start --port 8080 --json", "Another port; the answer as data."),
        ],
        exitCodes: [
            (.fine, "it serves"), (.failed, "it ended at once, or did not serve within 30 s"),
            (.configuration, "the configuration has problems, which are listed"),
        ],
        run: { context throws(CommandFailure) in try await GatewayStart.run(context) })
}

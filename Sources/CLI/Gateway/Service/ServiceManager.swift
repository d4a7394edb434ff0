// SPDX-License-Identifier: Apache-2.0
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The service manager of this machine's user sessions: where its files are, and how it is told.
struct ServiceManager: Sendable {
    enum Kind: String, Hashable, Sendable { case systemd, launchd }

    let kind: Kind
    let home: String
    let environment: [String: String]

    init(context: CommandContext) {
        #if os(macOS)
            kind = .launchd
        #else
            kind = .systemd
        #endif
        home = HostFacts.home(environment: context.environment)
        environment = context.environment
    }

    /// Where the file of a service lies.
    func path(of file: ServiceFile) -> String {
        switch kind {
        case .systemd:
            let folder = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
            return "\(folder)/systemd/user/\(file.unitName)"
        case .launchd: return "\(home)/Library/LaunchAgents/\(file.label).plist"
        }
    }

    func text(of file: ServiceFile) -> String { kind == .systemd ? file.unit : file.propertyList }

    /// The commands that have the manager run what has been written, in order.
    ///
    /// - Parameters:
    ///   - isLoaded: Whether launchd has read a file for it before: it takes no second one, and keeps what the first said.
    ///   - isSame: Whether that one said the same.
    func enabling(_ file: ServiceFile, isLoaded: Bool, isSame: Bool) -> [[String]] {
        switch kind {
        case .systemd: [["systemctl", "--user", "daemon-reload"], ["systemctl", "--user", "enable", "--now", file.unitName]]
        case .launchd where isLoaded && isSame: [starting(file)]
        case .launchd:
            (isLoaded ? disabling(file) : []) + [
                ["launchctl", "enable", "gui/\(getuid())/\(file.label)"], ["launchctl", "bootstrap", "gui/\(getuid())", path(of: file)],
            ]
        }
    }

    /// Whether launchd knows the service. systemd is told anew whatever it knows.
    func isLoaded(_ file: ServiceFile) -> Bool {
        kind == .launchd && run(["launchctl", "print", "gui/\(getuid())/\(file.label)"])?.isFine == true
    }

    /// The commands that have it end and forget the service.
    func disabling(_ file: ServiceFile) -> [[String]] {
        switch kind {
        case .systemd: [["systemctl", "--user", "disable", "--now", file.unitName]]
        case .launchd: [["launchctl", "bootout", "gui/\(getuid())/\(file.label)"]]
        }
    }

    func starting(_ file: ServiceFile) -> [String] {
        switch kind {
        case .systemd: ["systemctl", "--user", "start", file.unitName]
        case .launchd: ["launchctl", "kickstart", "gui/\(getuid())/\(file.label)"]
        }
    }

    /// - Returns: `nil` if the manager's program is not on this machine.
    func run(_ command: [String]) -> HelperProgram.Answer? {
        HelperProgram.find(command[0], environment: environment)?.run(Array(command.dropFirst()), within: .seconds(90))
    }

    /// How it is, in words, such as `active, enabled`; `nil` where the manager does not say.
    func state(of file: ServiceFile) -> String? {
        guard kind == .systemd, let systemctl = HelperProgram.find("systemctl", environment: environment) else { return nil }
        let answer = systemctl.run(
            ["--user", "show", "--property=ActiveState,SubState,UnitFileState", "--value", file.unitName], within: .seconds(2))
        guard answer.isFine else { return nil }
        return answer.text.split(whereSeparator: \.isNewline).joined(separator: ", ")
    }
}

/// The service that `gateway install` has made for a state folder.
struct InstalledService: Sendable {
    var manager: ServiceManager
    var file: ServiceFile
    var path: String

    /// - Returns: `nil` if none is installed, or one for another state folder.
    static func find(for context: CommandContext) -> InstalledService? {
        let location = ConfigLocation.find(for: context)
        let manager = ServiceManager(context: context)
        let file = ServiceFile(
            program: "", arguments: [], searchPath: "", stateFolder: location.stateFolder, profile: location.profile)
        let path = manager.path(of: file)
        guard let bytes = try? AtomicFile.read(path, limit: ServiceFile.limit),
            file.isForSameFolder(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        return InstalledService(manager: manager, file: file, path: path)
    }
}

extension GatewayStart {
    /// Has the service manager start it, which returns when it serves.
    func start(_ service: InstalledService, _ setup: Setup) async throws(CommandFailure) -> Report {
        let began = ContinuousClock.now
        let command = service.manager.starting(service.file)
        guard let answer = service.manager.run(command) else {
            throw CommandFailure(
                .failed, "the service is installed (\(location.short(service.path))), and there is no \(command[0]) to start it",
                hints: ["understudy gateway run"])
        }
        guard answer.isFine, let running = await noted() else {
            throw CommandFailure(
                .failed, "\(command.joined(separator: " ")) failed\n\(answer.text)",
                hints: [
                    "journalctl --user -u \(service.file.unitName) -n 50", "understudy gateway run shows what is wrong in this terminal",
                    "without the service: understudy gateway uninstall, then understudy gateway start",
                ])
        }
        return Report(
            processID: running.processID, url: running.url, logFile: LogPlace.path(setup.settings.logging, in: location),
            took: ContinuousClock.now - began)
    }

    /// launchd returns before it serves.
    private func noted() async -> RunningGateway? {
        for _ in 0..<300 {
            if let running = RunningGateway.find(in: location.stateFolder) { return running }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }
}

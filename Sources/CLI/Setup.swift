// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import HTTP
import Providers
import Rehearsal
import Store

/// The settings of one configuration file and the credentials that they lead to.
struct Setup: Sendable {
    var location: ConfigLocation
    var settings: Settings
    /// Remarks about the files, which count all the same.
    var notes: [SettingsNote]
    /// Follows references to secrets; what it found for the settings need not be looked for again.
    var secrets: SecretResolver

    /// Whether the settings give the default agent no model, so that the rehearsal provider plays.
    var isRehearsal: Bool { settings.agents.main.chain.isEmpty }

    /// Reads the settings; blocks on files, and on programs that are asked for secrets.
    ///
    /// - Parameters:
    ///   - memory: What stands in for secrets that cannot be had any more; `nil`: nothing does.
    ///   - earlier: Knows already where references lead; `nil`: they are followed anew.
    /// - Throws: `.configuration` with every problem, each naming file, line and column, or with the file that was named and is not there.
    static func load(
        _ location: ConfigLocation, environment: [String: String], overrides: SettingsOverrides = SettingsOverrides(),
        memory: SecretMemory? = nil, secrets earlier: SecretResolver? = nil
    ) throws(CommandFailure) -> Setup {
        if let missing = location.missing { throw missing }
        let secrets = earlier ?? SecretResolver(home: location.home, memory: memory)
        do throws(SettingsProblems) {
            let (settings, notes) = try SettingsReader.read(
                path: location.configPath, source: FileSource(secrets: secrets), environment: environment,
                stateFolder: location.stateFolder,
                workingFolder: HostFacts.workingFolder(), overrides: overrides)
            return Setup(location: location, settings: settings, notes: notes, secrets: secrets)
        } catch {
            throw CommandFailure(
                .configuration, "the configuration cannot be used\n" + error.text,
                hints: ["look again after a change: understudy config validate"])
        }
    }

    /// The settings that a command line points at.
    static func load(for context: CommandContext) throws(CommandFailure) -> Setup {
        try load(ConfigLocation.find(for: context), environment: context.environment, secrets: context.secrets)
    }

    /// The same for commands that look at what a gateway would do: with the rehearsal in place where the settings name no model.
    static func forLooking(for context: CommandContext) throws(CommandFailure) -> Setup {
        try forLooking(ConfigLocation.find(for: context), environment: context.environment, secrets: context.secrets)
    }

    /// The same for commands that look at what a gateway would do: with the rehearsal in place where the settings name no model.
    static func forLooking(
        _ location: ConfigLocation, environment: [String: String], secrets: SecretResolver? = nil
    ) throws(CommandFailure) -> Setup {
        var setup = try load(location, environment: environment, secrets: secrets)
        if setup.isRehearsal { setup.rehearse(with: RehearsalProvider.silent) }
        return setup
    }

    /// Reads every place where a credential may be; blocks on files. Never fails: what cannot be read is a note of the pool.
    func credentials(now: Timestamp) -> PoolSnapshot { CredentialPool.load(poolSources, now: now, secrets: secrets) }

    var poolSources: PoolSources { PoolSources(settings: settings, folders: location.agentRoots, home: location.home) }

    /// A sentence for each file that holds a secret of `pool` and that others on this machine can read.
    func openFiles(_ pool: PoolSnapshot) -> [String] {
        Set(settings.files + pool.paths).sorted().filter { openFiles(pool, path: $0) }.map {
            "\($0) holds keys, and others on this machine can read it; chmod 600 \($0) keeps them out"
        }
    }

    /// Whether the file holds a secret of `pool` and others on this machine can read it.
    func openFiles(_ pool: PoolSnapshot, path: String) -> Bool {
        guard HostFacts.isOpenToOthers(path), let bytes = try? AtomicFile.read(path, limit: 4 << 20) ?? [] else { return false }
        return pool.redactor.holdsSecret(bytes)
    }

    /// Puts the rehearsal on stage: what plays where the settings name no model.
    ///
    /// - Parameter providers: Those that run; or `RehearsalProvider.silent`, to look at.
    mutating func rehearse(with providers: [Provider]) {
        for provider in providers { settings.add(provider) }
        settings.useByDefault(RehearsalProvider.chain, origin: "built in")
    }
}

extension ConfigLocation {
    /// The failure of a command that needs the file that somebody named, if it is not there.
    var missing: CommandFailure? {
        guard !configExists, isNamed else { return nil }
        return CommandFailure(
            .configuration, "there is no configuration at \(configPath), which \(configOrigin) names",
            hints: ["correct \(configOrigin), or leave it out"])
    }
}

// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import Providers
import HTTP
import Relay
import Store
import Transport

/// Reads settings and credentials for the gateway, at its start and whenever they change.
struct GatewayLoader: Sendable {
    struct Loaded: Sendable {
        var settings: Settings
        var pool: PoolSnapshot
        /// Plain sentences for the person who starts the gateway.
        var warnings: [String]
        /// What to watch for a change.
        var files: [String]
        /// As `GatewayStatus.configHash`.
        var hash: String?
    }

    let location: ConfigLocation
    let environment: [String: String]
    let overrides: SettingsOverrides
    /// Secrets behind references, so that a load which cannot have one keeps that of before.
    private let memory = SecretMemory()

    init(location: ConfigLocation, context: CommandContext) {
        self.location = location
        environment = context.environment
        overrides = Self.overrides(context.invocation)
    }

    /// What a command line says by flags of `gateway run`, as far as its command has them.
    static func overrides(_ invocation: Invocation) -> SettingsOverrides {
        func has(_ flag: Flag) -> Bool { invocation.command.flag(named: flag.name) == flag }
        func text(_ flag: Flag) -> String? { has(flag) ? invocation.text(flag) : nil }
        var overrides = SettingsOverrides()
        if has(GatewayRunFlags.port) { overrides.port = invocation.number(GatewayRunFlags.port).map { UInt16(clamping: $0) } }
        overrides.bind = text(GatewayRunFlags.bind)
        overrides.auth = text(GatewayRunFlags.auth)
        overrides.token = text(GatewayRunFlags.token).map { Secret($0) }
        overrides.verbose = has(GatewayRunFlags.verbose) && invocation.isOn(GatewayRunFlags.verbose)
        return overrides
    }

    /// - Parameter rehearsal: Plays where the settings name no model.
    func load(rehearsal: [Provider]?) throws(CommandFailure) -> Loaded {
        var setup = try Setup.load(location, environment: environment, overrides: overrides, memory: memory)
        if let rehearsal { setup.rehearse(with: rehearsal) }
        let pool = setup.credentials(now: Clock.now())
        return Loaded(
            settings: setup.settings, pool: pool,
            warnings: setup.notes.filter { _ in location.configExists }.map(\.description) + pool.notes.map(\.description)
                + setup.openFiles(pool),
            files: setup.settings.files + pool.paths, hash: Self.hash(of: setup.settings.files))
    }

    /// Stands for the bytes of configuration files: 12 hexadecimal digits. `nil`: none can be read.
    static func hash(of files: [String]) -> String? {
        let bytes = files.flatMap { (try? AtomicFile.read($0, limit: 4 << 20)) ?? [] }
        return bytes.isEmpty ? nil : String(Digest.sha256Hex(String(decoding: bytes, as: UTF8.self)).prefix(12))
    }

    /// A configuration that was there at the start and is not now is a problem, not an empty one: somebody is moving it, or lost it.
    func reload(rehearsal: [Provider]?) throws(Reload.Problem) -> Reload.Loaded {
        if location.configExists, !HostFacts.exists(location.configPath) {
            throw Reload.Problem("there is no configuration at \(location.configPath) any more")
        }
        do throws(CommandFailure) {
            let loaded = try load(rehearsal: rehearsal)
            return Reload.Loaded(
                snapshot: RelaySnapshot(settings: loaded.settings, pool: loaded.pool), files: loaded.files, hash: loaded.hash)
        } catch {
            throw Reload.Problem(error.message)
        }
    }
}

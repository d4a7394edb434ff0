// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import JSON
import Relay
import Store
import Transport

/// What `status` and `doctor` look at: read once, and nothing changed but logins that are due, where they are used. What cannot be read is
/// told and stops nobody.
struct Survey: Sendable {
    var location: ConfigLocation
    var now: Timestamp
    /// Whether the configuration can be used, and what is to be said of it.
    var config: ConfigReport
    /// SHA-256 of the configuration file, hexadecimal; `nil`: there is none.
    var configHash: String?
    /// `nil`: the configuration has problems.
    var setup: Setup?
    var pool: PoolSnapshot?
    /// The gateway of this state folder, asked.
    var gateway: GatewayStatusReport
    var running: RunningGateway?
    /// The document of `GET /api/credentials`; `nil`: it could not be had, see `trouble`.
    var credentials: JSONValue?
    /// Of the last 24 hours, newest first, at most `receiptLimit`.
    var receipts: [Receipt] = []
    var receiptSource = KeptState.Source.nothing
    /// Why some of this is missing.
    var trouble: [String] = []
    /// Absolute; `nil`: no file.
    var logFile: String?
    var reach: [ProviderReach] = []
    /// What providers last said of how much they still grant.
    var quotas: [QuotaRow] = []
    /// `nil`: none is installed.
    var service: Service?

    /// The service that runs the gateway.
    struct Service: Hashable, Sendable {
        /// Of its file.
        var path: String
        /// The program that the file names; `nil` where it names none, as launchd's do elsewhere.
        var program: String?
        /// It goes on when its user logs out.
        var lingers: Bool
    }

    static let receiptLimit = 1000
    static let receiptAge = Duration.seconds(86_400)

    /// - Parameters:
    ///   - isDeep: Whether each provider's address is asked.
    ///   - usage: Whether the providers' pages of usage are, which may renew logins.
    static func make(_ context: CommandContext, isDeep: Bool, usage: Bool = false) async -> Survey {
        let location = ConfigLocation.find(for: context)
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        let client = GatewayClient(for: context)
        var survey = Survey(
            location: location, now: now, config: ConfigReport.read(location, environment: context.environment),
            gateway: GatewayStatusReport.ask(client))
        if let bytes = try? AtomicFile.read(location.configPath, limit: FileSource.limit) {
            survey.configHash = Digest.sha256Hex(bytes)
        }
        survey.running = RunningGateway.find(in: location.stateFolder)
        survey.setup = try? Setup.forLooking(for: context)
        survey.pool = survey.setup?.credentials(now: now)
        survey.logFile =
            survey.running?.logFile ?? survey.setup.flatMap { LogPlace.path($0.settings.logging, in: location) }
        do throws(CommandFailure) {
            survey.credentials = try await CredentialsList.report(CredentialsReport.Query(), quiet(context)).0
        } catch {
            survey.trouble.append("credentials: \(error.message)")
        }
        do throws(CommandFailure) {
            let query = ReceiptQuery(limit: receiptLimit, since: now - receiptAge)
            let (values, source) = try await ReceiptsReader(for: quiet(context)).receipts(matching: query)
            survey.receipts = values.compactMap { ReceiptJSON.read($0) }
            survey.receiptSource = source
        } catch {
            survey.trouble.append("receipts: \(error.message)")
        }
        let teller: QuotaSource.Teller =
            survey.gateway.exitStatus == .fine ? .gateway(client) : survey.running == nil ? .nobody : .silent
        let quota = await QuotaSource.read(teller, context, in: location.stateFolder, usage: usage)
        survey.quotas = quota.rows
        survey.trouble += quota.problems
        survey.service = InstalledService.find(for: context).map {
            Service(path: $0.path, program: program(in: $0.path), lingers: GatewayInstall.lingers($0.manager, context))
        }
        if isDeep, let providers = survey.setup?.settings.providersInUse {
            survey.reach = await ProviderReach.ask(providers, environment: context.environment)
        }
        return survey
    }

    /// The first word of a unit's `ExecStart`; `nil` where there is none, as in launchd's files.
    private static func program(in unit: String) -> String? {
        guard let bytes = try? AtomicFile.read(unit, limit: 64 << 10) else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("ExecStart=") {
            let rest = line.dropFirst("ExecStart=".count)
            return rest.hasPrefix("\"") ? String(rest.dropFirst().prefix { $0 != "\"" }) : String(rest.prefix { $0 != " " })
        }
        return nil
    }

    /// Its parts say on standard error where they read; the report says it itself.
    private static func quiet(_ context: CommandContext) -> CommandContext {
        struct Nowhere: OutputSink {
            var lost: Bool { false }
            func write(_ bytes: [UInt8], to stream: Output.Stream) {}
        }
        var context = context
        context.output.sink = Nowhere()
        return context
    }

    // MARK: What follows from it

    /// What is blocked now, each once.
    var blocks: [Block] {
        let own = (credentials?["credentials"]?.array ?? []).flatMap { $0["blocks"]?.array ?? [] }
        let shared = credentials?["shared_blocks"]?.array ?? []
        var blocks: [Block] = []
        for block in (own + shared).compactMap({ BlockJSON.read($0) })
        where block.isOpen(at: now) && !blocks.contains(where: { $0.key == block.key }) {
            blocks.append(block)
        }
        return blocks.sorted { $0.until < $1.until }
    }

    /// How each credential of the pool stands as to time and renewal.
    var statuses: [CredentialID: CredentialStatus] {
        guard let setup, let pool else { return [:] }
        var statuses: [CredentialID: CredentialStatus] = [:]
        for agent in setup.settings.agents.all.map(\.id) {
            for provider in pool.providers(of: agent) {
                for credential in pool.credentials(for: provider, agent: agent) where statuses[credential.id] == nil {
                    statuses[credential.id] = credential.status(at: now)
                }
            }
        }
        return statuses
    }

    func short(_ path: String) -> String { location.short(path) }

    /// A line of the log, which holds no secret; but a file that somebody else writes too may.
    func masked(_ line: [UInt8]) -> [UInt8] {
        guard let redactor = pool?.redactor, redactor.holdsSecret(line) else { return line }
        return Array(redactor.redact(String(decoding: line, as: UTF8.self), limit: line.count).utf8)
    }
}

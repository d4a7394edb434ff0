// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Relay
import Store
import Synchronization
import Transport

/// What only a gateway knows, from the one that runs, else from what one kept. Never waits long: a page about what is wrong must come when
/// something is.
struct ModelsStatusSource: Sendable {
    var blocks: [Block] = []
    var pauses: [Pause] = []
    var firstTokens: [FirstTokensRow] = []
    var quotas: [QuotaRow] = []
    /// By credential, in words.
    var usageProblems: [String] = []
    var gateway = ModelsStatusReport.Gateway.notRunning

    /// For all questions together; a gateway on this machine answers within milliseconds.
    private static let patience = Duration.seconds(2)
    /// For pages of usage: three seconds each, all at the same time.
    private static let usagePatience = Duration.seconds(5)

    /// - Parameter usage: Whether providers' pages of usage are asked.
    static func read(_ context: CommandContext, location: ConfigLocation, usage: Bool) async throws(CommandFailure) -> ModelsStatusSource {
        var client = GatewayClient(address: GatewayAddress.find(for: context), timeout: patience)
        var source = ModelsStatusSource()
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/health", holding: "blocks")
            source.blocks = (answer["blocks"]?.array ?? []).compactMap { BlockJSON.read($0) }
            source.pauses = (answer["pauses"]?.array ?? []).compactMap { CredentialsReport.pause($0) }
            source.gateway = .running(url: client.address.url)
        } catch .unreachable {
            try await source.readKept(location)
            if usage { try await source.askUsage(context, location) }
            return source
        } catch {
            source.gateway = .silent(client.failure(error).message)
            source.quotas = QuotaFile.read(in: location.stateFolder)
            return source
        }
        let tokens = try? client.get("/api/first-tokens", holding: "first_tokens")
        source.firstTokens = (tokens?["first_tokens"]?.array ?? []).compactMap { FirstTokensRow($0) }
        if usage { client.timeout = usagePatience }
        let said = try? client.get("/api/quota" + (usage ? "?usage=true" : ""), holding: "quota")
        source.take(said)
        return source
    }

    private mutating func take(_ said: JSONValue?) {
        guard let said else { return }
        quotas = QuotaJSON.rows(said)
        usageProblems = (said["problems"]?.array ?? []).compactMap { problem in
            guard let credential = problem["credential"]?.string, let why = problem["problem"]?.string else { return nil }
            return "\(credential): \(why)"
        }
    }

    private mutating func readKept(_ location: ConfigLocation) async throws(CommandFailure) {
        quotas = QuotaFile.read(in: location.stateFolder)
        let path = location.stateFolder + "/understudy.sqlite"
        guard HostFacts.exists(path) else { return }
        let file = Database(path: path, access: .reading, log: .silent)
        defer { file.close() }
        do throws(StoreProblem) {
            let store = LedgerStore(database: file)
            (blocks, pauses) = (try await store.load(), try await store.loadPauses())
        } catch {
            throw CommandFailure(.failed, error.description)
        }
    }

    /// Without a gateway the pages are asked here.
    private mutating func askUsage(_ context: CommandContext, _ location: ConfigLocation) async throws(CommandFailure) {
        let setup = try Setup.forLooking(location, environment: context.environment)
        let snapshot = RelaySnapshot(settings: setup.settings, pool: setup.credentials(now: Clock.now()))
        let group: EventLoopGroup
        do throws(SystemError) {
            group = try EventLoopGroup(count: 1)
        } catch {
            return usageProblems.append("pages of usage cannot be asked: \(error)")
        }
        defer { group.stop() }
        let relay = Relay(
            snapshot, ledger: SharedLedger(HealthLedger(), store: nil), recorder: ReceiptRecorder(store: nil, log: .silent),
            gate: UpstreamGate(limit: 100), on: group, log: .silent, now: Clock.now)
        for row in quotas { relay.quotas.note(row) }
        let loop = group.loops[0]
        let answers = await Task(executorPreference: loop) { await relay.askUsage(on: loop) }.value
        take(QuotaJSON.document(relay.quotas.rows(at: relay.now()), answers))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import JSON
import Relay
import Telemetry
import Transport

/// What providers last said of how much they still grant: as the running gateway knows it, else as one kept it. Pages of usage are asked
/// only on demand.
struct QuotaSource: Sendable {
    var rows: [QuotaRow] = []
    /// Why a page of usage told nothing, by credential and in words.
    var problems: [String] = []

    /// Who is asked.
    enum Teller: Sendable {
        case gateway(GatewayClient)
        /// One runs and does not answer.
        case silent
        case nobody
    }

    /// For pages of usage: three seconds each, all at the same time.
    private static let usagePatience = Duration.seconds(5)

    /// - Parameter usage: Whether providers' pages of usage are asked.
    static func read(_ teller: Teller, _ context: CommandContext, in stateFolder: String, usage: Bool) async -> QuotaSource {
        var source = QuotaSource()
        switch teller {
        case .gateway(var client):
            if usage { client.timeout = max(client.timeout, usagePatience) }
            do throws(GatewayClient.Trouble) {
                source.take(try client.get("/api/quota" + (usage ? "?usage=true" : ""), holding: "quota"))
            } catch {
                source.rows = QuotaFile.read(in: stateFolder)
                if usage { source.problems.append("pages of usage: \(client.failure(error).message)") }
            }
        case .silent:
            source.rows = QuotaFile.read(in: stateFolder)
            if usage { source.problems.append("pages of usage were not asked: the gateway, which would, does not answer") }
        case .nobody:
            source.rows = QuotaFile.read(in: stateFolder)
            guard usage else { break }
            do throws(CommandFailure) {
                try await source.ask(context)
            } catch {
                source.problems.append("pages of usage cannot be asked: \(error.message)")
            }
        }
        return source
    }

    private mutating func take(_ said: JSONValue) {
        rows = QuotaJSON.rows(said)
        problems += (said["problems"]?.array ?? []).compactMap { problem in
            guard let credential = problem["credential"]?.string, let why = problem["problem"]?.string else { return nil }
            return SafeText.line("\(credential): \(why)")
        }
    }

    /// Without a gateway the pages are asked here.
    private mutating func ask(_ context: CommandContext) async throws(CommandFailure) {
        let setup = try Setup.forLooking(for: context)
        let snapshot = RelaySnapshot(settings: setup.settings, pool: setup.credentials(now: Clock.now()))
        let group: EventLoopGroup
        do throws(SystemError) {
            group = try EventLoopGroup(count: 1)
        } catch {
            throw CommandFailure(.failed, "\(error)")
        }
        defer { group.stop() }
        let keeper = LoginKeeper(refresh: TokenRefresh(endpoint: TokenEndpoint(now: Clock.now)), log: .silent, now: Clock.now)
        let relay = Relay(
            snapshot, ledger: SharedLedger(HealthLedger(), store: nil), recorder: ReceiptRecorder(store: nil, log: .silent),
            gate: UpstreamGate(limit: 100), on: group, log: .silent, logins: keeper, now: Clock.now)
        for row in rows { relay.quotas.note(row) }
        let loop = group.loops[0]
        let answers = await Task(executorPreference: loop) { await relay.askUsage(on: loop) }.value
        await keeper.close()
        take(QuotaJSON.document(relay.quotas.rows(at: relay.now()), answers))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Failover
import Gateway
import JSON
import Store

/// What only a gateway knows, from the one that runs, else from what one kept. Never waits long: a page about what is wrong must come when
/// something is.
struct ModelsStatusSource: Sendable {
    var blocks: [Block] = []
    var pauses: [Pause] = []
    var firstTokens: [FirstTokensRow] = []
    var quota = QuotaSource()
    var gateway = ModelsStatusReport.Gateway.notRunning
    /// Why something of this is missing.
    var notes: [String] = []

    /// For all questions together; a gateway on this machine answers within milliseconds.
    private static let patience = Duration.seconds(2)

    /// - Parameter usage: Whether providers' pages of usage are asked.
    static func read(_ context: CommandContext, setup: Setup, usage: Bool) async -> ModelsStatusSource {
        let location = setup.location
        let client = GatewayClient(address: GatewayAddress.find(for: context, settings: setup.settings), timeout: patience)
        var source = ModelsStatusSource()
        let teller: QuotaSource.Teller
        do throws(GatewayClient.Trouble) {
            let answer = try client.get("/api/health", holding: "blocks")
            source.blocks = (answer["blocks"]?.array ?? []).compactMap { BlockJSON.read($0) }
            source.pauses = (answer["pauses"]?.array ?? []).compactMap { CredentialsReport.pause($0) }
            source.gateway = .running(url: client.address.url)
            let tokens = try? client.get("/api/first-tokens", holding: "first_tokens")
            source.firstTokens = (tokens?["first_tokens"]?.array ?? []).compactMap { FirstTokensRow($0) }
            teller = .gateway(client)
        } catch .unreachable {
            await source.readKept(location)
            teller = .nobody
        } catch {
            source.gateway = .silent(client.failure(error).message)
            teller = .silent
        }
        source.quota = await QuotaSource.read(teller, context, in: location.stateFolder, usage: usage)
        return source
    }

    private mutating func readKept(_ location: ConfigLocation) async {
        let path = location.stateFolder + "/understudy.sqlite"
        guard HostFacts.exists(path) else { return }
        let file = Database(path: path, access: .reading, log: .silent)
        defer { file.close() }
        do throws(StoreProblem) {
            let store = LedgerStore(database: file)
            (blocks, pauses) = (try await store.load(), try await store.loadPauses())
        } catch {
            notes.append("what is blocked is not known: \(error.description)")
        }
    }
}

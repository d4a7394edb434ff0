// SPDX-License-Identifier: Apache-2.0
import Store

/// What a gateway kept, for commands that ask it and find that none runs.
struct KeptState: Sendable {
    /// Who answered.
    enum Source: Hashable, Sendable {
        case gateway(url: String)
        case store(path: String)
        /// Neither runs a gateway nor has one ever kept anything here.
        case nothing

        var code: String {
            switch self {
            case .gateway: "gateway"
            case .store: "store"
            case .nothing: "none"
            }
        }
    }

    var client: GatewayClient
    /// Path of the SQLite file.
    var database: String
    var output: Output

    init(for context: CommandContext) {
        client = GatewayClient(for: context)
        database = ConfigLocation.find(for: context).stateFolder + "/understudy.sqlite"
        output = context.output
    }

    /// What the store says, if the trouble is that no gateway runs here.
    ///
    /// - Returns: `nil`: there is no store either.
    /// - Throws: The trouble, if it is another one, or the gateway one that a flag names.
    func read<Value>(
        after trouble: GatewayClient.Trouble, _ ask: (Database) async throws(StoreProblem) -> Value
    ) async throws(CommandFailure) -> Value? {
        guard case .unreachable = trouble, !client.address.isRemote else { throw client.failure(trouble) }
        guard HostFacts.exists(database) else { return nil }
        output.note("No gateway runs; this is what it kept in \(database).")
        let file = Database(path: database, access: .reading, log: .silent)
        defer { file.close() }
        do throws(StoreProblem) {
            return try await ask(file)
        } catch {
            throw CommandFailure(.failed, error.description)
        }
    }
}

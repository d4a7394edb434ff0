// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Gateway
import JSON
import Store
import Telemetry

/// Has an owner's decision made: by the running gateway at once, or where none runs in what it kept.
enum CredentialsChange {
    /// - Returns: What came of it, as docs/api.md has it, and who did it.
    static func make(
        _ decision: CredentialDecision, _ context: CommandContext
    ) async throws(CommandFailure) -> (answer: JSONValue, source: KeptState.Source) {
        let kept = KeptState(for: context)
        let trouble: GatewayClient.Trouble
        do throws(GatewayClient.Trouble) {
            return (try kept.client.post(path(decision), body(decision), holding: "cleared"), .gateway(url: kept.client.address.url))
        } catch {
            if case .refused(404, let message) = error { throw CommandFailure(.failed, message, hints: [listHint]) }
            trouble = error
        }
        guard case .unreachable = trouble, !kept.client.address.isRemote else { throw kept.client.failure(trouble) }
        return (try await change(decision, context), .store(path: kept.database))
    }

    static let listHint = "see which there are: understudy credentials list --all"

    private static func path(_ decision: CredentialDecision) -> String {
        func one(_ id: CredentialID, _ action: String) -> String {
            "/api/credentials/\(ReceiptsReader.percentEncoded(id.rawValue))/\(action)"
        }
        return switch decision {
        case .clear(let id, _): one(id, "clear")
        case .clearProvider, .clearAll: "/api/credentials/clear"
        case .pause(let id, _): one(id, "pause")
        case .resume(let id): one(id, "resume")
        }
    }

    private static func body(_ decision: CredentialDecision) -> JSONValue? {
        switch decision {
        case .clear(_, let model): model.map { ["model": .string($0.description)] }
        case .clearProvider(let provider): ["provider": .string(provider.rawValue)]
        case .clearAll: ["all": true]
        case .pause(_, let seconds): seconds.map { ["for_seconds": .number(JSONNumber($0))] }
        case .resume: nil
        }
    }

    // MARK: Where no gateway runs

    /// Holds the gateway's lock meanwhile, so that none starts from what is about to change.
    private static func change(_ decision: CredentialDecision, _ context: CommandContext) async throws(CommandFailure) -> JSONValue {
        let setup = try Setup.forLooking(for: context)
        let now = Timestamp(milliseconds: HostFacts.nowMilliseconds())
        let pool = setup.credentials(now: now)
        let outcome: Result<CredentialDecision.Outcome, CredentialDecision.UnknownName>
        do throws(StoreProblem) {
            let folder = try StateFolder(path: setup.location.stateFolder)
            _ = try folder.ensure()
            let lock = try InstanceLock(path: folder.lockFile)
            defer { withExtendedLifetime(lock) {} }
            // A damaged file is set aside with all that it held, which nobody may overlook.
            let writer = LogWriter([.standardError(.text)])
            defer { _ = writer.close() }
            let file = Database(path: folder.database, log: Logger(label: "store", sink: writer, level: .warning))
            defer { file.close() }
            let store = LedgerStore(database: file)
            var ledger = HealthLedger(
                restoring: try await store.load(), pauses: try await store.loadPauses(), now: now,
                failureWindow: setup.settings.policy.failureWindow)
            outcome = Result { () throws(CredentialDecision.UnknownName) in
                try decision.make(on: &ledger, settings: setup.settings, pool: pool, now: now)
            }
            if case .success = outcome {
                try await store.replace(blocks: ledger.blocks, pauses: ledger.pauses(at: now))
                context.output.note("No gateway runs; this was done in \(folder.database).")
            }
        } catch {
            throw CommandFailure(.failed, error.description)
        }
        switch outcome {
        case .success(let outcome): return outcome.json
        case .failure(let unknown): throw CommandFailure(.failed, unknown.text, hints: [listHint])
        }
    }
}

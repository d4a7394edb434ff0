// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import Relay
import Store
import Telemetry

/// What the gateway keeps on disk.
struct Stores: Sendable {
    let database: Database
    let receipts: ReceiptStore
    let samples: SampleStore
    let responses: ResponseStore
    let ledgerStore: LedgerStore
    let capabilityStore: CapabilityStore

    init(folder: StateFolder, log: Logger) async {
        database = Database(path: folder.database, log: log.with(label: "store"))
        receipts = ReceiptStore(database: database, log: log.with(label: "store"))
        samples = SampleStore(database: database)
        responses = ResponseStore(path: folder.responses, log: log.with(label: "store"))
        ledgerStore = LedgerStore(database: database)
        capabilityStore = CapabilityStore(database: database)
    }

    /// The ledger as it was kept, without what is held against credentials whose secret is a new one, and against models that were not
    /// found under another configuration.
    func ledger(for snapshot: RelaySnapshot, log: Logger) async -> HealthLedger {
        var ledger: HealthLedger
        do throws(StoreProblem) {
            ledger = HealthLedger(
                restoring: try await ledgerStore.load(), pauses: try await ledgerStore.loadPauses(), now: Clock.now(),
                failureWindow: snapshot.settings.policy.failureWindow)
        } catch {
            log.error("The health ledger begins empty", ["why": .string("\(error)")])
            return HealthLedger()
        }
        // On a full disk it can be read and not written: what is blocked and paused stays so.
        do throws(StoreProblem) {
            for credential in try await ledgerStore.renewSecretHashes(snapshot.pool.secretHashes) {
                ledger.clear(credential: credential)
            }
            if try await capabilityStore.renewConfiguration(snapshot.fingerprint) { ledger.clearModels() }
            // What was renewed is remembered as such, so what it made void must not come back at the next start.
            ledgerStore.save(ledger.blocks)
        } catch {
            log.error("What was changed while no gateway ran is not known; blocks stay as they were", ["why": .string("\(error)")])
        }
        return ledger
    }

    /// What routes were known to need, without what was learned under settings that said something else of them.
    func capabilities(for snapshot: RelaySnapshot, log: Logger) async -> RouteCapabilities {
        do throws(StoreProblem) {
            let capabilities = RouteCapabilities(restoring: try await capabilityStore.load(), store: capabilityStore)
            capabilities.configurationChanged(to: snapshot)
            return capabilities
        } catch {
            log.error("What routes need is learned anew", ["why": .string("\(error)")])
            return RouteCapabilities(store: capabilityStore)
        }
    }

    func close() async {
        await receipts.flush()
        await ledgerStore.flush()
        await capabilityStore.flush()
        database.close()
        responses.close()
    }
}

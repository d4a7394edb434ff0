// SPDX-License-Identifier: Apache-2.0
import Credentials
import Failover
import Gateway
import Store
import Telemetry

/// What the gateway keeps on disk.
struct Stores: Sendable {
    let database: Database
    let receipts: ReceiptStore
    let samples: SampleStore
    let ledgerStore: LedgerStore

    init(folder: StateFolder, log: Logger) async {
        database = Database(path: folder.database, log: log.with(label: "store"))
        receipts = ReceiptStore(database: database, log: log.with(label: "store"))
        samples = SampleStore(database: database)
        ledgerStore = LedgerStore(database: database)
    }

    /// The ledger as it was kept, without what is held against credentials whose secret is a new one.
    func ledger(for pool: PoolSnapshot, log: Logger) async -> HealthLedger {
        do throws(StoreProblem) {
            var ledger = HealthLedger(restoring: try await ledgerStore.load(), now: Clock.now())
            for credential in try await ledgerStore.renewSecretHashes(pool.secretHashes) { ledger.clear(credential: credential) }
            return ledger
        } catch {
            log.error("The health ledger begins empty", ["why": .string("\(error)")])
            return HealthLedger()
        }
    }

    func close() async {
        await receipts.flush()
        await ledgerStore.flush()
        database.close()
    }
}

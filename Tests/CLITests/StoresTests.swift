// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import Failover
import Relay
import TestSupport
import Testing

@testable import CLI
@testable import Store

@Suite(.timeLimit(.minutes(5))) struct `What a gateway kept` {
    @Test func `stays paused and blocked where it can be read and not written`() async throws {
        let home = try TemporaryHome()
        let folder = try StateFolder(path: home.path + "/state")
        _ = try folder.ensure()
        let now = Timestamp(milliseconds: 1_767_225_600_000)
        let first = await Stores(folder: folder, log: .silent)
        first.ledgerStore.save(pauses: [Pause(credential: "a:b", since: now)])
        await first.ledgerStore.flush()
        // Nothing can be written of the configuration from now on, as on a full disk.
        try await first.database.perform(.writes) { connection throws(StoreProblem) in
            try connection.execute("DROP TABLE configuration", doing: "break it")
        }
        await first.close()
        let second = await Stores(folder: folder, log: .silent)
        let settings = Settings()
        let pool = CredentialPool.load(PoolSources(settings: settings, folders: [], home: "/nowhere"), now: now)
        let ledger = await second.ledger(for: RelaySnapshot(settings: settings, pool: pool), log: .silent)
        #expect(ledger.pause(of: "a:b", at: now) != nil)
        await second.close()
    }
}

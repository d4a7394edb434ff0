// SPDX-License-Identifier: Apache-2.0
import Failover
import Store
import TestSupport
import Testing

@testable import Relay

@Suite(.timeLimit(.minutes(5))) struct `The shared ledger` {
    static let now = Timestamp(milliseconds: 1_767_225_600_000)

    func pause(_ credential: CredentialID, _ shared: SharedLedger) {
        shared.decide(at: Self.now) { (ledger: inout HealthLedger) in _ = ledger.pause(credential, at: Self.now) }
    }

    /// Chance decides who comes last; of so many rounds some have them cross if they can.
    @Test func `leaves in the store what it holds, however changes cross`() async throws {
        let home = try TemporaryHome()
        let database = Database(path: home.path + "/understudy.sqlite", log: .silent)
        let store = LedgerStore(database: database)
        let shared = SharedLedger(HealthLedger(), store: store)
        for round in 0..<300 {
            let tasks = (0..<4).map { number in
                let credential = CredentialID(rawValue: "\(round):\(number)")
                return Task { pause(credential, shared) }
            }
            for task in tasks { await task.value }
            let kept = try await store.loadPauses()
            let held = shared.ledger.pauses(at: Self.now)
            #expect(kept.count == held.count && Set(kept) == Set(held), "round \(round)")
            if kept.count != held.count { break }
        }
        database.close()
    }
}

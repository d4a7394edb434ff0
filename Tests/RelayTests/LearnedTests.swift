// SPDX-License-Identifier: Apache-2.0
import Failover
import Providers
import Rehearsal
import Store
import Synchronization
import TestSupport
import Testing

@testable import Relay

/// What a process that comes in another's place is told, and what it makes of it.
@Suite(.timeLimit(.minutes(5))) struct `What requests have taught` {
    static let model = ModelRef(provider: "one", model: "m")
    static let maker = Maker(provider: "one", wire: .googleGenerativeAI)
    static let proof = Proof("EqQB")

    private func played() async throws -> Relay {
        try await PlayedRelay([("one", ["k1", "k2"], { asked in Script.says("Here.", to: asked, pace: .zero) })]).relay
    }

    private func times(_ relay: Relay) -> [UInt32] { relay.firstTokens.times(of: Self.model, .under1k)?.milliseconds ?? [] }

    @Test func `goes to the next process, also what is found out later, and no further once that one is gone`() async throws {
        let (old, next) = (try await played(), try await played())
        let now = old.now()
        func note(_ number: Int) {
            old.firstTokens.note(.milliseconds(number), of: Self.model, .under1k, at: now)
            old.uses.used(CredentialID(rawValue: "one:\(number)"), at: now)
            old.memory.note(ProviderState(maker: Self.maker, payload: "s\(number)"), ofCall: "call\(number)", of: "tool")
            old.memory.proofs.note([Proof("p\(number)")], by: "one")
        }
        for number in 1...3 { note(number) }
        old.memory.proofs.refuse(["one"], by: "two")
        old.handOver { next.take($0) }
        note(4)
        old.handOver(to: nil)
        note(5)
        #expect(times(next) == [1, 2, 3, 4])
        let uses = (1...5).map { next.uses.last(of: CredentialID(rawValue: "one:\($0)"))?.number }
        #expect(uses == [1, 2, 3, 4, nil])
        #expect((1...5).map { next.memory.state(ofCall: "call\($0)", of: "tool")?.payload } == ["s1", "s2", "s3", "s4", nil])
        #expect(next.memory.state(ofCall: "call1", of: "tool")?.maker == Self.maker)
        #expect((1...5).map { next.memory.proofs.maker(of: Proof("p\($0)")) } == ["one", "one", "one", "one", nil])
        // The two relays have upstreams of their own, and so other settings: who refuses what is found out anew.
        #expect(next.memory.proofs.refused(by: "two").isEmpty)
        next.take(.refusedProofs([.init(provider: "two", makers: ["one"], configuration: next.snapshot.fingerprint)]))
        #expect(next.memory.proofs.refused(by: "two") == ["one"])
    }

    @Test func `goes on to a third, through one that hands over itself`() async throws {
        let (first, second, third) = (try await played(), try await played(), try await played())
        first.handOver { second.take($0) }
        second.handOver { third.take($0) }
        first.firstTokens.note(.milliseconds(7), of: Self.model, .under1k, at: first.now())
        first.memory.proofs.note([Self.proof], by: "one")
        #expect(times(third) == [7])
        #expect(third.memory.proofs.maker(of: Self.proof) == "one")
    }

    @Test func `counts in the order in which it came, and of more than are kept the newest`() async throws {
        let (old, next) = (try await played(), try await played())
        for number in 1...50 { old.firstTokens.note(.milliseconds(number), of: Self.model, .under1k, at: old.now()) }
        old.handOver { next.take($0) }
        #expect(times(next) == (11...50).map { UInt32($0) })
    }

    @Test func `of two words of a provider the later one counts`() {
        let memory = QuotaMemory()
        func row(_ used: Double, at milliseconds: Int64) -> QuotaRow {
            QuotaRow(
                credential: "one:k", provider: "one", at: Timestamp(milliseconds: milliseconds), source: .usage,
                windows: [QuotaWindow(name: "5h", length: .seconds(18_000), usedPercent: used)])
        }
        for (used, at) in [(10, 1000), (30, 3000), (20, 2000)] { memory.note(row(Double(used), at: Int64(at))) }
        #expect(memory.rows(at: Timestamp(milliseconds: 4000)).flatMap(\.windows).map(\.usedPercent) == [30])
    }
}

/// Two processes with a ledger each: the old one ends its requests, the new one keeps what is blocked.
@Suite(.timeLimit(.minutes(5))) struct `Two ledgers of one state folder` {
    static let now = Timestamp(milliseconds: 1_767_225_600_000)

    private func pair() -> (old: SharedLedger, new: SharedLedger) {
        let (old, new) = (SharedLedger(HealthLedger(), store: nil), SharedLedger(HealthLedger(), store: nil))
        old.handOver { new.take($0, now: Self.now) }
        new.follow { old.hear($0, now: Self.now) }
        return (old, new)
    }

    private func block(_ credential: CredentialID) -> Block {
        Block(
            key: .credential(credential), reason: .auth, since: Self.now, until: Self.now + .seconds(300),
            evidence: .init(receipt: "R", status: 401, rule: "status.401"))
    }

    private func decide(_ ledger: SharedLedger, _ body: (inout HealthLedger) -> Void) {
        ledger.decide(at: Self.now) { (ledger: inout HealthLedger) in body(&ledger) }
    }

    @Test func `know of each other's blocks and pauses, and of their end`() {
        let (old, new) = pair()
        func blocked(_ ledger: SharedLedger) -> Set<ScopeKey> { Set(ledger.ledger.blocks.map(\.key)) }
        func paused(_ ledger: SharedLedger) -> [CredentialID] { ledger.ledger.pauses(at: Self.now).map(\.credential) }
        decide(old) { $0.merge([block("a")], now: Self.now) }
        decide(new) { $0.merge([block("b")], now: Self.now) }
        for ledger in [old, new] { #expect(blocked(ledger) == [.credential("a"), .credential("b")]) }
        decide(new) { $0.clear(credential: "a") }
        decide(old) { $0.clear(credential: "b") }
        for ledger in [old, new] { #expect(blocked(ledger).isEmpty) }
        decide(old) { $0.pause("c", at: Self.now) }
        decide(new) { $0.pause("d", at: Self.now) }
        for ledger in [old, new] { #expect(paused(ledger) == ["c", "d"]) }
        decide(old) { $0.resume("d", at: Self.now) }
        decide(new) { $0.resume("c", at: Self.now) }
        for ledger in [old, new] { #expect(paused(ledger).isEmpty) }
    }

    @Test func `keep in the store what the owner decided at the old one`() async throws {
        let home = try TemporaryHome()
        let database = Database(path: home.path + "/understudy.sqlite", log: .silent)
        let store = LedgerStore(database: database)
        let new = SharedLedger(HealthLedger(), store: store)
        let old = SharedLedger(HealthLedger(), store: nil)
        old.handOver { new.take($0, now: Self.now) }
        decide(old) { $0.pause("c", at: Self.now) }
        #expect(try await store.loadPauses().map(\.credential) == ["c"])
        database.close()
    }
}

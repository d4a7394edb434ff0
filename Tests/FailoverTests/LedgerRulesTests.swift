// SPDX-License-Identifier: Apache-2.0
import Failover
import Testing

/// The rules of the ledger as docs/failover.md has them, each with the shortest story that shows it. Their corners are in `LedgerTests`,
/// `HalfOpenTests`, `ReturnTests`, `LedgerClockTests` and `PauseTests`.
@Suite struct `The rules of the ledger` {
    struct Rule: Sendable, CustomTestStringConvertible {
        /// The beginning of the rule's words.
        var words: String
        var holds: @Sendable () -> Bool
        var testDescription: String { words }
    }

    /// A/k1, A/k2, B/k1, B/k2 after a request whose attempts on `credential` fail for `reason`.
    static func after(
        _ reason: Reason, on credential: CredentialID = "k1", _ chain: [(StaticString, CredentialID)] = Stage.fourTries
    ) -> Stage {
        var stage = Stage(chain)
        stage.play { candidate, _ in candidate.credential == credential ? .plain(reason) : nil }
        return stage
    }

    static let pair: [(StaticString, CredentialID)] = [("a/A", "k1"), ("b/B", "k2")]

    static func asks(_ stage: Stage, _ candidate: String?) -> Bool {
        var stage = stage
        return stage.play { _, _ in nil }.asked.first == candidate
    }

    static let rules: [Rule] = [
        Rule(words: "the narrowest scope that the evidence supports") {
            var stage = after(.rateLimit)
            stage.chain.links.removeFirst(2)
            return asks(stage, "a/B@k1")
        },
        Rule(words: "a second, independent failure widens it") {
            let money = after(.billing, [("d/pro", "k1"), ("d/flash", "k1"), ("m/M", "k2")])
            let prompt = after(.timeout, [("d/pro", "k1"), ("d/flash", "k1"), ("m/M", "k2")])
            return money.ledger.blocks.contains { $0.key == .credential("k1") }
                && prompt.ledger.blocks.allSatisfy { $0.key.scope == .credentialModel }
        },
        Rule(words: "a success on the wider scope in between") {
            var stage = after(.billing, [("d/pro", "k1"), ("m/M", "k2")])
            stage.chain = Stage([("d/free", "k1")]).chain
            stage.play { _, _ in nil }
            stage.chain = Stage([("d/max", "k1")]).chain
            stage.play { _, _ in .plain(.billing) }
            return stage.ledger.blocks.allSatisfy { $0.key.scope == .credentialModel }
        },
        Rule(words: "an open window does not change") {
            var stage = after(.rateLimit, pair)
            let before = stage.ledger.blocks
            _ = stage.fail(.plain(.rateLimit), of: stage.chain.links[0].candidate, startedAt: .at(0))
            _ = stage.ledger.succeeded(stage.chain.links[0].candidate, attemptStartedAt: .at(0), mode: .normal, now: .at(1))
            return stage.ledger.blocks == before
        },
        Rule(words: "one step of the ladder per window") {
            var stage = after(.rateLimit, pair)
            for _ in 0..<5 { _ = stage.fail(.plain(.rateLimit), of: stage.chain.links[0].candidate, mode: .early) }
            return stage.ledger.blocks.map(\.step) == [0]
        },
        Rule(words: "a look that is refused within a second") {
            // Each attempt takes 100 ms on this stage, and half-open looks have no quick repeat.
            func steps(_ reason: Reason) -> [Int] {
                var stage = after(reason, pair)
                for _ in 0..<3 {
                    stage.now = (stage.ledger.blocks.first?.until ?? stage.now) + .milliseconds(1)
                    stage.play { candidate, _ in candidate.credential == "k1" ? .plain(reason) : nil }
                }
                return stage.ledger.blocks.map(\.step)
            }
            return steps(.overloaded) == [0] && steps(.serverError) == [0] && steps(.timeout) == [3] && steps(.rateLimit) == [3]
        },
        Rule(words: "a success clears what covers it; so does a day") {
            var (success, day) = (after(.rateLimit, pair), after(.rateLimit, pair))
            success.now = .at(31)
            success.play { _, _ in nil }
            day.ledger.prune(now: .at(31 + 24 * 3600))
            return success.ledger.blocks.isEmpty && day.ledger.isEmpty
        },
        Rule(words: "a success on one model narrows a block of the credential") {
            var stage = after(.billing, [("d/pro", "k1"), ("d/flash", "k1"), ("m/M", "k2")])
            stage.now = .at(70)
            stage.chain = Stage([("d/free", "k1")]).chain
            let effects = stage.play { _, _ in nil }.effects
            return effects.map(\.kind) == [.narrowed] && stage.ledger.blocks.map(\.key.scope) == [.credentialModel, .credentialModel]
        },
        Rule(words: "when a window has ended, one request looks") {
            var stage = after(.rateLimit, pair)
            stage.now = .at(31)
            let modes = (0..<3).map { _ in `After a window has ended`.step(&stage) }
            guard case .attempt(0, .halfOpen) = modes[0] else { return false }
            return modes[1...].allSatisfy { $0 == .attempt(index: 1, mode: .normal) }
        },
        Rule(words: "the lease lasts for the first-token limit and 5 s") {
            var stage = after(.rateLimit, pair)
            stage.now = .at(31)
            guard case .attempt(0, .halfOpen(let lease)) = `After a window has ended`.step(&stage) else { return false }
            stage.ledger.giveBack(lease, now: .at(32))
            guard case .attempt(0, .halfOpen) = `After a window has ended`.step(&stage) else { return false }
            return lease.endsAt == .at(31 + 12 + 5)
        },
        Rule(words: "what was found well returns step by step: two attempts at once, then 4, 8 and 16") {
            var stage = after(.rateLimit, pair)
            stage.now = .at(31)
            stage.play { _, _ in nil }
            return Return.widest == 16 && stage.ledger.returning(at: stage.now).map(\.width) == [2]
                && (0..<3).map { _ in asks(takingASlot(&stage), "a/A@k1") } == [true, true, false]
        },
        Rule(words: "a place among them is held to the attempt's end") {
            var stage = after(.rateLimit, pair)
            stage.now = .at(31)
            stage.play { _, _ in nil }
            _ = (takingASlot(&stage), takingASlot(&stage))
            let isFull = asks(stage, "b/B@k2")
            stage.now = stage.now + .seconds(17)
            return isFull && asks(stage, "a/A@k1")
        },
        Rule(words: "if all is blocked, a request may try two early") {
            var stage = Stage([("a/A", "k1"), ("b/B", "k2"), ("c/C", "k3")])
            stage.play { _, _ in .plain(.billing) }
            stage.now = .at(20)
            let first = stage.play { _, _ in .plain(.billing) }.asked.count
            let second = stage.play { _, _ in .plain(.billing) }.asked.count
            return [first, second] == [2, 1]
        },
        Rule(words: "two endpoints that fail while none answers") {
            var stage = Stage(pair)
            stage.play { _, _ in .plain(.network, fault: .dns) }
            return stage.ledger.blocks.isEmpty
        },
        Rule(words: "a new secret, or for models a changed configuration, begins anew") {
            var (secret, model) = (after(.authPermanent, pair), after(.modelNotFound, pair))
            secret.ledger.clear(credential: "k1")
            model.ledger.clearModels()
            return asks(secret, "a/A@k1") && asks(model, "a/A@k1")
        },
        Rule(words: "it is kept, and leases are void after a restart") {
            var stage = after(.rateLimit, pair)
            let open = HealthLedger(restoring: stage.ledger.blocks, now: stage.now)
            stage.now = .at(31)
            _ = `After a window has ended`.step(&stage)
            let ended = HealthLedger(restoring: stage.ledger.blocks, now: stage.now)
            return open.block(on: stage.chain.links[0].candidate, at: .at(1)) != nil && ended.blocks.map(\.lease) == [nil]
        },
        Rule(words: "its owner may clear what is held against") {
            var stage = after(.billing, pair)
            return stage.ledger.clear(.credential("k1"), at: stage.now).count == 1 && asks(stage, "a/A@k1")
        },
        Rule(words: "its owner may pause a credential") {
            var stage = Stage(pair)
            stage.ledger.pause("k1", at: stage.now)
            return asks(stage, "b/B@k2")
        },
    ]

    /// The stage before one more attempt was let through, and not heard of again, in `stage`.
    static func takingASlot(_ stage: inout Stage) -> Stage {
        let before = stage
        _ = `After a window has ended`.step(&stage)
        return before
    }

    @Test func `are those that docs/failover.md shows`() throws {
        let page = try #require(projectFile("docs/failover.md"))
        let shown = `The table of reasons`.rows(of: page, under: "## The ledger").map { $0[0] }
        #expect(shown.count == Self.rules.count)
        for (row, rule) in zip(shown, Self.rules) { #expect(row.hasPrefix(rule.words)) }
    }

    @Test(arguments: rules) func `hold`(rule: Rule) {
        #expect(rule.holds())
    }
}

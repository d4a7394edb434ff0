// SPDX-License-Identifier: Apache-2.0
import Failover
import JSON
import Providers
import Relay
import Synchronization
import Testing

@testable import CLI

@Suite struct `A word between two gateways` {
    static let now = Timestamp(milliseconds: 1_767_225_600_000)
    static let block = Block(
        key: .credentialModel("openai:a", ModelRef(provider: "openai", model: "x/y")), reason: .billing, since: now,
        until: now + .seconds(60),
        evidence: .init(receipt: "01M7", status: 402, rule: "status.402"))

    static let words: [HandoverWord] = [
        .ready, .serving(url: "http://127.0.0.1:7100", version: "1.2.3"), .settled, .go, .stop(grace: nil), .stop(grace: 5),
        .ask(3, .list), .ask(4, .stop("agent:main \"x\"")), .answer(4, ["requests": []]),
        .ledger(
            LedgerChange(
                blocks: [block], lifted: [block],
                paused: [Pause(credential: "a", since: now), Pause(credential: "b", since: now, until: now + .seconds(5))], resumed: ["c"])),
        .learned(.pins([.init(session: "s\n", provider: "openai", credential: "openai:a", usedAt: now, warmth: .seconds(300))])),
        .learned(
            .firstTokens([
                .init(model: ModelRef(provider: "openrouter", model: "a/b"), size: .under16k, milliseconds: [3, 1, 2], at: now)
            ])), .learned(.uses([.init(credential: "openai:a", at: now)])),
        .learned(
            .states([
                .init(call: "1", tool: "find", maker: Maker(provider: "google", wire: .googleGenerativeAI), payload: "{\"a\":\"\u{1}ü\"}")
            ])), .learned(.proofs([.init(proof: Proof(hash: .max), maker: "anthropic"), .init(proof: Proof("x"), maker: "b")])),
        .learned(.refusedProofs([.init(provider: "a", makers: ["b", "c"], configuration: "00ff")])),
        .learned(
            .quotas([
                QuotaRow(
                    credential: "openai:a", provider: "openai", at: now, source: .headers,
                    windows: [QuotaWindow(name: "5h", length: .seconds(18_000), usedPercent: 12.5)])
            ])),
    ]

    @Test(arguments: words) func `is read as it was said, from one line:`(word: HandoverWord) {
        #expect(!word.line.contains(0x0A))
        #expect(HandoverWord(line: word.line) == word)
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"word\":7}", "{\"word\":\"sing\"}", "{\"word\":\"ask\"}", "{\"word\":\"answer\",\"number\":\"x\"}",
        "{\"word\":\"learned\"}", "{\"word\":\"learned\",\"learned\":{\"songs\":[1]}}", "{\"word\":\"learned\",\"learned\":[]}",
        "{\"word\":\"repair\",\"repair\":{}}",
    ]) func `is passed over where it makes no sense:`(line: String) { #expect(HandoverWord(line: Array(line.utf8)) == nil) }

    @Test func `is taken without the rows in it that make none`() {
        let line =
            #"{"word":"learned","learned":{"first_tokens":[["nonsense",0,1,[1]],["a/b",9,1,[1]],["a/b",1,1],7,["a/b",1,5,[-1,4,"x"]]]}}"#
        let model = ModelRef(provider: "a", model: "b")
        #expect(
            HandoverWord(line: Array(line.utf8))
                == .learned(.firstTokens([.init(model: model, size: .under4k, milliseconds: [0, 4], at: Timestamp(milliseconds: 5))])))
        #expect(HandoverWord(line: Array("{\"word\":\"ledger\"}".utf8)) == .ledger(LedgerChange()))
    }
}

@Suite struct `An order` {
    @Test func `to restart is refused by a gateway that stops`() {
        let orders = Orders()
        let told = Mutex<[String]>([])
        func ask() { orders.restart(.init(grace: nil, by: "test") { outcome in told.withLock { $0.append("\(outcome)") } }) }
        ask()
        #expect(orders.waitingRestarts().count == 1)
        orders.stop(.init(grace: 1, by: "test"))
        ask()
        #expect(told.withLock { $0 } == ["stopping"])
        #expect(orders.waitingRestarts().isEmpty)
    }

    @Test func `to stop counts once`() {
        let orders = Orders()
        #expect(orders.stop(.init(grace: 1, by: "one")) && !orders.stop(.init(grace: 2, by: "two")))
        #expect(orders.stop?.by == "one")
        #expect(!orders.passOn(0), "nobody is the gateway after this one")
    }
}
